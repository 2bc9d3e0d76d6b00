"""Two calm themes in the NHS identity's blues, one for each kind of terminal."""

from typing import Final

from textual.theme import Theme

# Colours of the NHS identity guidelines. Contrast of text on its ground is at least 4.5:1 in both themes.
BLUE: Final = "#005EB8"
DARK_BLUE: Final = "#003087"

DARK: Final = Theme(
    name="nhs-dark",
    dark=True,
    primary="#41B6E6",
    secondary="#768692",
    accent="#FFEB3B",
    warning="#FFB81C",
    error="#FF8A80",
    success="#78BE20",
    foreground="#E8EDEE",
    background="#0A1826",
    surface="#0F2236",
    panel="#16304A",
    variables={
        "footer-background": "#16304A",
        "footer-key-foreground": "#FFEB3B",
        "block-cursor-background": "#41B6E6",
        "block-cursor-foreground": "#0A1826",
    },
)

LIGHT: Final = Theme(
    name="nhs-light",
    dark=False,
    primary=BLUE,
    secondary="#425563",
    accent=DARK_BLUE,
    warning="#7A4F00",
    error="#B3170F",
    success="#006747",
    foreground="#212B32",
    background="#F0F4F5",
    surface="#FFFFFF",
    panel="#D8DDE0",
    variables={
        "footer-background": "#D8DDE0",
        "footer-key-foreground": DARK_BLUE,
        "block-cursor-background": BLUE,
        "block-cursor-foreground": "#FFFFFF",
    },
)
