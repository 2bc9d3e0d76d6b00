"""How a scenario's practices take part: who is ready, by which rules, and in what single practices differ."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from pilot.domain.outcome import Outcome
from pilot.errors import ScenarioError
from pilot.pipeline.entry import Route


@dataclass(frozen=True, slots=True)
class Difference:
    """In what one practice differs from the others. `practice` counts from 1, in the order of ODS codes.

    `changes` are fields of its line in practices.jsonl (docs/gp-system.md): `rules`, `ready_from`,
    `collection_off`, `list_size`. `merges_into` is the number of the practice that takes it over.
    """

    practice: int
    mailbox: bool = True
    changes: Mapping[str, Any] = field(default_factory=dict)
    desk: Mapping[str, Any] = field(default_factory=dict)
    merges_into: int | None = None
    merges_on: date | None = None
    mailbox_collected: bool = False


@dataclass(frozen=True, slots=True)
class PracticePlan:
    """`ready_share` of the practices (the first by ODS code) can take coded messages with their rules on.

    Results for the others take the `fallback`. `rules` are the outcomes that a ready practice files without a
    person. `desk` replaces working numbers of the evidence file, for a scenario about one known practice.
    """

    ready_share: float
    rules: tuple[str, ...]
    fallback: Route
    desk: Mapping[str, Any] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()


_PLAN_KEYS: Final = {"ready_share", "rules", "fallback", "desk", "differ"}
_CHANGES: Final = {"rules", "ready_from", "collection_off", "list_size"}
_DIFFER_KEYS: Final = {"practice", "mailbox", "desk", "merger"} | _CHANGES


def read_plan(table: Mapping[str, Any], scenario: str, practices: int) -> PracticePlan:
    """From a scenario's `[practices]` table. Raises ScenarioError that names the key."""
    _known("practices", table, _PLAN_KEYS, scenario)
    share = table.get("ready_share")
    if not isinstance(share, int | float) or isinstance(share, bool) or not 0 <= share <= 1:
        raise ScenarioError("'practices.ready_share' is not a share", scenario, "Give a number from 0 to 1")
    fallback = table.get("fallback")
    if fallback not in (Route.PAPER, Route.MESH_PDF):
        raise ScenarioError("'practices.fallback' is not another way", scenario, "Give paper or mesh_pdf")
    differ = table.get("differ", [])
    if not isinstance(differ, list):
        raise ScenarioError(
            "'practices.differ' is not a list of tables", scenario, "Write [[practices.differ]]"
        )
    return PracticePlan(
        ready_share=float(share),
        rules=_rules(table.get("rules"), scenario),
        fallback=Route(fallback),
        desk=_table(table.get("desk", {}), "practices.desk", scenario),
        differences=tuple(
            _difference(_table(row, "practices.differ", scenario), scenario, practices) for row in differ
        ),
    )


def _difference(row: Mapping[str, Any], scenario: str, practices: int) -> Difference:
    _known("practices.differ", row, _DIFFER_KEYS, scenario)
    merger = _table(row.get("merger", {}), "practices.differ.merger", scenario)
    _known("practices.differ.merger", merger, {"into", "on", "mailbox_collected"}, scenario)
    number = _numbered(row.get("practice"), scenario, practices)
    return Difference(
        practice=number,
        mailbox=bool(row.get("mailbox", True)),
        changes={name: _plain(row[name]) for name in _CHANGES & row.keys()},
        desk=_table(row.get("desk", {}), "practices.differ.desk", scenario),
        merges_into=_numbered(merger.get("into"), scenario, practices) if merger else None,
        merges_on=_day(merger.get("on"), scenario) if merger else None,
        mailbox_collected=bool(merger.get("mailbox_collected", False)),
    )


def _rules(rules: object, scenario: str) -> tuple[str, ...]:
    if not isinstance(rules, list):
        raise ScenarioError(
            "'practices.rules' is not a list", scenario, "List the outcomes that rules may file"
        )
    for outcome in rules:
        if outcome not in list(Outcome):
            known = f"Known: {', '.join(Outcome)}"
            raise ScenarioError(f"'practices.rules' names no outcome: {outcome!r}", scenario, known)
        if Outcome(outcome).abnormal:
            mend = "A clinician must see it: take it out"
            raise ScenarioError(f"a rule may not file {outcome!r}", scenario, mend)
    return tuple(rules)


def _numbered(value: object, scenario: str, practices: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= practices:
        raise ScenarioError(
            f"'practices.differ' names no practice: {value!r}",
            scenario,
            f"Give a number from 1 to {practices}",
        )
    return value


def _day(value: object, scenario: str) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        mend = "Write for instance 2026-11-16"
        raise ScenarioError("'practices.differ.merger.on' is not a date", scenario, mend) from error


def _table(value: object, where: str, scenario: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ScenarioError(f"'{where}' is not a table", scenario, "Write it as key = value pairs")
    return {str(name): _plain(item) for name, item in value.items()}


def _known(where: str, table: Mapping[str, Any], keys: set[str], scenario: str) -> None:
    unknown = table.keys() - keys
    if unknown:
        raise ScenarioError(
            f"unknown key '{where}.{min(unknown)}'", scenario, f"Known: {', '.join(sorted(keys))}"
        )


def _plain(value: Any) -> Any:
    """TOML's values as JSON's: dates as text."""
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
