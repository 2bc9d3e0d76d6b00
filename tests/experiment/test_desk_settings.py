"""The desk's settings: every key the desk asks for, drawn from the evidence by seed and practice alone."""

import re
from datetime import date
from pathlib import Path

import pytest

from pilot.domain.outcome import Outcome
from pilot.evidence import DESK_PRIORS, Assumptions, EvidenceError, load_assumptions
from pilot.experiment.arm_setup import desk_settings, joins

ASSUMPTIONS = load_assumptions()
DOCUMENT = Path(__file__).parents[2] / "docs" / "gp-system.md"


def desk(practice="A81001", seed=11, list_size=10_400, **more):
    return desk_settings(ASSUMPTIONS, practice=practice, list_size=list_size, seed=seed, **more)


def test_it_has_every_key_that_the_desks_document_names_and_no_other():
    section = DOCUMENT.read_text(encoding="utf-8").split("\n## The desk's settings\n")[1].split("\n## ")[0]
    documented = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    assert set(desk()) == documented


def test_each_outcome_has_a_coding_habit_whose_weights_add_up_to_one():
    habit = desk()["coding_habit"]
    assert set(habit) == set(Outcome)
    for choices in habit.values():
        assert sum(choice["weight"] for choice in choices) == pytest.approx(1)


def test_a_document_on_the_screen_takes_less_time_than_paper_by_what_the_evidence_says():
    here = desk()
    saved = here["minutes_per_letter"]["mode"] - here["minutes_per_document"]["mode"]
    speed = here["minutes_per_letter"]["mode"] / ASSUMPTIONS["minutes_a_result"].value
    assert saved == pytest.approx(ASSUMPTIONS["electronic_saving_minutes"].mean * speed, abs=0.001)


def test_practices_and_seeds_differ():
    desks = [desk(practice=f"A8{n:04}") for n in range(40)]
    assert len({d["wrong_code_rate"] for d in desks}) == 40
    assert {d["coding_habit"]["normal"][0]["code"] for d in desks} == {"171175005", "168749009"}
    assert {d["never_done"] for d in desks} == {True, False}
    assert desk(seed=12) != desk(seed=11)


def test_the_desk_has_time_for_its_other_post_whatever_the_size_of_the_practice():
    for list_size in (1_200, 10_400, 31_000):
        settings = desk(list_size=list_size)
        spread = settings["background_minutes"]
        mean = (spread["low"] + 4 * spread["mode"] + spread["high"]) / 6
        need = settings["background_mail_per_day"] * mean
        have = sum(
            (minutes(person["ends"]) - minutes(person["starts"])) * (1 - person["absence_rate"])
            for person in settings["staff"]
            if person["role"] == "coder"
        )
        assert need * 0.98 <= have <= need * 1.35


def minutes(clock: str) -> int:
    hours, rest = clock.split(":")
    return int(hours) * 60 + int(rest)


def test_the_share_of_practices_that_work_results_is_the_evidences():
    working = [not desk(practice=f"B{n:05}")["never_done"] for n in range(2_000)]
    assert sum(working) / 2_000 == pytest.approx(ASSUMPTIONS["share_worked_today"].mean, abs=0.03)


def test_practices_type_at_speeds_of_their_own_whose_mean_is_the_evidences():
    speeds = [desk(practice=f"C{n:05}")["minutes_per_letter"]["mode"] for n in range(2_000)]
    assert sum(speeds) / 2_000 == pytest.approx(ASSUMPTIONS["minutes_a_result"].value, rel=0.03)
    assert max(speeds) > 1.8 * min(speeds)


def test_a_practice_that_does_nothing_on_paper_joins_and_reviews_as_often_as_the_evidence_says():
    share = ASSUMPTIONS["idle_practice_joins"].mean
    joined = [joins(ASSUMPTIONS, practice=f"D{n:05}", seed=11, never_done=True) for n in range(2_000)]
    assert sum(joined) / 2_000 == pytest.approx(share, abs=0.03)
    assert joins(ASSUMPTIONS, practice="D00001", seed=11, never_done=False)
    idle = [d for d in (desk(practice=f"E{n:05}") for n in range(3_000)) if d["never_done"]]
    reviewing = sum(d["reviews_messages"] for d in idle) / len(idle)
    assert reviewing == pytest.approx(ASSUMPTIONS["idle_practice_reviews"].mean, abs=0.06)


def test_days_on_which_it_is_closed_are_passed_on_in_order():
    closed = desk(closed_on=[date(2026, 12, 28), date(2026, 12, 25)])["closed_on"]
    assert closed == ["2026-12-25", "2026-12-28"]


def test_it_rests_on_the_figures_that_it_says_and_on_every_one_of_them():
    def settings(names):
        some = Assumptions({name: ASSUMPTIONS[name] for name in names}, "0" * 64, "some.toml")
        return desk_settings(some, practice="A81001", list_size=9_000, seed=1)

    settings(DESK_PRIORS)
    for name in DESK_PRIORS:
        with pytest.raises(EvidenceError, match=rf"missing: some\.toml \[{name}\]"):
            settings(set(DESK_PRIORS) - {name})
