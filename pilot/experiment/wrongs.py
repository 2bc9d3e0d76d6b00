"""What a scenario has go wrong outside the batch: faults of MESH and practices, a wrong code map released."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from stdnum import verhoeff

from pilot.coding import CodeSet
from pilot.domain.coded import Concept
from pilot.domain.outcome import Outcome
from pilot.errors import ScenarioError

_GP_KINDS: Final = (
    *("down", "slow", "rejects_all", "wrong_acknowledgements", "acknowledges_twice", "never_acknowledges"),
    *("forgets_to_acknowledge", "files_nothing", "false_match"),
)
_MESH_KINDS: Final = (
    *("latency", "error", "rate_limit", "reset", "outage", "reply_lost", "truncate", "duplicate"),
    *("out_of_order", "delay", "expire_early", "lookup_empty", "lookup_wrong"),
)
_GP_KEYS: Final = {"kind", "practice", "supplier", "probability", "minutes", "first", "last"}
_RELEASE_KEYS: Final = {"first", "outcome", "code", "term"}


@dataclass(frozen=True, slots=True)
class Faults:
    """`mesh` as MESH's control plane takes them; `gp` the same for practices, but for whom they strike."""

    mesh: tuple[Mapping[str, Any], ...] = ()
    gp: tuple[Mapping[str, Any], ...] = ()

    def at_practices(self, practices: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The practices' faults, one for each practice that it strikes; practices in the order of ODS codes."""
        struck = []
        for fault in self.gp:
            plain = {key: value for key, value in fault.items() if key not in ("practice", "supplier")}
            for number, line in enumerate(practices, start=1):
                here = fault.get("practice", number) == number
                if here and fault.get("supplier", line["supplier"]) == line["supplier"]:
                    struck.append(plain | {"practice": line["ods"]})
        return struck


@dataclass(frozen=True, slots=True)
class Release:
    """A release of the code map that maps one outcome to another concept, from a day on."""

    first: date
    outcome: Outcome
    concept: Concept

    def of(self, code_set: CodeSet) -> CodeSet:
        """The set as released. No loader sees it: that it went out is what is tried."""
        rows = tuple(
            replace(row, concept=self.concept, uncoded="") if row.outcome is self.outcome else row
            for row in code_set.rows
        )
        return replace(code_set, id=f"{code_set.id}+{self.first:%Y%m%d}", rows=rows)


def read_faults(table: Mapping[str, Any], scenario: str, practices: int) -> Faults:
    """From `[[faults.mesh]]` and `[[faults.gp]]`. Raises ScenarioError that names the key."""
    if unknown := table.keys() - {"mesh", "gp"}:
        raise ScenarioError(f"unknown key 'faults.{min(unknown)}'", scenario, "Known: gp, mesh")
    mesh = [_fault("mesh", row, _MESH_KINDS, scenario) for row in _rows(table, "mesh", scenario)]
    gp = [_fault("gp", row, _GP_KINDS, scenario) for row in _rows(table, "gp", scenario)]
    for row in gp:
        if unknown := row.keys() - _GP_KEYS:
            known = ", ".join(sorted(_GP_KEYS))
            raise ScenarioError(f"unknown key 'faults.gp.{min(unknown)}'", scenario, f"Known: {known}")
        number = row.get("practice", 1)
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= practices:
            mend = f"Give a number from 1 to {practices}"
            raise ScenarioError(f"'faults.gp' names no practice: {number!r}", scenario, mend)
        share = row.get("probability", 1)
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
            raise ScenarioError("'faults.gp.probability' is not a share", scenario, "Give 0 to 1")
    return Faults(tuple(mesh), tuple(gp))


def read_release(table: Mapping[str, Any], scenario: str) -> Release:
    """From `[coding.release]`. Raises ScenarioError that names the key."""
    if table.keys() != _RELEASE_KEYS:
        wrong = min(table.keys() ^ _RELEASE_KEYS)
        what = f"'coding.release.{wrong}' is {'unknown' if wrong in table else 'missing'}"
        raise ScenarioError(what, scenario, f"Give {', '.join(sorted(_RELEASE_KEYS))}")
    if table["outcome"] not in list(Outcome):
        known = f"Known: {', '.join(Outcome)}"
        raise ScenarioError(f"'coding.release' names no outcome: {table['outcome']!r}", scenario, known)
    if not isinstance(table["first"], date):
        raise ScenarioError("'coding.release.first' is not a date", scenario, "Write for instance 2026-11-16")
    if not verhoeff.is_valid(str(table["code"])):
        mend = "Give the id of a concept, with its check digit"
        raise ScenarioError("'coding.release.code' is no SNOMED CT id", scenario, mend)
    concept = Concept(str(table["code"]), str(table["term"]))
    return Release(table["first"], Outcome(table["outcome"]), concept)


def _rows(table: Mapping[str, Any], part: str, scenario: str) -> list[Mapping[str, Any]]:
    rows = table.get(part, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ScenarioError(f"'faults.{part}' is not a list of tables", scenario, f"Write [[faults.{part}]]")
    return rows


def _fault(part: str, row: Mapping[str, Any], kinds: tuple[str, ...], scenario: str) -> dict[str, Any]:
    if row.get("kind") not in kinds:
        known = f"Known: {', '.join(kinds)}"
        raise ScenarioError(
            f"'faults.{part}' has no kind that is known: {row.get('kind')!r}", scenario, known
        )
    return {
        key: value.isoformat() if isinstance(value, date | datetime) else value for key, value in row.items()
    }
