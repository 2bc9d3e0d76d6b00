"""Every number that the generators draw by says where it comes from."""

import typing

import pytest

from generators.calibration import FIGURES, Figure, Grade


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_has_its_unit_source_date_and_grade(name: str) -> None:
    figure = FIGURES[name]
    assert figure.unit
    assert len(figure.source) > 15
    assert figure.date[:2] in {"19", "20"}
    assert figure.grade in typing.get_args(Grade)


def test_shares_of_a_whole_are_a_whole() -> None:
    for name in ("HISTORY", "ETHNICITY", "REFERRAL_ROUTE", "SUPPLIERS", "TITLES"):
        shares = typing.cast("Figure[typing.Mapping[str, float]]", FIGURES[name]).value
        assert sum(shares.values()) == pytest.approx(1), name
