"""From columns to one office's truth: results with named people, and everybody else on the practices' lists."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from generators import calibration as cal
from generators.calibration import Calibration
from generators.defects import DEFECTS, Scope
from generators.defects.catalogue import assigned, of_scope, rates_of
from generators.defects.records import with_awkward_people
from generators.people import names
from generators.people.episodes import OUTCOMES, EpisodeColumns, draw_episodes
from generators.people.people import Person, Practice, Registration, Result
from generators.people.population import (
    ETHNICITIES,
    HISTORIES,
    ROUTES,
    Column,
    ParticipantColumns,
    draw_participants,
    draw_practices,
    pick,
    synthetic,
)
from generators.people.registrations import (
    bystanders_of,
    named_practices,
    registrations_of,
    settle_registrations,
)
from generators.spec import GenerationSpec

_EPISODE_TYPES = {"self": "S", "gp": "G", "higher_risk": "H"}
_BATCH_LETTERS = {"self": "S", "gp": "G", "higher_risk": "H", "routine": ""}


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody in one office's batch: the truth before anything is printed."""

    practices: tuple[Practice, ...]
    results: tuple[Result, ...]
    registrations: tuple[Registration, ...]
    spare_numbers: tuple[str, ...]
    """Valid NHS numbers of nobody: superseded ones are taken from here."""
    flawed: Mapping[str, str]
    """By screening number, the defect its record is to have."""
    namesakes: Mapping[str, str]
    """By screening number, the NHS number of a namesake of her practice born on her day, where one was wanted."""


def draw_cast(rng: np.random.Generator, flaws: np.random.Generator, spec: GenerationSpec) -> Cast:
    """The same generator states give the same cast. Results come in order of day and practice.

    Defects have a generator of their own, so that people and outcomes are the same with and without them.
    """
    by = spec.calibration
    columns = draw_practices(rng, spec.practices, spec.suppliers, by=by)
    people = draw_participants(rng, columns, spec.results, by)
    episodes = draw_episodes(
        rng, columns, people, len(spec.emission_days), spec.invitation, spec.outcome_shares, by
    )
    practices = named_practices(rng, columns, spec.start)
    bystanders = round(spec.results * spec.bystanders)
    spare = max(20, spec.results // 20)
    numbers = [str(number) for number in synthetic(rng, spec.results + bystanders + spare)]
    results = _results(rng, spec, practices, people, episodes, numbers[: spec.results])
    rates = rates_of(of_scope(Scope.PERSON, Scope.RECORD, Scope.NBSS), spec.defects)
    assignment = assigned(flaws, rates, spec.results)
    results = with_awkward_people(flaws, results, assignment)
    results = settle_registrations(
        rng, results, len(practices), spec.registered_elsewhere, spec.died_since, by
    )
    others = bystanders_of(rng, results, practices, numbers[spec.results : spec.results + bystanders], by)
    flawed = {
        result.screening_number: flaw
        for result, flaw in zip(results, assignment, strict=True)
        if flaw and DEFECTS[flaw].scope in (Scope.RECORD, Scope.NBSS)
    }
    spares = numbers[-spare:]
    wanted = [result for result in results if flawed.get(result.screening_number) == "nhs_number_of_namesake"]
    namesakes = {result.screening_number: spares.pop(0) for result in wanted[: len(spares) - 2]}
    others += tuple(
        _namesake(result, namesakes[result.screening_number])
        for result in wanted
        if result.screening_number in namesakes
    )
    registrations = registrations_of(rng, results, by) + others
    return Cast(practices, results, registrations, tuple(spares), flawed, namesakes)


def _namesake(result: Result, number: str) -> Registration:
    """Somebody else of her name and birthday on the list of the practice that her result goes to."""
    person = replace(result.person, nhs_number=number, address=(*result.person.address[:1], "ELSEWHERE"))
    return Registration(person, result.practice, result.emitted_on - timedelta(days=2_000))


def _results(
    rng: np.random.Generator,
    spec: GenerationSpec,
    practices: tuple[Practice, ...],
    people: ParticipantColumns,
    episodes: EpisodeColumns,
    numbers: list[str],
) -> tuple[Result, ...]:
    count = len(people)
    order = np.lexsort((rng.random(count), people.practice, episodes.emitted))
    days = spec.emission_days
    emitted = [days[i] for i in episodes.emitted]
    who = _people(rng, practices, people, emitted, numbers, spec.calibration)
    screening = rng.integers(1, 999_999 - count) + rng.permutation(count)
    first_episode = int(rng.integers(1_000_000, 5_000_000))
    batches = 1_000 + rng.permutation(len(practices))
    sides = rng.integers(0, 2, count)
    registered_from = rng.integers(1, 30 * 365, count)
    results = []
    for n, i in enumerate(order.tolist()):
        practice, history, route = (
            int(people.practice[i]),
            HISTORIES[people.history[i]],
            ROUTES[people.route[i]],
        )
        seen = _working_day(emitted[i] - timedelta(days=int(episodes.seen[i])))
        results.append(
            Result(
                person=who[i],
                screening_number=f"{spec.office.code}{screening[i]:06d}",
                episode_id=str(first_episode + n),
                batch_id=_batch_id(spec.office.code, route, int(batches[practice])),
                episode_type=_EPISODE_TYPES.get(route) or ("C" if history == "first" else "R"),
                practice=practice,
                outcome=OUTCOMES[episodes.outcome[i]],
                seen_on=seen,
                invited_on=seen - timedelta(days=int(episodes.invited[i])),
                closed_on=max(_working_day(emitted[i] - timedelta(days=1)), days[0]),
                emitted_on=emitted[i],
                side="RL"[sides[i]],
                history="attended" if history == "referred" else history,
                imd=int(people.imd[i]),
                ethnicity=ETHNICITIES[people.ethnicity[i]],
                registered=practice,
                registered_from=seen - timedelta(days=60 + int(registered_from[i])),
                registered_to=None,
                died_on=None,
            )
        )
    return tuple(results)


def _working_day(day: date) -> date:
    """The day itself, or the Friday before a weekend. Bank holidays are not known here."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def _batch_id(code: str, route: str, number: int) -> str:
    letter = _BATCH_LETTERS[route]
    return f"{code}{number:06d}" if not letter else f"{code}{letter}{number:05d}"


def _people(
    rng: np.random.Generator,
    practices: tuple[Practice, ...],
    people: ParticipantColumns,
    emitted: list[date],
    numbers: list[str],
    by: Calibration,
) -> list[Person]:
    count = len(people)
    surname = names.by_group(rng, [names.pools(group).surnames for group in ETHNICITIES], people.ethnicity)
    forename = names.by_group(rng, [names.pools(group).women for group in ETHNICITIES], people.ethnicity)
    shares = by[cal.TITLES]
    titles, title = list(shares), pick(rng, list(shares.values()), count)
    address = addresses(rng, practices, people.practice)
    telephone = _telephones(rng, count, by)
    return [
        Person(
            nhs_number=numbers[i],
            surname=surname[i],
            forename=forename[i],
            title=titles[title[i]],
            date_of_birth=_born(emitted[i], int(people.age[i]), int(people.birthday[i])),
            address=address[i],
            telephone=telephone[i],
        )
        for i in range(count)
    ]


def addresses(
    rng: np.random.Generator, practices: tuple[Practice, ...], practice: Column
) -> list[tuple[str, ...]]:
    """A house in the practice's own town, for each row."""
    count = len(practice)
    door = rng.integers(1, 180, count).tolist()
    street = rng.integers(0, len(names.streets()), count).tolist()
    postcode = names.postcodes(rng, count)
    return [
        (f"{door[i]} {names.streets()[street[i]]}", practices[p].address[2], postcode[i])
        for i, p in enumerate(practice.tolist())
    ]


def _telephones(rng: np.random.Generator, count: int, by: Calibration) -> list[str]:
    """Numbers Ofcom keeps for drama; most records print none."""
    known = rng.random(count) < by[cal.TELEPHONE_KNOWN]
    last = rng.integers(0, 1_000, count)
    return [f"01632960{n:03d}" if has else "" for has, n in zip(known, last, strict=True)]


def _born(day: date, age: int, birthday_ago: int) -> date:
    """Who turned `age` that many days before `day`."""
    turned = day - timedelta(days=birthday_ago)
    return turned.replace(year=turned.year - age, day=min(turned.day, 28 if turned.month == 2 else 31))
