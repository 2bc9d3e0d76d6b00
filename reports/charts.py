"""Charts of the report: rows of bars, or of dots with their ranges, with every number in words beside the picture.

A chart is drawn in shares of whatever width there is, with its words at their own size above each row, so that it can
be read at 320 px; its colours are the page's own variables, so that they turn with it in the dark. No script, no clock,
no random id: the same figures give the same bytes. A chart that stands alone has its colours as attributes too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import wrap

from markupsafe import Markup

from pilot.domain.arm import ARMS
from reports.rendering import Range, Unit, show, tick

# Each at least 4.9:1 against white, so that white numbers can be read on them and they can be told from the page.
BLUE, PURPLE, PINK, GREEN, RED, GREY = "#005eb8", "#330072", "#ae2573", "#007f3b", "#d5281b", "#425563"
PALE, INK = "#aeb7bd", "#212b32"  # numbers on the pale one are in ink
# By the class that the page's style sheet turns lighter in the dark.
_CLASSES = {BLUE: "blue", PURPLE: "purple", PINK: "pink", GREEN: "green", RED: "red", GREY: "grey"}
# At 320 px a plot is this wide, a line of words has room for so many letters, and a digit is at most so wide.
_NARROW, _LETTERS, _DIGIT = 250, 34, 9
_LINE, _BAR, _THIN, _GAP = 18, 24, 10, 10
_PLOT = 200  # the height of lines
_STYLE = """
.chart text{font-family:Arial,Helvetica,sans-serif;font-size:14px}
.chart .ink{fill:#212b32;fill:var(--ink,#212b32)}
.chart .on{fill:#fff;fill:var(--on,#fff)}
.chart .outer,.chart .inner,.chart .nought,.chart .reach{stroke:#005eb8;stroke:var(--blue,#005eb8);stroke-width:2}
.chart .inner{stroke-width:8}
.chart .reach{stroke:#212b32;stroke:var(--ink,#212b32)}
.chart .halo{stroke:#fff;stroke:var(--card,#fff);stroke-width:6}
.chart .nought{stroke:#4c6272;stroke:var(--soft,#4c6272);stroke-width:1;stroke-dasharray:4 3}
.chart .dot{fill:#fff;fill:var(--card,#fff);stroke:#212b32;stroke:var(--ink,#212b32);stroke-width:3}
"""
_LINES = """
.chart .point{fill:#005eb8;fill:var(--blue,#005eb8)}
.chart .level{stroke:#4c6272;stroke:var(--soft,#4c6272)}
.chart polyline{fill:none;stroke:#005eb8;stroke:var(--blue,#005eb8);stroke-width:2}
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
class Dot:
    """One row of a dot-and-range chart: a figure, the range that one doubt gives it, and the range of all together."""

    label: str
    value: float
    inner: tuple[float, float]
    outer: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """`svg` is safe markup; `legend` has a name, its colour and its class, and is empty for a single series."""

    name: str
    title: str
    description: str
    svg: Markup
    legend: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class _Scale:
    """From the lowest to the highest number of a chart, nought among them, as shares of its width."""

    low: float
    high: float

    @classmethod
    def over(cls, numbers: Sequence[float]) -> "_Scale":
        return cls(min([0.0, *numbers]), max([0.0, *numbers]))

    @property
    def spread(self) -> float:
        return (self.high - self.low) or 1.0

    def at(self, value: float) -> str:
        return f"{3 + 94 * (value - self.low) / self.spread:.2f}%"

    def share(self, length: float) -> float:
        return 94 * abs(length) / self.spread


# What a row draws, given where its first line lies.
_Drawing = Callable[[int], list[Markup]]


def arm_colours(arms: Sequence[str]) -> tuple[str, ...]:
    """Each arm's own colour; one that is not registered has one that no arm has."""
    others = iter((GREEN, RED) * len(arms))
    return tuple(ARMS[arm].colour if arm in ARMS else next(others) for arm in arms)


def stacked_bars(
    name: str, title: str, about: str, rows: Sequence[str], series: Sequence[Series], unit: Unit
) -> Chart:
    """One horizontal bar a row, made of its series end to end. `about` says what a bar is."""
    parts = [[one.values[i] or 0 for one in series] for i in range(len(rows))]
    ends = [sum(v for v in row if (v > 0) is up) for row in parts for up in (True, False)]
    scale = _Scale.over(ends)

    def drawing(values: Sequence[float]) -> _Drawing:
        def draw(y: int) -> list[Markup]:
            marks, reached = [], {True: 0.0, False: 0.0}
            for value, one in zip(values, series, strict=True):
                start = reached[value > 0]
                reached[value > 0] += value
                marks += _bar(scale, (start, start + value), y, _BAR, one.colour, unit, value)
            return marks

        return draw

    drawn = [(row, _BAR, drawing(values)) for row, values in zip(rows, parts, strict=True)]
    return _chart(name, title, f"{about} {_said(rows, series, unit)}", drawn, scale, unit, series)


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
    scale = _Scale.over([end for span in spans for end in span])

    def drawing(span: tuple[float, float]) -> _Drawing:
        return lambda y: _bar(scale, span, y, _BAR, colour, unit)

    drawn = [(row, _BAR, drawing(span)) for row, span in zip(rows, spans, strict=True)]
    said = " ".join(
        f"{row}: {show(low, unit)} to {show(high, unit)}."
        for row, (low, high) in zip(rows, spans, strict=True)
    )
    return _chart(name, title, f"{about} {said}", drawn, scale, unit)


def bars(
    name: str, title: str, about: str, rows: Sequence[str], series: Sequence[Series], unit: Unit
) -> Chart:
    """One horizontal bar a row and series, each with a line from low to high where it has a range."""
    ends = [end for one in series for span in one.ranges if span for end in span]
    known = [value for one in series for value in one.values if value is not None]
    scale = _Scale.over([*known, *ends])
    high = _THIN if len(series) > 1 else _BAR

    def drawing(row: int) -> _Drawing:
        def draw(y: int) -> list[Markup]:
            marks = []
            for place, one in enumerate(series):
                value, top = one.values[row], y + place * (high + 2)
                if value is None:
                    continue
                marks += _bar(scale, (0.0, value), top, high, one.colour, unit)
                if span := one.ranges[row] if one.ranges else None:
                    marks += [_line(scale, span, top + high // 2, kind) for kind in ("halo", "reach")]
            return marks

        return draw

    tall = len(series) * (high + 2) - 2
    drawn = [(row, tall, drawing(i)) for i, row in enumerate(rows)]
    return _chart(name, title, f"{about} {_said(rows, series, unit)}", drawn, scale, unit, series)


def dots(name: str, title: str, about: str, rows: Sequence[Dot], unit: Unit) -> Chart:
    """A row each: a thin line for the whole range, a thick one for the inner, a dot for the figure."""
    scale = _Scale.over([end for row in rows for end in (row.value, *row.inner, *(row.outer or ()))])

    def drawing(row: Dot) -> _Drawing:
        def draw(y: int) -> list[Markup]:
            lines = [_line(scale, row.outer, y + 8, "outer")] if row.outer else []
            lines.append(_line(scale, row.inner, y + 8, "inner"))
            dot = Markup('<circle cx="{}" cy="{}" r="6" class="dot"/>').format(scale.at(row.value), y + 8)
            return [*lines, dot]

        return draw

    said = []
    for row in rows:
        words = f"{show(row.inner[0], unit)} to {show(row.inner[1], unit)}, counted {show(row.value, unit)}"
        if row.outer:
            words += f"; together {show(row.outer[0], unit)} to {show(row.outer[1], unit)}"
        said.append(f"{row.label}: {words}.")
    drawn = [(row.label, 16, drawing(row)) for row in rows]
    return _chart(name, title, f"{about} {' '.join(said)}", drawn, scale, unit)


def _bar(
    scale: _Scale,
    span: tuple[float, float],
    y: int,
    height: int,
    colour: str,
    unit: Unit,
    number: float | None = None,
) -> list[Markup]:
    """A bar, and its number on it where a narrow screen has room; the table beside the chart has it in any case."""
    low, high = min(span), max(span)
    width = scale.share(high - low)
    if not width:
        return []
    kind = _CLASSES.get(colour, "")
    marks = [
        Markup('<rect x="{}" y="{}" width="{:.2f}%" height="{}" fill="{}" class="{}"/>').format(
            scale.at(low), y, width, height, colour, kind
        )
    ]
    text = show(number, unit) if number else ""
    if text and width / 100 * _NARROW >= len(text) * _DIGIT:
        on = Markup('class="on"') if kind else Markup('fill="{}"').format(INK)
        marks.append(
            Markup('<text x="{}" y="{}" text-anchor="middle" {}>{}</text>').format(
                scale.at((low + high) / 2), y + height - 7, on, text
            )
        )
    return marks


def _line(scale: _Scale, span: tuple[float, float], y: int, kind: str) -> Markup:
    return Markup('<line x1="{}" x2="{}" y1="{y}" y2="{y}" class="{}"/>').format(
        scale.at(span[0]), scale.at(span[1]), kind, y=y
    )


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


def _chart(
    name: str,
    title: str,
    description: str,
    rows: Sequence[tuple[str, int, _Drawing]],
    scale: _Scale,
    unit: Unit,
    series: Sequence[Series] = (),
) -> Chart:
    """`rows`: each one's words, the height of what is drawn under them, and what draws it."""
    marks, y = [], 0
    for label, height, draw in rows:
        for line in wrap(label, _LETTERS) or [""]:
            y += _LINE
            marks.append(Markup('<text x="0" y="{}" class="ink">{}</text>').format(y - 4, line))
        at = scale.at(0.0)
        marks.append(
            Markup('<line x1="{x}" x2="{x}" y1="{}" y2="{}" class="nought"/>').format(y, y + height, x=at)
        )
        marks += draw(y)
        y += height + _GAP
    for value, anchor in _ticks(scale).items():
        marks.append(
            Markup('<text x="{}" y="{}" text-anchor="{}" class="ink">{}</text>').format(
                scale.at(value), y + 14, anchor, tick(value, unit)
            )
        )
    svg = _picture(name, title, description, y + 22, marks)
    legend = tuple((one.name, one.colour, _CLASSES.get(one.colour, "")) for one in series)
    return Chart(name, title, description, svg, legend if len(legend) > 1 else ())


def lines(
    name: str,
    title: str,
    about: str,
    points: Sequence[tuple[str, float]],
    unit: Unit,
    levels: Sequence[tuple[str, float]] = (),
    marked: Sequence[str] = (),
) -> Chart:
    """Values in order from left to right, with level lines (the first whole, the others dashed), some points ringed."""
    scale = _Scale.over([value for _, value in (*points, *levels)])

    def across(place: int) -> float:
        return 2 + 96 * place / max(1, len(points) - 1)

    def down(value: float) -> float:
        return _LINE + (_PLOT - _LINE) * (scale.high - value) / scale.spread

    marks = []
    for place, (said, level) in enumerate(levels):
        y = f"{down(level):.1f}"
        kind = "nought" if place else "level"
        marks.append(Markup('<line x1="0" x2="100%" y1="{y}" y2="{y}" class="{}"/>').format(kind, y=y))
        marks.append(
            Markup('<text x="100%" y="{:.1f}" text-anchor="end" class="ink">{} {}</text>').format(
                down(level) - 4, said, show(level, unit)
            )
        )
    path = " ".join(f"{across(place):.2f},{down(value):.1f}" for place, (_, value) in enumerate(points))
    marks.append(
        Markup(
            '<svg width="100%" height="{h}" viewBox="0 0 100 {h}" preserveAspectRatio="none">'
            '<polyline points="{}" vector-effect="non-scaling-stroke"/></svg>'
        ).format(path, h=_PLOT)
    )
    for place, (label, value) in enumerate(points):
        kind, radius = ("dot", 6) if label in marked else ("point", 3)
        marks.append(
            Markup('<circle cx="{:.2f}%" cy="{:.1f}" r="{}" class="{}"/>').format(
                across(place), down(value), radius, kind
            )
        )
    for at, anchor, end in (("0", "start", points[:1]), ("100%", "end", points[1:][-1:])):
        foot = Markup('<text x="{}" y="{}" text-anchor="{}" class="ink">{}</text>')
        marks += [foot.format(at, _PLOT + _LINE, anchor, label) for label, _ in end]
    told = [f"{said} {show(level, unit)}." for said, level in levels]
    told += [f"{label}: {show(value, unit)}{', a signal' * (label in marked)}." for label, value in points]
    description = f"{about} {' '.join(told)}"
    return Chart(
        name, title, description, _picture(name, title, description, _PLOT + 26, marks, _STYLE + _LINES), ()
    )


def _picture(
    name: str, title: str, description: str, height: int, marks: Sequence[Markup], style: str = _STYLE
) -> Markup:
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="chart" width="100%" height="{height}" role="img" '
        'aria-labelledby="{name}-title {name}-desc"><title id="{name}-title">{title}</title>'
        '<desc id="{name}-desc">{description}</desc><style>{style}</style>{marks}</svg>'
    ).format(
        height=height, name=name, title=title, description=description,
        style=Markup(style), marks=Markup("").join(marks),  # noqa: S704 (our own style)
    )  # fmt: skip


def _ticks(scale: _Scale) -> dict[float, str]:
    """The numbers under a chart and how each hangs from its place: its ends, and nought where it is apart from them."""
    ends = {scale.low: "start", scale.high: "end"}
    apart = min(-scale.low, scale.high) >= scale.spread / 4
    if apart:
        return {scale.low: "start", 0.0: "middle", scale.high: "end"}
    if -scale.low < scale.spread / 4:
        return {0.0: "start", scale.high: "end"} if scale.high else {0.0: "start"}
    return ends if scale.high else {scale.low: "start", 0.0: "end"}
