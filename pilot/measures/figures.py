"""The figures of a run: what figures.json holds. Every part is defined in docs/measures.md."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

import orjson

from pilot.errors import FileError
from pilot.evidence import Assumption
from pilot.measures.accounting import AccountedFor
from pilot.measures.comparison import Comparison
from pilot.measures.consistency import Consistency
from pilot.measures.england import National

FORMAT: Final = "figures/1"
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
    """One arm: results and errors (each a count of results), minutes, letters, GBP, delay, uptake, coding."""

    results: int
    filed: int
    missing: int
    missing_unnoticed: int
    wrong_code: int
    wrong_code_same_meaning: int
    wrong_code_text_only: int
    misleading: int
    misleading_as_printed: int
    unclear: int
    wrong_person: int
    duplicate: int
    late: int
    wrong_date: int
    wrong_practice: int
    errors: int
    errors_by_kind: Mapping[str, int]
    entries: int
    entries_of_no_result: int
    letters_open: int
    gp_minutes: float
    gp_minutes_by_kind: Mapping[str, float]
    bso_minutes: float
    bso_minutes_by_kind: Mapping[str, float]
    letters: int
    pages: int
    envelopes: int
    letter_cost_gbp: float
    staff_cost_gbp: float
    staff_cost_gbp_by_kind: Mapping[str, float]
    days_to_record: Delay
    uptake_true: float | None
    uptake_recorded: float | None
    coding: Consistency
    practices_coding_alike: int
    accounted_for: AccountedFor | None


@dataclass(frozen=True, slots=True)
class PracticeArm:
    """One practice in one arm: results printed for it, and the coding of its normal results."""

    results: int
    filed: int
    missing: int
    missing_unnoticed: int
    errors: int
    errors_in_record: int
    gp_minutes: float
    letters_open: int
    coding: Consistency


@dataclass(frozen=True, slots=True)
class PracticeFigures:
    ods: str
    name: str
    supplier: str
    list_size: int
    results: int
    arms: Mapping[str, PracticeArm]


@dataclass(frozen=True, slots=True)
class OutcomeFigures:
    """What happened to the results of one outcome in one arm.

    `results` = `filed` + `with_a_person` + `returned` + `lost`; `filed_right` of the filed have no error.
    """

    arm: str
    outcome: str
    results: int
    filed: int
    filed_right: int
    with_a_person: int
    returned: int
    lost: int


@dataclass(frozen=True, slots=True)
class EqualityFigures:
    """One arm's counts for one group of people: `by` says what of (deprivation, ethnicity)."""

    arm: str
    by: str
    group: str
    results: int
    filed: int
    missing_unnoticed: int
    errors_in_record: int
    late: int
    median_days: float | None
    uptake_true: float | None


@dataclass(frozen=True, slots=True)
class AssumptionUsed:
    """A figure of the evidence file, and what it went into."""

    assumption: Assumption
    mean: float
    used_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunFigures:
    """The run's facts, with what was counted of its size."""

    facts: RunFacts
    results: int
    practices: int
    arms: tuple[str, ...]
    late_after_days: float
    assumptions_sha256: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything. `pipeline_arm` is the arm whose accounting stands at the top, None where no arm has one."""

    run: RunFigures
    arms: Mapping[str, ArmFigures]
    comparisons: Mapping[str, Comparison]
    pipeline_arm: str | None
    national: National
    speed: Speed | None
    assumptions: tuple[AssumptionUsed, ...]
    practices: tuple[PracticeFigures, ...]
    outcomes: tuple[OutcomeFigures, ...]
    equality: tuple[EqualityFigures, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values, as figures.json holds them."""
        accounted = self.arms[self.pipeline_arm].accounted_for if self.pipeline_arm else None
        return {
            "format": FORMAT,
            "run": plain(self.run.facts) | {k: v for k, v in plain(self.run).items() if k != "facts"},
            "arms": plain(self.arms),
            "comparisons": {
                f"{arm}_vs_paper": plain(comparison) for arm, comparison in self.comparisons.items()
            },
            "accounted_for": {"arm": self.pipeline_arm} | plain(accounted) if accounted else None,
            "national": plain(self.national),
            "speed": plain(self.speed),
            "assumptions": [
                plain(used.assumption) | {"mean": plain(used.mean), "used_for": list(used.used_for)}
                for used in self.assumptions
            ],
            "practices": plain(self.practices),
            "outcomes": plain(self.outcomes),
            "equality": plain(self.equality),
        }


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
