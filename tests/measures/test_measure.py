"""A whole run measured: the golden figures, and what must hold between their parts."""

import json

import pytest

from pilot.domain.delivery import State
from pilot.domain.outcome import Outcome
from pilot.errors import FileError
from pilot.evidence import load_assumptions
from pilot.measures import ArmRun, Print, assumptions_used, measure, write_figures
from pilot.measures.figures import plain
from pilot.measures.judged import arm_figures, judge_arm
from tests.measures import example
from tests.measures.build import ABNORMAL, ending, entry, line, record

ASSUMPTIONS = load_assumptions()


@pytest.fixture(scope="module")
def whole():
    return example.figures()


@pytest.fixture(scope="module")
def figures(whole):
    return whole.to_json()


def test_the_same_run_gives_the_same_figures(whole):
    assert example.figures() == whole


def test_the_example_gives_the_golden_figures(figures):
    golden = json.loads((example.GOLDEN / "figures.json").read_text())
    assert shape(figures) == shape(golden)
    assert flat(figures) == pytest.approx(flat(golden), rel=1e-6)


def shape(value):
    """Keys, and everything that is not a fraction."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value]
    return "a fraction" if isinstance(value, float) else value


def flat(value):
    """Every fraction, in order."""
    if isinstance(value, dict):
        return [number for key in sorted(value) for number in flat(value[key])]
    if isinstance(value, list):
        return [number for item in value for number in flat(item)]
    return [value] if isinstance(value, float) else []


def test_every_part_that_the_design_names_is_there(figures):
    assert {
        "results", "filed", "missing", "wrong_code", "wrong_person", "duplicate", "late", "gp_minutes",
        "bso_minutes", "letters", "letter_cost_gbp", "staff_cost_gbp", "days_to_record", "uptake_true",
        "uptake_recorded",
    } <= set(figures["arms"]["paper"])  # fmt: skip
    assert {
        "scenario",
        "seed",
        "version",
        "results",
        "practices",
        "simulated_days",
        "assumptions_sha256",
    } <= set(figures["run"])
    assert {"received", "filed", "with_a_person", "returned", "lost"} <= set(figures["accounted_for"])
    assert {"gp_hours_saved", "bso_hours_saved", "gbp_saved", "errors_avoided"} <= set(
        figures["comparisons"]["coded_vs_paper"]
    )
    assert {"hours", "gbp", "letters_gbp", "seed_headline"} <= set(figures["national"])
    assert {"results_per_second", "wall_seconds", "peak_rss_mb"} == set(figures["speed"])


def test_parts_agree_with_each_other(figures):
    paper, coded = figures["arms"]["paper"], figures["arms"]["coded"]
    saved = figures["comparisons"]["coded_vs_paper"]
    assert saved["gp_hours_saved"]["value"] == pytest.approx(
        (paper["gp_minutes"] - coded["gp_minutes"]) / 60, abs=1e-5
    )
    assert saved["errors_avoided"]["value"] == paper["errors"] - coded["errors"]
    for name, arm in figures["arms"].items():
        assert arm["filed"] + arm["missing"] == arm["results"]
        assert arm["missing_unnoticed"] <= arm["missing"]
        assert arm["wrong_code_same_meaning"] <= arm["wrong_code"]
        assert sum(arm["errors_by_kind"].values()) == arm["errors"]
        assert arm["gp_minutes"] == pytest.approx(sum(arm["gp_minutes_by_kind"].values()))
        assert arm["bso_minutes"] == pytest.approx(sum(arm["bso_minutes_by_kind"].values()), abs=1e-5)
        assert sum(practice["arms"][name]["errors"] for practice in figures["practices"]) == arm["errors"]
        rows = [row for row in figures["outcomes"] if row["arm"] == name]
        assert sum(row["results"] for row in rows) == arm["results"]
        assert sum(row["filed"] for row in rows) == arm["filed"]
        for row in rows:
            assert row["filed"] + row["with_a_person"] + row["returned"] + row["lost"] == row["results"]


def test_every_result_stands_in_one_group_of_each_kind(figures):
    for name, arm in figures["arms"].items():
        for by, groups in (("imd_quintile", 5), ("ethnicity", 4)):
            rows = [row for row in figures["equality"] if (row["arm"], row["by"]) == (name, by)]
            assert len(rows) == groups
            for part in ("results", "filed", "missing_unnoticed", "late"):
                assert sum(row[part] for row in rows) == arm[part]


def test_the_top_accounting_is_that_of_the_arm_with_the_pipeline(figures):
    assert figures["accounted_for"] == {"arm": "coded", **figures["arms"]["coded"]["accounted_for"]}
    assert figures["arms"]["paper"]["accounted_for"] is None


def test_every_figure_that_was_used_is_listed_with_its_source(figures):
    names = {row["name"] for row in figures["assumptions"]}
    assert names == set(ASSUMPTIONS)
    for row in figures["assumptions"]:
        assert row["source"]
        assert row["date"]
        assert row["grade"] in {"published", "derived", "judgement"}
        assert row["used_for"]
    assert len(assumptions_used(ASSUMPTIONS)) == len(names)


def test_a_run_without_paper_compares_nothing_and_one_without_a_pipeline_accounts_for_nothing():
    her = line()
    coded = measured({"coded": ArmRun(record(entry(her)), endings=())}, [her])
    assert coded["comparisons"] == {}
    paper = measured({"paper": ArmRun(record(entry(her)))}, [her])
    assert paper["accounted_for"] is None


def measured(arms, truth):
    return measure(truth, arms, ASSUMPTIONS, example.FACTS).to_json()


def arm_of(run, truth):
    """One arm's figures, without the national ones, which take most of the time."""
    return plain(arm_figures(judge_arm("arm", run, truth, ASSUMPTIONS), truth, ASSUMPTIONS))


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


def test_letters_still_on_the_desk_are_missing_but_not_yet_an_error():
    truth = [line(n) for n in range(5)]
    arm = arm_of(ArmRun(record(entry(truth[0]), letters_open=3)), truth)
    assert (arm["missing"], arm["errors"], arm["errors_by_kind"]["absent"]) == (4, 1, 1)


def test_a_practice_that_works_no_letters_is_told_apart_from_one_that_mislays_them():
    truth = [line(n) for n in range(3)]
    arm = arm_of(ArmRun(record(minutes={})), truth)
    assert arm["errors_by_kind"] == {
        "absent": 0,
        "code": 0,
        "duplicate": 0,
        "not_worked": 3,
        "wrong_person": 0,
    }


def test_a_result_with_several_errors_is_one_error():
    her = line()
    entries = [entry(her, ABNORMAL), entry(her, ABNORMAL), entry(her, nhs_number="9990009990")]
    arm = arm_of(ArmRun(record(*entries)), [her])
    assert (arm["wrong_person"], arm["duplicate"], arm["misleading"], arm["errors"]) == (1, 1, 1, 1)


def test_another_code_of_the_same_meaning_is_inconsistent_and_no_error():
    her = line()
    arm = arm_of(ArmRun(record(entry(her, "168749009"))), [her])
    assert (arm["wrong_code"], arm["wrong_code_same_meaning"], arm["errors"]) == (1, 1, 0)


def test_text_alone_that_says_her_outcome_is_uncoded_and_no_error():
    her = line()
    arm = arm_of(ArmRun(record(entry(her, None))), [her])
    assert (arm["wrong_code"], arm["wrong_code_text_only"], arm["errors"]) == (1, 1, 0)


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
