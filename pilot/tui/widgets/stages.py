"""The stages of a run, with the state and the seconds of each."""

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from pilot.tui.view import RunView, StageView, Standing
from pilot.tui.wording import tenth, whole

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
