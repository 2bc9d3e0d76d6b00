"""From positions of characters to lines of text, as a person sees them on the page.

NBSS prints on a character grid, but which one depends on the office: font, size, margin and printer driver
differ, and some drivers write no spaces at all. So the grid is inferred from each page: glyphs that share a
height form a line; gaps between them, measured in columns, become spaces.
"""

from collections import Counter
from typing import NamedTuple

# Two glyphs stand on one line when their middles are nearer than this share of a glyph's height.
_SAME_LINE = 0.35
# In proportional type a gap is a space from this share of the height on: kerning stays below it.
_GAP_PROPORTIONAL = 0.13
_SPACE_PROPORTIONAL = 0.25
# Two glyphs are of one type when their widths differ by less than this share of a column.
_SAME_WIDTH = 0.1
# From this share of equal widths on, the type is fixed-width (a wide headline is the usual exception).
_FIXED_SHARE = 0.6
# Nearer than this share of a column, two glyphs stand on top of each other.
_OVERPRINTED = 0.35
UNREADABLE = "\ufffd"


class Glyph(NamedTuple):
    """A visible character and its box, in points; y grows upwards. `right - left` is the advance width."""

    left: float
    right: float
    bottom: float
    top: float
    char: str


def lines_of(glyphs: list[Glyph]) -> list[str]:
    """The page's lines from top to bottom, without blank ones, indented and spaced as printed."""
    if not glyphs:
        return []
    pitch, fixed = _pitch(glyphs)
    margin = min(glyph.left for glyph in glyphs)
    return [_line(row, margin, pitch, fixed) for row in _rows(glyphs)]


def _pitch(glyphs: list[Glyph]) -> tuple[float, bool]:
    """The width of a column in points, and whether the type is fixed-width."""
    widths = Counter(round(glyph.right - glyph.left, 1) for glyph in glyphs)
    width, count = widths.most_common(1)[0]
    if count >= _FIXED_SHARE * len(glyphs) and width > 0:
        return width, True
    height = Counter(round(glyph.top - glyph.bottom, 1) for glyph in glyphs).most_common(1)[0][0]
    return max(height / 2, 0.1), False


def _rows(glyphs: list[Glyph]) -> list[list[Glyph]]:
    """Glyphs by line, top line first, each line from left to right."""
    by_middle: dict[float, list[Glyph]] = {}
    for glyph in glyphs:
        by_middle.setdefault(round(glyph.bottom + glyph.top, 1), []).append(glyph)
    rows: list[list[Glyph]] = []
    last = float("inf")
    for middle in sorted(by_middle, reverse=True):
        found = by_middle[middle]
        height = max(glyph.top - glyph.bottom for glyph in found)
        if rows and (last - middle) / 2 < _SAME_LINE * height:
            rows[-1].extend(found)
        else:
            rows.append(found)
            last = middle
    for row in rows:
        row.sort()
    return rows


def _line(row: list[Glyph], margin: float, pitch: float, fixed: bool) -> str:
    """One line's text: a gap of n columns is n spaces, a wide character is still one character."""
    parts = [" " * round((row[0].left - margin) / pitch)]
    previous: Glyph | None = None
    for glyph in row:
        if previous is not None:
            if glyph.left - previous.left < _OVERPRINTED * min(
                glyph.right - glyph.left, previous.right - previous.left
            ):
                # Bold by printing twice is one character; two different ones are no longer readable.
                if glyph.char != previous.char:
                    parts[-1] = UNREADABLE
                continue
            parts.append(_spaces(previous, glyph, pitch, fixed))
        parts.append(glyph.char)
        previous = glyph
    return "".join(parts)


def _spaces(previous: Glyph, glyph: Glyph, pitch: float, fixed: bool) -> str:
    if fixed:
        # From start to start, since a borrowed glyph may be narrower than its column. In a run of one wider
        # type (a headline) a column is as wide as its characters.
        width = glyph.right - glyph.left
        run = abs(width - (previous.right - previous.left)) < _SAME_WIDTH * pitch
        column = max(width, pitch) if run else pitch
        return " " * (round((glyph.left - previous.left) / column) - 1)
    gap = glyph.left - previous.right
    height = min(previous.top - previous.bottom, glyph.top - glyph.bottom)
    if gap <= _GAP_PROPORTIONAL * height:
        return ""
    return " " * max(1, round(gap / (_SPACE_PROPORTIONAL * height)))
