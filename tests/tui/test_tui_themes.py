"""Both themes can be read: the contrast that WCAG 2.2 AA asks of text, on every ground that text stands on."""

import pytest
from textual.color import Color

from pilot.tui.office_screen import BLUE, DARK, LIGHT

AA = 4.5


def luminance(color: Color) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color.normalized)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(Color.parse(one)), luminance(Color.parse(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("ground", ["background", "surface", "panel"])
@pytest.mark.parametrize("ink", ["foreground", "primary", "warning", "error", "success", "accent"])
def test_text_stands_out_from_its_ground(theme: object, ground: str, ink: str) -> None:
    assert contrast(getattr(theme, ink), getattr(theme, ground)) >= AA


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_the_line_under_the_cursor_and_the_masthead_can_be_read(theme: object) -> None:
    variables = theme.variables  # type: ignore[attr-defined]
    assert contrast(variables["block-cursor-foreground"], variables["block-cursor-background"]) >= AA
    assert contrast("#FFFFFF", BLUE) >= AA


def test_the_yardstick_knows_black_on_white() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
