"""Read an evidence file: TOML, one table a figure; and which figures each part of a run is drawn by."""

import difflib
import hashlib
import json
import tomllib
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from pilot.errors import EvidenceError
from pilot.evidence.assumption import Assumption, Distribution, Grade

_NUMBERS = ("value", "low", "high")
_WORDS = ("unit", "source", "date", "sentence")
_Choice = TypeVar("_Choice", bound=StrEnum)
_KEYS = frozenset({*_NUMBERS, *_WORDS, "distribution", "grade"})


@dataclass(frozen=True, slots=True)
class Assumptions(Mapping[str, Assumption]):
    """All figures of one evidence file, by name. `sha256` is of the file's bytes, so that a run can say which."""

    rows: Mapping[str, Assumption]
    sha256: str
    file: str

    def __getitem__(self, name: str) -> Assumption:
        try:
            return self.rows[name]
        except KeyError:
            raise EvidenceError(
                "A figure is missing", f"{self.file} [{name}]", "Add it, as in the toolkit's own file"
            ) from None

    def __contains__(self, name: object) -> bool:
        return name in self.rows

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def draws(self, names: Iterable[str], n: int, seed: int) -> dict[str, NDArray[np.float64]]:
        """`n` draws of each named figure.

        Each figure has a stream of its own, so another figure more or less changes nothing for the rest, and
        the same seed gives every arm and every table the same draws (common random numbers).
        """
        return {
            name: self[name].draw(np.random.default_rng([seed, zlib.crc32(name.encode())]), n)
            for name in sorted(names)
        }


def load_assumptions(path: Path | None = None) -> Assumptions:
    """The toolkit's evidence file, or the one at `path`. Raises EvidenceError naming the row and the mend."""
    if path is None:
        file = "assumptions.toml"
        content = resources.files("pilot.evidence").joinpath(file).read_bytes()
    else:
        file = path.name
        try:
            content = path.read_bytes()
        except OSError as error:
            raise EvidenceError(
                f"The evidence file cannot be read ({error.strerror})",
                str(path),
                "Give the path of a TOML file",
            ) from error
    try:
        tables = tomllib.loads(content.decode("utf-8"))
    except (
        ValueError,
        RecursionError,
    ) as error:  # nested too deeply, or a number too long, is no TOML either
        raise EvidenceError(f"The evidence file is not TOML ({error})", file, "Mend that place") from error
    if not tables:
        raise EvidenceError(
            "The evidence file holds no figures", file, "Add rows, as in the toolkit's own file"
        )
    try:
        rows = {name: _row(name, table) for name, table in tables.items()}
    except EvidenceError as error:
        raise EvidenceError(error.what, f"{file} {error.where}", error.mend) from error
    return Assumptions(rows, hashlib.sha256(content).hexdigest(), file)


def overridden(base: Assumptions, changes: Mapping[str, Any], where: str) -> Assumptions:
    """The same figures with rows replaced: each change says at least what its own source and date are.

    What a change leaves out stays as it was, but for the grade: without one it is a judgement. `sha256` is then of
    the file and the changes. Raises EvidenceError naming the row.
    """
    rows = dict(base.rows)
    for name, change in changes.items():
        place = f"{where} [evidence.{name}]"
        if name not in rows:
            near = difflib.get_close_matches(name, rows, 1)
            hint = f"Did you mean {near[0]}?" if near else f"The rows are those of {base.file}"
            raise EvidenceError("There is no such figure to replace", place, hint)
        if not isinstance(change, dict):
            raise EvidenceError("The figure is replaced by no table", place, f"Write [evidence.{name}]")
        if missing := sorted({"source", "date"} - change.keys()):
            what = f"The figure is replaced without its {' and '.join(missing)}"
            raise EvidenceError(what, place, "Say where the new figure is from, and of what date")
        before = rows[name]
        table = {key: getattr(before, key) for key in _KEYS} | {"grade": Grade.JUDGEMENT} | change
        try:
            rows[name] = _row(name, table)
        except EvidenceError as error:
            raise EvidenceError(error.what, place, error.mend) from error
    if not changes:
        return base
    told = base.sha256 + json.dumps(changes, sort_keys=True, default=str)
    return Assumptions(rows, hashlib.sha256(told.encode()).hexdigest(), base.file)


def complete(assumptions: Assumptions, also: Collection[str] = ()) -> Assumptions:
    """The same figures, made sure that they are all that the toolkit reads and no others than those and `also`.

    Raises EvidenceError.
    """
    own = load_assumptions()
    if missing := sorted(own.keys() - assumptions.keys()):
        raise EvidenceError(
            "A figure is missing",
            f"{assumptions.file} [{missing[0]}]",
            "Add it, as in the toolkit's own file",
        )
    if unknown := sorted(assumptions.keys() - own.keys() - set(also)):
        mend = "Take it out, or mend the spelling"
        raise EvidenceError("Nothing reads this figure", f"{assumptions.file} [{unknown[0]}]", mend)
    return assumptions


def _row(name: str, table: Any) -> Assumption:
    where = f"[{name}]"
    if not isinstance(table, dict):
        raise EvidenceError("A line stands outside a table", name, "Put it under a heading such as [minutes]")
    if missing := sorted(_KEYS - table.keys()):
        raise EvidenceError(
            f"The figure lacks {', '.join(missing)}", where, "State every key of the other rows"
        )
    if unknown := sorted(table.keys() - _KEYS):
        raise EvidenceError(
            f"The figure has {', '.join(unknown)}, which nothing reads",
            where,
            "Take it out, or mend the spelling",
        )
    for key in _NUMBERS:
        if isinstance(table[key], bool) or not isinstance(table[key], int | float):
            raise EvidenceError(f"{key} is not a number", where, "Write it without quotes or units")
    for key in _WORDS:
        if not isinstance(table[key], str) or not table[key].strip():
            raise EvidenceError(
                f"{key} is empty or no text", where, "State it, so that a reader can check the figure"
            )
    return Assumption(
        name=name,
        value=float(table["value"]),
        low=float(table["low"]),
        high=float(table["high"]),
        unit=table["unit"].strip(),
        distribution=_one_of(Distribution, where, "distribution", table),
        source=table["source"].strip(),
        date=table["date"].strip(),
        grade=_one_of(Grade, where, "grade", table),
        sentence=table["sentence"].strip(),
    )


def _one_of(kind: type[_Choice], where: str, key: str, table: dict[str, Any]) -> _Choice:
    try:
        return kind(table[key])
    except ValueError:
        raise EvidenceError(
            f"{key} {table[key]!r} is unknown", where, f"Use one of {', '.join(kind)}"
        ) from None


# What one practice's desk works by.
DESK_PRIORS: Final = (
    "minutes_a_result",
    "typing_speed_between_practices",
    "electronic_saving_minutes",
    "share_worked_today",
    "idle_practice_reviews",
    "wrong_or_absent_code",
    "absent_share",
    "wrong_code_opposite",
    "longest_desk_shift_minutes",
    "keying_error_a_field",
    "wrong_person",
    "typed_twice",
    "lost_post",
    "second_normal_code",
    "usual_code_share",
    "background_mail_a_day",
    "background_minutes",
    "backlog_days",
    "desk_margin",
    "absence",
    "clinician_desk_minutes_a_day",
    "clinician_review_minutes",
    "coder_review_minutes",
    "review_slip",
    "unmatched_minutes",
    "rules_setup_minutes",
    "mean_list_size",
)

# What the office's people work by: their list, and their eyes.
OFFICE_PRIORS: Final = (
    "bso_list_minutes_a_day",
    "bso_exception_minutes",
    "bso_look_up_succeeds",
    "bso_slip",
    "bso_check_finds",
    "letters_sent_back",
)

# What the change costs, how long its costs and savings wait, and what a later year counts for.
CHANGE_PRIORS: Final = (
    "build_gbp",
    "supplier_development_gbp",
    "assurance_gbp",
    "joining_gbp_an_office",
    "running_gbp_a_year",
    "dual_running_months",
    "print_contract_months",
    "optimism_bias",
    "discount_rate",
)

# The hours of a simulated day, in their order.
DAY_PRIORS: Final = (
    "office_opens",
    "practice_collects_first",
    "practice_collects_last",
    "office_looks_again",
    "day_ends",
)


@dataclass(frozen=True, slots=True)
class Hours:
    """A simulated day: the office sends, practices' systems collect, the office looks again, desks stop."""

    office_opens: time
    practices_collect: tuple[time, time]
    office_looks_again: time
    day_ends: time

    @classmethod
    def of(cls, assumptions: Assumptions) -> "Hours":
        """By the evidence's figures. Raises EvidenceError naming the row that is no hour, or comes too early."""
        hours = [assumptions[name].value for name in DAY_PRIORS]
        for name, hour in zip(DAY_PRIORS, hours, strict=True):
            if not 0 <= hour < 24:
                raise EvidenceError(f"{hour:g} is no hour of the day", f"[{name}]", "Give 0 to 23.99")
        for (before, one), (name, other) in pairwise(zip(DAY_PRIORS, hours, strict=True)):
            if other < one:
                what = f"The hour {other:g} is before that of {before}, {one:g}"
                raise EvidenceError(what, f"[{name}]", f"Give {one:g} or later, or change {before} too")
        opens, first, last, looks, ends = (time(int(hour), int(hour % 1 * 60)) for hour in hours)
        return cls(opens, (first, last), looks, ends)
