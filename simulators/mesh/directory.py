"""Mailboxes and workflows: who there is, and who may send what to whom. Read from mesh-sandbox's own files."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from simulators.mesh.jsonl import read_lines


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


class Directory:
    """What is registered. Mailbox ids are upper case throughout, as MESH's are."""

    def __init__(self, mailboxes: tuple[Mailbox, ...], workflows: tuple[Workflow, ...] | None) -> None:
        self.mailboxes: Mapping[str, Mailbox] = {m.mailbox_id: m for m in mailboxes}
        self._workflows = {w.workflow_id: w for w in workflows or ()}
        self._restricted = workflows is not None
        self._by_ods: dict[tuple[str, str], list[Mailbox]] = {}
        for workflow in self._workflows.values():
            for mailbox in self.receivers(workflow.workflow_id):
                self._by_ods.setdefault((mailbox.ods_code, workflow.workflow_id), []).append(mailbox)

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
