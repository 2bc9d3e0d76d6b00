"""The simulated day, and how far the run is through its days."""

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from pilot.experiment.events import DayPassed
from pilot.tui.widgets.bar import bar


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
