"""Which way a result goes to its practice: coded where its system takes messages, else the other way that is set."""

from dataclasses import dataclass
from typing import Final, Protocol

from pilot.pipeline.entry import Route

WORKFLOWS: Final = {
    Route.CODED: "BREAST_SCREENING_RESULT",
    Route.MESH_PDF: "BREAST_SCREENING_RESULT_PDF",
}

# What practices answer on.
ACKNOWLEDGEMENTS: Final = "BREAST_SCREENING_RESULT_ACK"

# What a practice should hold, and what it says that it holds.
RECONCILIATIONS: Final = "BREAST_SCREENING_RECONCILIATION"
RECONCILIATION_ANSWERS: Final = "BREAST_SCREENING_RECONCILIATION_ANSWER"


class Directory(Protocol):
    """Who can look a practice's mailbox up: MESH's endpoint lookup."""

    def lookup(self, ods_code: str, workflow: str) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Way:
    """How to reach a practice. `mailbox` is empty for paper."""

    route: Route
    mailbox: str = ""


class Router:
    """Ways to practices, each looked up once in the router's life (one dispatch)."""

    def __init__(self, directory: Directory, route: Route, fallback: Route) -> None:
        self._directory = directory
        self._first = route
        self._fallback = fallback
        self._mailboxes: dict[tuple[str, Route], str | None] = {}

    def way(self, practice: str, barred: str = "") -> Way | None:
        """The first way that is open, leaving out a barred one (its system just refused). None: there is none."""
        for route in (self._first, self._fallback):
            if route == barred:
                continue
            if route is Route.PAPER:
                return Way(Route.PAPER)
            mailbox = self._mailbox(practice, route)
            if mailbox is not None:
                return Way(route, mailbox)
        return None

    def without_mesh(self) -> Way | None:
        """The way that is left while MESH is out of reach."""
        return Way(Route.PAPER) if Route.PAPER in (self._first, self._fallback) else None

    def _mailbox(self, practice: str, route: Route) -> str | None:
        key = (practice, route)
        if key not in self._mailboxes:
            self._mailboxes[key] = self._directory.lookup(practice, WORKFLOWS[route])
        return self._mailboxes[key]
