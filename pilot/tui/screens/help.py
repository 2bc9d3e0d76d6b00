"""Help: the keys, their twins on the command line, and what the words mean."""

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from pilot.tui.keys import SECTIONS, WORDS


class HelpScreen(ModalScreen[None]):
    """One page to scroll."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark,f1", "dismiss", "Close")]

    def compose(self) -> ComposeResult:
        """The page."""
        with VerticalScroll(id="help"):
            yield Static(Content("\n").join(_lines()))
        yield Footer(show_command_palette=False)


def _lines() -> Iterator[Content]:
    yield Content(
        "Every key has its twin on the command line, for those whom a screen like this does not serve. "
        "Add --ledger RUN/ledger.sqlite to name the run, and --who and --why to a decision. "
        "Each command says more with --help, and most answer in JSON with --json."
    )
    for title, keys in SECTIONS:
        yield Content.assemble("\n", (title, "bold $primary"))
        for key in keys:
            yield Content.assemble((f"{key.key:>7}  ", "bold"), key.does)
            if key.twin:
                yield Content.assemble(" " * 9, ("$ ", "$text-muted"), (key.twin, "italic"))
    yield Content.assemble("\n", ("What the words mean", "bold $primary"))
    for word, meaning in WORDS:
        yield Content.assemble("  ", (word, "bold"), f": {meaning}")
