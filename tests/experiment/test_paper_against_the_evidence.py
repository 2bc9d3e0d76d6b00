"""Paper is as good as the evidence says, no worse and no better: its rates are counted again from what comes out.

Three links: what practices are given is the evidence's, over many of them; a desk whose rates are large shows just
these in its record; and every print of the office is posted once and comes when the evidence says.
"""

import json
import sqlite3
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from statistics import fmean

import msgspec
import pytest

from generators import generate
from pilot.evidence import load_assumptions
from pilot.experiment.arm_setup import Secrets, desk_settings
from pilot.experiment.arms import LetterArm
from pilot.experiment.context import RunContext
from pilot.experiment.folder import RunFolder
from pilot.experiment.scenario import load_scenario, parse_scenario
from pilot.nbss import Reader
from pilot.pipeline.reasons import Reason
from simulators.gp_system.desk.pile import moment_of
from simulators.gp_system.desk.settings import DeskSettings, draws_for
from simulators.gp_system.desk.typist import Handling, handle, minutes_for, read_letter
from simulators.gp_system.outcomes import Outcome
from tests.chaos.kills_of_the_pipeline import SMALL
from tests.chaos.storms import _arm, _live

EVIDENCE = load_assumptions()
PRACTICES = 3000


def pert_mean(spread: dict[str, float]) -> float:
    return (spread["low"] + 4 * spread["mode"] + spread["high"]) / 6


def desks() -> list[dict[str, object]]:
    return [desk_settings(EVIDENCE, practice=f"Z{n:05}", list_size=10_000, seed=7) for n in range(PRACTICES)]


def test_over_many_practices_a_desks_rates_and_minutes_are_the_evidences() -> None:
    made = desks()

    def mean(name: str) -> float:
        return fmean(float(str(one[name])) for one in made)

    assert mean("lost_in_post_rate") == pytest.approx(EVIDENCE["lost_post"].mean)
    assert mean("wrong_person_rate") == pytest.approx(EVIDENCE["wrong_person"].mean)
    assert mean("typed_twice_rate") == pytest.approx(EVIDENCE["typed_twice"].mean)
    assert mean("keying_error_rate") == pytest.approx(EVIDENCE["keying_error_a_field"].mean)
    trouble = mean("missed_rate") + mean("wrong_code_rate")
    assert trouble == pytest.approx(EVIDENCE["wrong_or_absent_code"].mean, rel=0.05)
    minutes = fmean(pert_mean(one["minutes_per_letter"]) for one in made)  # type: ignore[arg-type]
    assert minutes == pytest.approx(EVIDENCE["minutes_a_result"].mean, rel=0.03)


@pytest.mark.parametrize("rate", [0.1, 0.3])
def test_a_typist_errs_as_often_as_the_desk_says_and_takes_as_long(rate: float) -> None:
    given = desks()[0] | {
        "missed_rate": rate,
        "wrong_code_rate": rate,
        "wrong_person_rate": rate,
        "typed_twice_rate": rate,
        "keying_error_rate": rate,
    }
    desk = msgspec.convert(given, DeskSettings)
    letter = read_letter(
        ["Screening Number: KXX000001", "SCREENED - ROUTINE RECALL", "Screened on: 02-Nov-2026"]
    )
    assert letter.outcome is Outcome.NORMAL
    assert letter.screened_on is not None
    found: Counter[str] = Counter()
    letters = 6000
    minutes = []
    for number in range(letters):
        draws = draws_for(7, "Z00001", f"result {number}")
        minutes.append(minutes_for(desk, draws, on_paper=True))
        done = handle(letter, desk, draws, date(2026, 11, 3))
        if not isinstance(done, Handling):
            found["missed"] += 1
            continue
        usual = {habit.code for habit in desk.coding_habit[Outcome.NORMAL]}
        found["wrong code"] += done.habit.code not in usual
        found["wrong person"] += done.wrong_person
        found["twice"] += done.times == 2
        found["date"] += done.effective != letter.screened_on
    typed = letters - found["missed"]
    close = 4 * (rate * (1 - rate) / letters) ** 0.5 * 1.25  # four standard errors of a rate that is right
    assert found["missed"] / letters == pytest.approx(rate, abs=close)
    for kind in ("wrong code", "wrong person", "twice", "date"):
        assert found[kind] / typed == pytest.approx(rate, abs=close), kind
    once = pert_mean(given["minutes_per_letter"])  # type: ignore[arg-type]
    assert fmean(minutes) == pytest.approx(once * (1 + rate), rel=0.03)


def test_every_print_is_posted_once_and_comes_when_the_evidence_says(tmp_path: Path) -> None:
    scenario = load_scenario(str(SMALL))
    folder = RunFolder(tmp_path)
    generate(scenario.generation, 8, tmp_path)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    around = RunContext(scenario, 8, folder, EVIDENCE, Secrets.made(), scratch)
    days = [scenario.generation.start + timedelta(days=number) for number in range(scenario.generation.days)]
    printed = Counter(
        (one["practice"], f"post:{one['file']}#{one['page']}/{one['record']}", day.isoformat())
        for day in days
        for one in folder.letters_of(day)
    )
    with Reader() as reader, LetterArm("paper", around, reader) as arm:
        for day in days:
            arm.live(day)
        with sqlite3.connect(folder.gp_database("paper")) as db:
            rows = db.execute("SELECT practice, source, subject, arrived FROM tasks WHERE kind = 'letters'")
            came = [(p, s, json.loads(bytes(b))["printed_on"], a) for p, s, b, a in rows]
    assert came
    assert Counter((practice, source, day) for practice, source, day, _ in came) == printed
    longest = EVIDENCE["post_working_days"].high
    for _, _, day, arrived in came:
        waited = (moment_of(arrived).date() - date.fromisoformat(day)).days
        assert 0 <= waited <= longest + 2, "longer than the evidence's longest post and a weekend"


def test_what_falls_back_to_paper_is_posted_once_and_in_the_ledger_posted(tmp_path: Path) -> None:
    """A post that nobody took showed as nothing lost."""
    text = SMALL.read_text("utf-8").replace("ready_share = 1.0", "ready_share = 0.0")
    with Reader() as reader, _arm(tmp_path / "run", 8, reader, parse_scenario("small", text)) as (arm, days):
        for day in days[:5]:
            _live(arm, day)
        entries = [entry for entry in arm._ledger.entries() if entry.reason == Reason.SENT_ON_PAPER]
        with sqlite3.connect(tmp_path / "run" / "gp-coded.sqlite") as db:
            came = [row[0] for row in db.execute("SELECT source FROM tasks WHERE kind = 'letters'")]
    assert len(came) > 10
    places = [entry.provenance for entry in entries]
    assert sorted(came) == sorted(f"post:{p.file}#{p.page}/{p.record}" for p in places)


def test_the_post_takes_as_long_as_the_evidence_says(tmp_path: Path) -> None:
    scenario = load_scenario(str(SMALL))
    around = RunContext(scenario, 8, RunFolder(tmp_path), EVIDENCE, Secrets.made(), tmp_path)
    monday = date(2026, 11, 2)
    days = [
        (around.arrives(day, f"Z{practice:05}").date() - day).days
        for day in (monday + timedelta(weeks=week) for week in range(20))
        for practice in range(40)
    ]
    calendar = fmean(days)
    # From a Monday, one working day is one day and five are seven: the mean lies between these two.
    assert (
        EVIDENCE["post_working_days"].mean - 0.5
        <= calendar
        <= EVIDENCE["post_working_days"].mean * 7 / 5 + 0.5
    )
