"""How a figure is written for a reader: rounded, with its unit, in British English."""

from reports.tables import Cell, Range, Unit, Value

NOT_MEASURED = "not measured"
_MINUS = "\u2212"


def show(value: Value, unit: Unit = Unit.TEXT) -> str:
    """The figure as a reader sees it; a range as "value (low to high)", all three equally precise."""
    if isinstance(value, Range):
        parts = [part for part in (value.value, value.low, value.high) if part is not None]
        if len(parts) < 3:
            return show(value.value, unit)
        places = _places(max(map(abs, parts)), unit)
        middle, low, high = (_number(part, unit, places) for part in parts)
        return f"{middle} ({low} to {high})"
    if value is None:
        return NOT_MEASURED
    if isinstance(value, str):
        return value
    return _number(value, unit, _places(abs(value), unit))


def show_cell(cell: Cell) -> str:
    return show(cell.value, cell.unit)


def _places(size: float, unit: Unit) -> int:
    match unit:
        case Unit.COUNT:
            return 0
        case Unit.POUNDS:
            return 0 if size >= 100 else 2
        case Unit.SHARE:
            return 1
        case Unit.NUMBER if size < 1:
            return 4
        case Unit.NUMBER if size < 100:
            return 2
    return 0 if size >= 1000 else 1


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
