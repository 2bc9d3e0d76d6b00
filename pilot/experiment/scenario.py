"""What a run is to try: one TOML file, read into a frozen value."""

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from importlib import resources
from pathlib import Path
from typing import Any, Final

from generators import GenerationSpec, SpecError
from pilot.coding import CodeSet, load_code_set
from pilot.domain.arm import ARMS
from pilot.errors import ScenarioError, harmless
from pilot.evidence import Assumptions
from pilot.experiment.office import OfficePlan, read_office
from pilot.experiment.plan import Faults, PracticePlan, Release, read_faults, read_plan, read_release
from pilot.experiment.scenario_evidence import as_generated, calibration_of, read_evidence
from pilot.pipeline.settings import Deadlines, read_deadlines

_LONGEST_DAYS: Final = 3_650
_KEYS: Final = {
    "title",
    "seed",
    "arms",
    "measured_after_days",
    "coding",
    "practices",
    "generation",
    "deadlines",
    "reconciliation",
    "office",
    "evidence",
    "faults",
}


@dataclass(frozen=True, slots=True)
class Scenario:
    """One office's pilot. `deadlines` are the pipeline's, on the run's virtual time.

    `assumptions` are the evidence it rests on, of `evidence_file` where it names one of its own, rows replaced.

    `faults` of MESH and practices, and a wrong `release` of the code map: none unless the scenario says so.

    `reconcile_every_days`: how often the office asks practices what they hold; None: never.

    `measured_after_days` counts from the first print to the day on which records are held against the truth.
    """

    name: str
    title: str
    seed: int
    arms: tuple[str, ...]
    measured_after_days: int
    code_set: CodeSet
    practices: PracticePlan
    generation: GenerationSpec
    deadlines: Deadlines
    reconcile_every_days: int | None
    office: OfficePlan
    faults: Faults
    release: Release | None
    assumptions: Assumptions
    evidence_file: Path | None
    text: str

    @property
    def last_day(self) -> date:
        """The day at whose end records are held against the truth."""
        return self.generation.start + timedelta(days=self.measured_after_days - 1)

    def changed(self, *, arms: tuple[str, ...] | None = None, results: int | None = None) -> "Scenario":
        """The same scenario with other arms or another number of results."""
        changed = self
        if arms is not None:
            changed = replace(changed, arms=_arms(self.name, arms))
        if results is not None:
            try:
                changed = replace(changed, generation=replace(self.generation, results=results))
            except SpecError as error:
                raise _told(error, self.name) from error
        return changed


def scenario_names() -> tuple[str, ...]:
    """The scenarios that come with the toolkit."""
    folder = resources.files("pilot.experiment").joinpath("scenarios")
    return tuple(sorted(Path(file.name).stem for file in folder.iterdir() if file.name.endswith(".toml")))


def load_scenario(name: str) -> Scenario:
    """A scenario by its name or its file. Raises ScenarioError."""
    if name in scenario_names():
        text = resources.files("pilot.experiment").joinpath("scenarios", f"{name}.toml").read_text("utf-8")
        return parse_scenario(name, text)
    path = Path(name)
    if path.suffix != ".toml":
        near = difflib.get_close_matches(name, scenario_names(), 1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise ScenarioError(
            f"there is no scenario {name!r}",
            "",
            f"{hint}Known: {', '.join(scenario_names())}; or give a .toml file",
        )
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ScenarioError(
            f"the scenario cannot be read ({reason})", name, "Name a file that can be read"
        ) from error
    return parse_scenario(path.stem, text, beside=path.parent)


def parse_scenario(
    name: str, text: str, *, beside: Path | None = None, evidence: Path | None = None
) -> Scenario:
    """A scenario from its text. Raises ScenarioError that names the key, EvidenceError that names the row.

    An evidence file that it names lies `beside` it; `evidence` is a copy to be read instead.
    """
    try:
        table = tomllib.loads(text)
    except (
        ValueError,
        RecursionError,
    ) as error:  # nested too deeply, or a number too long, is no TOML either
        raise ScenarioError(f"the scenario is not TOML ({error})", name, "Put that line right") from error
    for key, said in (("its name", name), *_texts(table)):
        if harmless(said) != said or "\n" in said:
            raise ScenarioError(
                f"{key} holds characters that cannot be shown", name, "Write it in plain text"
            )
    return scenario_from(table, name, text, beside=beside, evidence=evidence)


def scenario_from(
    table: Mapping[str, Any],
    name: str,
    text: str,
    *,
    beside: Path | None = None,
    evidence: Path | None = None,
) -> Scenario:
    """The same from its table. `text` is what a run of it keeps."""
    unknown = table.keys() - _KEYS
    if unknown:
        raise ScenarioError(f"unknown key {min(unknown)!r}", name, f"Known: {', '.join(sorted(_KEYS))}")
    coding = _get(table, name, "coding", dict)
    code_set = load_code_set(str(_get(coding, name, "code_set", str)))
    of_evidence = _get(table, name, "evidence", dict) if "evidence" in table else {}
    evidence_file, assumptions = read_evidence(of_evidence, name, beside or Path(), evidence)
    try:
        generation = GenerationSpec.from_table(
            _get(table, name, "generation", dict), calibration_of(assumptions)
        )
    except SpecError as error:
        raise _told(error, name) from error
    days = _get(table, name, "measured_after_days", int)
    if days < generation.days:
        raise ScenarioError(
            "measured_after_days ends before the last print", name, f"Give at least {generation.days}"
        )
    if days > _LONGEST_DAYS:
        raise ScenarioError(
            "measured_after_days is more than ten years", name, f"Give at most {_LONGEST_DAYS}"
        )
    return Scenario(
        name=name,
        title=_get(table, name, "title", str),
        seed=_get(table, name, "seed", int),
        arms=_arms(name, tuple(_get(table, name, "arms", list))),
        measured_after_days=days,
        code_set=code_set,
        practices=read_plan(
            _get(table, name, "practices", dict), name, generation.practices, tuple(generation.suppliers)
        ),
        generation=generation,
        deadlines=read_deadlines(table.get("deadlines", {}), name),
        reconcile_every_days=_every_days(table, name),
        office=read_office(_get(table, name, "office", dict) if "office" in table else None, name),
        faults=read_faults(_get(table, name, "faults", dict), name, generation.practices)
        if "faults" in table
        else Faults(),
        release=read_release(_get(coding, name, "release", dict), name) if "release" in coding else None,
        assumptions=as_generated(assumptions, generation, name),
        evidence_file=evidence_file,
        text=text,
    )


def _every_days(table: Mapping[str, Any], name: str) -> int | None:
    """`[reconciliation] every_days = 1`; without the table there is none."""
    if "reconciliation" not in table:
        return None
    part = _get(table, name, "reconciliation", dict)
    unknown = part.keys() - {"every_days"}
    if unknown:
        raise ScenarioError(f"unknown key 'reconciliation.{min(unknown)}'", name, "Known: every_days")
    days: int = _get(part, name, "every_days", int)
    if days < 1:
        raise ScenarioError("'every_days' is not a number of days", name, "Give 1 or more")
    return days


def _get(table: Mapping[str, Any], name: str, key: str, kind: type[Any]) -> Any:
    if key not in table:
        raise ScenarioError(f"{key!r} is missing", name, "Add it")
    value = table[key]
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ScenarioError(f"{key!r} has the wrong kind of value", name, f"Give a {_KINDS[kind]}")
    return value


def _texts(value: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a table, with its key: it goes to terminals, tables and pages."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from _texts(part, f"{key}.{name}".lstrip("."))
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part, key)


_KINDS: Final[dict[type[Any], str]] = {dict: "table", str: "text", int: "whole number", list: "list"}


def _arms(name: str, arms: tuple[Any, ...]) -> tuple[str, ...]:
    wrong = [arm for arm in arms if arm not in ARMS]
    if wrong or not arms or len(set(arms)) != len(arms):
        named = ", ".join(map(str, wrong or arms)) or "none"
        raise ScenarioError(f"these arms cannot be run: {named}", name, _ARMS_MEND)
    return tuple(str(arm) for arm in arms)


_ARMS_MEND: Final = f"Give each of {', '.join(ARMS)} at most once"


def _told(error: SpecError, name: str) -> ScenarioError:
    return ScenarioError(str(error), name, "Put the scenario's [generation] right")
