"""A bar that reads without colour: thick where it is full, thin where it is not."""

from textual.content import Content


def bar(share: float, width: int) -> Content:
    """`share` of `width` columns, to the half column; 0 and 1 are shown only where they are so."""
    width = max(width, 0)
    halves = round(min(max(share, 0.0), 1.0) * width * 2)
    if share > 0:
        halves = max(halves, 1)
    if share < 1:
        halves = min(halves, max(width * 2 - 1, 0))
    full = "━" * (halves // 2) + ("╸" if halves % 2 else "")
    return Content.assemble((full, "$primary"), ("─" * (width - len(full)), "$secondary 50%"))
