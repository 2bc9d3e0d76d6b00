"""A practice: who is registered there, how it receives and how it works, from one line of practices.jsonl."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import msgspec

from simulators.gp_system.desk.settings import DeskSettings
from simulators.gp_system.errors import SettingsError
from simulators.gp_system.outcomes import Outcome
from simulators.gp_system.supplier import Action, Supplier


class Patient(msgspec.Struct, frozen=True):
    """A registration at one practice. `registered_to` is the day she left, None while she is there."""

    nhs_number: str
    surname: str
    forename: str
    date_of_birth: date
    registered_from: date
    title: str = ""
    registered_to: date | None = None
    died_on: date | None = None


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the practice's system does with an outcome without a person.

    `code` replaces the message's concept: a rule set up wrongly, as local rules sometimes are. `unguarded`: set up
    past the supplier's own guard, so that it takes what only a clinician may file, whatever speaks against it.
    """

    outcome: Outcome
    action: Action = Action.FILE
    code: str | None = None
    unguarded: bool = False

    @property
    def name(self) -> str:
        """What entries that it made are marked with."""
        return f"{self.action}-{self.outcome}".replace("_", "-")


class Period(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Days during which something holds: `first` and `last` inclusive."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether the day is in it; both ends are."""
        return self.first <= day <= self.last


class Merger(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The practice closes on a day and its patients go to another; its mailbox may be left uncollected."""

    into: str
    on: date
    mailbox_collected: bool


class Practice(msgspec.Struct, frozen=True):
    """One practice in one arm. Fields the file has beyond these are the generator's own and are passed over.

    `mailbox_id` None: it has no mailbox. `ready_from`: not ready before that day, though `ready` is true.
    """

    ods: str
    name: str
    supplier: str
    list_size: Annotated[int, msgspec.Meta(ge=0)]
    patients: tuple[Patient, ...]
    ready: bool
    rules: tuple[Outcome | Rule, ...]
    desk: DeskSettings
    mailbox_id: str | None = None
    mailbox_password: str | None = None
    ready_from: date | None = None
    collection_off: tuple[Period, ...] = ()
    merger: Merger | None = None

    def takes_coded(self, now: datetime) -> bool:
        """Whether its system takes coded messages by then."""
        return self.ready and (self.ready_from is None or self.ready_from <= now.date())

    def merged_by(self, day: date) -> bool:
        """Whether it is part of another by that day."""
        return self.merger is not None and self.merger.on <= day

    def collects(self, day: date) -> bool:
        """Whether anyone or anything empties its mailbox on that day."""
        if self.mailbox_id is None or any(period.holds(day) for period in self.collection_off):
            return False
        return not self.merged_by(day) or (self.merger is not None and self.merger.mailbox_collected)

    def rule_for(self, outcome: Outcome | None, *, abnormal: bool = False) -> Rule | None:
        """The rule that takes it. One past the guard goes by the abnormal flag: a recall has no code to go by."""
        rules = [rule if isinstance(rule, Rule) else Rule(rule) for rule in self.rules]
        past_the_guard = (rule for rule in rules if rule.unguarded and abnormal)
        return next((rule for rule in rules if rule.outcome is outcome), next(past_the_guard, None))


def read_practices(path: Path, suppliers: Mapping[str, Supplier]) -> Iterator[Practice]:
    """Each practice of the file, one at a time, since their lists are long.

    Raises SettingsError that names file, line, practice and what is wrong; the last ones at the end of the file.
    """
    decoder = msgspec.json.Decoder(Practice)
    successors: dict[str, str] = {}
    seen: set[str] = set()
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                practice = _decoded(decoder, line, f"{path.name} line {number}")
                _check(practice, suppliers, f"{path.name} line {number}, practice {practice.ods}")
                if practice.ods in seen:
                    raise SettingsError(f"{path.name} line {number}: practice {practice.ods} is there twice")
                seen.add(practice.ods)
                if practice.merger is not None:
                    successors[practice.ods] = practice.merger.into
                yield practice
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror})") from error
    for ods, into in successors.items():
        if into not in seen or into in successors:
            raise SettingsError(
                f"{path.name}, practice {ods}: it cannot merge into {into}, which is not there to stay"
            )


class _Name(msgspec.Struct):
    ods: str = "?"


def _decoded(decoder: msgspec.json.Decoder[Practice], line: bytes, where: str) -> Practice:
    try:
        return decoder.decode(line)
    except msgspec.ValidationError as error:
        try:
            ods = msgspec.json.decode(line, type=_Name).ods
        except msgspec.ValidationError:
            ods = "?"
        raise SettingsError(f"{where}, practice {ods}: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{where}: not a JSON object ({error})") from error


def _check(practice: Practice, suppliers: Mapping[str, Supplier], where: str) -> None:
    supplier = suppliers.get(practice.supplier)
    if supplier is None:
        known = ", ".join(sorted(suppliers))
        raise SettingsError(f"{where}: supplier {practice.supplier!r} is not one of {known}")
    for rule in practice.rules:
        action = rule.action if isinstance(rule, Rule) else Action.FILE
        if action not in supplier.rules.actions:
            raise SettingsError(f"{where}: a rule cannot {action} in {supplier.title}")
    if (practice.mailbox_id is None) != (practice.mailbox_password is None):
        raise SettingsError(f"{where}: mailbox_id and mailbox_password belong together")
