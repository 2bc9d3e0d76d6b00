"""The figures of a run: what figures.json holds. Every part is defined in docs/measures.md."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

import msgspec
import orjson

from pilot.coding.searches import Found, Reads
from pilot.domain.arm import PILOTED, TODAY
from pilot.errors import FileError
from pilot.evidence import Assumption
from pilot.measures.comparison import Comparison, Decision, Layers, Learned
from pilot.measures.ends import Ends
from pilot.measures.england import Investment, National
from pilot.measures.searching import Consistency, Harms, Women

FORMAT: Final = "figures/4"
_DECIMALS: Final = 6


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What the engine knows of a run. `simulated_days` counts from `first_day` to `last_day`, both included."""

    scenario: str
    title: str
    office: str
    seed: int
    version: str
    simulated_days: int
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast the run went, as the engine measured it."""

    results_per_second: float
    wall_seconds: Mapping[str, float]
    peak_rss_mb: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Delay:
    """Calendar days from emission to the first right entry, over the `results` that have one."""

    median: float | None
    p95: float | None
    results: int


@dataclass(frozen=True, slots=True)
class ArmFigures:
    """One arm: results and errors (each a count of results), minutes, letters, GBP, delay, uptake, coding, harms.

    `undelivered` is everything in no right record at the end. `errors` are parted twice: by kind, and by whether
    they are at practices that type results in or at practices that do nothing with what comes to them. `amended` of
    the results were printed again with another outcome; `withdrawn` are beside the results, which they are not among.
    """

    results: int
    undelivered: int
    ends: Ends
    right: int
    right_by_another_code: int
    not_findable: int
    misleading: int
    misleading_as_printed: int
    unclear: int
    wrong_person: int
    duplicate: int
    late: int
    wrong_date: int
    wrong_practice: int
    errors: int
    errors_where_results_are_typed: int
    errors_where_nothing_is_done: int
    errors_by_kind: Mapping[str, int]
    harms: Harms
    entries: int
    entries_of_no_result: int
    letters_open: int
    gp_minutes: float
    gp_minutes_a_delivered_result: float | None
    gp_minutes_by_kind: Mapping[str, float]
    bso_minutes: float
    bso_minutes_by_kind: Mapping[str, float]
    letters: int
    pages: int
    envelopes: int
    letter_cost_gbp: float
    staff_cost_gbp: float
    staff_cost_gbp_by_kind: Mapping[str, float]
    cost_gbp: float
    days_to_record: Delay
    uptake_true: float | None
    uptake_recorded: float | None
    coding: Consistency
    practices_coding_alike: int
    amended: int = 0
    amended_as_first_printed: int = 0
    withdrawn: int = 0
    withdrawn_still_in_record: int = 0


@dataclass(frozen=True, slots=True)
class PracticeArm:
    """One practice in one arm: results printed for it, and the coding of its normal results."""

    results: int
    undelivered: int
    lost: int
    errors: int
    errors_in_record: int
    gp_minutes: float
    coding: Consistency
    harms: Harms


@dataclass(frozen=True, slots=True)
class PracticeFigures:
    """One practice; `arms` by name."""

    ods: str
    name: str
    supplier: str
    list_size: int
    results: int
    arms: Mapping[str, PracticeArm]


@dataclass(frozen=True, slots=True)
class WorseOff:
    """The practices whose staff spend more minutes in this arm than in the way of today, and how many more."""

    arm: str
    practices: int
    of: int
    minutes: float


@dataclass(frozen=True, slots=True)
class OutcomeFigures:
    """Where the results of one outcome ended in one arm; `right` of those in a record can be found, and are right."""

    arm: str
    outcome: str
    results: int
    in_right_record: int
    right: int
    not_findable: int
    on_a_worked_list: int
    unwatched_paper: int
    returned: int
    lost: int


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """One arm's counts for one group of people: `by` says what of (deprivation, ethnicity)."""

    arm: str
    by: str
    group: str
    results: int
    undelivered: int
    lost: int
    errors_in_record: int
    late: int
    median_days: float | None
    uptake_true: float | None
    harms: Harms


@dataclass(frozen=True, slots=True)
class RunFigures(RunFacts):
    """The run as a whole: what the engine knew of it, and what of it was measured."""

    results: int
    practices: int
    arms: tuple[str, ...]
    late_after_days: float
    worklist_due_days: float
    assumptions_sha256: str


@dataclass(frozen=True, slots=True)
class AssumptionUsed:
    """A row of the evidence file, with the mean of what is drawn from it and the parts of the figures it goes into."""

    name: str
    value: float
    low: float
    high: float
    mean: float
    unit: str
    distribution: str
    source: str
    date: str
    grade: str
    sentence: str
    used_for: tuple[str, ...]

    @classmethod
    def of(cls, row: Assumption, used_for: tuple[str, ...]) -> "AssumptionUsed":
        names = [part.name for part in fields(cls) if part.name != "used_for"]
        return cls(**{name: getattr(row, name) for name in names}, used_for=used_for)


@dataclass(frozen=True, slots=True)
class Xmr:
    """An individuals chart: `values` by `weeks`, limits from the first `baseline` of them.

    `signals` are the weeks beyond a limit, and those that are the eighth or more in a row on one side of the mean.
    """

    weeks: tuple[date, ...]
    values: tuple[float, ...]
    baseline: int
    mean: float
    low: float
    high: float
    range_limit: float
    signals: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Estimate:
    """What being sent messages changes, a result: the mixed model's own, its 95% interval, and what is true.

    `truth` is None where the run has no arm to hold it against. `practices` and `cells` are what it rests on.
    """

    words: str
    effect: float
    low: float
    high: float
    truth: float | None
    practices: int
    cells: int

    @property
    def covers(self) -> bool | None:
        """Whether the interval holds the truth."""
        return None if self.truth is None else self.low <= self.truth <= self.high


@dataclass(frozen=True, slots=True)
class Users:
    """One week of the MVP curve: practices that are sent messages, and results that went by message until then."""

    week: date
    practices: int
    results: int


@dataclass(frozen=True, slots=True)
class Joining:
    """One practice of a panel: the first week in which it was sent messages, None where it never was.

    `minutes_a_result` by period (`Waves.periods`); None where nothing was printed for it then.
    """

    practice: str
    supplier: str
    joined: date | None
    minutes_a_result: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Waves:
    """What a panel of practices that join in waves shows, in one arm and held against another.

    `estimates` and `charts` by what was measured (minutes, errors, undelivered, days), without those that the panel
    cannot tell; `baseline` are the weeks before anybody joined, from which the charts' limits are. `periods` are
    Mondays, `weeks_a_period` apart.
    """

    arm: str
    against: str
    baseline: int
    estimates: Mapping[str, Estimate]
    charts: Mapping[str, Xmr]
    users: tuple[Users, ...]
    periods: tuple[date, ...]
    weeks_a_period: int
    practices: tuple[Joining, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that figures.json holds, in its shape. `comparisons` by `<arm>_vs_<other>`.

    `ranges` by comparison and figure, and the `decision`, where a model knows all of the scenario. `waves` where
    practices join in waves; `learned` where the scenario's evidence is not the toolkit's own; `investment` is
    England's money until NBSS is replaced.
    `ladder` holds each arm against the one that changes next less; `women` are rates to the 10,000.
    `searches` and `reads` are of every code set that comes with the toolkit, over this run's true outcomes.
    """

    format: str
    run: RunFigures
    arms: Mapping[str, ArmFigures]
    comparisons: Mapping[str, Comparison]
    national: National | None
    assumptions: tuple[AssumptionUsed, ...]
    practices: tuple[PracticeFigures, ...]
    outcomes: tuple[OutcomeFigures, ...]
    equality: tuple[GroupFigures, ...]
    worse_off: tuple[WorseOff, ...] = ()
    searches: tuple[Found, ...] = ()
    reads: tuple[Reads, ...] = ()
    women: tuple[Women, ...] = ()
    ladder: tuple[Comparison, ...] = ()
    speed: Speed | None = None
    ranges: Mapping[str, Mapping[str, Layers]] | None = None
    decision: Decision | None = None
    waves: Waves | None = None
    learned: Learned | None = None
    investment: Investment | None = None
    example: bool = False

    def to_json(self) -> dict[str, Any]:
        """Plain values, as figures.json holds them."""
        values: dict[str, Any] = plain(self)
        return values

    @property
    def unaccounted(self) -> int:
        """Results that the pipeline of the main way with a ledger cannot account for (see Ends)."""
        with_ledger = [name for name, arm in self.arms.items() if arm.ends.received is not None]
        name = PILOTED.key if PILOTED.key in with_ledger else next(iter(with_ledger), None)
        return self.arms[name].ends.unaccounted if name else 0

    @property
    def main(self) -> str | None:
        """The arm that the answer speaks of: the coded one, else the last that is held against paper."""
        compared = [name for name in self.arms if f"{name}_vs_{TODAY.key}" in self.comparisons]
        return PILOTED.key if PILOTED.key in compared else next(iter(reversed(compared)), None)


@dataclass(frozen=True, slots=True)
class Beyond:
    """What is said beyond the run itself: ranges by comparison and figure, the decision, waves, what was learned.

    And England's money over the years, with the `calendar` that it rests on, which stands beside the assumptions.
    """

    ranges: Mapping[str, Mapping[str, Layers]] | None
    decision: Decision | None
    waves: Waves | None = None
    learned: Learned | None = None
    investment: Investment | None = None
    calendar: tuple[AssumptionUsed, ...] = ()

    def of(self, figures: Figures) -> Figures:
        """The figures with it, as far as it is about what they compare."""
        return replace(
            figures,
            ranges=_compared(self.ranges, figures),
            decision=self.decision,
            waves=self.waves,
            investment=self.investment,
            assumptions=(*figures.assumptions, *self.calendar),
            learned=self.learned and replace(self.learned, ranges=_compared(self.learned.ranges, figures)),
        )


def _compared(
    ranges: Mapping[str, Mapping[str, Layers]] | None, figures: Figures
) -> Mapping[str, Mapping[str, Layers]] | None:
    if ranges is None:
        return None
    return {name: ranges[name] for name in figures.comparisons if name in ranges}


def figures_from(values: Any) -> Figures:
    """Figures from what figures.json holds. Raises FileError naming the part at fault."""
    written_as = values.get("format") if isinstance(values, Mapping) else None
    if isinstance(written_as, str) and written_as != FORMAT:
        raise FileError(
            "These figures are of another version",
            f"figures.json, written as {written_as}, where this version reads {FORMAT}",
            "Run the scenario again, or read them with the version that wrote them",
        )
    try:
        figures = msgspec.convert(values, Figures)
    except msgspec.ValidationError as error:
        raise _unfit(_plainly(str(error))) from None
    for arm in figures.run.arms:
        if arm not in figures.arms:
            raise _unfit(f"missing arms.{arm}, which run.arms names")
    if (upside_down := _upside_down(values)) is not None:
        raise _unfit(f"{upside_down} has its low above its high")
    return figures


def _upside_down(value: Any, key: str = "") -> str | None:
    """The first part whose `low` is above its `high`; None where every range is a range."""
    if isinstance(value, Mapping):
        low, high = value.get("low"), value.get("high")
        if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
            return key
        parts = [(f"{key}.{name}" if key else str(name), part) for name, part in value.items()]
    elif isinstance(value, list | tuple):
        parts = [(f"{key}[{place}]", part) for place, part in enumerate(value)]
    else:
        return None
    return next((found for name, part in parts if (found := _upside_down(part, name)) is not None), None)


def _unfit(fault: str) -> FileError:
    return FileError(
        "These are not the figures of a finished run",
        f"figures.json, {fault}",
        "Name the folder of a run that finished, or finish this one with pilot run --resume",
    )


def _plainly(message: str) -> str:
    """msgspec's words, without its marks: "Object missing required field `run`" -> "missing run"."""
    message = message.replace("Object missing required field", "missing").replace("$.", "").replace("`", "")
    return message[0].lower() + message[1:]


def plain(value: Any) -> Any:
    """A value as JSON has it: floats rounded to a millionth, so that a file reads well and compares well."""
    if isinstance(value, float):
        return round(float(value), _DECIMALS)  # a numpy float is a float too, but not to JSON
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if is_dataclass(value):
        return {part.name: plain(getattr(value, part.name)) for part in fields(value)}
    return value


def write_figures(figures: Figures, run_dir: Path) -> Path:
    """Write figures.json, whole or not at all, keys sorted. Raises FileError where the folder cannot be written."""
    path = run_dir / "figures.json"
    content = orjson.dumps(
        figures.to_json(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    )
    try:
        with NamedTemporaryFile(dir=run_dir, prefix=".figures-", suffix=".json", delete=False) as half:
            half.write(content)
        Path(half.name).chmod(0o644)
        Path(half.name).replace(path)
    except OSError as error:
        raise FileError(
            f"The figures cannot be written ({error.strerror})", str(path), "Make room there"
        ) from error
    return path
