"""England's money until NBSS is replaced: who pays and saves adds up, and each row moves it the way that it should."""

from dataclasses import replace

import numpy as np
import pytest

from pilot.evidence import Assumption, Assumptions, Distribution, load_assumptions
from pilot.measures import Investment
from pilot.questions.investment import calendar_used, investment_of
from pilot.questions.nation import load_years
from pilot.questions.points import about

EVIDENCE, CALENDAR = load_assumptions(), load_years()
MADE = investment_of(EVIDENCE)


def fixed(row: Assumption, value: float) -> Assumption:
    return replace(row, value=value, low=value, high=value, distribution=Distribution.FIXED)


def having(rows: Assumptions, **values: float) -> Assumptions:
    """The same rows with some of them at a value that nobody doubts."""
    return replace(
        rows, rows={**rows.rows, **{name: fixed(rows[name], value) for name, value in values.items()}}
    )


def test_what_each_saves_and_pays_adds_up_to_the_whole() -> None:
    assert sum(one.gbp.mean for one in MADE.accounts) == pytest.approx(MADE.net_gbp.mean)
    cash = sum(one.gbp.mean for one in MADE.accounts if one.kind == "cash")
    assert cash == pytest.approx(MADE.net_cash_gbp.mean)
    for kind in ("time_gbp", "cash_gbp"):
        both = sum(getattr(party, kind).mean for party in MADE.parties)
        assert both == pytest.approx(sum(a.gbp.mean for a in MADE.accounts if f"{a.kind}_gbp" == kind))
    assert MADE.may_cost_gbp.mean - MADE.once_gbp.mean == pytest.approx(MADE.net_gbp.mean)
    assert MADE.balances[-1].gbp.mean == pytest.approx(MADE.net_gbp.mean)


def test_every_line_names_rows_that_there_are() -> None:
    assert all(name in EVIDENCE for one in MADE.accounts for name in one.rows)
    assert {"lead_months", "nbss_replaced"} <= {row.name for row in calendar_used()}


def test_by_hand_where_nothing_is_in_doubt_and_nothing_is_discounted() -> None:
    """Two years of building, everybody joins at once, six more years: then six years' savings less what was paid."""
    calendar = having(
        CALENDAR, begins=2027.0, lead_months=24, months_of_waves=0, nbss_replaced=2035.0, offices=77
    )
    evidence = having(
        EVIDENCE, discount_rate=0, dual_running_months=0, print_contract_months=0, optimism_bias=0.5,
        build_gbp=1_000_000, supplier_development_gbp=500_000, assurance_gbp=500_000, joining_gbp_an_office=1_000,
        running_gbp_a_year=100_000,
    )  # fmt: skip
    made = investment_of(evidence, calendar)
    lines = {(one.who, one.what): one.gbp.mean for one in made.accounts}
    assert made.once_gbp.mean == pytest.approx(3_000_000)
    assert lines["Whoever runs it", "Running the service"] == pytest.approx(-600_000)
    assert lines["Screening offices", "Joining: training, settings, local safety case"] == pytest.approx(
        -77_000
    )
    saved = sum(gbp for (_, what), gbp in lines.items() if what.startswith(("Results", "Prints", "Postage")))
    assert made.net_gbp.mean == pytest.approx(saved - 3_000_000 - 600_000 - 77_000)
    one_year = investment_of(evidence, having(calendar, nbss_replaced=2030.0))
    assert saved == pytest.approx(
        6 * sum(
            one.gbp.mean for one in one_year.accounts if one.what.startswith(("Results", "Prints", "Postage"))
        )
    )  # fmt: skip


def test_what_is_paid_once_is_paid_even_where_nbss_goes_first() -> None:
    early = investment_of(EVIDENCE, having(CALENDAR, nbss_replaced=2028.0))
    assert early.may_cost_gbp.high == 0
    assert early.once_gbp.mean == pytest.approx(MADE.once_gbp.mean)
    assert early.p_pays == 0


@pytest.mark.parametrize(
    ("name", "direction"),
    [
        ("build_gbp", -1), ("supplier_development_gbp", -1), ("assurance_gbp", -1), ("joining_gbp_an_office", -1),
        ("running_gbp_a_year", -1), ("dual_running_months", -1), ("print_contract_months", -1), ("optimism_bias", -1),
        ("minutes_a_result", 1), ("bso_checking_minutes_a_result", 1), ("bso_intake_minutes_a_batch", -1),
        ("postage_an_envelope", 1), ("bso_exception_minutes", -1),
    ],
)  # fmt: skip
def test_each_row_moves_the_net_the_way_it_should(name: str, direction: int) -> None:
    more = replace(EVIDENCE, rows={**EVIDENCE.rows, name: about(EVIDENCE[name], EVIDENCE[name].mean * 1.05)})
    assert np.sign(investment_of(more).net_gbp.mean - MADE.net_gbp.mean) == direction


def dearest(made: Investment) -> list[float]:
    return [one.p_pays for one in made.at_cost]


def test_a_later_replacement_a_shorter_lead_and_a_smaller_cost_pay_sooner() -> None:
    at = {(one.replaced, one.lead_months): one.gbp.mean for one in MADE.affordable}
    years, leads = sorted({year for year, _ in at}), sorted({lead for _, lead in at})
    assert (leads, len(years)) == ([18, 24], 7)
    # From the year in which it begins to pay for its running.
    means = [at[year, 18.0] for year in years[2:]]
    assert means == sorted(means)
    assert all(at[year, 18.0] > at[year, 24.0] for year in years[2:])
    assert dearest(MADE) == sorted(dearest(MADE), reverse=True)
    assert dearest(MADE)[0] > dearest(MADE)[-1]
    later = investment_of(EVIDENCE, having(CALENDAR, nbss_replaced=2040.0))
    assert later.p_pays > MADE.p_pays


def test_discounting_takes_off_what_comes_later() -> None:
    free = investment_of(having(EVIDENCE, discount_rate=0))
    assert free.may_cost_gbp.high > MADE.may_cost_gbp.high
    assert free.once_gbp.mean > MADE.once_gbp.mean
