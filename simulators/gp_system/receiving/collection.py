"""The practices' side of MESH: poll when due, fetch, hand over, acknowledge to MESH, send what is in the outbox."""

import logging
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import requests
import urllib3
from mesh_client import MeshClient, MeshError, Message

from mesh_transport import lean
from simulators.gp_system.faults import Fault, FaultKind, active
from simulators.gp_system.practice import Practice
from simulators.gp_system.receiving.messages import Envelope, Messages
from simulators.gp_system.receiving.payload import MAX_BYTES
from simulators.gp_system.receiving.reception import PAGE, PAYLOADS, Reception
from simulators.gp_system.record.holdings import RECONCILIATION
from simulators.gp_system.supplier import OtherWorkflows, Supplier

log = logging.getLogger(__name__)

# What is for us; a REPORT on an answer of ours says that it was not delivered.
_OURS: Final = frozenset(
    {*PAYLOADS, PAGE, RECONCILIATION, *(f"REPORT {payload.answers}" for payload in PAYLOADS.values())}
)
_AT_ONCE: Final = 4  # practices collecting at the same time: more only wait for one another's processor
_TIMEOUT_SECONDS: Final = 30
_TRANSPORT: Final = (requests.RequestException, urllib3.exceptions.HTTPError, MeshError)


@dataclass
class Collected:
    """What one round of collection did. `failed`: practice -> why its mailbox could not be emptied."""

    polled: int = 0
    collected: int = 0
    acknowledgements: int = 0
    states: dict[str, int] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def add(self, other: "Collected") -> None:
        """Count another practice's in."""
        self.polled += other.polled
        self.collected += other.collected
        self.acknowledgements += other.acknowledgements
        self.failed |= other.failed
        for state, count in other.states.items():
            self.states[state] = self.states.get(state, 0) + count


class Collection:
    """Every practice's mailbox, each with its own client, used by one thread at a time. One round at a time.

    `clients` by ODS code: practices without one have no mailbox. `poll`: the seconds between rounds, where they are
    not the suppliers' own. `at_once`: how many practices collect at the same time.
    """

    def __init__(
        self,
        clients: Mapping[str, MeshClient],
        practices: Mapping[str, Practice],
        suppliers: Mapping[str, Supplier],
        reception: Reception,
        messages: Messages,
        poll: float | None = None,
        at_once: int = _AT_ONCE,
    ) -> None:
        self._practices, self._suppliers = practices, suppliers
        self._reception, self._messages = reception, messages
        self._poll = poll
        self._clients = clients
        self._left: dict[str, set[str]] = {ods: set() for ods in self._clients}
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="collection") if at_once > 1 else None

    def collect(self, now: datetime, faults: Sequence[Fault]) -> Collected:
        """Every practice that is due polls; every answer that is due is sent."""
        due = [practice for practice in self._practices.values() if self._due(practice, now, faults)]
        total = self._each(due, lambda practice: self._empty(practice, faults, now))
        total.add(self.send(now))
        return total

    def send(self, now: datetime) -> Collected:
        """Send the answers that are due."""
        waiting = self._messages.practices_with_answers(now)
        practices = [self._practices[ods] for ods in sorted(waiting) if ods in self._clients]
        return self._each(practices, lambda practice: self._answer(practice, now))

    def close(self) -> None:
        """End threads and connections."""
        if self._threads is not None:
            self._threads.shutdown()
        for client in self._clients.values():
            client.close()  # type: ignore[no-untyped-call]

    def _each(self, practices: Sequence[Practice], job: Callable[[Practice], Collected]) -> Collected:
        total = Collected()
        for done in map(job, practices) if self._threads is None else self._threads.map(job, practices):
            total.add(done)
        return total

    def _due(self, practice: Practice, now: datetime, faults: Sequence[Fault]) -> bool:
        if practice.ods not in self._clients or not practice.collects(now.date()):
            return False
        struck = active(faults, practice.ods, f"poll|{now}", practice.desk.seed, now)
        if any(fault.kind is FaultKind.DOWN for fault in struck):
            return False
        last = self._messages.last_poll(practice.ods)
        interval = timedelta(minutes=self._suppliers[practice.supplier].collection.interval_minutes)
        if self._poll is not None:
            interval = timedelta(seconds=self._poll / 2)
        # A last poll in the future: a run taken up again from an earlier hour of its day.
        return last is None or not last <= now < last + interval

    def _empty(self, practice: Practice, faults: Sequence[Fault], now: datetime) -> Collected:
        """One poll of one mailbox. A mailbox that fails is told of, and harms no other."""
        done = Collected(polled=1)
        self._messages.polled(practice.ods, now)
        try:
            for mesh_id in self._listed(practice):
                try:
                    state = self._take(practice, mesh_id, faults, now)
                except requests.HTTPError as error:  # MESH refuses this one: the others may still come
                    log.warning("practice %s: a message was not to be had (%s)", practice.ods, _reason(error))
                    done.failed[practice.ods] = _reason(error)
                    continue
                done.collected += 1
                done.states[state] = done.states.get(state, 0) + 1
        except _TRANSPORT as error:
            log.warning("practice %s: mailbox could not be emptied (%s)", practice.ods, _reason(error))
            done.failed[practice.ods] = _reason(error)
        return done

    def _listed(self, practice: Practice) -> Iterator[str]:
        """Up to the supplier's cap of message ids, past those left for others."""
        cap = self._suppliers[practice.supplier].collection.cap
        client, left = self._clients[practice.ods], self._left[practice.ods]
        if not left:
            yield from client.list_messages(max_results=cap)
            return
        mine = (one for one in client.iterate_message_ids(batch_size=cap) if one not in left)
        for _, mesh_id in zip(range(cap), mine, strict=False):
            yield mesh_id

    def _take(self, practice: Practice, mesh_id: str, faults: Sequence[Fault], now: datetime) -> str:
        client = self._clients[practice.ods]
        message = client.retrieve_message(mesh_id)
        try:
            envelope = Envelope(
                mesh_id,
                practice.ods,
                _workflow(message),
                message.sender or "",
                message.local_id or "",
            )
            others = self._suppliers[practice.supplier].collection.other_workflows
            if envelope.workflow not in _OURS and others is OtherWorkflows.LEAVE:
                self._left[practice.ods].add(mesh_id)
                return "left"
            body = _read(message)
        finally:
            message.close()  # type: ignore[no-untyped-call]
        state = self._reception.take(envelope, body, practice, faults, now)
        client.acknowledge_message(mesh_id)
        return state

    def _answer(self, practice: Practice, now: datetime) -> Collected:
        client, done = self._clients[practice.ods], Collected()
        for row in self._messages.to_send(practice.ods, now):
            try:
                client.send_message(
                    row["recipient"],
                    row["body"],
                    workflow_id=row["workflow"],
                    local_id=row["local_id"],
                    content_type=row["media_type"],
                )
            except MeshError as refused:
                self._messages.failed(row["id"], _reason(refused))
                done.failed[practice.ods] = f"an acknowledgement was refused: {_reason(refused)}"
            except _TRANSPORT as error:  # stays in the outbox for the next round
                done.failed[practice.ods] = _reason(error)
                break
            else:
                self._messages.sent(row["id"], now)
                done.acknowledgements += 1
        return done


def _workflow(message: Message) -> str:
    """Reports of MESH itself carry the workflow of what they report on: they are not results."""
    workflow = message.workflow_id or ""
    return f"REPORT {workflow}" if message.message_type == "REPORT" else workflow


def _read(message: Message) -> bytes:
    """The body, or one byte more than a result may have; empty where its compression is broken."""
    parts: list[bytes] = []
    wanted = MAX_BYTES + 1
    try:
        while wanted and (part := message.read(wanted)):
            parts.append(part)
            wanted -= len(part)
    except (zlib.error, EOFError):
        return b""
    return b"".join(parts)


def mesh_clients(url: str, shared_key: bytes, practices: Iterable[Practice]) -> dict[str, MeshClient]:
    """A client for each practice that has a mailbox, by ODS code."""
    return {
        practice.ods: _client(url, practice.mailbox_id, practice.mailbox_password or "", shared_key)
        for practice in practices
        if practice.mailbox_id is not None
    }


def _client(url: str, mailbox: str, password: str, shared_key: bytes) -> MeshClient:
    client = MeshClient(
        url,
        mailbox,
        password,
        shared_key=shared_key,
        max_retries=1,
        retry_backoff_factor=0.1,
        timeout=_TIMEOUT_SECONDS,
        application_name="simulated-gp-system",
    )
    lean(client)  # proxies and CA bundles of the environment are not for this address
    return client


def _reason(error: Exception) -> str:
    """What went wrong, without addresses: the status where MESH answered, else the kind of failure."""
    response = getattr(error, "response", None)
    if response is not None:
        return f"MESH answered {response.status_code}"
    if isinstance(error, MeshError) and error.args:
        return f"MESH refused: {error.args[0]}"
    return type(error).__name__
