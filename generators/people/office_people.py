"""From columns to one office's truth: results with named people, and everybody else on the practices' lists."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from generators import calibration as cal
from generators.calibration import Calibration
from generators.defects import DEFECTS, Scope
from generators.defects.catalogue import assigned, of_scope, rates_of
from generators.defects.records import with_awkward_people
from generators.people import names
from generators.people.episodes import ATTENDED, OUTCOMES, EpisodeColumns, draw_episodes
from generators.people.people import ClosedPractice, Person, Practice, Registration, Result
from generators.people.population import (
    ETHNICITIES,
    HISTORIES,
    ROUTES,
    Column,
    ParticipantColumns,
    PracticeColumns,
    draw_participants,
    draw_practices,
    pick,
    synthetic,
)
from generators.spec import GenerationSpec


def settle_registrations(
    rng: np.random.Generator,
    results: tuple[Result, ...],
    practices: int,
    elsewhere: float,
    died: float,
    by: Calibration,
) -> tuple[Result, ...]:
    """Each result with where its person is registered by the day it is emitted."""
    leaves, dies = rng.random((2, len(results)))
    settled = []
    for i, result in enumerate(results):
        if result.outcome == "died" or dies[i] < died:
            settled.append(_dead(rng, result))
        elif (result.outcome == "moved" and rng.random() > by[cal.MOVED_STILL_LISTED]) or leaves[
            i
        ] < elsewhere:
            settled.append(_elsewhere(rng, result, practices, by))
        else:
            settled.append(result)
    return tuple(settled)


def _dead(rng: np.random.Generator, result: Result) -> Result:
    after = result.invited_on if result.outcome == "died" else result.seen_on
    day = after + timedelta(days=int(rng.integers(1, max(2, (result.emitted_on - after).days))))
    return replace(result, died_on=day, registered_to=day)


def _elsewhere(rng: np.random.Generator, result: Result, practices: int, by: Calibration) -> Result:
    """`registered_from` becomes the day she joined the new practice; the old one keeps a closed registration."""
    day = result.emitted_on - timedelta(days=int(rng.integers(7, 120)))
    if practices == 1 or rng.random() < by[cal.LEFT_THE_AREA]:
        return replace(result, registered=None, registered_from=None, registered_to=None)
    other = int(rng.integers(0, practices - 1))
    other += other >= result.practice
    return replace(result, registered=other, registered_from=day)


def with_second_episodes(
    rng: np.random.Generator, results: tuple[Result, ...], by: Calibration
) -> tuple[Result, ...]:
    """Some who did not attend come after all: a later result of somebody referred to the same practice is hers.

    It has an episode of its own and her screening number. Only who is on the practice's list all along has a second.
    """
    soonest, latest = by[cal.COMES_AFTER_DAYS]
    later: dict[int, list[int]] = defaultdict(list)
    for n, result in enumerate(results):
        if result.episode_type in ("S", "G") and _stays(result):
            later[result.practice].append(n)
    changed = list(results)
    for result in results:
        comes = rng.random() < by[cal.COMES_AFTER_ALL]
        if not comes or result.outcome != "did_not_attend" or not _stays(result):
            continue
        hers = [
            n
            for n in later[result.practice]
            if soonest <= (changed[n].seen_on - result.emitted_on).days <= latest
        ]
        if hers:
            n = hers[int(rng.integers(0, len(hers)))]
            later[result.practice].remove(n)
            changed[n] = replace(
                changed[n],
                person=result.person,
                screening_number=result.screening_number,
                history=result.history,
                imd=result.imd,
                ethnicity=result.ethnicity,
                registered_from=result.registered_from,
            )
    return tuple(changed)


def _stays(result: Result) -> bool:
    at_home = result.registered == result.practice and result.registered_to is None
    return at_home and result.died_on is None and not result.defects


def registrations_of(
    rng: np.random.Generator, results: tuple[Result, ...], by: Calibration
) -> tuple[Registration, ...]:
    """The rows on the practices' lists that these results imply: the present one, and what a leaver left behind."""
    rows = []
    first_of = {result.person.nhs_number: result for result in reversed(results)}
    for result in first_of.values():
        if result.registered is not None and result.registered_from is not None:
            rows.append(
                Registration(
                    result.person,
                    result.registered,
                    result.registered_from,
                    result.registered_to,
                    result.died_on,
                )
            )
        if result.registered != result.practice and rng.random() > by[cal.NEVER_LISTED]:
            left = result.registered_from or result.emitted_on - timedelta(days=int(rng.integers(7, 120)))
            joined = left - timedelta(days=int(rng.integers(365, 20 * 365)))
            rows.append(Registration(result.person, result.practice, joined, left))
    return tuple(rows)


def bystanders_of(
    rng: np.random.Generator,
    results: tuple[Result, ...],
    practices: tuple[Practice, ...],
    numbers: list[str],
    by: Calibration,
) -> tuple[Registration, ...]:
    """People with no result, one for each number, shared out as the results are: women and men of all ages.

    Some are namesakes of a participant of their practice, a few of them born on her day: the people among
    whom a hurried eye picks the wrong one.
    """
    count = len(numbers)
    like = rng.integers(0, len(results), count)
    group = np.array([ETHNICITIES.index(result.ethnicity) for result in results])[like]
    woman = rng.random(count) < by[cal.WOMEN]
    age_days = rng.integers(18 * 365, 92 * 365, count)
    years = np.array([result.emitted_on.year for result in results])[like]
    surname, forename = names.draw_names(rng, group, years - age_days // 365, woman, by)
    listed_days = np.minimum(rng.integers(60, 30 * 365, count), age_days).tolist()
    namesake = rng.random(count) < by[cal.NAMESAKES]
    same_day = rng.random(count) < by[cal.NAMESAKES_OF_ONE_BIRTHDAY]
    rows = []
    for i, (row, days) in enumerate(zip(like.tolist(), age_days.tolist(), strict=True)):
        result = results[row]
        person = Person(
            nhs_number=numbers[i],
            surname=surname[i],
            forename=forename[i],
            title="MRS" if woman[i] else "MR",
            date_of_birth=result.emitted_on - timedelta(days=days),
            address=practices[result.practice].address[1:],
        )
        since = result.emitted_on - timedelta(days=listed_days[i])
        rows.append(Registration(person, result.practice, since))
    for i in np.flatnonzero(namesake).tolist():
        like_her = results[like[i]].person
        person = replace(
            rows[i].person, surname=like_her.surname, forename=like_her.forename, title=like_her.title
        )
        if same_day[i]:
            person = replace(person, date_of_birth=like_her.date_of_birth)
        rows[i] = replace(rows[i], person=person)
    return tuple(rows)


_KINDS = ("SURGERY", "MEDICAL CENTRE", "HEALTH CENTRE", "PRACTICE", "MEDICAL PRACTICE")


def named_practices(rng: np.random.Generator, columns: PracticeColumns, start: date) -> tuple[Practice, ...]:
    """ODS codes start with Z, which no GP practice's does; local numbers are three digits or more.

    `start` is the first day of the window: the closed practices closed before it.
    """
    count = len(columns)
    ods = [f"Z{n}" for n in rng.choice(np.arange(10_000, 100_000), 3 * count, replace=False)]
    local = [
        str(n)
        for n in rng.choice(np.arange(100, 10 ** max(3, len(str(6 * count)))), 3 * count, replace=False)
    ]
    streets = [
        names.streets()[i] for i in rng.choice(len(names.streets()), 3 * count, replace=3 * count > 500)
    ]
    towns = [names.towns()[int(locality) % len(names.towns())] for locality in columns.locality]
    called = [
        f"{street.split()[0]} {_KINDS[kind]}"
        for street, kind in zip(streets, rng.choice(len(_KINDS), 3 * count), strict=True)
    ]
    postcodes = names.postcodes(rng, count)
    doors = rng.integers(1, 200, count)
    closed_days = rng.integers(60, 500, 2 * count).tolist()

    def closed(i: int, has_successor: bool) -> ClosedPractice:
        day = start - timedelta(days=closed_days[i - count])
        return ClosedPractice(ods[i], local[i], called[i], day, has_successor)

    return tuple(
        Practice(
            ods=ods[i],
            local_number=local[i],
            name=called[i],
            supplier=columns.supplier_names[columns.supplier[i]],
            list_size=int(columns.list_size[i]),
            address=(called[i], f"{doors[i]} {streets[i]}", towns[i], postcodes[i]),
            imd=int(columns.imd[i]),
            merged=closed(count + i, True),
            dropped=closed(2 * count + i, False),
        )
        for i in range(count)
    )


_MOST_SCREENING_NUMBER = 999_999
_TRIES = (
    40  # that a weekend is drawn again: where the days from and to hold no weekday, the Friday before has it
)

_EPISODE_TYPES = {"self": "S", "gp": "G", "higher_risk": "H"}
_BATCH_LETTERS = {"self": "S", "gp": "G", "higher_risk": "H", "routine": ""}


@dataclass(frozen=True, slots=True)
class OfficePeople:
    """Everybody in one office's batch: the truth before anything is printed."""

    practices: tuple[Practice, ...]
    results: tuple[Result, ...]
    registrations: tuple[Registration, ...]
    spare_numbers: tuple[str, ...]
    """Valid NHS numbers of nobody: superseded ones are taken from here."""
    flawed: Mapping[str, str]
    """By episode, the defect its record is to have."""
    numbers_of_others: Mapping[str, str]
    """By episode, the NHS number of somebody else of her practice that NBSS is to have for hers, where it is."""


def draw_office_people(
    rng: np.random.Generator, flaws: np.random.Generator, spec: GenerationSpec
) -> OfficePeople:
    """The same generator states give the same people. Results come in order of day and practice.

    Defects have a generator of their own, so that people and outcomes are the same with and without them.
    """
    by = spec.calibration
    columns = draw_practices(rng, spec.practices, spec.suppliers, by=by)
    people = draw_participants(rng, columns, spec.results, by, spec.window)
    episodes = draw_episodes(
        rng, columns, people, len(spec.emission_days), spec.invitation, spec.outcome_shares, by, spec.window
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
    results = with_second_episodes(rng, results, by)
    others = bystanders_of(rng, results, practices, numbers[spec.results : spec.results + bystanders], by)
    flawed = {
        result.episode_id: flaw
        for result, flaw in zip(results, assignment, strict=True)
        if flaw and DEFECTS[flaw].scope in (Scope.RECORD, Scope.NBSS)
    }
    spares = numbers[-spare:]
    wanted = [result for result in results if flawed.get(result.episode_id) in _OWNERS]
    taken = {result.episode_id: spares.pop(0) for result in wanted[: len(spares) - 2]}
    others += tuple(
        _OWNERS[flawed[result.episode_id]](result, taken[result.episode_id])
        for result in wanted
        if result.episode_id in taken
    )
    registrations = registrations_of(rng, results, by) + others
    return OfficePeople(practices, results, registrations, tuple(spares), flawed, taken)


def _namesake(result: Result, number: str) -> Registration:
    """Somebody else of her name and birthday on the list of the practice that her result goes to."""
    person = replace(result.person, nhs_number=number, address=(*result.person.address[:1], "ELSEWHERE"))
    return Registration(person, result.practice, result.emitted_on - timedelta(days=2_000))


def _stranger(result: Result, number: str) -> Registration:
    """Somebody of another name and birthday on that list."""
    hers = _namesake(result, number)
    born = hers.person.date_of_birth + timedelta(days=1_000)
    other = replace(hers.person, surname=f"{hers.person.surname}SON", forename="EDITH", date_of_birth=born)
    return replace(hers, person=other)


# Who has the number that NBSS has for hers, by the flaw.
_OWNERS: Mapping[str, Callable[[Result, str], Registration]] = {
    "nhs_number_of_namesake": _namesake,
    "nhs_number_of_stranger": _stranger,
}


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
    screening = _screening_numbers(rng, people)
    seen_on = _days_seen(rng, emitted, episodes, spec.calibration)
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
        seen = seen_on[i]
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


def _days_seen(
    rng: np.random.Generator, emitted: list[date], episodes: EpisodeColumns, by: Calibration
) -> list[date]:
    """A weekday for each result, as many days before the print as drawn: a weekend is drawn again, so that no day of
    the week has more than its part. Units that screen on Saturdays are not known here."""
    before = episodes.seen.astype(int)
    low, high = np.where(
        ATTENDED[episodes.outcome][:, None], by[cal.DAYS_SCREEN_TO_PRINT], by[cal.DAYS_MISSED_TO_PRINT]
    ).T
    printed = np.array([day.toordinal() for day in emitted])
    for _ in range(_TRIES):
        weekend = np.flatnonzero((printed - before - 1) % 7 >= 5)
        before[weekend] = rng.integers(low[weekend], high[weekend], endpoint=True)
    return [_working_day(day - timedelta(days=n)) for day, n in zip(emitted, before.tolist(), strict=True)]


def _screening_numbers(rng: np.random.Generator, people: ParticipantColumns) -> Column:
    """Numbered as an office does, in the order in which people came to be known to it, and with gaps: others are not in
    this batch. Who was called first as this batch was has the latest."""
    count = len(people)
    known_years = np.where(people.history == HISTORIES.index("first"), 0, np.maximum(people.age - 50, 0.5))
    order = np.argsort(-(known_years + 2 * rng.random(count)), kind="stable")
    numbers = np.empty(count, int)
    numbers[order] = np.sort(1 + rng.choice(_MOST_SCREENING_NUMBER, count, replace=False))
    return numbers


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
    years = np.array([day.year for day in emitted])
    woman = np.ones(count, bool)
    surname, forename = names.draw_names(rng, people.ethnicity, years - people.age, woman, by)
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
