"""What only measures may see: `truth.jsonl`, `practices.jsonl`, and `post/`, the paper as people read it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from generators.people.cast import Cast
from generators.people.people import Practice, Registration
from generators.prints.case import Case


@dataclass(frozen=True, slots=True)
class Printed:
    """Where a record stands: file in the inbox, page and record from 1."""

    file: str
    page: int
    record: int


def truth_line(case: Case, practices: tuple[Practice, ...], places: list[Printed]) -> bytes:
    """One result. `file`, `page`, `record` are its first print, null where there is none; `also_printed` the rest."""
    result, person = case.result, case.result.person
    first = places[0] if places else None
    line: dict[str, Any] = {
        "screening_number": result.screening_number,
        "nhs_number": person.nhs_number,
        "date_of_birth": person.date_of_birth,
        "practice": practices[result.practice].ods,
        "outcome": result.outcome,
        "date": result.seen_on,
        "surname": person.surname,
        "forename": person.forename,
        "title": person.title,
        "episode_id": result.episode_id,
        "batch_id": result.batch_id,
        "emitted_on": result.emitted_on,
        "file": first.file if first else None,
        "page": first.page if first else None,
        "record": first.record if first else None,
    }
    if len(places) > 1:
        line["also_printed"] = [_place(place) for place in places[1:]]
    if case.printed_outcome:
        line["printed_outcome"] = case.printed_outcome
    if case.amended_on:
        line["amended_on"] = case.amended_on
    if case.withdrawn_on:
        line["withdrawn_on"] = case.withdrawn_on
    line |= {
        "defects": list(case.defects),
        "history": result.history,
        "age": person.age_on(result.emitted_on),
        "imd_quintile": result.imd,
        "ethnicity": result.ethnicity,
        "registered_practice": None if result.registered is None else practices[result.registered].ods,
        "registered_from": result.registered_from,
        "registered_to": result.registered_to,
        "died_on": result.died_on,
    }
    return orjson.dumps(line)


def practice_lines(cast: Cast) -> Iterator[bytes]:
    """The world the GP systems live in, one practice a line."""
    on_list: dict[int, list[Registration]] = defaultdict(list)
    for registration in cast.registrations:
        on_list[registration.practice].append(registration)
    for row, practice in enumerate(cast.practices):
        patients = sorted(on_list[row], key=lambda registration: registration.person.nhs_number)
        yield orjson.dumps(
            {
                "ods": practice.ods,
                "local_number": practice.local_number,
                "name": practice.name,
                "supplier": practice.supplier,
                "list_size": practice.list_size,
                "address": list(practice.address),
                "patients": [_patient(registration) for registration in patients],
            }
        )


def letter_line(practice: str, day: date, printed: Printed, text: tuple[str, ...]) -> bytes:
    """A line of post/: one printed result, for a practice that gets paper."""
    return orjson.dumps({"practice": practice, "emitted_on": day, **_place(printed), "lines": list(text)})


def as_lines(lines: Iterable[bytes]) -> bytes:
    """Each with a newline."""
    return b"".join(line + b"\n" for line in lines)


def _place(printed: Printed) -> dict[str, Any]:
    return {"file": printed.file, "page": printed.page, "record": printed.record}


def _patient(registration: Registration) -> dict[str, Any]:
    person = registration.person
    return {
        "nhs_number": person.nhs_number,
        "surname": person.surname,
        "forename": person.forename,
        "title": person.title,
        "date_of_birth": person.date_of_birth,
        "registered_from": registration.since,
        "registered_to": registration.until,
        "died_on": registration.died_on,
    }
