"""A run without a disk, a process or a network: its folder, its simulators and its mailboxes, in memory.

Nothing is written, nothing listens and nothing is started: the arms of `twin` find here what a real run would start.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, cast
from urllib.parse import parse_qsl, urlsplit

import msgspec

from generators.prints.page import A4, Paper, write_pdf
from generators.prints.page import Page as DrawnPage
from pilot.experiment.arm_setup import ArmSetup, SetupFiles
from pilot.experiment.context import RunContext
from pilot.experiment.folder import Journal, RunFolder
from pilot.experiment.processes import Control, Round, Simulator
from pilot.nbss import Batch, FileReading, Reader
from pilot.nbss.pdf import Page
from pilot.nbss.recognise import read_bytes, read_pages
from pilot.nbss.tables import joined
from pilot.pipeline.ledger import Ledger
from pilot.pipeline.ledger_file import IN_MEMORY
from pilot.pipeline.mailbox import Accepted, Mailbox, Received, Sending
from pilot.pipeline.settings import MeshSettings
from simulators.gp_system.desk.pile import minute_of
from simulators.gp_system.faults import Fault
from simulators.gp_system.practice import Practice
from simulators.gp_system.receiving.collection import Collection
from simulators.gp_system.receiving.messages import Messages
from simulators.gp_system.receiving.reception import Reception
from simulators.gp_system.record import fhir
from simulators.gp_system.record.holdings import counts, holds, open_results, rung, sent_back, worked
from simulators.gp_system.record.record import Record
from simulators.gp_system.store import Store
from simulators.gp_system.supplier import Supplier, load_suppliers
from simulators.gp_system.system import GpSystem
from simulators.mesh.directory import Directory, Sources, Workflow
from simulators.mesh.directory import Mailbox as Registered
from simulators.mesh.exchange import Exchange
from simulators.mesh.exchange import Settings as MeshServer
from simulators.mesh.faults import AnyFault
from simulators.mesh.levels import Level
from simulators.mesh.message import Message
from simulators.mesh.store import Store as MeshStore

_HERE: Final = Path("in memory")


class InMemory(RunFolder):
    """A run's folder without a disk: what is emitted, and what the arms note down. A sink for the generators.

    `draws` keeps each PDF as its bytes: a message's id is made from their hash, and a fault that strikes some messages
    strikes by the id.
    """

    def __init__(self, *, draws: bool = False) -> None:
        super().__init__(_HERE)
        self._draws = draws
        self.files: dict[str, bytes] = {}
        self.reader = _Reader()
        self._names: list[Path] = []
        self._reprints: dict[str, list[Path]] = {}
        self._journals: dict[str, _Journal] = {}

    def write(self, path: str, data: bytes) -> None:
        if path.startswith("inbox/"):
            self._names.append(Path(path))
            self.reader.bytes[Path(path)] = data
        else:
            self.files[path] = data

    def draw(self, path: str, pages: Sequence[DrawnPage], paper: Paper, title: str) -> None:
        if self._draws or any(page.image_only for page in pages):  # a picture must be drawn to be read
            self.write(path, write_pdf(list(pages), paper, title))
            return
        self._names.append(Path(path))
        self.reader.pages[Path(path)] = tuple(pages)

    def emitted(self) -> list[Path]:
        self._names.sort()
        return self._names

    def reprints(self, arm: str) -> list[Path]:
        return self._reprints.get(arm, [])

    def keep_reprint(self, arm: str, name: str, pages: Sequence[DrawnPage]) -> None:
        path = Path(f"reprints-{arm}") / name
        self._reprints[arm] = sorted({*self._reprints.get(arm, []), path})
        if self._draws:
            self.reader.bytes[path] = write_pdf(list(pages), A4, "SIL")
        else:
            self.reader.pages[path] = tuple(pages)

    def practice_lines(self) -> list[bytes]:
        return self.files["practices.jsonl"].splitlines()

    def letters_of(self, day: date) -> tuple[dict[str, Any], ...]:
        lines = self.files.get(f"post/{day.isoformat()}.jsonl", b"").splitlines()
        return tuple(msgspec.json.decode(line) for line in lines)

    def takes_part(self, arm: str) -> Journal:
        return self._journal(f"practices-{arm}")

    def office_book(self, arm: str) -> Journal:
        return self._journal(f"office-{arm}")

    def office_list(self, arm: str) -> Journal:
        return self._journal(f"office-list-{arm}")

    def sent(self, arm: str) -> Journal:
        return self._journal(f"sent-{arm}")

    def _journal(self, name: str) -> "_Journal":
        return self._journals.setdefault(name, _Journal())


class _Journal(Journal):
    def __init__(self) -> None:
        super().__init__(_HERE)
        self._lines: list[bytes] = []

    def lines(self) -> list[bytes]:
        return list(self._lines)

    def add(self, line: bytes) -> None:
        self._lines.append(line)

    def replace(self, lines: Iterable[bytes]) -> None:
        self._lines = list(lines)


class _Reader(Reader):
    """Reads what lies in memory, each file once: pages are taken as the text that their PDF would show."""

    def __init__(self) -> None:
        self.bytes: dict[Path, bytes] = {}
        self.pages: dict[Path, tuple[DrawnPage, ...]] = {}
        self._read_before: dict[Path, FileReading] = {}

    def read(self, paths: Sequence[Path]) -> Batch:
        return joined(Batch(tuple(map(self._reading, paths))))

    def there(self, path: Path) -> bool:  # noqa: ARG002 - what was emitted stays
        return True

    def _reading(self, path: Path) -> FileReading:
        if path not in self._read_before:
            reading = self._of_pages(path) if path in self.pages else read_bytes(self.bytes[path], path.name)
            self._read_before[path] = replace(reading, path=str(path))
        return self._read_before[path]

    def _of_pages(self, path: Path) -> FileReading:
        pages = self.pages[path]
        sha256 = hashlib.sha256(repr(pages).encode()).hexdigest()
        return read_pages(
            [seen(number, page) for number, page in enumerate(pages, start=1)], path.name, sha256
        )


def seen(number: int, page: DrawnPage) -> Page:
    """A page as its PDF is read: its lines from top to bottom without blank ones, from the leftmost column on."""
    rows: dict[int, list[tuple[int, str]]] = {}
    for mark in page.marks:
        text = mark.text.lstrip()
        if text:
            column = mark.column + len(mark.text) - len(text)
            rows.setdefault(mark.row, []).append((column, text.rstrip()))
    margin = min((column for row in rows.values() for column, _ in row), default=0)
    return Page(number, tuple(_line(sorted(rows[row]), margin) for row in sorted(rows)), drawn=bool(rows))


def _line(texts: Iterable[tuple[int, str]], margin: int) -> str:
    line = ""
    for column, text in texts:
        line = line.ljust(column - margin) + text
    return line


class InMemoryContext(RunContext):
    """The same surroundings with everything in this process: `gp` by arm, once it is made."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.gp: dict[str, _Gp] = {}
        self._setups: dict[str, ArmSetup] = {}
        self._exchanges: dict[str, Exchange] = {}

    def setup(self, arm: str) -> SetupFiles:
        setup = self._setups[arm] = self.setup_of(arm)
        self.folder.takes_part(arm).replace(setup.takes_part())
        return SetupFiles(_HERE, _HERE, _HERE, setup.office_mailbox)

    def ledger(self, arm: str) -> Ledger:  # noqa: ARG002 - each is its own
        return Ledger(IN_MEMORY)

    def mailbox(self, arm: str, settings: MeshSettings) -> Mailbox:
        return _OfficeMailbox(self._exchanges[arm], settings)

    def control(self, part: Simulator) -> Control:
        return cast(Control, part)

    def mesh(self, arm: str, files: SetupFiles) -> Simulator:  # noqa: ARG002 - nothing lies in files
        setup = self._setups[arm]
        directory = Directory(
            tuple(msgspec.convert(row, Registered) for row in setup.mailboxes("")),
            tuple(msgspec.convert(row, Workflow) for row in setup.workflows),
        )
        exchange = self._exchanges[arm] = Exchange(
            _Registered(known=directory), MeshStore(None), MeshServer("", Level.STRICT)
        )
        return cast(Simulator, _Mesh(exchange))

    def gp_system(self, arm: str, files: SetupFiles, mesh_url: str | None = None) -> Simulator:  # noqa: ARG002
        gp = self.gp[arm] = _Gp(self._setups[arm], self._exchanges.get(arm))
        return cast(Simulator, gp)


class _Part(Control):
    """A simulator of this process: its control plane without the wire, and nothing to start or stop."""

    url = ""

    def __init__(self) -> None:
        """Nothing to connect to."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Nothing outlives its owner."""


@dataclass(frozen=True)
class _Registered(Sources):
    """Who there is, known without a file."""

    known: Directory | None = None

    def directory(self) -> Directory:
        assert self.known is not None  # noqa: S101 - given when it is made
        return self.known


class _Mesh(_Part):
    """MESH's control plane."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def set_clock(self, now: datetime, then: Sequence[Round] = ()) -> None:  # noqa: ARG002 - MESH has no rounds
        self._exchange.set_clock(now.timestamp())
        while not self._exchange.delivery.sweep():
            pass

    def set_faults(self, faults: list[dict[str, Any]]) -> None:
        self._exchange.set_faults(msgspec.convert(faults, list[AnyFault]))


class _Gp(_Part):
    """The practices of one arm, and their control plane."""

    def __init__(self, setup: ArmSetup, exchange: Exchange | None) -> None:
        suppliers, self._store = _suppliers(), Store(IN_MEMORY)
        practices = {}
        record = Record(self._store)
        for line in setup.practices:
            practice = msgspec.convert(line, Practice)
            record.register(practice)
            practices[practice.ods] = msgspec.structs.replace(practice, patients=())
        collection = None
        if exchange is not None:
            clients = {
                ods: _PracticeMailbox(exchange, practice.mailbox_id)
                for ods, practice in practices.items()
                if practice.mailbox_id is not None
            }
            reception, messages = Reception(self._store, suppliers), Messages(self._store)
            collection = Collection(cast(Any, clients), practices, suppliers, reception, messages, at_once=1)
        self._system = GpSystem(self._store, practices, suppliers, collection)

    def set_clock(self, now: datetime, then: Sequence[Round] = ()) -> None:
        self._system.set_clock(now)
        for round_ in then:
            (self._system.collect if round_ == "collect" else self._system.work)()

    def counts(self) -> dict[str, Any]:
        return {"practices": {}}  # how far a run has come: nobody watches this one

    def ring(self, practice: str, nhs_number: str, screening_number: str) -> str:
        return rung(self._store, practice, nhs_number, screening_number)

    def sent_back(self) -> list[dict[str, Any]]:
        letters: list[dict[str, Any]] = sent_back(self._store)["letters"]
        return letters

    def set_faults(self, faults: list[dict[str, Any]]) -> None:
        self._system.set_faults(msgspec.convert(faults, list[Fault]))

    def post(self, letters: Iterable[dict[str, Any]]) -> None:
        if lines := [msgspec.json.encode(letter) for letter in letters]:
            self._system.post(lines)

    def reconcile(self, practice: str, screening_numbers: Iterable[str]) -> dict[str, list[str]]:
        return holds(self._store, practice, list(screening_numbers))

    def answer(self, path: str) -> Any:
        """What the GP system answers on a path of its read API or control plane, as measures ask it."""
        asked = urlsplit(path)
        match asked.path.strip("/").split("/"):
            case ["practices"]:
                return self._system.record.practices()
            case ["admin", "counts"]:
                return counts(self._store)
            case ["admin", "worked"]:
                return worked(self._store)
            case ["admin", "open"]:
                return open_results(self._store, minute_of(self._system.clock.now()))
            case ["fhir", ods, kind]:
                return fhir.search(self._store, "", ods, kind, parse_qsl(asked.query), lenient=False)
        raise LookupError(path)


@cache
def _suppliers() -> dict[str, Supplier]:
    return load_suppliers()


def _accept(
    exchange: Exchange, sender: str, to: str, workflow: str, body: bytes, local_id: str, content_type: str
) -> str:
    """Hand a message to MESH's delivery; its id."""
    message_id = exchange.store.new_id()
    message = Message(
        message_id=message_id,
        sender=sender,
        recipient=to.upper(),
        mex_to=to.upper(),
        workflow_id=workflow,
        created_at=exchange.store.now,
        file_size=len(body),
        local_id=local_id or None,
        content_type=content_type,
    )
    exchange.delivery.accept(message, body)
    return message_id


def _waiting(exchange: Exchange, mailbox: str, limit: int) -> list[str]:
    return exchange.store.inbox(mailbox, -(2**62), limit, "? = ''", "").message_ids


def _fetched(exchange: Exchange, message_id: str) -> tuple[Message, bytes] | None:
    """A message that still lies in an inbox."""
    message = exchange.store.message(message_id)
    if message is None or message.position is None:
        return None
    return message, b"" if message.is_report else exchange.store.chunk(message, 1) or b""


class _OfficeMailbox(Mailbox):
    """The office's mailbox, without the wire."""

    def __init__(self, exchange: Exchange, settings: MeshSettings) -> None:
        super().__init__(settings, at_once=1)
        self._exchange, self._name = exchange, settings.mailbox

    def send(self, recipient: str, workflow: str, body: bytes, local_id: str, content_type: str) -> Sending:
        return Accepted(
            _accept(self._exchange, self._name, recipient, workflow, body, local_id, content_type)
        )

    def find_sent(self, local_id: str) -> str | None:
        found = self._exchange.store.by_local_id(self._name, local_id)
        return found[0].message_id if found else None

    def lookup(self, ods_code: str, workflow: str) -> str | None:
        found = self._exchange.directory.receivers_at(ods_code, workflow)
        return found[0].mailbox_id if found else None

    def inbox(self) -> Iterator[str]:
        yield from _waiting(self._exchange, self._name, 1_000_000)

    def read(self, mesh_id: str) -> Received | None:
        fetched = _fetched(self._exchange, mesh_id)
        if fetched is None:
            return None
        message, body = fetched
        return Received(
            mesh_id=mesh_id,
            kind=message.kind,
            workflow=message.workflow_id,
            sender=message.sender,
            local_id=message.local_id or "",
            linked=message.linked_message_id or "",
            code=message.failure_code or "",
            words=message.failure_description or "",
            body=body,
        )

    def acknowledge(self, mesh_id: str) -> None:
        if (fetched := _fetched(self._exchange, mesh_id)) is not None:
            self._exchange.delivery.acknowledge(fetched[0])


class _Collected:
    """A message in a practice's hands, as the MESH client gives it."""

    def __init__(self, message: Message, body: bytes) -> None:
        self.workflow_id, self.sender = message.workflow_id, message.sender
        self.local_id, self.message_type = message.local_id or "", message.kind
        self._body = body

    def read(self, size: int) -> bytes:
        part, self._body = self._body[:size], self._body[size:]
        return part

    def close(self) -> None:
        """Nothing is open."""


class _PracticeMailbox:
    """A practice's mailbox, as far as collection uses a MESH client."""

    def __init__(self, exchange: Exchange, name: str) -> None:
        self._exchange, self._name = exchange, name

    def list_messages(self, max_results: int) -> list[str]:
        return _waiting(self._exchange, self._name, max_results)

    def iterate_message_ids(self, batch_size: int) -> Iterator[str]:  # noqa: ARG002 - all at once
        yield from _waiting(self._exchange, self._name, 1_000_000)

    def retrieve_message(self, message_id: str) -> _Collected:
        fetched = _fetched(self._exchange, message_id)
        assert fetched is not None  # noqa: S101 - it was listed a moment ago, and nobody else collects
        return _Collected(*fetched)

    def acknowledge_message(self, message_id: str) -> None:
        if (fetched := _fetched(self._exchange, message_id)) is not None:
            self._exchange.delivery.acknowledge(fetched[0])

    def send_message(
        self, recipient: str, body: bytes, workflow_id: str, local_id: str, content_type: str
    ) -> None:
        _accept(self._exchange, self._name, recipient, workflow_id, body, local_id, content_type)

    def close(self) -> None:
        """Nothing is open."""
