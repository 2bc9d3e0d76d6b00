"""Timings that somebody really measured, and what they do to the evidence: believe, simulate, measure, update, decide.

What is in doubt is a row's mean. Draws of it from what is believed are weighted by how likely the timings are at each
and drawn again (sampling importance resampling, Smith and Gelfand 1992). A person or practice is one witness, however
many letters of theirs were timed: the likelihood is Student's t of the witnesses' means; of fewer than three, the
normal one, with the spread between practices that the evidence believes.
"""

import csv
import json
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pilot.errors import FileError
from pilot.evidence import Assumption, Assumptions, Distribution, Grade
from pilot.questions.model import variance
from pilot.questions.power import spread_of
from pilot.questions.sensitivity import Answers

DRAWS: Final = 40_000
_SEED: Final = 20261124
_FEWEST_WITNESSES: Final = 3
# Below this many draws' worth of weight, what is believed and what was timed hardly overlap.
_LEAST_OVERLAP: Final = 400
_LONGEST_MINUTES: Final = 24 * 60

# What may be timed: the row of the evidence that it settles, and what to time, at whom.
TIMED: Final[Mapping[str, tuple[str, str]]] = {
    "letter": ("minutes_a_result", "a coder of a practice, from opening one printed result to its entry"),
    "coder review": ("coder_review_minutes", "a coder of a practice, one message that a rule did not file"),
    "clinician review": ("clinician_review_minutes", "a clinician of a practice, one abnormal result"),
    "unmatched": ("unmatched_minutes", "a coder of a practice, one message that matches no patient"),
    "rules": ("rules_setup_minutes", "a practice, from opening the settings to rules that file"),
    "exception": ("bso_exception_minutes", "the screening office, one piece of work on its list"),
    "printing": ("bso_printing_minutes_a_batch", "the screening office, one batch of prints"),
    "checking": ("bso_checking_minutes_a_result", "the screening office, one result looked over by eye"),
    "enveloping": ("bso_enveloping_minutes_an_envelope", "the screening office, one envelope"),
    "intake": ("bso_intake_minutes_a_batch", "the screening office, one batch taken in"),
    "reconciliation": ("reconciliation_minutes_a_result", "a practice, one result looked up for the office"),
}


class How(StrEnum):
    """How a row was learned: by weights, or, where timings lie beyond what was believed, from the timings alone."""

    RESAMPLED = "resampled"
    TIMINGS_ALONE = "timings alone"


@dataclass(frozen=True, slots=True)
class Timing:
    """One piece of work that somebody timed. `who` is a practice or person, by whatever name keeps them apart."""

    what: str
    who: str
    minutes: float


@dataclass(frozen=True, slots=True)
class Learned:
    """One row before and after. `overlap` is how many of the draws' worth of weight was left (Kish)."""

    what: str
    row: str
    timings: int
    witnesses: int
    timed_mean: float
    before: Assumption
    after: Assumption
    how: How
    overlap: float


def read_timings(path: Path) -> tuple[Timing, ...]:
    """From a CSV file with `what,who,minutes`. Raises FileError that names the line; nothing of it is used then."""
    try:
        rows = csv.DictReader(StringIO(path.read_text("utf-8-sig")))
        found = tuple(_timing(row, number, path) for number, row in enumerate(rows, start=2))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileError(
            f"the timings cannot be read ({error})", str(path), "Name a CSV file with what,who,minutes"
        ) from error
    if not found:
        raise FileError("there are no timings", str(path), "Write what,who,minutes above one line a timing")
    return found


def _timing(row: Mapping[str | None, object], number: int, path: Path) -> Timing:
    where = f"{path}, line {number}"
    if None in row or any(row.get(name) is None for name in ("what", "who", "minutes")):
        raise FileError("this line does not say what, who and minutes", where, "Write what,who,minutes")
    what, who, minutes = (str(row[name]).strip() for name in ("what", "who", "minutes"))
    if what not in TIMED:
        raise FileError(f"{what!r} is no kind of work that is known", where, f"Known: {', '.join(TIMED)}")
    if not who:
        raise FileError("it does not say who was timed", where, "Give any name that keeps people apart")
    try:
        spent = float(minutes)
    except ValueError:
        raise FileError(f"{minutes!r} is no number of minutes", where, "Write for instance 2.5") from None
    if not 0 < spent <= _LONGEST_MINUTES:
        raise FileError(f"{minutes} is no time that work takes", where, "Give minutes above 0, within a day")
    return Timing(what, who, spent)


def learn(assumptions: Assumptions, timings: Iterable[Timing], source: str, on: date) -> tuple[Learned, ...]:
    """What each kind of timing does to its row. `source` and `on` are what the new rows name."""
    by_kind: dict[str, dict[str, list[float]]] = {}
    for timing in timings:
        by_kind.setdefault(timing.what, {}).setdefault(timing.who, []).append(timing.minutes)
    return tuple(_learned(assumptions, what, by_kind[what], source, on) for what in TIMED if what in by_kind)


def updated(assumptions: Assumptions, learned: Iterable[Learned]) -> Assumptions:
    """The same evidence with the rows learned."""
    return replace(assumptions, rows={**assumptions.rows, **{one.row: one.after for one in learned}})


def _learned(
    assumptions: Assumptions, what: str, by_who: Mapping[str, Sequence[float]], source: str, on: date
) -> Learned:
    name = TIMED[what][0]
    row, number = assumptions[name], sum(map(len, by_who.values()))
    mean = float(np.mean([np.mean(some) for some in by_who.values()]))
    rng = np.random.default_rng([_SEED, zlib.crc32(name.encode())])
    believed = np.full(DRAWS, row.value) if row.distribution is Distribution.FIXED else row.draw(rng, DRAWS)
    likely = _log_likelihood(believed, row, by_who, spread_of(assumptions))
    weights = np.exp(likely - likely.max())
    overlap = float(weights.sum() ** 2 / (weights**2).sum())
    how = How.RESAMPLED
    if overlap < _LEAST_OVERLAP or row.distribution is Distribution.FIXED or not _within(row, mean, by_who):
        how = How.TIMINGS_ALONE
        believed = np.linspace(mean / 4, mean * 4, DRAWS)
        likely = _log_likelihood(believed, row, by_who, spread_of(assumptions))
        weights = np.exp(likely - likely.max())
    drawn = rng.choice(believed, DRAWS, p=weights / weights.sum())
    believed_before = f"before, {row.value:g} ({row.low:g} to {row.high:g}), {row.source}"
    told = f"{source}: {number} timings of {len(by_who)}; {believed_before}"
    after = replace(
        _about(row, drawn), source=told, date=on.isoformat(), grade=Grade.DERIVED,
    )  # fmt: skip
    return Learned(what, name, number, len(by_who), mean, row, after, how, overlap)


def _within(row: Assumption, mean: float, by_who: Mapping[str, Sequence[float]]) -> bool:
    """Whether what was timed lies within the limits of what was believed."""
    return row.distribution is not Distribution.PERT or row.low <= mean <= row.high or len(by_who) == 1


def _log_likelihood(
    means: NDArray[np.float64], row: Assumption, by_who: Mapping[str, Sequence[float]], spread: float
) -> NDArray[np.float64]:
    of_each = np.array([np.mean(some) for some in by_who.values()])
    number = len(of_each)
    if number >= _FEWEST_WITNESSES and of_each.std() > 0:
        error = of_each.std(ddof=1) / np.sqrt(number)
        freedom = number - 1
        return np.asarray(-(freedom + 1) / 2 * np.log1p(((of_each.mean() - means) / error) ** 2 / freedom))
    pieces = sum(map(len, by_who.values()))
    within = variance(row) or (of_each.mean() / 4) ** 2
    error = np.sqrt((spread * of_each.mean()) ** 2 / number + within / pieces)
    return np.asarray(-(((of_each.mean() - means) / error) ** 2) / 2)


def _about(row: Assumption, drawn: NDArray[np.float64]) -> Assumption:
    """A row that says of the mean what the draws say: a beta-PERT within their 99%, with their mean."""
    low, high = (float(end) for end in np.quantile(drawn, [0.005, 0.995]))
    value = float(np.clip((6 * drawn.mean() - low - high) / 4, low, high))
    low, value, high = (round(number, 4) for number in (low, value, high))
    if low >= high:
        return replace(row, low=value, value=value, high=value, distribution=Distribution.FIXED)
    return replace(row, low=low, value=value, high=high, distribution=Distribution.PERT)


def page(learned: Iterable[Learned], before: Answers, after: Answers) -> str:
    """What was learned as a page of Markdown: rows and the decision, before and after."""
    arms = f"{before.arm} against {before.against}, {before.scenario}, {before.measure}"
    told: list[tuple[str, Callable[[Answers], str]]] = [
        ("saved, an office and run", lambda one: f"{one.saving:,.1f}"),
        ("95% of offices", lambda one: f"{one.range95[0]:,.1f} to {one.range95[1]:,.1f}"),
        *((f"chance that {arm} is best", _best(arm)) for arm in before.best),
        ("worth of knowing all", lambda one: f"{one.worth_of_all:,.2f}"),
        *((f"flips: {one.words}", _flips(one.name)) for one in before.thresholds),
    ]
    lines = [
        "# What the timings taught",
        "",
        "| figure | believed | timed | now | |",
        "|---|---|---|---|---|",
        *(
            f"| `{one.row}` | {_said(one.before)} | {one.timed_mean:.2f}, {one.timings} of {one.witnesses} | "
            f"{_said(one.after)} | {one.how} |"
            for one in learned
        ),
        "",
        f"## The decision: {arms}",
        "",
        "| | before | after |",
        "|---|---|---|",
        *(f"| {words} | {of(before)} | {of(after)} |" for words, of in told),
        "",
    ]
    return "\n".join(lines)


def _said(row: Assumption) -> str:
    return f"{row.mean:.2f} ({row.low:.2f} to {row.high:.2f})"


def _best(arm: str) -> Callable[[Answers], str]:
    return lambda answers: f"{answers.best[arm]:.0%}"


def _flips(name: str) -> Callable[[Answers], str]:
    def at(answers: Answers) -> str:
        found = next(one.at for one in answers.thresholds if one.name == name)
        return "nowhere" if found is None else f"at {found:,.3g}"

    return at


def evidence_text(assumptions: Assumptions, own: Iterable[str], title: str) -> str:
    """An evidence file with these rows, which a scenario can name: `[evidence] file = "..."`."""
    parts = [f"# {title}\n"]
    for name in own:
        row = assumptions[name]
        lines = [f"[{name}]"]
        for field in fields(row):
            value = getattr(row, field.name)
            if field.name != "name":
                said = (
                    f"{value!r}" if isinstance(value, float) else json.dumps(str(value), ensure_ascii=False)
                )
                lines.append(f"{field.name} = {said}")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)
