"""How a figure is written for a reader: rounded, with its unit, in British English."""

import math
from collections.abc import Iterable
from datetime import date

from reports.tables import Range, Unit, Value

NOT_MEASURED = "not measured"
_MINUS = "\u2212"


def show(value: Value, unit: Unit = Unit.TEXT, places: int | None = None) -> str:
    """The figure as a reader sees it; a range as "value (low to high)".

    `places` are the decimals; left out, they follow from the figure's size, the same for a figure and its range.
    """
    if value is None or (isinstance(value, Range) and value.value is None):
        return NOT_MEASURED
    if isinstance(value, str):
        return value
    places = places_for([value], unit) if places is None else places
    if not isinstance(value, Range):
        return _number(value, unit, places)
    parts = [_number(part, unit, places) for part in (value.value, value.low, value.high) if part is not None]
    return f"{parts[0]} ({parts[1]} to {parts[2]})" if len(parts) == 3 else parts[0]


def tick(value: float, unit: Unit) -> str:
    """A figure on a chart's axis: as short as it can be."""
    text = show(value, unit)
    whole = text.removesuffix("%")
    whole = whole.rstrip("0").rstrip(".") if "." in whole else whole
    return whole + "%" * text.endswith("%")


def places_for(values: Iterable[Value], unit: Unit) -> int:
    """Decimals that suit the largest of some figures of one unit, so that they line up under each other."""
    sizes = [abs(part) for value in values for part in _parts(value)]
    largest = max(sizes, default=0)
    match unit:
        case Unit.NUMBER:
            # Of all sizes, from keying errors to messages a year: four figures of each are enough.
            smallest = min((size for size in sizes if size), default=1)
            return max(0, 3 - math.floor(math.log10(smallest)))
        case Unit.RATIO:
            return 2
        case Unit.COUNT:
            return 0
        case Unit.POUNDS:
            return 0 if largest >= 1000 else 2
        case Unit.SHARE:
            return 1
    return 0 if largest >= 1000 else 1


def _parts(value: Value) -> list[float]:
    parts = (value.value, value.low, value.high) if isinstance(value, Range) else (value,)
    return [part for part in parts if isinstance(part, int | float)]


def _number(value: float, unit: Unit, places: int) -> str:
    text = f"{abs(value) * (100 if unit is Unit.SHARE else 1):,.{places}f}"
    if unit is Unit.NUMBER and "." in text:
        text = text.rstrip("0").rstrip(".")
    if unit is Unit.POUNDS:
        text = f"£{text}"
    if unit is Unit.SHARE:
        text = f"{text}%"
    # A negative number that rounds to nothing is nothing.
    negative = value < 0 and any(digit in text for digit in "123456789")
    return f"{_MINUS}{text}" if negative else text


def day(text: str) -> str:
    """2026-11-02 as 2 November 2026; anything else as it is."""
    try:
        then = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{then.day} {then:%B %Y}"
