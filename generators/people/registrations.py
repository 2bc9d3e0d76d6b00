"""The practices by name, where each person's record really is, and who else is on their lists.

NBSS learns of a move or a death late, so a few results go to a practice that no longer has the person: it
answers 30002 (unknown), 30003 (no longer here) or 30004 (recently deceased).
"""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from generators import calibration as cal
from generators.calibration import Calibration
from generators.people import names
from generators.people.people import ClosedPractice, Person, Practice, Registration, Result
from generators.people.population import ETHNICITIES, PracticeColumns


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


def registrations_of(
    rng: np.random.Generator, results: tuple[Result, ...], by: Calibration
) -> tuple[Registration, ...]:
    """The rows on the practices' lists that these results imply: the present one, and what a leaver left behind."""
    rows = []
    for result in results:
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
    pools = [names.pools(name) for name in ETHNICITIES]
    surname = names.by_group(rng, [pool.surnames for pool in pools], group)
    female = names.by_group(rng, [pool.women for pool in pools], group)
    male = names.by_group(rng, [pool.men for pool in pools], group)
    woman = (rng.random(count) < by[cal.WOMEN]).tolist()
    age_days = rng.integers(18 * 365, 92 * 365, count)
    listed_days = np.minimum(rng.integers(60, 30 * 365, count), age_days).tolist()
    namesake = rng.random(count) < by[cal.NAMESAKES]
    same_day = rng.random(count) < by[cal.NAMESAKES_OF_ONE_BIRTHDAY]
    rows = []
    for i, (row, days) in enumerate(zip(like.tolist(), age_days.tolist(), strict=True)):
        result = results[row]
        person = Person(
            nhs_number=numbers[i],
            surname=surname[i],
            forename=female[i] if woman[i] else male[i],
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
