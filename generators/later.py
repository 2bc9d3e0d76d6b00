"""What follows a print: the result was wrong and is printed again, it is taken back, she is imaged once more, or she
has been assessed.

A print that corrects looks like any other; one that takes back says so above the name, in words of ours. What
follows is printed two to three weeks after the first print, inside the batch's days.
"""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from generators import calibration as cal
from generators.defects.records import mistaken_for
from generators.people.people import Practice, Result
from generators.people.population import pick
from generators.prints.case import Case, clean_case, shown_record
from generators.prints.sil import writes_to
from generators.spec import GenerationSpec

_SOONEST, _LATEST = 8, 15  # days on which the office prints
_SEEN_BEFORE = 6  # days
_NEXT = {"technical_recall": "repeated", "recall_for_assessment": "assessed"}
"""By outcome, the share of `later` by which a result of its own follows."""
_REPEATED_EPISODE = 3_000_000  # added to the id of the episode that it follows: more than a batch has


def with_later_prints(
    rng: np.random.Generator, cases: list[Case], practices: tuple[Practice, ...], spec: GenerationSpec
) -> list[Case]:
    """The cases, and what follows some of them, by day and practice. Only what has no defect is followed.

    Nothing is drawn where the spec's `later` is empty.
    """
    if not any(spec.later.values()):
        return cases
    days = spec.emission_days
    place = {day: n for n, day in enumerate(days)}
    followed: list[Case] = []
    for case in cases:
        happens, weeks = rng.random(), int(rng.integers(_SOONEST, _LATEST + 1))
        when = place[case.result.emitted_on] + weeks
        if when >= len(days) or not _can_be_followed(case):
            followed.append(case)
        else:
            followed += _followed(rng, case, practices, spec, days[when], happens)
    return sorted(followed, key=lambda case: (case.result.emitted_on, case.result.practice))


def _can_be_followed(case: Case) -> bool:
    at_home = case.result.registered == case.result.practice and case.result.registered_to is None
    return not case.defects and at_home and case.result.died_on is None and bool(case.sil)


def _followed(
    rng: np.random.Generator,
    case: Case,
    practices: tuple[Practice, ...],
    spec: GenerationSpec,
    day: date,
    happens: float,
) -> list[Case]:
    outcome = case.result.outcome
    next_one = _NEXT.get(outcome)
    repeated = spec.later.get(next_one, 0.0) if next_one else 0.0
    corrected = spec.later.get("corrected", 0.0) if writes_to(outcome) else 0.0
    if happens < repeated:
        return [case, clean_case(_next(rng, case.result, day, spec.calibration), practices)]
    if happens < repeated + (1 - repeated) * corrected:
        return _corrected(rng, case, day)
    if happens < repeated + (1 - repeated) * (corrected + spec.later.get("withdrawn", 0.0)):
        return _withdrawn(case, day)
    return [case]


def _corrected(rng: np.random.Generator, case: Case, day: date) -> list[Case]:
    """First print, letter and extract all say something else; the later ones say what is right."""
    entry = case.sil[0]
    wrong = replace(entry, outcome=mistaken_for(rng, entry.outcome))
    first = replace(case, sil=(wrong,), letter=wrong, closed_as=wrong, amended_on=day)
    return [first, _again(case, day)]


def _withdrawn(case: Case, day: date) -> list[Case]:
    again = _again(case, day)
    printed = tuple(replace(entry, withdrawn=True) for entry in again.sil)
    return [replace(case, withdrawn_on=day), replace(again, sil=printed, letter=None)]


def _again(case: Case, day: date) -> Case:
    later = replace(case.result, emitted_on=day)
    entry = shown_record(later)
    return replace(case, result=later, sil=(entry,), letter=entry, extract=None, again=True)


def _next(rng: np.random.Generator, result: Result, day: date, by: cal.Calibration) -> Result:
    """The images taken again, or the assessment: another episode, under the same screening number."""
    seen = day - timedelta(days=_SEEN_BEFORE)
    seen -= timedelta(days=max(0, seen.weekday() - 4))
    if result.outcome == "technical_recall":
        recalled = rng.random() < by[cal.RECALL][result.history]
        outcome = "recall_for_assessment" if recalled else "normal"
    else:
        shares = by[cal.AFTER_ASSESSMENT]
        outcome = list(shares)[pick(rng, list(shares.values()), 1)[0]]
    return replace(
        result,
        episode_id=str(int(result.episode_id) + _REPEATED_EPISODE),
        outcome=outcome,
        seen_on=seen,
        invited_on=seen - timedelta(days=3),
        closed_on=day,
        emitted_on=day,
    )
