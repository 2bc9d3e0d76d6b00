"""Then: the one step form of every claim. A measure, a way of sending, a comparison, a threshold with its unit.

It is recorded first, with what was measured for each seed, and then asserted, in a sentence with both numbers.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import pytest
from pytest_bdd import parsers, then

from features.steps.measures import MEASURES, Measured, threshold_of_evidence
from features.steps.pilots import PilotRun, Pilots

COMPARISONS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "exactly": lambda found, said: abs(found - said) < 1e-9,
    "at least": operator.ge,
    "at most": operator.le,
    "above": operator.gt,
    "below": operator.lt,
}

CLAIM: Final = "claim"
CANNOT_TELL: Final = "cannot tell"


@dataclass(frozen=True)
class Found:
    """What one seed's run showed. `of` is how many it is of, where it is a part of some; `compared` is the number
    that was held against the threshold: the value, or an end of its range.
    """

    seed: int
    value: float
    compared: float
    low: float | None
    high: float | None
    of: int | None
    threshold: float
    held: bool


@dataclass(frozen=True)
class Claim:
    """One claim as it was made and as it came out; it holds if it holds for every seed."""

    measure: str
    unit: str
    arm: str
    comparison: str
    threshold: str
    where: str
    found: tuple[Found, ...]
    pilot: str

    @property
    def held(self) -> bool:
        return bool(self.found) and all(found.held for found in self.found)

    def sentence(self) -> str:
        """What the first seed that refutes it shows, with both numbers."""
        worst = next((found for found in self.found if not found.held), None)
        if worst is None:
            return f"{self.measure} {self._whose()}: {self.comparison} {self.threshold}, and it is"
        of = "" if worst.of is None else f" of {worst.of}"
        if worst.of == 0:
            return f"{self.measure} {self._whose()}, seed {worst.seed}: there is nothing that it could be of"
        return (
            f"{self.measure} {self._whose()}, seed {worst.seed}: {worst.compared:g}{of} {self.unit}{self.where}, "
            f"where the claim is {self.comparison} {worst.threshold:g} {self.unit}"
        )

    def _whose(self) -> str:
        return f"in the {self.arm} arm" if " " not in self.arm else f"of {self.arm}"

    def plain(self) -> dict[str, Any]:
        return asdict(self) | {"held": self.held}


FORM: Final = re.compile(
    r'"(?P<measure>[^"]+)" '
    r"(?:in the (?P<arm>\S+) arm|of (?P<pair>\w+ against \w+)|of the code set (?P<code_set>[\w.-]+)) is "
    r"(?P<comparison>exactly|at least|at most|above|below) "
    r"(?:(?P<number>-?[\d.]+) (?P<unit>[a-z][a-z ]*?)|the evidence's (?P<row>\w+)|the (?P<other>\w+) arm's)"
    r"(?P<end>, at its low end|, at its high end)?"
)


@then(parsers.re(FORM.pattern))
def claim(
    pilots: Pilots,
    request: pytest.FixtureRequest,
    measure: str,
    arm: str | None,
    pair: str | None,
    code_set: str | None,
    comparison: str,
    number: str | None,
    unit: str | None,
    row: str | None,
    other: str | None,
    end: str | None,
) -> None:
    made = judged(
        pilots, measure, arm or pair or code_set or "", comparison, number, unit, row, other, end or ""
    )
    request.node.user_properties.append((CLAIM, made.plain()))
    assert made.held, made.sentence()


def judged(
    pilots: Pilots,
    measure: str,
    arm: str,
    comparison: str,
    number: str | None,
    unit: str | None,
    row: str | None,
    other: str | None,
    end: str,
) -> Claim:
    """The claim held against each run. Raises LookupError where nobody knows the measure, or its unit is another."""
    if measure not in MEASURES:
        raise LookupError(f'nobody knows how to measure "{measure}"; known: {", ".join(sorted(MEASURES))}')
    known = MEASURES[measure]
    if unit is not None and unit != known.unit:
        raise LookupError(f'"{measure}" is counted in {known.unit}, and the claim says {unit}')

    def found(run: PilotRun) -> Found:
        here = known.of(run, arm)
        said, is_ = _threshold(run, here, number, row, other, measure), _end(here, end)
        held = here.of != 0 and COMPARISONS[comparison](is_, said)
        return Found(run.seed, here.value, is_, here.low, here.high, here.of, said, held)

    threshold = f"{number} {unit}" if number else f"the evidence's {row}" if row else f"the {other} arm's"
    return Claim(
        measure=measure,
        unit=known.unit,
        arm=arm,
        comparison=comparison,
        threshold=threshold,
        where=end,
        found=tuple(map(found, pilots)),
        pilot=str(pilots[0].figures["run"]["scenario"]),
    )


def _threshold(
    run: PilotRun, here: Measured, number: str | None, row: str | None, other: str | None, measure: str
) -> float:
    if number is not None:
        return float(number)
    if row is not None:
        return threshold_of_evidence(row)
    return MEASURES[measure].of(run, str(other)).value


def _end(here: Measured, end: str) -> float:
    if not end:
        return here.value
    value = here.low if "low" in end else here.high
    if value is None:
        raise LookupError("this measure has no range, and the claim asks for the end of one")
    return value


@then(parsers.re(r"a simulation cannot tell; the live pilot must measure (?P<what>.+)"))
def cannot_tell(request: pytest.FixtureRequest, what: str) -> None:
    """No pass: the scenario is left as not told, with what has to be measured."""
    request.node.user_properties.append((CANNOT_TELL, what))
    pytest.skip(f"a simulation cannot tell: the live pilot must measure {what}")
