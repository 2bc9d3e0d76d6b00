"""What a person watching should know: the run's notices, the newest last."""

from collections.abc import Mapping

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget


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
