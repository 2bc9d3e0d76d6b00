"""From positions of characters to lines of text, as a person sees them on the page.

NBSS prints on a character grid, but which one depends on the office: font, size, margin and printer driver
differ, and some drivers write no spaces at all. So the grid is inferred from each page. Glyphs that share a
height form a line. The distance that most neighbours keep is the width of a column; where no distance
prevails the type is proportional, and gaps are measured against its height. Gaps become spaces.
"""

from collections import Counter
from collections.abc import Iterable
from operator import itemgetter, sub

Glyph = tuple[float, float, float, float, str]
"""A visible character and its box in points: left, right, bottom, top, character. Left to right is the advance
width, y grows upwards."""

# Two glyphs stand on one line when their middles are nearer than this share of a glyph's height.
_SAME_LINE = 0.35
# From this share of neighbours at one distance on, the type stands on a grid (spaces and wide type do not).
_GRID_SHARE = 0.5
# Further than this share of a column from a whole number of columns is off the grid; so much of a page may be (wide
# type has columns of its own).
_OFF_COLUMN = 0.15
_OFF_SHARE = 0.25
# A line whose characters stand this many columns apart is in wide type, if it is not too short to tell.
_WIDE = 1.3
_WIDE_STEPS = 7
# In proportional type a gap is a space from this share of the height on: kerning stays below it.
_GAP = 0.13
_SPACE = 0.25
# Nearer than this share of its width, a glyph stands on top of another.
_OVERPRINTED = 0.35
_RULES = frozenset("_-=─━")
UNREADABLE = "\ufffd"

_Row = list[Glyph]
_LEFT = itemgetter(0)


def lines_of(glyphs: Iterable[Glyph]) -> list[str]:
    """The page's lines from top to bottom, without blank ones, indented and spaced as printed."""
    rows = [_settled(row) for row in _rows(glyphs)]
    if not rows:
        return []
    margin = min(row[0][0] for row in rows)
    steps = [_steps(row) for row in rows]
    pitch = _pitch(rows, steps)
    if pitch is None:
        return [_proportional(row, margin) for row in rows]
    return [_on_grid(row, of_row, margin, pitch) for row, of_row in zip(rows, steps, strict=True)]


def pitch_of(glyphs: Iterable[Glyph]) -> float | None:
    """The width of a column of the page in points; None where its type is proportional."""
    rows = [_settled(row) for row in _rows(glyphs)]
    return _pitch(rows, [_steps(row) for row in rows])


def _pitch(rows: list[_Row], steps: list[list[float]]) -> float | None:
    # A rule has one step in any type: in a proportional one it would outvote the letters.
    of_words = [step for row, of_row in zip(rows, steps, strict=True) if not _is_rule(row) for step in of_row]
    pitch = _prevailing(of_words)
    return pitch if pitch is not None and _keeps_to(pitch, of_words) else None


def _rows(glyphs: Iterable[Glyph]) -> list[_Row]:
    """Glyphs by line, top line first."""
    by_middle: dict[float, _Row] = {}
    for glyph in glyphs:
        middle = glyph[2] + glyph[3]
        row = by_middle.get(middle)
        if row is None:
            by_middle[middle] = [glyph]
        else:
            row.append(glyph)
    rows: list[_Row] = []
    last = float("inf")
    for middle in sorted(by_middle, reverse=True):
        row = by_middle[middle]
        height = row[0][3] - row[0][2]
        if rows and last - middle < 2 * _SAME_LINE * height:
            rows[-1].extend(row)
        else:
            rows.append(row)
            last = middle
    return rows


def _settled(row: _Row) -> _Row:
    """A row from left to right, one glyph a place.

    Bold by printing twice is one character; two different ones on one place are no longer readable.
    """
    row.sort()
    widest = max([glyph[1] - glyph[0] for glyph in row])
    if min(_steps(row), default=widest) >= _OVERPRINTED * widest:
        return row
    settled = row[:1]
    for glyph in row[1:]:
        left, right, bottom, top, char = settled[-1]
        if glyph[0] - left >= _OVERPRINTED * (right - left):
            settled.append(glyph)
        elif glyph[4] != char:
            settled[-1] = (left, right, bottom, top, UNREADABLE)
    return settled


def _is_rule(row: _Row) -> bool:
    return len({glyph[4] for glyph in row}) == 1 and row[0][4] in _RULES


def _steps(row: _Row) -> list[float]:
    """The distances from each glyph's start to the next one's."""
    lefts = list(map(_LEFT, row))
    return list(map(sub, lefts[1:], lefts))


def _prevailing(steps: Iterable[float]) -> float | None:
    """The step that most neighbours keep, which is the width of a column; None where none prevails."""
    tenths = Counter([int(10 * step + 0.5) for step in steps])
    if not tenths:
        return None
    tenth, times = tenths.most_common(1)[0]
    # A step that floats about a tenth of a point (5.94, 5.96) falls into two neighbours of the count.
    times += max(tenths[tenth - 1], tenths[tenth + 1])
    return tenth / 10 if tenth > 0 and times >= _GRID_SHARE * tenths.total() else None


def _keeps_to(pitch: float, steps: list[float]) -> bool:
    """Whether nearly all distances are whole columns: in Arial half of the letters are as wide as a digit is,
    but the other half, and the spaces, are not.
    """
    off = sum(abs(step - pitch * max(1, round(step / pitch))) > _OFF_COLUMN * pitch for step in steps)
    return off <= _OFF_SHARE * len(steps)


def _on_grid(row: _Row, steps: list[float], margin: float, pitch: float) -> str:
    """A gap of n columns is n spaces; a character of wide type is one character, though it takes two columns.

    Measured from start to start, since a glyph borrowed from another font may be narrower than its column.
    """
    parts = [" " * round((row[0][0] - margin) / pitch), row[0][4]]
    column = _column(steps, pitch)
    near, far = 0.5 * column, 1.5 * column
    for step, glyph in zip(steps, row[1:], strict=True):
        if not near < step < far:
            parts.append(" " * (round(step / column) - 1))
        parts.append(glyph[4])
    return "".join(parts)


def _column(steps: list[float], pitch: float) -> float:
    """How wide a line's own columns are: the page's, or where most of its steps are longer, those (wide type)."""
    if len(steps) < _WIDE_STEPS or sum(steps) < _WIDE * pitch * len(steps):
        return pitch
    column = _prevailing(steps)
    return column if column is not None and column > _WIDE * pitch else pitch


def _proportional(row: _Row, margin: float) -> str:
    left, right, bottom, top, char = row[0]
    parts = [" " * round((left - margin) / (_SPACE * (top - bottom))), char]
    for glyph in row[1:]:
        height = min(top - bottom, glyph[3] - glyph[2])
        gap = glyph[0] - right
        if gap > _GAP * height:
            parts.append(" " * max(1, round(gap / (_SPACE * height))))
        left, right, bottom, top, char = glyph
        parts.append(char)
    return "".join(parts)
