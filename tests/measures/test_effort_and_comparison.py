"""What work comes to in minutes and money, and what one arm saves against another."""

from dataclasses import fields, replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilot.evidence import load_assumptions
from pilot.measures import Print
from pilot.measures.comparison import Errors, Side, compare
from pilot.measures.effort import EFFORT_PRIORS, Sent, Workload, effort, means, total
from tests.measures.build import EMITTED

ASSUMPTIONS = load_assumptions()
MEAN = means(ASSUMPTIONS)
PAPER = Workload(
    letters_minutes=1000, clinician_review_minutes=20, posted=Sent(results=400, pages=224, bundles=38)
)
CODED = Workload(
    coder_review_minutes=30, clinician_review_minutes=20, unmatched_minutes=25, rules_minutes=12,
    intake_batches=38, exceptions=6,
)  # fmt: skip
NO_ERRORS = Errors()


def test_at_the_means_the_desks_minutes_are_those_of_the_time_sheets():
    assert effort(PAPER, MEAN, MEAN).gp_minutes == {
        "letters": 1000, "documents": 0, "clinician_review": 20, "coder_review": 0, "unmatched": 0, "rules": 0,
        "reconciliation": 0,
    }  # fmt: skip


def test_money_is_hours_times_loaded_pay_and_bundles_times_postage():
    spent = effort(PAPER, MEAN, MEAN)
    loaded = 1 + MEAN["on_costs"]
    assert spent.staff_cost_gbp["gp_clerical"] == pytest.approx(1000 / 60 * MEAN["gp_clerical_pay"] * loaded)
    assert spent.staff_cost_gbp["gp_clinical"] == pytest.approx(20 / 60 * MEAN["clinician_pay"] * loaded)
    assert spent.staff_cost_gbp["bso"] == pytest.approx(
        total(spent.bso_minutes) / 60 * MEAN["bso_pay"] * loaded
    )
    assert spent.letter_cost_gbp == pytest.approx(
        38 * MEAN["postage_an_envelope"] + 224 * MEAN["print_cost_a_page"]
    )
    assert spent.cost_gbp == pytest.approx(total(spent.staff_cost_gbp) + spent.letter_cost_gbp)


def test_the_office_is_spared_what_it_does_not_print_and_charged_what_it_works_on():
    paper, coded = (effort(work, MEAN, MEAN).bso_minutes for work in (PAPER, CODED))
    assert paper["printing"] == 38 * MEAN["bso_printing_minutes_a_batch"]
    assert paper["checking"] == 400 * MEAN["bso_checking_minutes_a_result"]
    assert paper["enveloping"] == 38 * MEAN["bso_enveloping_minutes_an_envelope"]
    assert paper["intake"] == paper["exceptions"] == 0
    assert coded["printing"] == coded["checking"] == coded["enveloping"] == 0
    assert coded["intake"] == 38 * MEAN["bso_intake_minutes_a_batch"]
    assert coded["exceptions"] == 6 * MEAN["bso_exception_minutes"]


def test_a_reconciliation_page_costs_the_practice_the_looking_up_and_the_office_the_page():
    asked = effort(Workload(pages_answered=2, results_looked_up=9), MEAN, MEAN)
    assert asked.gp_minutes["reconciliation"] == 9 * MEAN["reconciliation_minutes_a_result"]
    assert asked.bso_minutes["reconciliation"] == 2 * MEAN["bso_reconciliation_minutes_a_page"]
    assert asked.letter_cost_gbp == pytest.approx(  # it comes back by post
        4 * MEAN["postage_an_envelope"] + 2 * MEAN["print_cost_a_page"]
    )
    assert asked.staff_cost_gbp["gp_clerical"] > 0


def test_e_mailed_pages_cost_no_postage_but_are_checked_and_sent():
    mailed = effort(Workload(emailed=Sent(results=400, pages=400, bundles=38)), MEAN, MEAN)
    assert mailed.letter_cost_gbp == 0
    assert mailed.bso_minutes["checking"] == 400 * MEAN["bso_checking_minutes_a_result"]
    assert mailed.bso_minutes["emailing"] == 38 * MEAN["bso_emailing_minutes_a_batch"]
    assert mailed.bso_minutes["printing"] == 0


@pytest.mark.parametrize("documents", [0, 700])
def test_one_draw_gives_what_the_same_figures_give(documents):
    draws = ASSUMPTIONS.draws(EFFORT_PRIORS, 5, seed=1)
    work = replace(PAPER, documents_minutes=documents)
    drawn = effort(work, draws, MEAN)
    third = effort(work, {name: float(drawn[2]) for name, drawn in draws.items()}, MEAN)
    assert drawn.cost_gbp[2] == pytest.approx(third.cost_gbp)
    assert total(drawn.gp_minutes)[2] == pytest.approx(total(third.gp_minutes))


def test_minutes_that_double_double_the_desks_work_and_no_other():
    doubled = effort(PAPER, MEAN | {"minutes_a_result": 2 * MEAN["minutes_a_result"]}, MEAN)
    assert doubled.gp_minutes["letters"] == 2000
    assert doubled.gp_minutes["clinician_review"] == 20


def test_a_bundle_is_one_practice_on_one_day():
    day, next_day = date(2026, 11, 2), date(2026, 11, 3)
    sent = Sent.of(
        [
            Print("Z90001", day, "a.pdf", 1, 1),
            Print("Z90001", day, "a.pdf", 1, 2),
            Print("Z90001", day, "a.pdf", 2, 1),
            Print("Z90001", next_day, "b.pdf", 1, 1),
            Print("Z90002", day, "c.pdf", 1, 1),
        ]
    )
    assert sent == Sent(results=5, pages=4, bundles=3)


def test_a_print_is_a_line_of_the_post():
    line = {
        "practice": "Z90001",
        "emitted_on": "2026-11-02",
        "file": "a.pdf",
        "page": 1,
        "record": 2,
        "lines": ["x"],
    }
    assert Print.of(line) == Print("Z90001", date(2026, 11, 2), "a.pdf", 1, 2)


def compared(paper=PAPER, arm=CODED, paper_errors=NO_ERRORS, arm_errors=NO_ERRORS):
    everybody = frozenset((str(number), EMITTED) for number in range(400))
    return compare(
        Side("paper", paper, paper_errors, 400, everybody),
        Side("coded", arm, arm_errors, 400, everybody),
        ASSUMPTIONS,
    )


def test_what_is_not_delivered_is_no_saving():
    half = frozenset((str(number), EMITTED) for number in range(200))
    everybody = frozenset((str(number), EMITTED) for number in range(400))
    idle = compare(
        Side("paper", PAPER, NO_ERRORS, 400, everybody),
        Side("coded", CODED, NO_ERRORS, 400, half),
        ASSUMPTIONS,
    )
    whole = compared()
    assert idle.gp_hours_saved == whole.gp_hours_saved, "all hours less all hours, whatever they delivered"
    assert idle.gp_hours_saved_on_delivered.value == pytest.approx((1020 / 400 - 87 / 200) * 200 / 60)
    assert (idle.delivered_by_both, idle.fewer_undelivered) == (200, -200)


def test_the_value_is_what_the_run_counted():
    saved = compared()
    assert saved.gp_hours_saved.value == pytest.approx((1020 - 87) / 60)
    assert saved.letters_avoided.value == 400
    spent, spared = effort(PAPER, MEAN, MEAN), effort(CODED, MEAN, MEAN)
    assert saved.gbp_saved.value == pytest.approx(spent.cost_gbp - spared.cost_gbp)
    assert saved.bso_hours_saved.value == pytest.approx(
        (total(spent.bso_minutes) - total(spared.bso_minutes)) / 60
    )


def test_the_range_lies_about_the_value_and_is_the_same_every_time():
    once, again = compared(), compared()
    assert once == again
    for part in ("gp_hours_saved", "bso_hours_saved", "gbp_saved"):
        saved = getattr(once, part)
        assert saved.low < saved.value < saved.high


def test_two_arms_with_the_same_work_differ_by_nothing_in_any_draw():
    same = compared(arm=PAPER)
    for part in ("gp_hours_saved", "bso_hours_saved", "gbp_saved"):
        saved = getattr(same, part)
        assert (saved.low, saved.value, saved.high) == (0, 0, 0)


def test_an_arm_that_costs_more_saves_less_than_nothing():
    dearer = compared(paper=CODED, arm=PAPER)
    assert dearer.gp_hours_saved.high < 0


def test_no_errors_seen_does_not_mean_none_possible():
    avoided = compared(paper_errors=Errors(code=20), arm_errors=NO_ERRORS).errors_avoided
    assert avoided.value == 20
    assert avoided.low < 20 < avoided.high
    none = compared().errors_avoided
    assert none.value == 0
    assert none.low < 0 < none.high


def test_the_more_errors_the_wider_the_doubt():
    few, many = (compared(paper_errors=Errors(code=n)).errors_avoided for n in (5, 50))
    assert many.high - many.low > few.high - few.low


@given(st.lists(st.builds(Errors, *[st.integers(0, 50)] * 5), max_size=5))
def test_errors_add_up_kind_by_kind(rows):
    added = Errors.total_of(rows)
    assert added.total == sum(row.total for row in rows)
    for part in fields(Errors):
        assert getattr(added, part.name) == sum(getattr(row, part.name) for row in rows)


def test_draws_are_arrays_throughout():
    drawn = effort(PAPER, ASSUMPTIONS.draws(EFFORT_PRIORS, 7, seed=1), MEAN)
    assert isinstance(drawn.cost_gbp, np.ndarray)
    assert drawn.cost_gbp.shape == (7,)


@pytest.mark.parametrize("name", EFFORT_PRIORS)
def test_every_figure_that_effort_is_said_to_rest_on_moves_it(name):
    work = replace(
        PAPER, coder_review_minutes=5, unmatched_minutes=5, rules_minutes=2, documents_minutes=7,
        emailed=Sent(results=4, pages=4, bundles=2), intake_batches=3, exceptions=2,
        pages_answered=2, results_looked_up=9,
    )  # fmt: skip
    more = effort(work, MEAN | {name: MEAN[name] * 1.5}, MEAN)
    assert more.cost_gbp != effort(work, MEAN, MEAN).cost_gbp
