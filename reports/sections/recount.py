"""How to recount what this report says, without the toolkit's own measures."""

from reports.figures import Figures
from reports.section import Section


def recount(figures: Figures) -> Section:  # noqa: ARG001  (its template names the run and its arms)
    return Section("recount", "How to recount these figures")
