"""Batches: choose what NBSS wrote, see what would become of it, confirm, and watch it go."""

import shlex
import time
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from pilot.errors import FileError, UserError
from pilot.pipeline.intake import Preview, Taken
from pilot.pipeline.overview import Position
from pilot.pipeline.reasons import words
from pilot.tui.deciding import AskScreen
from pilot.tui.office_screen import OfficeScreen
from pilot.tui.open_ledger import OpenLedger
from pilot.tui.wording import plural, shown

_LOOK_SECONDS = 0.5


class Previewed(Message):
    """What an intake would make of the files, or why it cannot be said."""

    def __init__(self, paths: tuple[Path, ...], preview: Preview | None, problem: str = "") -> None:
        super().__init__()
        self.paths = paths
        self.preview = preview
        self.problem = problem


class Sent(Message):
    """The batch went as far as it can today, or `problem` says why it did not."""

    def __init__(self, taken: Taken | None, problem: str = "") -> None:
        super().__init__()
        self.taken = taken
        self.problem = problem


class Looked(Message):
    """How the reports among these files look, or why it cannot be said."""

    def __init__(self, paths: tuple[Path, ...], lines: tuple[str, ...], problem: str = "") -> None:
        super().__init__()
        self.paths = paths
        self.lines = lines
        self.problem = problem


class BatchesScreen(OfficeScreen):
    """One box for files and folders: typed, pasted, or dropped on the window."""

    AUTO_FOCUS = ""  # it begins in the box, and where it was left it stays left
    NAME = "batches"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "confirm", "Take in and send"),
        Binding("ctrl+g", "go_on", "Send and collect only"),
        Binding("ctrl+l", "looks", "How they look"),
    ]

    _paths: tuple[Path, ...] = ()
    _preview: Preview | None = None
    _going: Timer | None = None

    def compose_body(self) -> ComposeResult:
        """The box, and what would become of the files."""
        yield Input(placeholder="Files or a folder: type, paste or drop them here, then Enter", id="paths")
        with VerticalScroll(id="home"):
            yield Static(id="figures", markup=False)

    def on_mount(self) -> None:
        """Begin in the box."""
        # At once: put off, it would come after a sending that was begun on opening, which wants keys to be keys.
        self.set_focus(self.query_one("#paths", Input))

    def read(self, ledger: OpenLedger) -> object:
        """What waits to be sent."""
        return ledger.position() if ledger.path.exists() else None

    def show(self, ledger: OpenLedger | None, answer: object) -> None:
        """Say what waits; what is under way says so itself."""
        self.ledger = ledger
        if self._going is not None or self._preview is not None:
            return
        if ledger is not None and ledger.config is None:
            self.say("A run takes its batches in by itself; open an office to take in files")
            return
        waits = answer.to_send if isinstance(answer, Position) else 0
        self.say(
            (f"{plural(waits, 'result')} wait to be sent (Ctrl+G). " if waits else "")
            + "Bring all files of a day together, the practice directory first"
        )
        if ledger is not None and not self.query_one("#paths", Input).value:
            inbox = ledger.path.parent / "inbox"
            if inbox.is_dir():
                self.query_one("#paths", Input).value = str(inbox)

    @on(Input.Submitted, "#paths")
    def choose(self, event: Input.Submitted) -> None:
        """See what would become of them; Enter again on the same files takes them in."""
        try:
            paths = named(event.value)
        except UserError as error:
            self.fail(str(error))
            return
        if self._preview is not None and paths == self._paths:
            self.action_confirm()
        elif self.ledger is not None:
            self.fail("")
            self.say("Reading and checking; nothing is sent yet ...")
            self._look(self.ledger, paths)

    @work(thread=True, exclusive=True, group="preview")
    def _look(self, ledger: OpenLedger, paths: tuple[Path, ...]) -> None:
        try:
            self.post_message(Previewed(paths, ledger.preview(paths)))
        except UserError as error:
            self.post_message(Previewed(paths, None, str(error)))

    def on_previewed(self, message: Previewed) -> None:
        """Show the counts, and ask for a yes."""
        self.fail(message.problem)
        self._paths, self._preview = message.paths, message.preview
        if message.preview is None:
            self.say("Nothing was taken in")
            return
        self.say(headline(message.preview) + ". Ctrl+S, or Enter again: take in and send. Escape: leave it")
        self.query_one("#figures", Static).update(_told(message.preview))
        self.offer()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Confirm only what was looked at."""
        if action == "confirm":
            return self._preview is not None and self._going is None
        if action == "looks":
            return self.ledger is not None and self.ledger.config is not None
        if action == "go_on":
            return self._going is None and self.ledger is not None and self.ledger.config is not None
        return True

    def action_confirm(self) -> None:
        """Take the files in, and send."""
        if self._preview is not None and self._going is None:
            self.go(self._paths, self._preview.taken.fit)

    def action_go_on(self) -> None:
        """Send what waits, and collect answers."""
        if self._going is None:
            self.go((), 0)

    def action_looks(self) -> None:
        """Show how the reports look: to be compared with the paper once, and confirmed."""
        try:
            paths = named(self.query_one("#paths", Input).value)
        except UserError as error:
            self.fail(str(error))
            return
        if self.ledger is not None:
            self._look_at(self.ledger, paths)

    @work(thread=True, exclusive=True, group="looks")
    def _look_at(self, ledger: OpenLedger, paths: tuple[Path, ...]) -> None:
        try:
            self.post_message(Looked(paths, ledger.looks(paths)))
        except UserError as error:
            self.post_message(Looked(paths, (), str(error)))

    def on_looked(self, message: Looked) -> None:
        """Ask whether it is so on the paper too."""
        none = "None of these files is a report that can be read" if not message.lines else ""
        self.fail(message.problem or none)
        if message.lines:
            says = (
                "Compare this with a report on paper. Confirmed, such a look is right for this office, and a report "
                "that looks otherwise stops its batch.\n\n"
            )
            self.app.push_screen(
                AskScreen(
                    "How these reports look",
                    says + "\n".join(map(shown, message.lines)),
                    {"Who has compared them": self.app.who},
                ),
                lambda said: self._confirm(message.paths, *said.values()) if said else None,
            )

    def _confirm(self, paths: tuple[Path, ...], who: str) -> None:
        def work(ledger: OpenLedger) -> str:
            return f"Confirmed: {plural(ledger.confirm_looks(paths, who), 'new look')}"

        self.do(work)

    def action_close(self) -> None:
        """Leave the files; with none chosen, leave the box, so that keys are keys again (Tab goes back)."""
        if self._preview is None:
            self.set_focus(None)
        self._paths, self._preview = (), None
        self.query_one("#figures", Static).update("")
        self.fail("")
        self.show(self.ledger, None)
        self.offer()

    def go(self, paths: tuple[Path, ...], fit: int) -> None:
        """Do it in a thread; look into the ledger meanwhile to say how far it is."""
        if self.ledger is None:
            return
        self.set_focus(None)  # from here on 2 is the way to what needs somebody, and no part of a file's name
        self._began, self._fit = time.monotonic(), fit
        self.say("Taking in and sending ..." if paths else "Sending and collecting ...")
        self._going = self.set_interval(_LOOK_SECONDS, self._progress)
        self.offer()
        self._send(self.ledger, paths)

    @work(thread=True, exclusive=True, group="send")
    def _send(self, ledger: OpenLedger, paths: tuple[Path, ...]) -> None:
        try:
            self.post_message(Sent(ledger.take_in(paths)))
        except UserError as error:
            self.post_message(Sent(None, str(error)))

    def _progress(self) -> None:
        """How many are left, and how long that takes at the pace so far."""
        if self.ledger is None or not self.ledger.path.exists():
            return
        try:
            left = self.ledger.position().to_send
        except UserError:  # the writer has it; the next look will do
            return
        gone = max(self._fit - left, 0)
        passed = time.monotonic() - self._began
        ahead = f", about {left * passed / gone:.0f} s left" if gone and left else ""
        self.say(f"Sending: {gone:,} of {max(self._fit, gone + left):,} gone{ahead} ({passed:.0f} s)")

    def on_sent(self, message: Sent) -> None:
        """Say what came of it."""
        if self._going is not None:
            self._going.stop()
            self._going = None
        self.fail(message.problem)
        taken = message.taken
        self._preview = None
        self._paths = ()
        if taken is not None:
            self.query_one("#figures", Static).update(
                f"Taken in: {plural(taken.files, 'file')}"
                + (f", {taken.already} were here before" if taken.already else "")
                + f". {taken.fit:,} fit to send, {taken.disputed:,} with two versions, {taken.rejected:,} unfit.\n\n"
                + "\n".join(f"  {notice}" for notice in taken.notices)
            )
            self.notify("Done. What needs you is on 2, what goes on paper on 4", timeout=10)
        self.offer()
        self.app.reread()


def named(text: str) -> tuple[Path, ...]:
    """The files of a line as somebody types or drops them: quoted, escaped, or with file://. Raises FileError."""
    try:
        parts = (
            shlex.split(text.strip()) if "\\" not in text or "'" in text or '"' in text else _windows(text)
        )
    except ValueError:  # a quotation mark without its other half
        parts = [text.strip()]
    whole = Path(text.strip()).expanduser()
    if len(parts) > 1 and whole.exists():  # one path with spaces in it
        return (whole,)
    paths = tuple(Path(part.removeprefix("file://")).expanduser() for part in parts)
    if not paths:
        raise FileError("no file is named", "", "Type, paste or drop files or a folder")
    for path in paths:
        if not path.exists():
            raise FileError("there is no such file", str(path), "Name files that can be read")
    return paths


def _windows(text: str) -> list[str]:
    """A line with backslashes: paths of Windows, or spaces that a terminal escaped."""
    stripped = text.strip()
    return [stripped.replace("\\ ", " ")] if Path(stripped.replace("\\ ", " ")).exists() else stripped.split()


def headline(preview: Preview) -> str:
    """412 read, 398 to send, 9 on paper, 5 need you."""
    fit, paper = preview.taken.fit, preview.on_paper
    by_mesh = fit - (paper or 0)
    parts = [f"{preview.read:,} read", f"{by_mesh:,} to send"]
    parts.append("on paper: MESH cannot be asked now" if paper is None else f"{paper:,} on paper")
    parts.append(f"{preview.need_you:,} need you")
    return ", ".join(parts)


def _told(preview: Preview) -> Content:
    lines = [f"{plural(preview.taken.files, 'new file')}, {preview.taken.already} were here before", ""]
    if preview.by_reason:
        lines.append("Need you, or go back:")
        lines += [f"{number:>8,} x {words(reason)}" for reason, number in sorted(preview.by_reason.items())]
        lines.append("")
    if preview.by_practice:
        lines.append("To send:")
        lines += [f"{number:>8,} to {code}" for code, number in sorted(preview.by_practice.items())]
    lines += ["", *preview.taken.notices]
    return Content("\n".join(lines))
