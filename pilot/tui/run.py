"""The run screen: the pilot of one office, before a person's eyes."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.reactive import reactive
from textual.widget import Widget

from pilot.domain.arm import arm_name
from pilot.experiment.events import ArmProgress, DayPassed, RunFinished, RunStarted
from pilot.experiment.strikes import KNOWN
from pilot.tui.deciding import ChooseScreen
from pilot.tui.office_screen import Banner, OfficeScreen
from pilot.tui.open_ledger import SIMULATED, OpenLedger
from pilot.tui.player import Player, RunRequest
from pilot.tui.view import RunView, StageView, Standing, key_figures
from pilot.tui.wording import plural, tenth, whole

_SHORT = 30


class RunScreen(OfficeScreen):
    """Stages, the simulated day, the arms as they fill, and at the end the key figures."""

    NAME = "run"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "run_next", "Run again"),
        Binding("x", "stop", "Stop"),
        Binding("o", "open_report", "Open report"),
        Binding("f", "open_folder", "Folder"),
        Binding("c", "app.choose_run", "Choose", show=False),
        Binding("space", "pause", "Pause", show=False),
        Binding("full_stop", "step", "One day", show=False),
        Binding("w", "strike", "Go wrong", show=False),
        Binding("minus", "pace(1)", "Slower", show=False),
        Binding("plus", "pace(-1)", "Faster", show=False),
    ]

    def compose_body(self) -> ComposeResult:
        """The parts, top to bottom."""
        with Vertical(id="body"):
            with Vertical(id="progress"):
                yield Stages()
                yield Day()
                yield Arms()
            with VerticalScroll(id="outcome"):
                yield RunEnd()
                yield Notices()

    def on_mount(self) -> None:
        """Whatever office is open: a run is simulated."""
        self.query_one(Banner).tell(SIMULATED, "")

    def tell_where(self, ledger: OpenLedger) -> None:
        """It stays as it is."""

    def tell(self, player: Player) -> None:
        """Show how far the run is; what did not change is not painted again."""
        view, pace = player.view, player.pace_in_words
        self.say(_heading(view, player.engine.request) + (f"; {pace}" if pace else ""))
        stages = self.query_one(Stages)
        stages.stages, stages.standing, stages.running_for = view.stages, view.standing, player.running_for
        self.query_one(Day).day = view.day
        arms = self.query_one(Arms)
        arms.started, arms.progress = view.run, view.arms
        ending = self.query_one(RunEnd)
        ending.standing, ending.finished, ending.failure = view.standing, view.finished, view.failure
        ending.before = player.before
        self.query_one(Notices).notices = view.notices
        self.offer()

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Offer only what can be done now."""
        view = self.app.player.view
        match action:
            case "run_next":
                return None if view.under_way else True
            case "stop" | "pause" | "step" | "pace" | "strike":
                return view.standing is Standing.RUNNING
            case "open_report":
                return view.finished is not None
            case "open_folder":
                return view.run is not None
        return True

    def action_run_next(self) -> None:
        """Play the same scenario again with the next seed."""
        self.app.begin(self.app.player.engine.request.with_next_seed())

    def action_stop(self) -> None:
        """Ask the engine to let go."""
        self.app.player.stop()
        self.tell(self.app.player)

    def action_pause(self) -> None:
        """Hold the run, or let it go on."""
        self.app.player.engine.pause()
        self.tell(self.app.player)

    def action_step(self) -> None:
        """One simulated day."""
        self.app.player.engine.step()
        self.tell(self.app.player)

    def action_pace(self, slower: int) -> None:
        """Slower or faster: 0, half a second, one, two, four a day."""
        self.app.player.pace(slower)
        self.tell(self.app.player)

    def action_strike(self) -> None:
        """Choose what goes wrong from the next simulated day on."""
        choices = {name: f"{known.says}, for {plural(known.days, 'day')}" for name, known in KNOWN.items()}
        says = (
            "It strikes what goes through MESH, from the next simulated day on, beside what the scenario has. Notes "
            "and report say that it was switched on by hand. Press its number."
        )
        self.app.push_screen(ChooseScreen("What goes wrong?", says, choices), self._strike)

    def _strike(self, name: str | None) -> None:
        if name is not None:
            self.app.player.engine.strike(name)
            self.notify(f"From the next simulated day: {KNOWN[name].says}")

    def action_open_report(self) -> None:
        """Open the report in a browser, or say where it is."""
        finished = self.app.player.view.finished
        if finished is not None:
            self._open(finished.report)

    def action_open_folder(self) -> None:
        """Open the run's folder, or say where it is."""
        run = self.app.player.view.run
        if run is not None:
            self._open(run.folder)

    def _open(self, path: Path) -> None:
        if not self.app.open_page(path.absolute().as_uri()):
            self.notify(f"There is no browser here. It is at {path}", timeout=10)

    def on_resize(self, event: Resize) -> None:
        """On a short screen, the stages make room for the figures once they are done."""
        self.query_one(Stages).short = event.size.height < _SHORT


def _heading(view: RunView, request: RunRequest) -> str:
    if view.run is None:
        return f"Scenario {request.scenario}, seed {request.seed}: {view.standing.value}"
    run = view.run
    counts = (
        f"{plural(run.results, 'result')}, {plural(run.practices, 'practice')}, {plural(run.days, 'day')}"
    )
    return f"{run.office}: {counts}; {run.scenario}, seed {run.seed}: {view.standing.value}"


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


_LABEL = 17
_NUMBER = 8
_GAP = 2

_ROWS: Final[tuple[tuple[str, Callable[[ArmProgress], float]], ...]] = (
    ("Left NBSS", lambda arm: arm.emitted),
    ("In the GP record", lambda arm: arm.in_record),
    ("With a person", lambda arm: arm.with_a_person),
    ("Returned", lambda arm: arm.returned),
    ("On the way", lambda arm: arm.open),
)


class Arms(Widget):
    """One column an arm. The bars of results share one scale, so that lengths compare across arms and rows."""

    started: reactive[RunStarted | None] = reactive(None, layout=True)
    progress: reactive[Mapping[str, ArmProgress]] = reactive(dict[str, ArmProgress])

    def render(self) -> Content:
        """The table, in the width there is."""
        if self.started is None:
            return Content.styled("The arms appear once the batches are made", "$text-muted")
        arms = [self.progress.get(arm) or ArmProgress(arm, 0, 0, 0, 0, 0, 0.0) for arm in self.started.arms]
        return Content("\n").join(self._lines(arms, self.started.results))

    def _lines(self, arms: list[ArmProgress], results: int) -> Iterator[Content]:
        cell = max((self.content_size.width - _LABEL) // max(len(arms), 1) - _GAP, _NUMBER)
        names = "".join(" " * _GAP + arm_name(arm.arm, short=True)[:cell].ljust(cell) for arm in arms)
        yield Content.styled(" " * _LABEL + names, "bold")
        for label, count in _ROWS:
            yield self._line(label, [(count(arm), count(arm) / max(results, 1)) for arm in arms], cell)
        longest = max((arm.gp_minutes for arm in arms), default=0.0) or 1.0
        yield self._line("GP minutes", [(arm.gp_minutes, arm.gp_minutes / longest) for arm in arms], cell)

    @staticmethod
    def _line(label: str, cells: list[tuple[float, float]], cell: int) -> Content:
        parts = [Content.styled(label.ljust(_LABEL), "$text-muted")]
        for number, share in cells:
            parts.append(Content(" " * _GAP + whole(number).rjust(_NUMBER - 1) + " "))
            parts.append(bar(share, cell - _NUMBER))
        return Content.assemble(*parts)


class Day(Widget):
    """One line: the day in words, a bar, and a percentage."""

    day: reactive[DayPassed | None] = reactive(None)

    def render(self) -> Content:
        """The line, as wide as the widget."""
        if self.day is None:
            return Content.styled("The simulated days have not begun", "$text-muted")
        share = self.day.number / self.day.days
        words = f"Day {self.day.number} of {self.day.days}, {self.day.day:%a %d %b %Y}  "
        percent = f"{share:>6.0%}"
        return Content.assemble(
            (words, "bold"), bar(share, self.content_size.width - len(words) - len(percent)), percent
        )


_FIGURE_LABEL = 18


class RunEnd(Widget):
    """Empty while the run is under way; then a line a figure, wrapped under its label's column."""

    standing: reactive[Standing] = reactive(Standing.RUNNING, layout=True)
    finished: reactive[RunFinished | None] = reactive(None, layout=True)
    failure: reactive[str] = reactive("", layout=True)
    before: reactive[tuple[RunRequest, RunFinished] | None] = reactive(None, layout=True)

    def render(self) -> Content:
        """The lines."""
        match self.standing:
            case Standing.FINISHED if self.finished:
                return Content("\n").join(self._figures(self.finished))
            case Standing.FAILED:
                return Content.assemble(("✗ The run could not go on. ", "bold $error"), self.failure)
            case Standing.STOPPING:
                return Content.styled("Stopping: MESH and the GP systems are being shut down", "bold")
            case Standing.STOPPED:
                return Content(
                    "The run was stopped before its end; its folder holds what there was until then."
                )
            case _:
                return Content.styled("The key figures appear here at the end", "$text-muted")

    def _figures(self, finished: RunFinished) -> Iterator[Content]:
        for figure in key_figures(finished.figures):
            yield _row(figure.label, figure.text, "bold $error" if figure.alarm else "")
        if self.before is not None:
            request, last = self.before
            yield Content("")
            arms = f", {' and '.join(request.arms)}" if request.arms else ""
            yield Content.styled(f"The run before: {request.scenario}, seed {request.seed}{arms}", "bold")
            for figure in key_figures(last.figures):
                yield _row(figure.label, figure.text, "")
            yield Content("")
        yield _row("Report (o opens)", str(finished.report), "")
        yield _row("Folder (f opens)", str(finished.folder), "")


def _row(label: str, text: str, style: str) -> Content:
    return Content.assemble((label.ljust(_FIGURE_LABEL), "$text-muted"), (text, style))


class Notices(Widget):
    """One line a notice; one that came more than once says how often."""

    notices: reactive[Mapping[str, int]] = reactive(dict[str, int], layout=True)

    def render(self) -> Content:
        """The lines, or a word that there are none."""
        if not self.notices:
            return Content.styled("Nothing out of the ordinary so far", "$text-muted")
        return Content("\n").join(
            Content.assemble(("! ", "bold $warning"), text + (f" ({count:,} times)" if count > 1 else ""))
            for text, count in self.notices.items()
        )


_NAME = 38


class Stages(Widget):
    """One line a stage, or one line for them all once they are done and the screen is short."""

    stages: reactive[tuple[StageView, ...]] = reactive(RunView().stages)
    standing: reactive[Standing] = reactive(Standing.RUNNING, layout=True)
    running_for: reactive[float] = reactive(0.0)
    short: reactive[bool] = reactive(False, layout=True)

    def render(self) -> Content:
        """The lines; the marks are only an echo of the words."""
        if self.short and self.standing is Standing.FINISHED:
            seconds = sum(stage.seconds or 0.0 for stage in self.stages)
            return Content.assemble(("✓ ", "$success"), f"All stages done in {tenth(seconds)} s")
        return Content("\n").join(self._line(stage) for stage in self.stages)

    def _line(self, stage: StageView) -> Content:
        name = stage.stage.value.ljust(_NAME)
        if stage.seconds is not None:
            return Content.assemble(("✓ ", "$success"), name, f"done    {tenth(stage.seconds):>7} s")
        if stage.started and self.standing is Standing.RUNNING:
            return Content.assemble(
                ("▶ ", "$primary"), (f"{name}running {whole(self.running_for):>7} s", "bold")
            )
        if stage.started:
            return Content.assemble(("■ ", "$warning"), name, self.standing.value)
        return Content.styled(f"· {name}waiting", "$text-muted")
