"""A whole run measured: the golden figures, and what must hold between their parts."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from pilot.domain.delivery import State
from pilot.domain.outcome import Outcome
from pilot.errors import FileError
from pilot.evidence import load_assumptions
from pilot.measures import ArmRun, Print, assumptions_used, figures_from, measure, write_figures
from pilot.measures.ends import End
from pilot.measures.figures import plain
from pilot.measures.judged import arm_figures, judge_arm
from tests.measures import example
from tests.measures.build import ABNORMAL, EMITTED, ending, entry, line, lying, prints, record

ASSUMPTIONS = load_assumptions()


@pytest.fixture(scope="module")
def whole():
    return example.figures()


@pytest.fixture(scope="module")
def figures(whole):
    return whole.to_json()


def test_the_same_run_gives_the_same_figures(whole):
    assert example.figures() == whole


def test_figures_can_be_read_back_as_they_were_written(whole, figures):
    again = figures_from(json.loads(json.dumps(figures)))
    assert again.to_json() == figures
    assert again.arms["paper"].ends == figures_from(figures).arms["paper"].ends


def test_pounds_are_parted_into_time_and_cash_each_with_its_range(figures):
    for one in [*figures["comparisons"].values(), *figures["ladder"]]:
        time, cash, both = one["time_gbp_saved"], one["cash_gbp_saved"], one["gbp_saved"]
        assert time["value"] + cash["value"] == pytest.approx(both["value"], abs=1e-5)
        assert time["low"] <= time["value"] <= time["high"]
        assert cash["low"] <= cash["value"] <= cash["high"]


def test_practices_that_lose_time_are_counted_with_what_they_lose(figures):
    for one in figures["worse_off"]:
        more = [
            practice["arms"][one["arm"]]["gp_minutes"] - practice["arms"]["paper"]["gp_minutes"]
            for practice in figures["practices"]
        ]
        assert one["arm"] != "paper"
        assert one["of"] == len(more)
        assert one["practices"] == sum(minutes > 0 for minutes in more)
        assert one["minutes"] == pytest.approx(sum(minutes for minutes in more if minutes > 0), abs=1e-4)


def test_parts_agree_with_each_other(figures):
    paper, coded = figures["arms"]["paper"], figures["arms"]["coded"]
    saved = figures["comparisons"]["coded_vs_paper"]
    assert saved["gp_hours_saved"]["value"] == pytest.approx(
        (paper["gp_minutes"] - coded["gp_minutes"]) / 60, abs=1e-5
    )
    assert saved["errors_avoided"]["value"] == paper["errors"] - coded["errors"]
    assert saved["fewer_undelivered"] == paper["undelivered"] - coded["undelivered"]
    for name, arm in figures["arms"].items():
        ends = arm["ends"]
        assert sum(ends[str(end)] for end in End) == arm["results"]
        assert sum(ends["lost_because"].values()) == ends["lost"]
        assert arm["undelivered"] == arm["results"] - ends["in_right_record"]
        assert sum(arm["errors_by_kind"].values()) == arm["errors"]
        assert arm["errors_where_results_are_typed"] + arm["errors_where_nothing_is_done"] == arm["errors"]
        assert arm["gp_minutes"] == pytest.approx(sum(arm["gp_minutes_by_kind"].values()))
        assert arm["bso_minutes"] == pytest.approx(sum(arm["bso_minutes_by_kind"].values()), abs=1e-5)
        assert arm["cost_gbp"] == pytest.approx(arm["staff_cost_gbp"] + arm["letter_cost_gbp"], abs=1e-5)
        practices = [practice["arms"][name] for practice in figures["practices"]]
        assert sum(practice["errors"] for practice in practices) == arm["errors"]
        assert added(practice["harms"] for practice in practices) == arm["harms"]
        rows = [row for row in figures["outcomes"] if row["arm"] == name]
        for end in End:
            assert sum(row[str(end)] for row in rows) == ends[str(end)]
        for row in rows:
            assert sum(row[str(end)] for end in End) == row["results"]


def added(rows):
    """Counts added up, key by key."""
    rows = list(rows)
    return {key: sum(row[key] for row in rows) for key in rows[0]}


def test_every_result_stands_in_one_group_of_each_kind(figures):
    for name, arm in figures["arms"].items():
        for by, groups in (("imd_quintile", 5), ("ethnicity", 4)):
            rows = [row for row in figures["equality"] if (row["arm"], row["by"]) == (name, by)]
            assert len(rows) == groups
            for part in ("results", "undelivered", "late"):
                assert sum(row[part] for row in rows) == arm[part]
            assert sum(row["lost"] for row in rows) == arm["ends"]["lost"]
            assert added(row["harms"] for row in rows) == arm["harms"]


def test_only_an_arm_with_a_ledger_has_received_anything(figures):
    assert figures["arms"]["coded"]["ends"]["received"] == figures["run"]["results"]
    assert figures["arms"]["paper"]["ends"]["received"] is None


def test_what_the_ledger_never_heard_of_is_not_received_and_is_lost():
    truth = [line(n) for n in range(10)]
    endings = tuple(ending(one, State.FILED) for one in truth[:9])
    arm = arm_of(ArmRun(record(*(entry(one) for one in truth[:9])), endings=endings), truth)
    assert (arm["ends"]["received"], arm["results"]) == (9, 10)
    assert arm["ends"]["lost_because"] == {"never_received": 1}
    assert arm["errors"] == 1


def test_every_figure_that_was_used_is_listed_with_its_source(figures):
    names = {row["name"] for row in figures["assumptions"]}
    assert names == set(ASSUMPTIONS)
    for row in figures["assumptions"]:
        assert row["source"]
        assert row["date"]
        assert row["grade"] in {"published", "derived", "judgement"}
        assert row["used_for"]
    assert len(assumptions_used(ASSUMPTIONS)) == len(names)


def test_a_run_without_paper_compares_nothing():
    her = line()
    coded = measured({"coded": ArmRun(record(entry(her)), endings=())}, [her])
    assert coded["comparisons"] == {}


def test_each_way_is_held_against_paper_and_against_the_cheapest_that_changes_less():
    her = line()
    costs = {"paper": 9.0, "pdf_email": 7.0, "mesh_pdf": 8.0, "coded": 1.0}
    arms = {name: ArmRun(record(entry(her), minutes={"letters": minutes})) for name, minutes in costs.items()}
    assert list(measured(arms, [her])["comparisons"]) == [
        "pdf_email_vs_paper",
        "mesh_pdf_vs_paper",
        "mesh_pdf_vs_pdf_email",
        "coded_vs_paper",
        "coded_vs_pdf_email",
    ]


def measured(arms, truth):
    return measure(truth, arms, ASSUMPTIONS, example.FACTS).to_json()


def arm_of(run, truth):
    """One arm's figures, without the national ones, which take most of the time."""
    return plain(arm_figures(judge_arm("arm", run, truth, ASSUMPTIONS, example.FACTS.last_day), ASSUMPTIONS))


def test_people_of_whom_nothing_is_known_stand_in_no_group():
    her = line()
    assert measured({"paper": ArmRun(record(entry(her)))}, [her])["equality"] == []


@pytest.mark.parametrize("arm", ["pdf_email", "mesh_pdf"])
def test_an_arm_of_documents_on_screens_is_measured_and_written(tmp_path, arm):
    her = line()
    prints = (Print(her.practice, her.emitted_on, "a.pdf", 1, 1),)
    arms = {
        "paper": ArmRun(record(entry(her)), posted=prints),
        arm: ArmRun(record(entry(her), minutes={"letters": 80.0}), emailed=prints),
    }
    written = write_figures(measure([her], arms, ASSUMPTIONS, example.FACTS), tmp_path)
    saved = json.loads(written.read_bytes())["comparisons"][f"{arm}_vs_paper"]
    assert saved["gp_hours_saved"]["value"] == pytest.approx(20 / 60, abs=1e-6)


def test_what_does_not_exist_is_null_and_never_zero():
    arm = arm_of(ArmRun(record()), [line(1, Outcome.MOVED)])
    assert arm["days_to_record"] == {"median": None, "p95": None, "results": 0}
    assert arm["uptake_true"] is None
    assert arm["uptake_recorded"] is None
    assert arm["coding"]["modal_share"] is None


def test_days_are_the_median_and_the_nearest_rank_of_95_percent():
    truth = [line(n) for n in range(20)]
    arm = arm_of(ArmRun(record(*(entry(one, days=n) for n, one in enumerate(truth)))), truth)
    assert arm["days_to_record"] == {"median": 9.5, "p95": 18.0, "results": 20}
    assert arm["late"] == 5


def test_letters_still_on_the_desk_are_undelivered_but_not_yet_an_error():
    truth = [line(n) for n in range(5)]
    waiting = tuple(lying(one) for one in truth[1:4])
    arm = arm_of(ArmRun(record(entry(truth[0]), lying=waiting), posted=prints(*truth)), truth)
    assert (arm["undelivered"], arm["errors"], arm["errors_by_kind"]["absent"]) == (4, 1, 1)
    assert arm["letters_open"] == arm["ends"]["unwatched_paper"] == 3


def test_a_practice_that_works_no_letters_is_told_apart_from_one_that_mislays_them():
    truth = [line(n) for n in range(3)]
    ignored = tuple(lying(one, "ignored") for one in truth[:2])
    arm = arm_of(ArmRun(record(lying=ignored), posted=prints(*truth)), truth)
    assert arm["errors_by_kind"] == {
        "absent": 1,
        "code": 0,
        "duplicate": 0,
        "not_worked": 2,
        "wrong_person": 0,
    }
    assert (arm["errors_where_results_are_typed"], arm["errors_where_nothing_is_done"]) == (1, 2)


def test_a_result_with_several_errors_is_one_error():
    her = line()
    entries = [entry(her, ABNORMAL), entry(her, ABNORMAL), entry(her, nhs_number="9990009990")]
    arm = arm_of(ArmRun(record(*entries)), [her])
    assert (arm["wrong_person"], arm["duplicate"], arm["misleading"], arm["errors"]) == (1, 1, 1, 1)


def test_another_code_of_the_same_meaning_is_right_and_counted_as_rarer():
    truth = [line(n) for n in range(3)]
    entries = [entry(truth[0]), entry(truth[1]), entry(truth[2], "168749009")]
    arm = arm_of(ArmRun(record(*entries)), truth)
    assert (arm["right"], arm["right_by_another_code"], arm["errors"]) == (3, 1, 0)


def test_text_alone_that_says_her_outcome_is_not_findable_and_no_error():
    her = line()
    arm = arm_of(ArmRun(record(entry(her, None))), [her])
    assert (arm["right"], arm["not_findable"], arm["errors"]) == (0, 1, 0)
    assert (arm["harms"]["due_though_screened"], arm["harms"]["screened"]) == (1, 1)


def test_an_entry_that_no_result_explains_is_shown():
    her, stray = line(1), line(99)
    arm = arm_of(ArmRun(record(entry(her), entry(stray), entry(her, screening_number=None))), [her])
    assert (arm["entries"], arm["entries_of_no_result"]) == (3, 2)


def test_a_review_is_priced_by_who_made_it():
    her = line(1, Outcome.RECALL_FOR_ASSESSMENT)
    seen = entry(her, None, entered_by="person:clinician", source="mesh:1")
    sheet = {"review": 10.0}
    run = ArmRun(record(seen, minutes=sheet), endings=(ending(her, State.FILED),))
    arm = arm_of(run, [her])
    clinical = ASSUMPTIONS["clinician_review_minutes"].mean
    per_minute = ASSUMPTIONS["clinician_pay"].mean * (1 + ASSUMPTIONS["on_costs"].mean) / 60
    assert arm["staff_cost_gbp_by_kind"]["gp_clinical"] == pytest.approx(clinical * per_minute, abs=1e-5)
    assert arm["gp_minutes"] == pytest.approx(10.0)


def test_figures_are_written_whole_sorted_and_the_same_each_time(tmp_path, whole):
    first = write_figures(whole, tmp_path).read_bytes()
    assert write_figures(whole, tmp_path).read_bytes() == first
    assert [path.name for path in tmp_path.iterdir()] == ["figures.json"]
    assert json.loads(first) == whole.to_json()
    assert list(json.loads(first)) == sorted(whole.to_json())


def test_a_folder_that_cannot_be_written_is_told(tmp_path, whole):
    with pytest.raises(FileError, match="figures cannot be written"):
        write_figures(whole, tmp_path / "not there")


def test_a_value_as_json_has_it():
    assert plain(1 / 3) == 0.333333
    assert plain({Outcome.NORMAL: (1.0, None, True)}) == {"normal": [1.0, None, True]}


def test_a_result_that_was_withdrawn_is_none_and_counts_where_a_record_still_holds_it():
    hers, gone, held = (
        line(1),
        line(2, withdrawn_on=date(2026, 11, 12)),
        line(3, withdrawn_on=date(2026, 11, 12)),
    )
    arm = arm_of(ArmRun(record(entry(hers), entry(held))), [hers, gone, held])
    assert (arm["results"], arm["errors"], arm["undelivered"]) == (1, 0, 0)
    assert (arm["withdrawn"], arm["withdrawn_still_in_record"], arm["entries_of_no_result"]) == (2, 1, 0)


def test_a_corrected_result_is_late_from_its_correction_and_counts_where_the_first_print_stays():
    when = EMITTED + timedelta(days=14)
    told: dict[str, Any] = {"amended_on": when, "printed_outcome": Outcome.RECALL_FOR_ASSESSMENT}
    filed, kept = line(1, **told), line(2, **told)
    entries = (entry(filed, days=16), entry(kept, ABNORMAL), entry(kept, days=16))
    arm = arm_of(ArmRun(record(*entries)), [filed, kept])
    assert (arm["amended"], arm["amended_as_first_printed"], arm["late"]) == (2, 1, 0)
    assert arm["days_to_record"]["median"] == 2


def test_two_results_of_one_person_are_two_and_she_is_one_of_those_invited():
    first = line(1, Outcome.TECHNICAL_RECALL)
    second = line(
        1, emitted_on=EMITTED + timedelta(days=18), seen_on=EMITTED + timedelta(days=12), file="b.pdf"
    )
    arm = arm_of(ArmRun(record(entry(first, None), entry(second))), [first, second])
    assert (arm["results"], arm["undelivered"], arm["duplicate"], arm["right"]) == (2, 0, 0, 1)
    assert arm["uptake_true"] == 1
