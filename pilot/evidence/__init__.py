"""Every figure the pilot takes from outside itself: value, range, source, date and grade, in `assumptions.toml`."""

from pilot.errors import EvidenceError
from pilot.evidence.assumption import Assumption, Distribution, Grade
from pilot.evidence.loader import (
    CHANGE_PRIORS,
    DAY_PRIORS,
    DESK_PRIORS,
    OFFICE_PRIORS,
    Assumptions,
    Hours,
    complete,
    load_assumptions,
    overridden,
)

__all__ = [
    "CHANGE_PRIORS",
    "DAY_PRIORS",
    "DESK_PRIORS",
    "OFFICE_PRIORS",
    "Assumption",
    "Assumptions",
    "Distribution",
    "EvidenceError",
    "Grade",
    "Hours",
    "complete",
    "load_assumptions",
    "overridden",
]
