"""How figures are written: one rule for each unit, and no more digits than are known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.rendering import Range, Unit, Value, day, places_for, show, tick

FINITE = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9)
NUMERIC = st.sampled_from([unit for unit in Unit if unit not in {Unit.TEXT, Unit.CODE, Unit.DATE}])


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (400, Unit.COUNT, "400"),
        (123_456, Unit.COUNT, "123,456"),
        (15.318333, Unit.HOURS, "15.3"),
        (0.0, Unit.HOURS, "0"),
        (152_000.0, Unit.HOURS, "152,000"),
        (79_932.98, Unit.HOURS, "79,900"),
        (626.787, Unit.POUNDS, "£627"),
        (-25.32, Unit.POUNDS, "−£25.32"),
        (2029.0, Unit.DATE, "January 2029"),
        (2029.25, Unit.DATE, "April 2029"),
        (1_263_198.4, Unit.POUNDS, "£1,260,000"),
        (0.741047, Unit.SHARE, "74.1%"),
        (1.0, Unit.SHARE, "100%"),
        (0.00037, Unit.SHARE, "under 0.1%"),
        (0.901979, Unit.RATIO, "0.90"),
        (0.00037, Unit.NUMBER, "0.00037"),
        (2_900_000.0, Unit.NUMBER, "2,900,000"),
        (12.21, Unit.NUMBER, "12.21"),
        (38_818.95, Unit.ESTIMATE, "38,800"),
        (9.0, Unit.DAYS, "9"),
        (9.5, Unit.DAYS, "9.5"),
        (None, Unit.DAYS, "none"),
        ("171175005", Unit.CODE, "171175005"),
        (Range(15.318, 8.345, 22.144), Unit.HOURS, "15.3 (8.3 to 22.1)"),
        (Range(0.00037, 0.0001, 0.0015), Unit.NUMBER, "0.00037 (0.0001 to 0.0015)"),
        (Range(14.0, 14.0, 14.0), Unit.NUMBER, "14"),
        (Range(None, None, None), Unit.HOURS, "none"),
        (Range(3.5, None, None), Unit.HOURS, "3.5"),
    ],
)
def test_a_figure_is_written_as_a_reader_expects(value: Value, unit: Unit, said: str) -> None:
    assert show(value, unit) == said


@given(FINITE, NUMERIC)
def test_nothing_is_never_negative_and_digits_are_always_there(value: float, unit: Unit) -> None:
    said = show(value, unit)

    assert any(character.isdigit() for character in said)
    assert not said.startswith("-")
    if said.startswith("−"):
        assert any(digit in said for digit in "123456789")


@given(st.floats(min_value=0.1, max_value=1e8), NUMERIC)
def test_rounding_stays_within_the_rounding_it_says(value: float, unit: Unit) -> None:
    said = show(value, unit)
    number = float(said.removeprefix("£").removesuffix("%").replace(",", ""))
    size = value * 100 if unit is Unit.SHARE else value

    half_a_step = 0.5 if unit in {Unit.COUNT, Unit.ESTIMATE, Unit.POUNDS} else 0.05
    # 0.75 lies half a step from 0.8, and a float's breadth further: that is still rounding.
    assert number == pytest.approx(size, rel=0.006, abs=half_a_step * (1 + 1e-9))


@given(st.lists(FINITE, min_size=1), NUMERIC)
def test_a_column_has_one_number_of_decimals(values: list[float], unit: Unit) -> None:
    assert 0 <= places_for(values, unit) <= 400


def test_an_axis_is_as_short_as_it_can_be() -> None:
    assert [tick(value, Unit.SHARE) for value in (0.0, 0.25, 1.0)] == ["0%", "25%", "100%"]
    assert [tick(value, Unit.HOURS) for value in (0, 2.5, 20_000)] == ["0", "2.5", "20,000"]
    assert tick(400_000, Unit.POUNDS) == "£400,000"


def test_a_day_is_written_out_and_anything_else_left() -> None:
    assert day("2026-11-02") == "2 November 2026"
    assert day("in spring") == "in spring"
