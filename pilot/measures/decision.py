"""The choice between ways of sending results: what each would cost and leave undone, and what would change the choice.

Made by the vectorised model (`pilot.questions.decision`) for offices like the run's; not counted in the run.
"""

from dataclasses import dataclass

from pilot.measures.comparison import Layer


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that could be done. Pounds, hours and counts are of one office over the run's span.

    `rules_for` are the outcomes that practices would file by rule, empty where nothing is sent coded. `p_best` is
    how often it cost least; `saved_gbp` against the way of today, None where that was not run; `regret_gbp` what
    choosing it loses in the mean against whatever turns out to be cheapest, `regret_gbp_high` in 1 case of 40.
    """

    name: str
    arm: str
    rules_for: tuple[str, ...]
    p_best: float
    saved_gbp: Layer | None
    regret_gbp: float
    regret_gbp_high: float
    gp_hours: float
    bso_hours: float
    errors: float
    undelivered: float


@dataclass(frozen=True, slots=True)
class Flip:
    """Where a rival would cost less: `at` and `becomes` None where none does from `low` to `high`.

    Rivals are the next best option, the best of another arm, and what some draw of the evidence made the cheapest.
    """

    name: str
    words: str
    now: float
    low: float
    high: float
    at: float | None
    becomes: str | None


@dataclass(frozen=True, slots=True)
class Decision:
    """`best` costs least in the mean. `flips` are the nearest first: by how many times larger or smaller.

    `ready_practices` of `practices` would take coded messages.
    """

    best: str
    p_best: float
    practices: int
    ready_practices: int
    options: tuple[Option, ...]
    flips: tuple[Flip, ...]
    draws: int
    offices: int
