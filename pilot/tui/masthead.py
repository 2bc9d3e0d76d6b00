"""The top of every screen: the screens by number, where results go from here, what went wrong; and
the two themes.
"""

from collections.abc import Iterator
from typing import Final

from textual.content import Content
from textual.reactive import reactive
from textual.theme import Theme
from textual.widgets import Static

from pilot.tui.desk import Standing

SCREENS = {
    "home": ("1", "Home"),
    "worklist": ("2", "Needs me"),
    "results": ("3", "Find"),
    "paper": ("4", "Post"),
    "batches": ("5", "Batches"),
    "practices": ("6", "Practices"),
    "day": ("7", "Day"),
    "run": ("8", "Run"),
}


class Masthead(Static):
    """One line. The screen shown stands in brackets, so that it can be told without colour; a click goes there."""

    needs_me: reactive[int | None] = reactive(None)
    to_post: reactive[int | None] = reactive(None)

    def __init__(self, current: str) -> None:
        super().__init__()
        self._current = current

    def render(self) -> Content:
        """The screens in order, with how much waits for the office."""
        return Content.assemble(*self._tabs())

    def _tabs(self) -> Iterator[Content]:
        for name, (key, title) in SCREENS.items():
            count = {"worklist": self.needs_me, "paper": self.to_post}.get(name)
            text = f"{key} {title}" + (f": {count:,}" if count is not None else "")
            tab = f"[{text}]" if name == self._current else f" {text}"
            style = "bold " if name == self._current else ""
            yield Content.styled(tab, f"{style}@click=app.go_to('{name}')".strip())


class Banner(Static):
    """Where this ledger's results go. The one for real people's results is not to be overlooked."""

    def tell(self, standing: Standing | None, office: str) -> None:
        """Say it; nothing where no ledger is open."""
        self.display = standing is not None
        if standing is None:
            return
        self.set_class(standing.alarm, "-alarm")
        stars = " !!! " if standing.alarm else ""
        self.update(Content(f"{stars}{standing.words}{stars}" + (f"  {office}" if office else "")))


class Problem(Static):
    """What went wrong and what to do about it. It stays until it is put right, or Escape is pressed."""

    def on_mount(self) -> None:
        """Nothing is wrong at first."""
        self.display = False

    def say(self, problem: str) -> None:
        """Show it; empty takes it off."""
        self.display = bool(problem)
        self.update(Content(f"! {problem}"))


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
