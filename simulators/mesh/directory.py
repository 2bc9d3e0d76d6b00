"""Who there is: mailboxes, workflows and patients, read from JSON lines files; and where a message goes."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

import msgspec
from stdnum.gb import nhs

from simulators.mesh import protocol
from simulators.mesh.errors import UsageError
from simulators.mesh.message import Message
from simulators.mesh.protocol import Failure


class Mailbox(msgspec.Struct, frozen=True):
    """One line of `mailboxes.jsonl`."""

    mailbox_id: str
    mailbox_name: str = ""
    billing_entity: str | None = None
    ods_code: str = ""
    org_code: str = ""
    org_name: str = ""
    password: str = ""
    active: bool = True


class Workflow(msgspec.Struct, frozen=True):
    """One line of `workflows.jsonl`: the mailboxes that may send it, and those it may be sent to."""

    workflow_id: str
    senders: tuple[str, ...] = ()
    receivers: tuple[str, ...] = ()


class Added(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Mailboxes and workflows that came while the server ran; one added again replaces itself."""

    mailboxes: tuple[Mailbox, ...] = ()
    workflows: tuple[Workflow, ...] = ()


class Directory:
    """What is registered. Mailbox ids are upper case throughout, as MESH's are."""

    def __init__(self, mailboxes: tuple[Mailbox, ...], workflows: tuple[Workflow, ...] | None) -> None:
        self._given = mailboxes, workflows
        self.mailboxes: Mapping[str, Mailbox] = {m.mailbox_id: m for m in mailboxes}
        self._workflows = {w.workflow_id: w for w in workflows or ()}
        self._restricted = workflows is not None
        self._by_ods: dict[tuple[str, str], list[Mailbox]] = {}
        for workflow in self._workflows.values():
            for mailbox in self.receivers(workflow.workflow_id):
                self._by_ods.setdefault((mailbox.ods_code, workflow.workflow_id), []).append(mailbox)

    def with_added(self, added: "Added") -> "Directory":
        """This, and what was added at run time. Where every workflow was open to all, it stays so."""
        mailboxes, workflows = self._given
        # By mailbox: with workflows that nobody restricts, those added only say what a lookup finds.
        both = Directory(
            (*mailboxes, *map(_mailbox, added.mailboxes)),
            (*(workflows or ()), *map(_workflow, added.workflows)),
        )
        both._restricted = self._restricted
        return both

    @property
    def workflows(self) -> Mapping[str, Workflow]:
        return self._workflows

    def party(self, mailbox_id: str) -> Mailbox:
        """A sender or recipient as it is to be shown, known or not: MESH itself has no mailbox."""
        return self.mailboxes.get(mailbox_id) or Mailbox(mailbox_id)

    def receivers(self, workflow_id: str) -> list[Mailbox]:
        """Mailboxes that take this workflow, in the file's order."""
        workflow = self._workflows.get(workflow_id)
        known = (self.mailboxes.get(m) for m in workflow.receivers) if workflow else ()
        return [mailbox for mailbox in known if mailbox]

    def receivers_at(self, ods_code: str, workflow_id: str) -> list[Mailbox]:
        """Mailboxes of one organisation that take this workflow."""
        return self._by_ods.get((ods_code.strip().upper(), workflow_id), []) if ods_code.strip() else []

    def may_send(self, sender: str, workflow_id: str) -> bool:
        workflow = self._workflows.get(workflow_id)
        return not self._restricted or (workflow is not None and sender in workflow.senders)

    def may_receive(self, recipient: str, workflow_id: str) -> bool:
        workflow = self._workflows.get(workflow_id)
        return not self._restricted or (workflow is not None and recipient in workflow.receivers)

    def registered(self, workflow_id: str) -> bool:
        return not self._restricted or workflow_id in self._workflows


@dataclass(frozen=True, slots=True)
class Sources:
    """The files that say who there is. Read at the start, and again at each reset."""

    mailboxes: Path | None = None
    workflows: Path | None = None
    practices: Path | None = None

    def directory(self) -> Directory:
        return load_directory(self.mailboxes, self.workflows)

    def registrations(self) -> "Registrations":
        return load_registrations(self.practices)


def load_directory(mailboxes: Path | None, workflows: Path | None) -> Directory:
    """Read the two files; without them, the mailboxes and workflows a mesh-sandbox starts with.

    Mailboxes without workflows leave every workflow open to all. Raises UsageError.
    """
    listed = tuple(map(_workflow, read_lines(workflows, Workflow))) if workflows else None
    if mailboxes is None:
        return Directory(_SANDBOX_MAILBOXES, listed or _SANDBOX_WORKFLOWS)
    return Directory(tuple(map(_mailbox, read_lines(mailboxes, Mailbox))), listed)


def _mailbox(row: Mailbox) -> Mailbox:
    return msgspec.structs.replace(
        row, mailbox_id=row.mailbox_id.strip().upper(), ods_code=row.ods_code.strip().upper()
    )


def _workflow(row: Workflow) -> Workflow:
    return Workflow(
        row.workflow_id.strip(),
        tuple(m.strip().upper() for m in row.senders if m.strip()),
        tuple(m.strip().upper() for m in row.receivers if m.strip()),
    )


_SANDBOX_MAILBOXES = tuple(
    Mailbox(f"X26ABC{n}", f"TESTMB{n}", entity, ods, ods, password="password")  # noqa: S106
    for n, entity, ods in ((1, "England", "X26"), (2, "Wales", "X26"), (3, "England", "X27"))
)
_SANDBOX_WORKFLOWS = (
    Workflow("TEST_WORKFLOW", ("X26ABC1",), ("X26ABC2",)),
    Workflow("TEST_WORKFLOW_ACK", ("X26ABC2",), ("X26ABC1", "X26ABC3")),
    Workflow("TEST_WORKFLOW2", ("X26ABC1",), ("X26ABC1", "X26ABC2", "X26ABC3")),
)


Row = TypeVar("Row", bound=msgspec.Struct)


def read_lines(path: Path, kind: type[Row]) -> tuple[Row, ...]:
    """Every line that is not blank, as `kind`. Raises UsageError naming the line that is not one."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read ({error}): give a JSON lines file") from error
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            rows.append(msgspec.json.decode(line, type=kind))
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise UsageError(f"{path} line {number} is no {kind.__name__.lower()}: {error}") from error
    return tuple(rows)


_TEN_DIGITS = re.compile(r"[0-9]{10}")


class Patient(msgspec.Struct, frozen=True):
    """One registration. `registered_to` None: still there."""

    nhs_number: str
    surname: str
    date_of_birth: date
    registered_from: date | None = None
    registered_to: date | None = None

    def covers(self, day: date) -> bool:
        after_start = self.registered_from is None or self.registered_from <= day
        return after_start and (self.registered_to is None or day < self.registered_to)


class PracticeLine(msgspec.Struct, frozen=True):
    """One line of `practices.jsonl`; what else the line says is not MESH's business."""

    ods: str
    patients: tuple[Patient, ...] = ()


@dataclass(frozen=True, slots=True)
class PatientAddress:
    """`GPPROVIDER_<NHS number>_<yyyymmdd>_<surname>`, as the sender wrote it."""

    nhs_number: str
    born: str
    surname: str

    @classmethod
    def parse(cls, mex_to: str) -> "PatientAddress | None":
        """None where it is no address of this kind."""
        if not mex_to.startswith(protocol.GP_ROUTE):
            return None
        parts = mex_to.removeprefix(protocol.GP_ROUTE).split("_", 2)
        return cls(*parts) if len(parts) == 3 else None


class Registrations:
    """Who is registered where, by NHS number."""

    def __init__(self, practices: Iterable[PracticeLine]) -> None:
        self._known: dict[str, list[tuple[str, Patient]]] = {}
        for practice in practices:
            for patient in practice.patients:
                self._known.setdefault(patient.nhs_number, []).append((practice.ods.strip().upper(), patient))

    def practice_of(self, address: PatientAddress, today: date) -> str | Failure:
        """The ODS code of the patient's practice; else why there is none to be had."""
        number = address.nhs_number
        if not _TEN_DIGITS.fullmatch(number) or not nhs.is_valid(number):
            return protocol.NHS_NUMBER_INVALID
        known = self._known.get(number)
        if not known:
            return protocol.NHS_NUMBER_NOT_FOUND
        matching = [(ods, patient) for ods, patient in known if _matches(address, patient)]
        if not matching:
            return protocol.DEMOGRAPHICS_DIFFER
        current = [ods for ods, patient in matching if patient.covers(today)]
        return current[0] if current else protocol.NO_MAILBOX


def load_registrations(path: Path | None) -> Registrations:
    """Raises UsageError."""
    return Registrations(read_lines(path, PracticeLine) if path else ())


def _matches(address: PatientAddress, patient: Patient) -> bool:
    same_name = address.surname.casefold() == patient.surname.strip().casefold()
    return same_name and address.born == patient.date_of_birth.strftime("%Y%m%d")


@dataclass(frozen=True, slots=True)
class Routing:
    """`is_active` says whether a mailbox takes messages now."""

    directory: Directory
    registrations: Registrations
    by_patient: bool
    is_active: Callable[[Mailbox], bool]

    def of(self, directory: Directory) -> "Routing":
        return replace(self, directory=directory)

    def names_somebody(self, mex_to: str) -> bool:
        """Whether this can be sent to at all: decided at once. Where a patient is, is found out later."""
        by_patient = self.by_patient and PatientAddress.parse(mex_to) is not None
        return by_patient or mex_to in self.directory.mailboxes

    def route(self, message: Message, now: float) -> str | Failure:
        """The mailbox id, or the failure to report to the sender."""
        address = PatientAddress.parse(message.mex_to) if self.by_patient else None
        if address and not message.is_report:
            found = self._practice_mailbox(address, message.workflow_id, now)
            if isinstance(found, Failure):
                return found
        else:
            found = self.directory.party(message.recipient)
        return found.mailbox_id if self.is_active(found) else protocol.RECIPIENT_INACTIVE

    def _practice_mailbox(self, address: PatientAddress, workflow_id: str, now: float) -> Mailbox | Failure:
        ods_code = self.registrations.practice_of(address, datetime.fromtimestamp(now, UTC).date())
        if isinstance(ods_code, Failure):
            return ods_code
        mailboxes = self.directory.receivers_at(ods_code, workflow_id)
        if not mailboxes:
            return protocol.NO_MAILBOX
        return mailboxes[0] if len(mailboxes) == 1 else protocol.MANY_MAILBOXES
