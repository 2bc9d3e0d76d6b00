"""What the evidence file calls published is what its source says: docs/evidence-sources.md holds the figures quoted."""

import re
from pathlib import Path

import pytest

from pilot.evidence import Grade, load_assumptions

ASSUMPTIONS = load_assumptions()
PAGE = (Path(__file__).parents[2] / "docs" / "evidence-sources.md").read_text("utf-8")
ROWS = {
    name: (figure.strip(), said, source, date.strip())
    for name, figure, said, source, date in re.findall(
        r"^\| `(\w+)` \|([^|]+)\|([^|]+)\|([^|]+)\|([^|]+)\|$", PAGE, re.MULTILINE
    )
}


def number(figure: str) -> float:
    """The figure as a source writes it: `152,000`, `3.04 million`, `0.37 per 1,000`, `87p`, `2 to 3`."""
    if " to " in figure:
        return sum(map(number, figure.split(" to "))) / 2
    found = re.match(r"[\d.,]+", figure)
    assert found, figure
    value = float(found[0].replace(",", ""))
    scale = {"million": 1e6, "per 1,000": 1e-3, "p": 1e-2}
    return value * next((by for word, by in scale.items() if figure.endswith(word)), 1.0)


def test_every_published_row_and_no_other_is_quoted():
    assert set(ROWS) == {row.name for row in ASSUMPTIONS.values() if row.grade is Grade.PUBLISHED}


@pytest.mark.parametrize("name", ROWS)
def test_the_figure_quoted_is_the_rows_and_stands_in_the_sentence(name):
    figure, said, source, date = ROWS[name]
    row = ASSUMPTIONS[name]
    assert number(figure) == pytest.approx(row.value)
    assert figure in said
    assert date == row.date
    assert source.strip().casefold().removeprefix("nhs ") in row.source.casefold()


def test_no_pay_lies_below_the_living_wage_of_the_simulated_year():
    for name in ("gp_clerical_pay", "bso_pay", "clinician_pay"):
        assert ASSUMPTIONS[name].low >= ASSUMPTIONS["national_living_wage"].value


def test_a_network_s_hours_are_nowhere_divided_by_another_practices_letters():
    for row in ASSUMPTIONS.values():
        assert not {"176", "300"} <= set(re.findall(r"\d+", row.source + row.sentence)), row.name


def test_more_than_half_are_posted_since_most_are_on_paper():
    assert ASSUMPTIONS["share_posted"].low >= 0.5
