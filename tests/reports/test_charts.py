"""Charts: well-formed whatever the figures, pinned byte for byte for a few, heard as well as seen."""

from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.charts import BLUE, GREY, PURPLE, Chart, Series, bars, floating_bars, stacked_bars
from reports.tables import Unit

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


def test_a_whisker_stays_inside_the_picture() -> None:
    root = fromstring(saved().svg)
    width = float(root.attrib["viewBox"].split()[2])
    plot = next(g for g in root.iter(f"{SVG}g") if g.get("class") == "plot")
    shift = float(plot.attrib["transform"].removeprefix("translate(").split(",")[0])
    for whisker in (g for g in root.iter(f"{SVG}g") if g.get("class") == "ci"):
        for path in whisker.iter(f"{SVG}path"):
            xs = [
                float(point.split()[0])
                for point in path.attrib["d"].replace("M", "L").split("L")
                if point.strip()
            ]
            assert all(0 <= x + shift <= width for x in xs)


@pytest.mark.parametrize(
    ("span", "widths"),
    [((-10, 20), [1, 2]), ((10, 40), [3]), ((-40, -10), [3])],
    ids=["across", "above", "below"],
)
def test_a_bar_from_low_to_high_is_as_long_as_they_are_apart(
    span: tuple[float, float], widths: list[int]
) -> None:
    chart = floating_bars("f", "F", "One.", ["a", "ruler"], [span, (-40.0, 40.0)], BLUE, Unit.HOURS)
    drawn = [
        (float(rect.attrib["y"]), float(rect.attrib["width"]))
        for rect in fromstring(chart.svg).iter(f"{SVG}rect")
        if rect.get("fill") == BLUE
    ]
    top = min(y for y, _ in drawn)
    ten = sum(width for y, width in drawn if y != top) / 8

    assert sorted(width / ten for y, width in drawn if y == top) == pytest.approx(widths, rel=0.01)


def test_a_legend_names_the_colours_only_where_there_are_several() -> None:
    assert [name for name, _ in spent().legend] == ["GP practice staff", "Screening office staff"]
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
