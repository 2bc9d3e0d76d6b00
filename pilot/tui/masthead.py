"""The top of every screen: the screens by number, which one this is, and how much needs a person."""

from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

SCREENS = {"run": "1 The run", "worklist": "2 What needs me", "results": "3 Every result"}


class Masthead(Static):
    """One line. The screen shown stands in brackets, so that it can be told without colour."""

    needs_me: reactive[int | None] = reactive(None)

    def __init__(self, current: str) -> None:
        super().__init__()
        self._current = current

    def render(self) -> Content:
        """The screens in order, with the number of results that wait for a person."""
        return Content.assemble(*(self._tab(name, title) for name, title in SCREENS.items()))

    def _tab(self, name: str, title: str) -> Content:
        if name == "worklist" and self.needs_me is not None:
            title = f"{title}: {self.needs_me:,}"
        if name == self._current:
            return Content.styled(f"[{title}]  ", "bold")
        return Content.styled(f" {title}   ", "")
