"""Where a message goes: the mailbox its Mex-To names, or the practice of the patient it names."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from simulators.mesh import protocol
from simulators.mesh.directory import Directory, Mailbox
from simulators.mesh.message import Message
from simulators.mesh.patients import PatientAddress, Registrations
from simulators.mesh.protocol import Failure


@dataclass(frozen=True, slots=True)
class Routing:
    """`is_active` says whether a mailbox takes messages now."""

    directory: Directory
    registrations: Registrations
    by_patient: bool
    is_active: Callable[[Mailbox], bool]

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
