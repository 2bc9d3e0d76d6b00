"""A supplier that answers "filed" and files nothing, in a whole run: reconciliation finds it within a day."""

from pathlib import Path

import pytest

from pilot.domain.delivery import State
from pilot.experiment.scenario import parse_scenario
from pilot.nbss import Reader
from pilot.pipeline.entry import Owner
from pilot.pipeline.reasons import Reason
from pilot.pipeline.reconciliation import Reconciliations
from tests.chaos.counting import _entries
from tests.chaos.kills_of_the_pipeline import SMALL
from tests.chaos.storms import _arm, _live, _set_faults

LIES = [{"kind": "files_nothing", "practice": "*"}]


@pytest.mark.parametrize("ready", [1.0, 0.5], ids=["every practice on MESH", "half of them on paper"])
def test_filed_and_not_filed_is_on_the_offices_list_a_day_later(tmp_path: Path, ready: float) -> None:
    text = SMALL.read_text("utf-8") + "\n[reconciliation]\nevery_days = 1\n"
    scenario = parse_scenario("small", text.replace("ready_share = 1.0", f"ready_share = {ready}"))
    assert scenario.practices.ready_share == ready
    with Reader() as reader, _arm(tmp_path / "run", 105, reader, scenario) as (arm, days):
        _set_faults(arm, (), LIES)
        _live(arm, days[0])
        in_record = _entries(arm.gp_url)
        believed = [
            entry.id
            for entry in arm._ledger.in_states(State.FILED)
            if entry.screening_number not in in_record
        ]
        _live(arm, days[1])
        found = [arm._ledger.entry(number) for number in believed]
    assert believed
    assert {(entry.state, entry.reason, entry.owner) for entry in found if entry} == {
        (State.WITH_A_PERSON, Reason.NOT_HELD, Owner.OFFICE)
    }


def test_without_a_liar_nothing_is_accused(tmp_path: Path) -> None:
    text = SMALL.read_text("utf-8") + "\n[reconciliation]\nevery_days = 1\n"
    with (
        Reader() as reader,
        _arm(tmp_path / "run", 105, reader, parse_scenario("small", text)) as (arm, days),
    ):
        for day in days[:8]:
            _live(arm, day)
        accused = [entry for entry in arm._ledger.entries() if entry.reason == Reason.NOT_HELD]
        answered = [asked for asked in Reconciliations(arm._ledger).all() if asked.answered]
    assert answered
    assert accused == []
