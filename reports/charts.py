"""Charts of the report: horizontal bars, drawn by pygal, with every number in words beside the picture.

pygal's picture is made ours: nothing from outside, no script, no clock, no random id; a title, a description and our
colours put in, so that the same figures give the same bytes and a screen reader is told what the picture shows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import pygal
from markupsafe import Markup
from pygal.etree import etree
from pygal.style import Style

from pilot.domain.arm import ARMS
from reports.rendering import show, tick
from reports.tables import Range, Unit

# pygal takes lxml wherever something else has installed it; the same picture needs the same library everywhere.
etree.to_etree()

# Each at least 4.9:1 against white, so that white numbers can be read on them and they can be told from the page.
BLUE, PURPLE, PINK, GREEN, RED, GREY = "#005eb8", "#330072", "#ae2573", "#007f3b", "#d5281b", "#425563"
# Numbers on the pale one are in ink; the clear one is not seen at all.
PALE, CLEAR, INK = "#aeb7bd", "none", "#212b32"
WIDTH = 640
BAR_HEIGHT = 40
AXIS_HEIGHT = 44
LABEL_SIZE = 14  # as the style below draws it: pygal makes room by it
# The longest bar is at least this long, and a digit at most this wide, in the chart's own units.
SHORTEST_PLOT, DIGIT = 380, 9
_STYLE = """
.chart text{font-family:Arial,Helvetica,sans-serif;font-size:14px;stroke:none}
.chart .axis text{fill:#212b32}
.chart .background{fill:#fff}
.chart .line{fill:none;stroke:#4c6272}
.chart .guide{stroke:#d8dde0}
.chart .axis.y .guide{stroke:none}
.chart .axis.x text{text-anchor:middle}
.chart .axis.y text{text-anchor:end}
.chart rect.rect{stroke:#fff;stroke-width:1}
.chart .ci path{fill:none;stroke:#212b32;stroke-width:2}
.chart .ci path.halo{stroke:#fff;stroke-width:6}
"""

_ROW = 48
# Colours by the page's own variables, so that they turn with it in the dark; the second is for where there is none.
_DOTS = """
.dots text{font-family:Arial,Helvetica,sans-serif;font-size:14px}
.dots .ink{fill:#212b32;fill:var(--ink,#212b32)}
.dots .outer,.dots .inner,.dots .nought{stroke:#005eb8;stroke:var(--blue,#005eb8);stroke-width:2}
.dots .inner{stroke-width:8}
.dots .nought{stroke:#4c6272;stroke:var(--soft,#4c6272);stroke-width:1;stroke-dasharray:4 3}
.dots .dot{fill:#fff;fill:var(--card,#fff);stroke:#212b32;stroke:var(--ink,#212b32);stroke-width:3}
"""


@dataclass(frozen=True, slots=True)
class Series:
    """One colour of a chart: a number for each row, None where there is none, and its range where it has one."""

    name: str
    values: Sequence[float | None]
    colour: str
    ranges: Sequence[tuple[float, float] | None] = ()

    @classmethod
    def of_spans(cls, name: str, spans: Sequence[Range], colour: str) -> "Series":
        ranges = [None if s.low is None or s.high is None else (s.low, s.high) for s in spans]
        return cls(name, [span.value for span in spans], colour, ranges)


@dataclass(frozen=True, slots=True)
class Chart:
    """`svg` is safe markup; `legend` pairs a name with its colour, and is empty for a single series."""

    name: str
    title: str
    description: str
    svg: Markup
    legend: tuple[tuple[str, str], ...]


def arm_colours(arms: Sequence[str]) -> tuple[str, ...]:
    """Each arm's own colour; one that is not registered has one that no arm has."""
    others = iter((GREEN, RED) * len(arms))
    return tuple(ARMS[arm].colour if arm in ARMS else next(others) for arm in arms)


def stacked_bars(
    name: str, title: str, about: str, rows: Sequence[str], series: Sequence[Series], unit: Unit
) -> Chart:
    """One horizontal bar a row, made of its series end to end. `about` says what a bar is."""
    longest = max((sum(abs(one.values[i] or 0) for one in series) for i in range(len(rows))), default=0)
    chart = pygal.HorizontalStackedBar(**_options(len(rows), unit))
    for one in series:
        chart.add(one.name, one.values[::-1], formatter=_labeller(unit, longest))
    return _chart(chart, name, title, f"{about} {_said(rows, series, unit)}", rows, _key(series))


def floating_bars(
    name: str,
    title: str,
    about: str,
    rows: Sequence[str],
    spans: Sequence[tuple[float, float]],
    colour: str,
    unit: Unit,
) -> Chart:
    """One horizontal bar a row, from its low to its high end."""
    # Out of stacked parts: an unseen one from nought to the bar, then what lies below nought, and above it.
    unseen = [max(low, 0) + min(high, 0) for low, high in spans]
    below = [min(low, 0) - min(high, 0) for low, high in spans]
    above = [max(high, 0) - max(low, 0) for low, high in spans]
    chart = pygal.HorizontalStackedBar(**_options(len(rows), unit) | {"print_values": False})
    for part in (unseen, below, above):
        chart.add("", part[::-1])
    said = " ".join(
        f"{row}: {show(low, unit)} to {show(high, unit)}."
        for row, (low, high) in zip(rows, spans, strict=True)
    )
    return _chart(chart, name, title, f"{about} {said}", rows, (("", CLEAR), ("", colour), ("", colour)))


@dataclass(frozen=True, slots=True)
class Dot:
    """One row of a dot-and-range chart: a figure, the range that one doubt gives it, and the range of all together."""

    label: str
    value: float
    inner: tuple[float, float]
    outer: tuple[float, float] | None = None


def dots(name: str, title: str, about: str, rows: Sequence[Dot], unit: Unit) -> Chart:
    """A row each: a thin line for the whole range, a thick one for the inner, a dot for the figure, a line at nought.

    Drawn in shares of whatever width there is, with its words at their own size, so that it can be read at 320 px.
    """
    ends = [end for row in rows for end in (row.value, *row.inner, *(row.outer or ()))]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    spread = (high - low) or 1.0

    def at(value: float) -> str:
        return f"{3 + 94 * (value - low) / spread:.2f}%"

    parts, said = [], []
    for place, row in enumerate(rows):
        y = place * _ROW
        words = f"{show(row.inner[0], unit)} to {show(row.inner[1], unit)}, counted {show(row.value, unit)}"
        if row.outer:
            words += f"; together {show(row.outer[0], unit)} to {show(row.outer[1], unit)}"
        said.append(f"{row.label}: {words}.")
        lines = [(row.inner, "inner")] if row.outer is None else [(row.outer, "outer"), (row.inner, "inner")]
        parts.append(Markup('<text x="0" y="{}" class="ink">{}</text>').format(y + 16, row.label))
        parts += [
            Markup('<line x1="{}" x2="{}" y1="{y}" y2="{y}" class="{}"/>').format(
                at(span[0]), at(span[1]), kind, y=y + 32
            )
            for span, kind in lines
        ]
        parts.append(Markup('<circle cx="{}" cy="{}" r="6" class="dot"/>').format(at(row.value), y + 32))
    foot = len(rows) * _ROW
    marks = {low: "start", 0.0: "middle", high: "end"}
    if abs(low) < spread / 4:
        marks = {0.0: "start", high: "end"}
    for value, anchor in marks.items():
        parts.append(
            Markup('<text x="{}" y="{}" text-anchor="{}" class="ink">{}</text>').format(
                at(value), foot + 20, anchor, tick(value, unit)
            )
        )
    nought = Markup("").join(
        Markup('<line x1="{x}" x2="{x}" y1="{}" y2="{}" class="nought"/>').format(
            place * _ROW + 21, place * _ROW + 43, x=at(0.0)
        )
        for place in range(len(rows))
    )
    description = f"{about} {' '.join(said)}"
    svg = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="dots" width="100%" height="{height}" role="img" '
        'aria-labelledby="{name}-title {name}-desc"><title id="{name}-title">{title}</title>'
        '<desc id="{name}-desc">{description}</desc><style>{style}</style>{nought}{parts}</svg>'
    ).format(
        height=foot + 28, name=name, title=title, description=description, style=Markup(_DOTS),  # noqa: S704 (our own)
        nought=nought, parts=Markup("").join(parts),
    )  # fmt: skip
    return Chart(name, title, description, svg, ())


def bars(
    name: str, title: str, about: str, rows: Sequence[str], series: Sequence[Series], unit: Unit
) -> Chart:
    """One horizontal bar a row and series, each with a line from low to high where it has a range."""
    ends = [end for one in series for span in one.ranges if span for end in span]
    known = [value for one in series for value in one.values if value is not None]
    options = _options(len(rows) * (len(series) + 1) * 0.6, unit) | {"print_values": False}
    # pygal scales by the values alone and would let the line of a range run off the page.
    options["range"] = (min([0, *known, *ends]), max([0, *known, *ends]))
    chart = pygal.HorizontalBar(**options)
    for one in series:
        chart.add(one.name, [_with_range(one, i) for i in reversed(range(len(rows)))])
    return _chart(chart, name, title, f"{about} {_said(rows, series, unit)}", rows, _key(series))


def _with_range(series: Series, row: int) -> dict[str, Any] | None:
    value = series.values[row]
    if value is None:
        return None
    span = series.ranges[row] if series.ranges else None
    return {"value": value} if span is None else {"value": value, "ci": {"low": span[0], "high": span[1]}}


def _options(rows: float, unit: Unit) -> dict[str, Any]:
    return {
        "width": WIDTH,
        "height": round(BAR_HEIGHT * max(rows, 1)) + AXIS_HEIGHT,
        "margin": 4,
        "margin_right": 24,
        "js": [],
        "show_legend": False,
        "print_values": True,
        "print_values_position": "center",
        "print_zeroes": False,
        "truncate_label": -1,
        "max_scale": 6,
        "value_formatter": lambda value: tick(value, unit),
        "style": Style(
            label_font_size=LABEL_SIZE, major_label_font_size=LABEL_SIZE, value_font_size=LABEL_SIZE
        ),
    }


def _labeller(unit: Unit, longest: float) -> Callable[[float | None], str]:
    def label(value: float | None) -> str:
        text = show(value, unit) if value else ""
        # A segment with no room for its number goes without; the table beside the chart has it.
        return text if value and abs(value) / longest * SHORTEST_PLOT >= len(text) * DIGIT else ""

    return label


def _said(rows: Sequence[str], series: Sequence[Series], unit: Unit) -> str:
    """The chart's numbers as a sentence a row, for who cannot see it."""
    sentences = []
    for i, row in enumerate(rows):
        parts = []
        for one in series:
            value = one.values[i]
            if value is None:
                continue
            span = one.ranges[i] if one.ranges else None
            ranged = f" ({show(span[0], unit)} to {show(span[1], unit)})" if span else ""
            parts.append((f"{one.name} " if len(series) > 1 else "") + show(value, unit) + ranged)
        sentences.append(f"{row}: {', '.join(parts) or 'nothing'}.")
    return " ".join(sentences)


def _key(series: Sequence[Series]) -> tuple[tuple[str, str], ...]:
    return tuple((one.name, one.colour) for one in series)


def _chart(
    chart: pygal.Graph,
    name: str,
    title: str,
    description: str,
    rows: Sequence[str],
    key: tuple[tuple[str, str], ...],
) -> Chart:
    """`key` pairs the name of each series with its colour."""
    chart.x_labels = list(reversed(rows))  # pygal draws the first row at the bottom
    svg = finished(chart, name, title, description, [colour for _, colour in key])
    return Chart(name, title, description, svg, key if len(key) > 1 and key[0][0] else ())


def finished(chart: pygal.Graph, name: str, title: str, description: str, colours: Sequence[str]) -> Markup:
    """The chart as an SVG element. `name` makes its ids; `colours` has one for each series, in their order."""
    root = chart.render_tree()
    _take_out(root)
    _colour(root, colours)
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
    for tag, text in (("style", _STYLE), ("desc", description), ("title", title)):
        element = ElementTree.Element(tag, {} if tag == "style" else {"id": f"{name}-{tag}"})
        element.text = text
        root.insert(0, element)
    return Markup(ElementTree.tostring(root, encoding="unicode"))  # noqa: S704  (ElementTree has escaped it)


def _take_out(root: ElementTree.Element) -> None:
    """Remove what only pygal's own script and style sheet would use, and marks without a size."""
    for parent in list(root.iter()):
        for child in list(parent):
            unused = not isinstance(child.tag, str) or child.tag in {"defs", "title", "desc"}
            empty = (child.tag == "rect" and not child.get("width")) or (
                child.tag == "text" and not child.text
            )
            if unused or empty or "tooltip-overlay" in _classes(child):
                parent.remove(child)


def _colour(root: ElementTree.Element, colours: Sequence[str]) -> None:
    """Fill as attributes, so that a printer or a PDF writer that knows no page style shows the same."""
    for group in root.iter("g"):
        number = next((c.removeprefix("serie-") for c in _classes(group) if c.startswith("serie-")), None)
        if number is None:
            continue
        colour = colours[int(number)]
        for bar in group.iter("rect"):
            bar.set("fill", colour)
        for text in group.iter("text"):
            text.set("fill", "#fff" if colour != PALE else INK)
        for whisker in [g for g in group.iter("g") if "ci" in _classes(g)]:
            whisker.insert(0, ElementTree.Element("path", {"d": whisker[0].attrib["d"], "class": "halo"}))


def _classes(element: ElementTree.Element) -> list[str]:
    return element.get("class", "").split()
