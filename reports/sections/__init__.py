"""The sections of the benefit report, in the order in which a stakeholder reads them."""

from collections.abc import Callable

from reports.figures import Figures, Section
from reports.sections.consistency import consistency, searches
from reports.sections.decision import answer, compared, decision, recount, reporting
from reports.sections.doubts import Evidence, assumptions, doubts, hypotheses
from reports.sections.equality import equality, women
from reports.sections.errors import errors
from reports.sections.fates import delay, fates
from reports.sections.hours import hours, money
from reports.sections.live_pilot import learned, waves
from reports.sections.national import national, rare
from reports.sections.ranges import ladder, ranges
from reports.sections.readers import practices

SECTIONS: tuple[Callable[[Figures], Section | None], ...] = (
    decision,
    answer,
    compared,
    ladder,
    women,
    ranges,
    learned,
    waves,
    hours,
    money,
    errors,
    delay,
    fates,
    consistency,
    searches,
    equality,
    national,
    rare,
    doubts,
    assumptions,
    practices,
    reporting,
    recount,
)


def sections(figures: Figures, evidence: Evidence | None = None) -> tuple[Section, ...]:
    """Every section that these figures can fill: a run without paper has nothing saved to show.

    With the features' evidence, their hypotheses too, before what would change our mind.
    """
    made = [make(figures) for make in SECTIONS]
    made.insert(SECTIONS.index(doubts), hypotheses(figures, evidence or Evidence()))
    return tuple(section for section in made if section is not None)
