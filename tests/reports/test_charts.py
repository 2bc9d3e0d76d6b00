"""Charts: well-formed whatever the figures, pinned byte for byte for a few, heard as well as seen."""

from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.charts import BLUE, GREY, PURPLE, Chart, Dot, Series, bars, dots, floating_bars, stacked_bars
from reports.rendering import Unit

GOLDEN = Path(__file__).parents[1] / "golden" / "reports"
SVG = "{http://www.w3.org/2000/svg}"


def spent() -> Chart:
    series = [
        Series("GP practice staff", [16.5, 1.2], BLUE),
        Series("Screening office staff", [15.5, 3.1], PURPLE),
    ]
    return stacked_bars("spent", "Hours", "One bar a way.", ["Paper", "Coded messages"], series, Unit.HOURS)


def saved() -> Chart:
    series = [Series("Hours saved", [15.3, None, -2.0], BLUE, [(8.3, 22.1), None, (-4.0, 1.0)])]
    return bars(
        "saved", "Saved", "One bar a group.", ["GP & practice", "Nobody", "Office"], series, Unit.HOURS
    )


def moved() -> Chart:
    spans = [(43_232.0, 117_677.0), (65_728.0, 93_847.0)]
    return floating_bars("moved", "Moved", "One bar each.", ["Minutes", "Share"], spans, GREY, Unit.HOURS)


@pytest.mark.parametrize("chart", [spent(), saved(), moved()], ids=lambda chart: chart.name)
def test_the_picture_is_as_pinned(chart: Chart) -> None:
    assert chart.svg + "\n" == (GOLDEN / f"{chart.name}.svg").read_text()


def test_the_description_says_every_number() -> None:
    assert saved().description == (
        "One bar a group. GP & practice: 15.3 (8.3 to 22.1). Nobody: nothing. Office: −2 (−4 to 1)."
    )
    assert "Paper: GP practice staff 16.5, Screening office staff 15.5." in spent().description


def shares(chart: Chart, tag: str) -> list[tuple[float, float]]:
    """Where each mark of a kind begins and ends, in hundredths of the chart's width."""
    found = []
    for mark in fromstring(chart.svg).iter(f"{SVG}{tag}"):
        place = {name: float(value.removesuffix("%")) for name, value in mark.attrib.items() if "%" in value}
        start = place.get("x", place.get("x1", 0.0))
        found.append((start, start + place["width"] if "width" in place else place["x2"]))
    return found


def test_everything_that_is_drawn_is_inside_the_picture() -> None:
    for chart in (spent(), saved(), moved()):
        for start, end in shares(chart, "rect") + shares(chart, "line"):
            assert 0 <= start <= end <= 100.01


@pytest.mark.parametrize(
    "span", [(-10.0, 20.0), (10.0, 40.0), (-40.0, -10.0)], ids=["across", "above", "below"]
)
def test_a_bar_from_low_to_high_is_as_long_as_they_are_apart(span: tuple[float, float]) -> None:
    chart = floating_bars("f", "F", "One.", ["a", "ruler"], [span, (-40.0, 40.0)], BLUE, Unit.HOURS)

    (start, end), (first, last) = shares(chart, "rect")

    assert (end - start) / (last - first) == pytest.approx((span[1] - span[0]) / 80, rel=0.01)
    assert (start - first) / (last - first) == pytest.approx((span[0] + 40) / 80, abs=0.01)


def test_long_words_are_broken_and_never_clipped() -> None:
    label = "Send coded messages, with a rule for normal results alone, and for nothing else"
    chart = dots("d", "D", "One.", [Dot(label, 1.0, (0.5, 2.0))], Unit.POUNDS)

    lines = [text.text or "" for text in fromstring(chart.svg).iter(f"{SVG}text") if text.get("x") == "0"]

    assert " ".join(lines) == label
    assert max(map(len, lines)) <= 34


def test_a_legend_names_the_colours_only_where_there_are_several() -> None:
    assert [name for name, *_ in spent().legend] == ["GP practice staff", "Screening office staff"]
    assert saved().legend == ()
    assert moved().legend == ()


# As figures.json has them: to a millionth.
VALUES = st.one_of(st.none(), st.integers(-(10**12), 10**13).map(lambda millionths: millionths / 1e6))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=30), VALUES, VALUES), min_size=1, max_size=6))
def test_any_figures_make_a_well_formed_picture(rows: list[tuple[str, float | None, float | None]]) -> None:
    names = ["".join(c for c in name if c.isprintable()) for name, _, _ in rows]
    series = [
        Series("One", [one for _, one, _ in rows], BLUE),
        Series("Other", [two for _, _, two in rows], GREY),
    ]

    for draw in (stacked_bars, bars):
        root = fromstring(draw("any", "Any", "Any.", names, series, Unit.NUMBER).svg)
        assert not [
            e for e in root.iter() if e.tag.rpartition("}")[2] in {"script", "image", "a", "foreignObject"}
        ]
