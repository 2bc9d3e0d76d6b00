"""What was believed, what the features measured, what held, and what would kill it: from their own evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from pilot.errors import FileError
from reports.figures import Figures, Section
from reports.rendering import Cell, Column, Row, Table

_EVIDENCE: Final = "evidence/1"
_SABOTAGE: Final = "sabotage/1"
_COLUMNS: Final = tuple(
    Column(heading, numeric=False)
    for heading in ("Believed", "Threshold", "Measured", "Outcome", "Killed by")
)
_BREAKS: Final = (Column("Where", numeric=False), Column("Noticed by", numeric=False))


class Claim(msgspec.Struct, frozen=True):
    """One claim as the features say it: what was measured at each seed, and what was claimed."""

    said: str


class Hypothesis(msgspec.Struct, frozen=True):
    """One scenario of the features. `to_measure`: what only a live pilot can."""

    file: str
    feature: str
    scenario: str
    believed: str
    threshold: str
    outcome: str
    claims: tuple[Claim, ...]
    to_measure: str = ""

    @property
    def key(self) -> str:
        return f"{self.file}::{self.scenario}"


class Break(msgspec.Struct, frozen=True):
    """One way in which the pilot was broken, and the hypotheses that noticed."""

    what: str
    where: str
    noticed_by: tuple[str, ...]


class _Evidence(msgspec.Struct, frozen=True):
    format: str
    hypotheses: tuple[Hypothesis, ...]


class _Sabotage(msgspec.Struct, frozen=True):
    format: str
    sabotages: dict[str, Break]
    killed_by: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The features' evidence, and the matrix of sabotage where there is one."""

    hypotheses: tuple[Hypothesis, ...] = ()
    breaks: Mapping[str, Break] = field(default_factory=dict)
    killed_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_evidence(evidence: Path | None, sabotage: Path | None) -> Evidence:
    """From what `make evidence` and `make sabotage` wrote. Raises FileError naming the file and what is wrong."""
    told = _read(evidence, _Evidence, _EVIDENCE).hypotheses if evidence else ()
    if sabotage is None:
        return Evidence(told)
    matrix = _read(sabotage, _Sabotage, _SABOTAGE)
    return Evidence(told, matrix.sabotages, matrix.killed_by)


def _read(path: Path, kind: type[Any], form: str) -> Any:
    try:
        read = msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise FileError(
            f"It cannot be read ({error.strerror})", str(path), "Name a file that is there"
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FileError(f"It is not {form} ({error})", str(path), _MEND) from None
    if read.format != form:
        raise FileError(f"It is written as {read.format}, and this version reads {form}", str(path), _MEND)
    return read


_MEND: Final = "Make it again with make evidence or make sabotage"


def hypotheses(figures: Figures, evidence: Evidence) -> Section | None:  # noqa: ARG001  (of all runs, not of this one)
    if not evidence.hypotheses:
        return None
    tables = {"hypotheses": _believed(evidence)}
    if evidence.breaks:
        tables["breaks"] = _breaks(evidence.breaks)
    return Section("hypotheses", "What was believed, and what held", tables)


def _believed(evidence: Evidence) -> Table:
    rows = [
        Row(
            f"{one.feature}: {one.scenario}",
            (
                Cell(one.believed),
                Cell(one.threshold),
                Cell(_measured(one)),
                Cell(one.outcome),
                Cell(_killers(evidence.killed_by, one.key)),
            ),
        )
        for one in evidence.hypotheses
    ]
    return Table("hypotheses", "Every hypothesis", "Hypothesis", _COLUMNS, tuple(rows))


def _measured(one: Hypothesis) -> str:
    if one.to_measure:
        return f"The live pilot must measure {one.to_measure}"
    return "; ".join(claim.said for claim in one.claims) or "its pilot could not be run"


def _killers(killed_by: Mapping[str, Sequence[str]], key: str) -> str:
    if key not in killed_by:
        return "not tried"
    return ", ".join(name.replace("_", " ") for name in killed_by[key]) or "nothing that was tried"


def _breaks(breaks: Mapping[str, Break]) -> Table:
    rows = [
        Row(
            one.what,
            (Cell(one.where), Cell(", ".join(_named(key) for key in one.noticed_by) or "nothing")),
        )
        for one in breaks.values()
    ]
    return Table("breaks", "Each way in which the pilot was broken", "Break", _BREAKS, tuple(rows))


def _named(key: str) -> str:
    return key.partition("::")[2]
