"""A year in England: the evidence's priors, and the headline taken apart step by step."""

from dataclasses import replace

import numpy as np
import pytest

from pilot.evidence import Assumptions, Distribution, load_assumptions
from pilot.measures.england import NATIONAL_PRIORS, national
from pilot.measures.headline import hours_saved, letters_saved_gbp, loaded_pay, office_hours_saved

ASSUMPTIONS = load_assumptions()
ENGLAND = national(ASSUMPTIONS)
MEAN = {name: ASSUMPTIONS[name].mean for name in NATIONAL_PRIORS}


def test_the_same_evidence_gives_the_same_figures():
    assert national(ASSUMPTIONS) == ENGLAND


def test_it_comes_near_the_evidence_files_own_illustration():
    """84,000 hours (40,000 to 135,000), drawn by others on nearly the same priors: a check of the arithmetic."""
    assert ENGLAND.hours.median == pytest.approx(84_000, rel=0.15)
    assert ENGLAND.hours.low == pytest.approx(40_000, rel=0.2)
    assert ENGLAND.hours.high == pytest.approx(135_000, rel=0.2)
    assert ENGLAND.seed_headline.p_hours_at_least < 0.02
    assert ENGLAND.drivers[0].assumption == "minutes_a_result"
    assert ENGLAND.drivers[0].rank_correlation == pytest.approx(0.91, abs=0.05)


def test_the_waterfall_begins_at_the_headline_and_ends_at_the_evidences_means():
    first, *_, last = ENGLAND.seed_headline.waterfall
    assert first.hours == pytest.approx(152_000)
    assert first.gbp == pytest.approx(1_300_000, rel=0.001)
    assert last.hours == pytest.approx(hours_saved(MEAN))
    assert last.gbp == pytest.approx(hours_saved(MEAN) * loaded_pay(MEAN))
    assert [step.step for step in ENGLAND.seed_headline.waterfall] == [
        "The headline", "Volume", "Minutes a result", "Work actually done today", "Adoption", "Exceptions",
        "Loaded pay",
    ]  # fmt: skip


def test_where_nothing_goes_wrong_and_everybody_takes_part_all_of_the_typing_is_saved():
    ideal = MEAN | {
        "share_worked_today": 1.0, "adoption": 1.0, "autofile_share": 1.0, "match_failure": 0.0,
        "rules_setup_minutes": 0.0, "messages_a_year": 3_000_000, "minutes_a_result": 3.0,
        "share_posted": 1.0,
    }  # fmt: skip
    assert hours_saved(ideal) == pytest.approx(150_000)


def test_what_comes_by_email_today_is_typed_sooner_and_so_saves_less():
    emailed = MEAN | {"share_posted": 0.0}
    sooner = MEAN["electronic_saving_minutes"] / MEAN["minutes_a_result"]
    assert hours_saved(emailed) < hours_saved(MEAN) < hours_saved(MEAN | {"share_posted": 1.0})
    assert hours_saved(emailed) / hours_saved(MEAN | {"share_posted": 1.0}) == pytest.approx(
        1 - sooner, abs=0.03
    )


def test_offices_save_what_they_print_check_and_pack_less_what_messages_cost_them():
    office = {name: ASSUMPTIONS[name].mean for name in ASSUMPTIONS if name.startswith("bso_")}
    usual = office_hours_saved(MEAN | office)
    assert 20_000 < usual < 80_000
    assert office_hours_saved(MEAN | office | {"share_posted": 0.0}) < usual
    assert office_hours_saved(MEAN | office | {"bso_intake_minutes_a_batch": 60.0}) < 0
    assert office_hours_saved(MEAN | office | {"adoption": 0.0}) == 0


def test_long_tails_upwards_leave_the_middle_where_it_is_and_raise_the_chance_of_the_headline():
    shapes = {one.name: one for one in ENGLAND.seed_headline.shapes}
    given, long = shapes["As the evidence file has them"], shapes["Lognormal, with a long tail upwards"]
    assert long.hours.median == pytest.approx(given.hours.median, rel=0.05)
    assert long.p_hours_at_least > given.p_hours_at_least
    assert ENGLAND.seed_headline.most_likely == max(one.p_hours_at_least for one in shapes.values())


def test_a_practice_that_does_nothing_today_saves_nothing_and_pays_for_exceptions():
    assert hours_saved(MEAN | {"share_worked_today": 0.0}) < 0


@pytest.mark.parametrize(
    ("name", "direction"),
    [
        ("messages_a_year", 1), ("minutes_a_result", 1), ("share_worked_today", 1), ("adoption", 1),
        ("autofile_share", 1), ("match_failure", -1), ("unmatched_minutes", -1), ("rules_setup_minutes", -1),
    ],
)  # fmt: skip
def test_each_input_moves_the_hours_the_way_it_should(name, direction):
    more = hours_saved(MEAN | {name: MEAN[name] * 1.02})
    assert np.sign(more - hours_saved(MEAN)) == direction


def test_letters_saved_follow_the_share_that_is_posted():
    assert letters_saved_gbp(MEAN | {"share_posted": 0.0}) == 0
    fuller = letters_saved_gbp(MEAN | {"results_an_envelope": 2 * MEAN["results_an_envelope"]})
    assert fuller < letters_saved_gbp(MEAN)


def test_without_doubt_there_is_no_range():
    sure = {
        name: replace(a, value=a.mean, low=a.mean, high=a.mean, distribution=Distribution.FIXED)
        for name, a in ASSUMPTIONS.items()
    }
    england = national(Assumptions(sure, "0" * 64, "sure.toml"))
    assert england.hours.low == england.hours.median == england.hours.high == pytest.approx(hours_saved(MEAN))
    assert england.drivers == ()
    assert england.seed_headline.p_hours_at_least == 0.0


def test_silent_failure_is_shown_as_likely_somewhere_each_year():
    assert 0.2 < ENGLAND.silent_failure.p_at_least_one_a_year.median < 0.7


@pytest.mark.parametrize(
    "name",
    [name for name in NATIONAL_PRIORS if "nbss" not in name and "silent" not in name and "code" not in name],
)
def test_every_figure_that_the_year_is_said_to_rest_on_moves_it(name):
    def year(values):
        return hours_saved(values), loaded_pay(values), letters_saved_gbp(values)

    assert year(MEAN | {name: MEAN[name] * 1.05}) != year(MEAN)


def test_what_each_step_is_due_adds_up_and_favours_no_order():
    steps = ENGLAND.seed_headline.waterfall
    assert sum(step.hours_due for step in steps) == pytest.approx(steps[-1].hours - steps[0].hours)
    assert sum(step.gbp_due for step in steps) == pytest.approx(steps[-1].gbp - steps[0].gbp, abs=1)
    by_name = {step.step: step for step in steps}
    # Pay changes no hours, and comes last in the waterfall, where it is charged for what all others left.
    assert by_name["Loaded pay"].hours_due == pytest.approx(0)
    assert by_name["Loaded pay"].gbp_due > by_name["Loaded pay"].gbp - by_name["Exceptions"].gbp


def test_the_verdict_on_the_hours_stands_in_every_shape_of_the_evidence():
    seed = ENGLAND.seed_headline
    given, *others = seed.shapes
    assert given.hours.median == pytest.approx(ENGLAND.hours.median, rel=0.01)
    assert len(others) >= 4
    assert all(shape.hours.high - shape.hours.low > 0 for shape in seed.shapes)
    assert seed.most_likely == max(shape.p_hours_at_least for shape in seed.shapes)
    # What moves together spreads further than what does not.
    together = next(shape for shape in others if shape.name == "Moving together")
    assert together.hours.high - together.hours.low > given.hours.high - given.hours.low


def test_the_derivations_begin_with_the_headline_and_end_with_this_report():
    seed = ENGLAND.seed_headline
    by = {
        of: [one.value for one in seed.derivations if one.of == of] for of in ("hours", "gbp", "letters_gbp")
    }
    assert by["hours"][0] == pytest.approx(seed.hours)
    assert by["gbp"][0] == pytest.approx(seed.gbp, rel=0.001)
    assert by["hours"][-1] == pytest.approx(hours_saved(MEAN))
    assert by["gbp"][-1] == pytest.approx(hours_saved(MEAN) * loaded_pay(MEAN))
    assert by["letters_gbp"][-1] == pytest.approx(letters_saved_gbp(MEAN))


@pytest.mark.parametrize("shares", [(0.0, 0.0, 0.0), (1.0, 0.0, 1.0), (0.3, 0.7, 0.5), (0.9, 0.1, 0.2)])
def test_between_the_corners_of_what_if_a_straight_line_is_exact(shares):
    panel = ENGLAND.what_if
    assert panel is not None
    values = {
        s.assumption: s.low + share * (s.high - s.low) for s, share in zip(panel.sliders, shares, strict=True)
    }
    told = sum(
        hours * np.prod([share if corner >> k & 1 else 1 - share for k, share in enumerate(shares)])
        for corner, hours in enumerate(panel.hours)
    )
    assert told == pytest.approx(hours_saved(MEAN | values))


def test_a_silent_failure_leaves_out_more_the_later_it_is_found():
    silent = ENGLAND.silent_failure
    found = silent.unfiled_when_found
    assert [one.days for one in found] == sorted(one.days for one in found)
    assert found[-1].results.median / found[0].results.median == pytest.approx(found[-1].days / found[0].days)
    assert silent.expected_a_year is not None
    systems = ASSUMPTIONS["nbss_instances"].value
    assert silent.expected_a_year.median == pytest.approx(
        systems * ASSUMPTIONS["silent_failure_a_system_year"].value, rel=0.05
    )
