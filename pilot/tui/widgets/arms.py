"""The arms side by side: where each one's results are, as numbers and as bars."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from pilot.experiment.events import ArmProgress, RunStarted
from pilot.tui.widgets.bar import bar
from pilot.tui.wording import arm_name, whole

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
        names = "".join(" " * _GAP + arm_name(arm.arm)[:cell].ljust(cell) for arm in arms)
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
