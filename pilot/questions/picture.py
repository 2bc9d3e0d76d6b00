"""Answers as pictures: the report's own kind of chart, each with its description."""

from collections.abc import Mapping, Sequence
from typing import Final
from xml.etree import ElementTree

import pygal
from pygal.etree import etree

from pilot.questions.answers import Answers
from pilot.questions.waves import Users, Xmr
from reports.charts import BLUE, floating_bars
from reports.rendering import Unit

# pygal takes lxml wherever something else has installed it; the same picture needs the same library everywhere.
etree.to_etree()

_BARS: Final = 12
_LABEL_SIZE: Final = 14  # as the style below draws it: pygal makes room by it
_STYLE: Final = """
.chart text{font-family:Arial,Helvetica,sans-serif;font-size:14px;stroke:none}
.chart .axis text{fill:#212b32}
.chart .background{fill:#fff}
.chart .line{fill:none;stroke:#4c6272}
.chart .guide{stroke:#d8dde0}
.chart .axis.y .guide{stroke:none}
.chart .axis.x text{text-anchor:middle}
.chart .axis.y text{text-anchor:end}
"""
_UNITS: Final = {"cost_gbp": Unit.POUNDS, "gp_minutes": Unit.MINUTES}


def tornado(answers: Answers) -> bytes:
    """The widest bars, the widest on top; each from the saving at one end of a row's range to that at the other."""
    bars = answers.tornado[:_BARS]
    chart = floating_bars(
        "tornado",
        f"What moves the saving: {answers.arm} against {answers.against}, {answers.scenario}",
        "Each bar goes from the saving at one end of a figure's 95% range to that at the other, all else at its mean.",
        [bar.name for bar in bars],
        [(min(bar.at_low, bar.at_high), max(bar.at_low, bar.at_high)) for bar in bars],
        BLUE,
        _UNITS.get(answers.measure, Unit.NUMBER),
    )
    return str(chart.svg).encode()


def control_chart(chart: Xmr, title: str) -> bytes:
    """An individuals chart: the weeks' values, their mean and limits."""
    level = {"mean": chart.mean, "lower limit": max(0.0, chart.low), "upper limit": chart.high}
    beyond = ", ".join(week.isoformat() for week in chart.signals) or "none"
    about = (
        f"Mean {chart.mean:.2f}, natural limits {max(0.0, chart.low):.2f} to {chart.high:.2f}, from the first "
        f"{chart.baseline} weeks. Weeks that are a signal: {beyond}. "
    )
    lines = {title: chart.values, **{name: [at] * len(chart.weeks) for name, at in level.items()}}
    return _lines("xmr", title, about, [week.isoformat() for week in chart.weeks], lines)


def users_curve(curve: Sequence[Users]) -> bytes:
    """Users against time, as practices join."""
    lines = {"results by message": [float(one.results) for one in curve]}
    joined = ", ".join(f"{one.week.isoformat()}: {one.practices} practices" for one in curve)
    about = f"Results that went by message until the end of each week. Sent messages by {joined}. "
    return _lines("users", "Users over time", about, [one.week.isoformat() for one in curve], lines)


def _lines(
    name: str, title: str, about: str, weeks: Sequence[str], lines: Mapping[str, Sequence[float]]
) -> bytes:
    """Lines over weeks, the first of them the one that is looked at."""
    chart = pygal.Line(
        width=640, height=320, margin=8, margin_right=24, js=[], show_legend=False, truncate_label=-1,
        print_values=False, max_scale=6, include_x_axis=True,
        style=pygal.style.Style(label_font_size=_LABEL_SIZE, major_label_font_size=_LABEL_SIZE),
    )  # fmt: skip
    for number, (label, values) in enumerate(lines.items()):
        chart.add(label, list(values), show_dots=not number)
    every = -(-len(weeks) // 8)  # as many labels as there is room for
    chart.x_labels = [week[5:] if at % every == 0 else "" for at, week in enumerate(weeks)]
    said = " ".join(
        f"{week}: {value:.2f}." for week, value in zip(weeks, next(iter(lines.values())), strict=True)
    )
    root = chart.render_tree()
    _take_out(root)
    box = root.attrib["viewBox"]
    root.attrib.clear()
    root.attrib.update(
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": "chart",
            "viewBox": box,
            "role": "img",
            "aria-labelledby": f"{name}-title {name}-desc",
        }
    )
    for tag, text in (("style", _STYLE), ("desc", about + said), ("title", title)):
        element = ElementTree.Element(tag, {} if tag == "style" else {"id": f"{name}-{tag}"})
        element.text = text
        root.insert(0, element)
    return ElementTree.tostring(root)


def _take_out(root: ElementTree.Element) -> None:
    """Remove what only pygal's own script and style sheet would use, and marks without a size."""
    for parent in list(root.iter()):
        for child in list(parent):
            unused = not isinstance(child.tag, str) or child.tag in {"defs", "title", "desc"}
            empty = (child.tag == "rect" and not child.get("width")) or (
                child.tag == "text" and not child.text
            )
            if unused or empty or "tooltip-overlay" in child.get("class", "").split():
                parent.remove(child)
