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
    Key("0", "The start page: offices, runs, scenarios", "pilot"),
    Key("1", "Home: where everything is", "pilot status"),
    Key("2", "What needs me", "pilot exceptions list"),
    Key("3", "Every result: find one", "pilot find WORDS"),
    Key("4", "The post", "pilot paper list"),
    Key("5", "Batches: take in what NBSS wrote", "pilot intake --preview FILE"),
    Key("6", "Practices", "pilot practices"),
    Key("7", "The list of the day", "pilot day"),
    Key("8", "The run", "pilot run quick"),
    Key("?", "This help; Escape closes it"),
    Key("Ctrl+P", "Every action, to be chosen by name"),
    Key("t", "Light or dark"),
    Key("h", "How it came here: a result's story, a step at a time", "pilot exceptions show NUMBER"),
    Key("y", "Copy what the cursor is on"),
    Key("x", "The list as a CSV file", "pilot find --json"),
    Key("q", "Quit. A run under way is stopped; nothing that it started stays behind"),
    Key("Tab", "To the next part of the screen; the arrow keys move in it"),
    Key("Escape", "Back: out of a box, a pane, a dialog; takes a problem off the screen"),
)

HOME: Final = (
    Key("Enter", "Go to what is to be done next"),
    Key("s", "Send what waits and collect answers", "pilot intake"),
    Key("o", "Another office or run"),
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
    Key("Enter", "Open a kind; open a result, then go into it to scroll", "pilot exceptions show NUMBER"),
    Key(
        "e",
        "The extract is right: take its version over and send",
        "pilot exceptions fix NUMBER --as-extract",
    ),
    Key(
        "f",
        "Fix: put fields right and send it, through every check",
        "pilot exceptions fix NUMBER --set FIELD=VALUE",
    ),
    Key("r", "Resend: the print is right, send it as it is", "pilot exceptions resend NUMBER"),
    Key("p", "Paper: have it printed and posted", "pilot exceptions paper NUMBER"),
    Key(
        "b", "Back: return it; of what went back: it was put right in NBSS", "pilot exceptions return NUMBER"
    ),
    Key("c", "Confirm: you have seen it in the record", "pilot exceptions filed NUMBER"),
    Key(
        "l",
        "Lies there: the practice says so, and it is rung again in a week",
        "pilot exceptions wait NUMBER",
    ),
    Key("a", "Assign: put a name on it", "pilot exceptions assign NUMBER --to NAME"),
    *ON_FILED,
    Key(
        "u",
        "Undo: take the last decision back, until anything follows from it",
        "pilot exceptions undo NUMBER",
    ),
    Key("space", "Mark it, or the whole kind; a decision is then about all that is marked"),
    Key("*", "Mark all that is listed"),
    Key("g", "By kind, by practice, by file, or one by one", "pilot exceptions list --kinds"),
    Key("s", "Sort: longest waiting, due day, practice, print"),
    Key("/", "Only what has these words"),
    Key("v", "What waits for people at practices too", "pilot exceptions list --owner office"),
)

RESULTS: Final = (
    Key(
        "/",
        "Find: Smith 1966, a number, a practice, a file; Enter goes to what was found",
        "pilot find WORDS",
    ),
    Key("s", "Only one state", "pilot find --state filed"),
    Key("p", "Only one practice", "pilot find --practice CODE"),
    Key("c", "Clear the three filters"),
    *ON_FILED,
    Key("Enter", "Open the result, then go into it to scroll", "pilot exceptions show NUMBER"),
)

POST: Final = (
    Key("p", "Print what was not printed", "pilot paper print --out FILE"),
    Key("a", "Print all again that was not posted", "pilot paper print --again --out FILE"),
    Key("o", "Posted: tick the envelope or the page", "pilot paper posted --practice CODE"),
    Key("u", "Undo the last decision taken here", "pilot exceptions undo NUMBER"),
    Key("Enter", "Open the envelope"),
)

BATCHES: Final = (
    Key("Enter", "See what would become of the files; again: take them in", "pilot intake --preview FILE"),
    Key("ctrl+s", "Take in and send", "pilot intake FILE"),
    Key("ctrl+l", "How the reports look: compare them with the paper once", "pilot prints confirm FILE"),
    Key("ctrl+g", "Send what waits, collect answers", "pilot intake"),
)

PRACTICES: Final = (
    Key("o", "Those to be rung first", "pilot practices"),
    Key("Enter", "All results of the practice", "pilot find --practice CODE"),
)

DAY: Final = (
    Key("s", "Sign the list", "pilot day --sign"),
    Key("p", "Print it", "pilot day --print FILE"),
)

RUN: Final = (
    Key("n", "Run again with the next seed: other people, other chances", "pilot run quick --seed 12"),
    Key("c", "Choose scenario, arms, results and seed", "pilot run SCENARIO --arms paper,coded --results 60"),
    Key("space", "Pause, or go on"),
    Key(".", "Go on for one simulated day"),
    Key("-", "Slower"),
    Key("+", "Faster"),
    Key("w", "What goes wrong: choose a fault, from the next day on", "pilot run quick --fault mesh_out@5"),
    Key("x", "Stop the run. The command line goes on with it", "pilot run --resume RUN"),
    Key("o", "Open the report in a browser", "pilot report RUN"),
    Key("f", "Open the run's folder, where everything about it is"),
)

SECTIONS: Final = (
    ("Everywhere", EVERYWHERE),
    ("1 Home", HOME),
    ("2 What needs me", WORKLIST),
    ("3 Every result", RESULTS),
    ("4 The post", POST),
    ("5 Batches", BATCHES),
    ("6 Practices", PRACTICES),
    ("7 The day", DAY),
    ("8 The run", RUN),
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
