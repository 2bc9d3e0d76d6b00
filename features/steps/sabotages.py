"""Given a pilot with something broken in it, and Then: the figures show it, and the feature that should fail does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from pytest_bdd import given, parsers, then

from features.steps.claims import FORM, judged
from features.steps.pilots import PilotRun, Pilots, run_whole
from pilot.domain.outcome import Outcome
from pilot.domain.result import Concept
from pilot.experiment import Scenario
from pilot.experiment.message_arm import POST_ROOM, MessageArm
from pilot.experiment.plan import Difference
from pilot.experiment.scenario import parse_scenario
from pilot.pipeline import dispatch
from pilot.pipeline.ledger import Ledger

SEED = 3
HYPERTENSION = Concept("38341003", "Hypertensive disorder")
# Small, so that each can be broken in a few seconds; measured long enough after the last print for lists to fall due.
SMALL = """
title = "A small office, for breaking"
seed = 1
arms = ["coded"]
measured_after_days = 35

[coding]
code_set = "interim-2026-11"

[practices]
ready_share = 1.0
rules = ["normal", "did_not_attend", "declined", "moved", "not_eligible", "under_care_elsewhere"]
fallback = "paper"

[generation]
practices = 4
results = 120
start = 2026-11-02
days = 14
invitation = "ntdd"
profile = "standard"
suppliers = { emis = 0.5, systmone = 0.5 }
registered_elsewhere = 0.05

[generation.office]
name = "KELDERBY"
code = "KXX"
address = ["BREAST SCREENING", "KELDERBY INFIRMARY", "MILL ROAD", "KELDERBY", "ZZ99 3KX"]
telephone = "01632 960123"
"""

Sabotage = Callable[[pytest.MonkeyPatch, Scenario], Scenario]


def nothing(patch: pytest.MonkeyPatch, scenario: Scenario) -> Scenario:
    """Nothing is broken: what the others are held against."""
    return scenario


def intake_drops_a_tenth(patch: pytest.MonkeyPatch, scenario: Scenario) -> Scenario:
    take_in = Ledger.take_in

    def forgetful(self: Ledger, files: Any, entries: Any, memory: bytes, at: Any) -> None:
        kept = [entry for number, entry in enumerate(entries) if number % 10]
        take_in(self, files, kept, memory, at)

    patch.setattr(Ledger, "take_in", forgetful)
    return scenario


def post_loses_every_letter(patch: pytest.MonkeyPatch, scenario: Scenario) -> Scenario:
    """The office ticks what fell back to paper as posted, and it goes nowhere."""

    def into_the_void(self: MessageArm) -> None:
        numbers = [letter.entry.id for letter in self._queue.letters()]
        self._queue.printed(numbers, POST_ROOM)
        self._queue.posted(numbers, POST_ROOM)

    patch.setattr(MessageArm, "_post_paper", into_the_void)
    return replace(scenario, practices=replace(scenario.practices, ready_share=0.5))


def normal_is_mapped_wrongly(patch: pytest.MonkeyPatch, scenario: Scenario) -> Scenario:
    """A wrong concept, and the interlock that holds codes against prints does not look."""
    rows = tuple(
        replace(row, concept=HYPERTENSION) if row.outcome is Outcome.NORMAL else row
        for row in scenario.code_set.rows
    )
    patch.setattr(dispatch, "contradiction", lambda _coded: None)
    return replace(scenario, code_set=replace(scenario.code_set, rows=rows))


def supplier_is_silent_for_a_week(patch: pytest.MonkeyPatch, scenario: Scenario) -> Scenario:
    """Half of the practices collect nothing in the second week."""
    silent = {"collection_off": [{"first": "2026-11-05", "last": "2026-11-11"}]}
    differences = tuple(Difference(practice=number, changes=silent) for number in (1, 2))
    return replace(scenario, practices=replace(scenario.practices, differences=differences))


def office_never_opens_its_list(patch: pytest.MonkeyPatch, scenario: Scenario) -> Scenario:
    return replace(scenario, office=replace(scenario.office, staff=(), list_unattended=True))


def rule_files_abnormal_results(patch: pytest.MonkeyPatch, scenario: Scenario) -> Scenario:
    wrong = {"rules": ["normal", {"outcome": "recall_for_assessment", "unguarded": True}]}
    differences = tuple(Difference(practice=number, changes=wrong) for number in (1, 2, 3, 4))
    return replace(scenario, practices=replace(scenario.practices, differences=differences))


SABOTAGES: dict[str, Sabotage] = {
    "nothing is broken": nothing,
    "the intake drops a tenth": intake_drops_a_tenth,
    "the post loses every fallback letter": post_loses_every_letter,
    "normal is mapped to a wrong concept": normal_is_mapped_wrongly,
    "a supplier is silent for a week": supplier_is_silent_for_a_week,
    "the office never opens its list": office_never_opens_its_list,
    "a rule files abnormal results": rule_files_abnormal_results,
}


@contextmanager
def patched() -> Iterator[pytest.MonkeyPatch]:
    patch = pytest.MonkeyPatch()
    try:
        yield patch
    finally:
        patch.undo()


@pytest.fixture(scope="session")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], PilotRun]:
    """A small pilot with one thing broken, each run once."""
    root: Path = tmp_path_factory.mktemp("broken")
    made: dict[str, PilotRun] = {}

    def run(what: str) -> PilotRun:
        if what not in made:
            folder = root / what.replace(" ", "-")
            with patched() as patch:
                run_whole(SABOTAGES[what](patch, parse_scenario("small", SMALL)), SEED, folder)
            made[what] = PilotRun(folder)
        return made[what]

    return run


@given(parsers.parse("a small pilot in which {what}"), target_fixture="pilots")
def a_small_pilot(broken: Callable[[str], PilotRun], what: str) -> Pilots:
    return (broken(what),)


@then(parsers.parse("the figure {key} is {number:g} more than where nothing is broken, or further off"))
def figure_moves(pilots: Pilots, broken: Callable[[str], PilotRun], key: str, number: float) -> None:
    sound, found = figure(broken("nothing is broken"), key), figure(pilots[0], key)
    assert found - sound >= number, (
        f"{key} is {found:g}, and {sound:g} where nothing is broken: it must differ by {number:g} at least"
    )


def figure(run: PilotRun, key: str) -> float:
    """What stands at `key` in the coded arm's figures; a reason for a loss that there is none of is 0."""
    here: Any = run.arm("coded")
    for name in key.split("."):
        here = here.get(name, 0)
    return float(here or 0)


@then(parsers.re(r"this claim fails, and holds where nothing is broken: (?P<claim>.+)"))
def claim_fails(pilots: Pilots, broken: Callable[[str], PilotRun], claim: str) -> None:
    """With the numbers in its words; and holds where nothing is broken, so that it is the break that it finds."""
    made = FORM.fullmatch(claim)
    assert made is not None, f"this is no claim: {claim}"
    said = made.groupdict()
    arm = said["arm"] or said["pair"] or said["code_set"]
    rest = (said["measure"], arm, *(said[name] for name in _REST), said["end"] or "")
    sound, found = judged((broken("nothing is broken"),), *rest), judged(pilots, *rest)
    assert sound.held, f"where nothing is broken: {sound.sentence()}"
    assert not found.held, f"broken, and yet: {found.sentence()}"
    assert any(sign.isdigit() for sign in found.sentence()), found.sentence()


_REST: Final = ("comparison", "number", "unit", "row", "other")
