"""Everything about one result. The only place where the UI shows what could name a participant."""

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from pilot.domain.delivery import State
from pilot.domain.result import Rejected
from pilot.pipeline.entry import Step
from pilot.pipeline.ledger import PIPELINE
from pilot.pipeline.reasons import words
from pilot.pipeline.worklist import Action, Detail
from pilot.tui.wording import ACTIONS, STATES, age

ACTION_KEYS = {
    Action.FIX: "f",
    Action.RESEND: "r",
    Action.PAPER: "p",
    Action.RETURN: "b",
    Action.FILED: "c",
    Action.ASSIGN: "a",
}


class DetailPane(VerticalScroll):
    """The result under the cursor: why it is here, both versions, what may be done, its print, its history."""

    detail: Detail | None = None

    def compose(self) -> ComposeResult:
        yield Static(markup=False)

    @property
    def actions(self) -> tuple[Action, ...]:
        """What may be done with the result that is shown."""
        return self.detail.item.actions if self.detail else ()

    def show(self, detail: Detail | None) -> None:
        """Show `detail` from its top; None empties the pane."""
        same = detail is not None and self.detail is not None and detail.item.id == self.detail.item.id
        self.detail = detail
        self.query_one(Static).update(Content("\n").join(_lines(detail)) if detail else "")
        if not same:
            self.scroll_home(animate=False)


def _lines(detail: Detail) -> Iterator[Content]:
    item, document = detail.item, detail.document
    owner = {"office": ", on the office's list", "practice": ", on the practice's list"}.get(item.owner, "")
    named = f", assigned to {item.assigned_to}" if item.assigned_to else ""
    yield Content.styled(f"Result {item.id}: {STATES[item.state]} for {age(item.age)}{owner}{named}", "bold")
    yield Content(item.words[:1].upper() + item.words[1:] + ".")
    if isinstance(document, Rejected):
        yield Content(document.detail)
    yield from _field("Practice", item.practice or "not known")
    yield from _field("Printed in", str(item.provenance))
    if detail.versions:
        yield _title("The sources disagree")
        for version in detail.versions:
            yield from _field(version.source, version.says)
    if item.actions:
        yield _title("What may be done")
        yield Content("   ").join(
            Content.assemble((ACTION_KEYS[action], "bold reverse"), f" {ACTIONS[action]}")
            for action in item.actions
        )
    yield _title("As printed")
    yield from (Content(line) for line in document.lines or ("The print holds no text that could be read.",))
    yield _title("History")
    yield from (_step(step) for step in detail.history)
    if detail.sent:
        yield _title("What was sent")
        yield from (Content(attempt.told()) for attempt in detail.sent)


def _title(text: str) -> Content:
    return Content.assemble("\n", (text, "bold $primary"))


def _field(label: str, text: str) -> Iterator[Content]:
    yield Content.assemble((f"{label}: ", "$text-muted"), text)


def _step(step: Step) -> Content:
    person = f"{step.who}: " if step.who != PIPELINE else ""
    note = f" ({person}{step.why})" if person or step.why else ""
    return Content(f"{step.at:%d %b %H:%M}  {STATES[State(step.to_state)]}: {words(step.reason)}{note}")
