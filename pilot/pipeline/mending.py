"""Putting a result right: the fields that a person may change, how each is given, and what was changed."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from pilot.domain.outcome import Outcome
from pilot.domain.result import DisputeReason, ScreeningResult, Version, valid_nhs_number
from pilot.errors import LedgerError
from pilot.nbss.agreement import implausible
from pilot.pipeline.entry import LedgerEntry, decode_result
from pilot.pipeline.item import Action, Item
from pilot.pipeline.ledger import Decided
from pilot.pipeline.reasons import words


@dataclass(frozen=True, slots=True)
class Change:
    """One field as a person found it and as it was left, for the audit. It names a participant."""

    at: datetime
    who: str
    field: str
    before: str
    after: str


def mend(result: ScreeningResult, changes: Mapping[str, str]) -> ScreeningResult:
    """A result with fields put right by a person. Raises LedgerError that names the field and how to give it."""
    if not changes:
        raise LedgerError("nothing is changed", "", "Name a field and its value, or resend it as it is")
    for name, value in changes.items():
        if name not in _MENDERS:
            raise LedgerError(
                f"{name} is not a field that can be changed", "", f"Use one of {', '.join(_MENDERS)}"
            )
        try:
            result = _MENDERS[name](result, value.strip())
        except ValueError:  # its own words would quote the value
            raise LedgerError(f"{name} cannot be set to that", "", _HOW[name]) from None
    found = implausible(result, None)
    if found is not None:
        raise LedgerError(f"that cannot be true ({words(found[0])})", "", "Look at the dates again")
    return result


def read_day(text: str) -> date:
    """A day as NBSS prints it (04-May-1951) or as 1951-05-04. Raises ValueError."""
    for form in ("%Y-%m-%d", "%d-%b-%Y", "%d %b %Y"):
        try:
            return datetime.strptime(text.strip(), form).date()
        except ValueError:
            continue
    raise ValueError


def _nhs_number(result: ScreeningResult, value: str) -> ScreeningResult:
    number = value.replace(" ", "")
    if not valid_nhs_number(number):
        raise ValueError
    return replace(result, participant=replace(result.participant, nhs_number=number))


def _date_of_birth(result: ScreeningResult, value: str) -> ScreeningResult:
    return replace(result, participant=replace(result.participant, date_of_birth=read_day(value)))


def _surname(result: ScreeningResult, value: str) -> ScreeningResult:
    if not value:
        raise ValueError
    return replace(result, participant=replace(result.participant, surname=value))


def _practice(result: ScreeningResult, value: str) -> ScreeningResult:
    if not _ODS.fullmatch(value):
        raise ValueError
    return replace(result, practice=value)


_ODS = re.compile(r"[A-Z0-9]{3,10}")

_MENDERS: Mapping[str, Callable[[ScreeningResult, str], ScreeningResult]] = {
    "nhs_number": _nhs_number,
    "date_of_birth": _date_of_birth,
    "surname": _surname,
    "practice": _practice,
    "outcome": lambda result, value: replace(result, outcome=Outcome(value)),
    "date": lambda result, value: replace(result, date=read_day(value)),
}

_HOW: Mapping[str, str] = {
    "nhs_number": "Give ten digits with a right check digit",
    "date_of_birth": "Give it as NBSS prints it, 04-May-1951, or as 1951-05-04",
    "surname": "Give it as text",
    "practice": "Give its ODS code",
    "outcome": f"Use one of {', '.join(Outcome)}",
    "date": "Give it as NBSS prints it, 04-May-1951, or as 1951-05-04",
}


# What the other source says, where it names a value that can be taken over as it stands. An outcome cannot: the
# print goes to the practice too, and the two would contradict each other.
_OTHER: Mapping[DisputeReason, tuple[str, re.Pattern[str]]] = {
    DisputeReason.DATE_DIFFERS: ("date", re.compile(r"(\d{4}-\d\d-\d\d)")),
    DisputeReason.DATE_OF_BIRTH_DIFFERS: ("date_of_birth", re.compile(r"born (\d{4}-\d\d-\d\d)")),
    DisputeReason.PRACTICE_DIFFERS: ("practice", re.compile(r"practice ([A-Z0-9]{3,10})")),
    DisputeReason.NHS_NUMBER_SUPERSEDED: (
        "nhs_number",
        re.compile(r"NHS number (\d{10}), which replaced it"),
    ),
}


def other_version(item: Item, versions: Sequence[Version]) -> Mapping[str, str]:
    """The fix that takes the other source's version over, as field and value; empty where there is none to take."""
    found = next((known for reason, known in _OTHER.items() if reason == item.reason), None)
    if found is None or len(versions) != 2 or Action.FIX not in item.actions:
        return {}
    name, pattern = found
    said = pattern.fullmatch(versions[1].says)
    return {name: said[1]} if said else {}


def fields_of(result: ScreeningResult) -> Mapping[str, str]:
    """The fields that a person may put right, as NBSS prints them."""
    return {
        "nhs_number": result.participant.nhs_number,
        "date_of_birth": f"{result.participant.date_of_birth:%d-%b-%Y}",
        "surname": result.participant.surname,
        "practice": result.practice or "",
        "outcome": result.outcome.value,
        "date": f"{result.date:%d-%b-%Y}" if result.date else "",
    }


def changes_of(decisions: Sequence[Decided], now: LedgerEntry) -> tuple[Change, ...]:
    """What each decision put right: the document before it against the one before the next, or today's."""
    if not isinstance(now.document, ScreeningResult):
        return ()
    documents = [decode_result(decision.document) for decision in decisions] + [now.document]
    changes = []
    for decision, before, after in zip(decisions, documents, documents[1:], strict=False):
        was, became = fields_of(before), fields_of(after)
        changes += [
            Change(decision.at, decision.who, name, was[name], became[name])
            for name in was
            if was[name] != became[name]
        ]
    return tuple(changes)
