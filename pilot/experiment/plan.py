"""How a scenario's practices take part, and what goes wrong outside the batch: faults, a wrong code map released."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Final

from stdnum import verhoeff

from pilot.coding import CodeSet
from pilot.domain.outcome import Outcome
from pilot.domain.result import Concept
from pilot.errors import ScenarioError
from pilot.messages import PAYLOADS
from pilot.pipeline.entry import Route


@dataclass(frozen=True, slots=True)
class Difference:
    """In what one practice differs from the others. `practice` counts from 1, in the order of ODS codes.

    `changes` are fields of its line in practices.jsonl (docs/gp-system.md): `rules`, `ready_from`,
    `collection_off`, `list_size`. `merges_into` is the number of the practice that takes it over. `takes` is the only
    payload that its system takes, where that is not the coded message.
    """

    practice: int
    mailbox: bool = True
    takes: Route | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    desk: Mapping[str, Any] = field(default_factory=dict)
    merges_into: int | None = None
    merges_on: date | None = None
    mailbox_collected: bool = False


@dataclass(frozen=True, slots=True)
class Wave:
    """Practices that join together on the day `first`: a `share` of all, or all (None) that are left of `suppliers`.

    `suppliers` empty: whosever they are.
    """

    first: date
    share: float | None
    suppliers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PracticePlan:
    """`ready_share` of the practices (the first by ODS code) can take coded messages with their rules on.

    Where `ready_suppliers` names any, only their practices can; empty: all suppliers'. With `waves` they do so from
    their wave's day on, and those in none never do; without any, all do from the beginning.
    Results for the others take the `fallback`. `rules` are the outcomes that a ready practice files without a
    person. `desk` replaces working numbers of the evidence file, for a scenario about one known practice.
    """

    ready_share: float
    rules: tuple[str, ...]
    fallback: Route
    desk: Mapping[str, Any] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()
    ready_suppliers: tuple[str, ...] = ()
    waves: tuple[Wave, ...] = ()

    def joins_on(self, suppliers: Sequence[str], lots: Sequence[int]) -> tuple[date | None, ...]:
        """The day from which each practice can take coded messages: `date.min` from the beginning, None never.

        `suppliers` are those of the practices in the order of ODS codes; `lots` the order in which waves draw them.
        """
        ready = round(self.ready_share * len(suppliers))
        can = [number < ready and self.can_be_ready(name) for number, name in enumerate(suppliers)]
        if not self.waves:
            return tuple(date.min if able else None for able in can)
        joins: list[date | None] = [None] * len(suppliers)
        shares = 0.0
        for wave in self.waves:
            before, shares = shares, shares + (wave.share or 0.0)
            wanted = [
                number
                for number in lots
                if can[number]
                and joins[number] is None
                and (not wave.suppliers or suppliers[number] in wave.suppliers)
            ]
            if wave.share is not None:
                wanted = wanted[: round(shares * len(suppliers)) - round(before * len(suppliers))]
            for number in wanted:
                joins[number] = wave.first
        return tuple(joins)

    def can_be_ready(self, supplier: str) -> bool:
        """Whether that supplier's practices can take coded messages at all."""
        return not self.ready_suppliers or supplier in self.ready_suppliers

    @property
    def taken(self) -> tuple[Route, ...]:
        """The payloads beside the coded message that some practice takes, each once."""
        taken = (one.takes for one in self.differences if one.takes is not None)
        return tuple(dict.fromkeys(taken))


_PLAN_KEYS: Final = {"ready_share", "ready_suppliers", "rules", "fallback", "desk", "differ", "wave"}
_WAVE_KEYS: Final = {"first", "share", "suppliers"}
_OTHER_WAYS: Final = (Route.PAPER, Route.MESH_PDF)
_CHANGES: Final = {"rules", "ready_from", "collection_off", "list_size"}
_DIFFER_KEYS: Final = {"practice", "mailbox", "takes", "desk", "merger"} | _CHANGES


def read_plan(
    table: Mapping[str, Any], scenario: str, practices: int, suppliers: Collection[str] = ()
) -> PracticePlan:
    """From a scenario's `[practices]` table. Raises ScenarioError that names the key."""
    _known("practices", table, _PLAN_KEYS, scenario)
    share = table.get("ready_share")
    if not isinstance(share, int | float) or isinstance(share, bool) or not 0 <= share <= 1:
        raise ScenarioError("'practices.ready_share' is not a share", scenario, "Give a number from 0 to 1")
    fallback = table.get("fallback")
    if fallback not in _OTHER_WAYS:
        mend = f"Give {' or '.join(_OTHER_WAYS)}"
        raise ScenarioError("'practices.fallback' is not another way", scenario, mend)
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
        ready_suppliers=_suppliers("ready_suppliers", table.get("ready_suppliers", []), scenario, suppliers),
        waves=_waves(table.get("wave", []), scenario, suppliers),
    )


def _suppliers(key: str, names: object, scenario: str, known: Collection[str]) -> tuple[str, ...]:
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        mend = f'Write {key.rsplit(".", maxsplit=1)[-1]} = ["systmone"]'
        raise ScenarioError(f"'practices.{key}' is not a list", scenario, mend)
    if unknown := sorted(set(names) - set(known)):
        what = f"'practices.{key}' names no supplier of this scenario: {unknown[0]!r}"
        raise ScenarioError(what, scenario, f"Its suppliers: {', '.join(known)}")
    return tuple(names)


def _waves(rows: object, scenario: str, suppliers: Collection[str]) -> tuple[Wave, ...]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ScenarioError("'practices.wave' is not a list of tables", scenario, "Write [[practices.wave]]")
    waves = tuple(_wave(row, scenario, suppliers) for row in rows)
    if any(later.first <= earlier.first for earlier, later in pairwise(waves)):
        raise ScenarioError(
            "'practices.wave': the days of the waves do not rise", scenario, "Put the first wave first"
        )
    if sum(wave.share or 0.0 for wave in waves) > 1 + 1e-9:
        raise ScenarioError(
            "'practices.wave': the shares are more than all practices",
            scenario,
            "Let them add up to at most 1",
        )
    return waves


def _wave(row: Mapping[str, Any], scenario: str, suppliers: Collection[str]) -> Wave:
    _known("practices.wave", row, _WAVE_KEYS, scenario)
    first, share = row.get("first"), row.get("share")
    if not isinstance(first, date) or isinstance(first, datetime):
        mend = "Write for instance first = 2026-11-16"
        raise ScenarioError("'practices.wave.first' is not a date", scenario, mend)
    if share is None and not row.get("suppliers"):
        mend = "Give its share of all practices, or its suppliers"
        raise ScenarioError("'practices.wave' says nobody who joins", scenario, mend)
    if share is not None and (
        not isinstance(share, int | float) or isinstance(share, bool) or not 0 < share <= 1
    ):
        mend = "Give a number above 0, to 1"
        raise ScenarioError("'practices.wave.share' is not a share", scenario, mend)
    named = _suppliers("wave.suppliers", row.get("suppliers", []), scenario, suppliers)
    return Wave(first, None if share is None else float(share), named)


def _difference(row: Mapping[str, Any], scenario: str, practices: int) -> Difference:
    _known("practices.differ", row, _DIFFER_KEYS, scenario)
    merger = _table(row.get("merger", {}), "practices.differ.merger", scenario)
    _known("practices.differ.merger", merger, {"into", "on", "mailbox_collected"}, scenario)
    number = _numbered(row.get("practice"), scenario, practices)
    return Difference(
        practice=number,
        mailbox=bool(row.get("mailbox", True)),
        takes=_payload(row["takes"], scenario) if "takes" in row else None,
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


def _payload(value: object, scenario: str) -> Route:
    known = [route for route in PAYLOADS if route != Route.CODED]
    if value not in known:
        mend = f"Known: {', '.join(known)}"
        raise ScenarioError(f"'practices.differ.takes' names no payload: {value!r}", scenario, mend)
    return Route(str(value))


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
