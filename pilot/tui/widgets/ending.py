"""What the run came to: the key figures and where the report is, or the line that says what to mend."""

from collections.abc import Iterator

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from pilot.experiment.events import RunFinished
from pilot.tui.figures import key_figures
from pilot.tui.view import Standing

_LABEL = 18


class Ending(Widget):
    """Empty while the run is under way; then a line a figure, wrapped under its label's column."""

    standing: reactive[Standing] = reactive(Standing.RUNNING, layout=True)
    finished: reactive[RunFinished | None] = reactive(None, layout=True)
    failure: reactive[str] = reactive("", layout=True)

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
        yield _row("Report (o opens)", str(finished.report), "")
        yield _row("Folder (f opens)", str(finished.folder), "")


def _row(label: str, text: str, style: str) -> Content:
    return Content.assemble((label.ljust(_LABEL), "$text-muted"), (text, style))
