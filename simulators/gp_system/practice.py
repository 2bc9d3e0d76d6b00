"""A practice: who is registered there, how it receives and how it works, from one line of practices.jsonl."""

from datetime import date, datetime
from typing import Annotated

import msgspec

from simulators.gp_system.desk_settings import DeskSettings
from simulators.gp_system.outcome import Outcome
from simulators.gp_system.supplier import Action


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
        return f"{self.action}-{self.outcome}".replace("_", "-")


class Period(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Days during which something holds: `first` and `last` inclusive."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
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
        return self.ready and (self.ready_from is None or self.ready_from <= now.date())

    def merged_by(self, day: date) -> bool:
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
