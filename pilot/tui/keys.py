"""Every key of the UI, what it does, and the command line that does the same.

Screen readers cannot read a terminal UI, so nothing may be possible here alone. The help screen is this table.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Static


@dataclass(frozen=True, slots=True)
class Key:
    """One key: what it does, and its twin on the command line (empty where it only moves about the screen)."""

    key: str
    does: str
    twin: str = ""


EVERYWHERE: Final = (
    Key("1", "The run", "pilot run quick"),
    Key("2", "What needs me", "pilot exceptions list"),
    Key("3", "Every result and where it is", "pilot status"),
    Key("?", "This help; Escape closes it"),
    Key("t", "Light or dark"),
    Key("q", "Quit. A run under way is stopped; nothing that it started stays behind"),
    Key("Tab", "To the next part of the screen; the arrow keys move in it"),
)

RUN: Final = (
    Key("n", "Run again with the next seed: other people, other chances", "pilot run quick --seed 12"),
    Key("x", "Stop the run. The command line goes on with it", "pilot run --resume RUN"),
    Key("o", "Open the report in a browser", "pilot report RUN"),
    Key("f", "Open the run's folder, where everything about it is"),
)

ON_FILED: Final = (
    Key(
        "o",
        "Correct a filed result: the practice is sent a correction",
        "pilot exceptions correct NUMBER --set FIELD=VALUE",
    ),
    Key("w", "Withdraw what should never have been sent", "pilot exceptions withdraw NUMBER"),
)

WORKLIST: Final = (
    Key("Enter", "Open the result, then go into it to scroll", "pilot exceptions show NUMBER"),
    Key(
        "f",
        "Fix: put fields right and send it, through every check",
        "pilot exceptions fix NUMBER --set FIELD=VALUE",
    ),
    Key("r", "Resend: send it again as it is", "pilot exceptions resend NUMBER"),
    Key("p", "Paper: have it printed and posted", "pilot exceptions paper NUMBER"),
    Key("b", "Back: return it to the office as unfit to send", "pilot exceptions return NUMBER"),
    Key("c", "Confirm: you have seen it in the record", "pilot exceptions filed NUMBER"),
    Key("a", "Assign: put a name on it", "pilot exceptions assign NUMBER --to NAME"),
    *ON_FILED,
    Key(
        "v",
        "What waits for people at practices too, or the office's own",
        "pilot exceptions list --owner office",
    ),
    Key("Escape", "Back to the list; from the list, close the result"),
)

RESULTS: Final = (
    Key("/", "Find by words, or by a whole NHS number; Enter goes to what was found"),
    Key("s", "Only one state"),
    Key("p", "Only one practice"),
    Key("c", "Clear the three filters"),
    *ON_FILED,
    Key("Enter", "Open the result, then go into it to scroll", "pilot exceptions show NUMBER"),
    Key("Escape", "Back to the list; from the list, close the result"),
)

SECTIONS: Final = (
    ("Everywhere", EVERYWHERE),
    ("1 The run", RUN),
    ("2 What needs me", WORKLIST),
    ("3 Every result", RESULTS),
)

WORDS: Final = (
    ("Left NBSS", "the office has printed or exported it"),
    ("In the GP record", "it is coded or typed into the patient's record at the practice"),
    ("With a person", "it is on a named list with a reason and an age, at the office or at the practice"),
    ("Returned", "it went back to the office as unfit to send, with a reason"),
    ("On the way", "none of these yet: in the post, in MESH, or in a pile"),
    ("Lost", "nobody knows where it is; this must be none"),
    ("Paper", "printed, posted, scanned and typed, as today"),
    ("Coded", "a message that a ready practice files by rule"),
    ("PDF over MESH", "the printed page as a PDF message; a person types it"),
    ("PDF by email", "the same by email"),
    ("Missing, wrong code, wrong person, duplicate, late", "errors: the GP record held against the truth"),
    ("GP minutes", "what practices' staff spent on the results so far"),
    ("GP hours saved", "against paper, with the range that the evidence allows"),
    ("Seed", "what chance draws from: the same seed gives the same people and the same luck"),
)


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
