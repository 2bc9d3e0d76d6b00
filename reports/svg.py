"""pygal's picture made ours: nothing from outside, no script, no clock, no random id; a title, a description and our
colours put in, so that the same figures give the same bytes and a screen reader is told what the picture shows.
"""

from collections.abc import Sequence
from xml.etree import ElementTree

import pygal
from markupsafe import Markup

# Each at least 4.9:1 against white, so that white numbers can be read on them and they can be told from the page.
BLUE, PURPLE, PINK, GREEN, RED, GREY = "#005eb8", "#330072", "#ae2573", "#007f3b", "#d5281b", "#425563"
# Numbers on the pale one are in ink; the clear one is not seen at all.
PALE, CLEAR, INK = "#aeb7bd", "none", "#212b32"

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
