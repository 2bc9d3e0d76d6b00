"""The process: its options, and what is opened and closed with it."""

import logging
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from simulators.gp_system.errors import GpSystemError, StartError
from simulators.gp_system.http.app import create_app
from simulators.gp_system.practice import Practice, read_practices
from simulators.gp_system.receiving.collection import Collection, mesh_clients
from simulators.gp_system.receiving.messages import Messages
from simulators.gp_system.receiving.reception import Reception
from simulators.gp_system.record.record import Record
from simulators.gp_system.store import Store
from simulators.gp_system.supplier import Supplier, load_suppliers
from simulators.gp_system.system import GpSystem
from simulators.serving import LOOPBACK, CannotListen, listen, run

DEFAULT_PORT: Final = 8710
_DAY: Final = 24 * 3600
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Options:
    """`port` 0 takes any free one. Without `practices` and `mesh_url` the record in `db` is served, read-only;
    without `mesh_url` alone, letters can be posted and typed, and nothing is collected.

    `poll`: collect and work every so many seconds of real time, whatever a supplier's own interval.
    `suppliers`: a folder of TOML files beside the built-in suppliers.
    """

    db: Path
    port: int = DEFAULT_PORT
    host: str = LOOPBACK
    practices: Path | None = None
    mesh_url: str | None = None
    suppliers: Path | None = None
    poll: float | None = None

    def __post_init__(self) -> None:
        if self.mesh_url and not self.practices:
            raise StartError("--mesh-url needs --practices: who would collect?")
        if self.poll is not None and not (self.mesh_url and 0 < self.poll <= _DAY):
            raise StartError("--poll needs --mesh-url, and a number of seconds up to a day")
        if not self.practices and not self.db.is_file():
            raise StartError(f"{self.db}: no such database to serve; give --practices to begin a new one")


def serve(options: Options) -> None:
    """Serve until SIGTERM or SIGINT; print one line of JSON on stdout once listening. Raises GpSystemError.

    Takes MESH_SHARED_KEY and SIMULATOR_ADMIN_TOKEN from the environment.
    """
    with ExitStack() as stack:
        try:
            listener = stack.enter_context(listen(options.host, options.port))
        except CannotListen as error:
            raise StartError(str(error)) from error
        system = open_system(options, stack)
        if options.poll is not None:
            stack.enter_context(_polling(system, options.poll))
        run(create_app(system, os.environ.get("SIMULATOR_ADMIN_TOKEN")), listener, options.host)


@contextmanager
def _polling(system: GpSystem, seconds: float) -> Iterator[None]:
    """Collect and work beside the server until it ends; what goes wrong once is tried again the next time."""
    over = threading.Event()

    def poll() -> None:
        while not over.wait(seconds):
            try:
                if failed := system.collect()["failed"]:
                    log.warning("could not collect: %s", failed)
                system.work()
            except GpSystemError as error:
                log.warning("%s", error)
            except Exception:
                log.exception("a round of collecting ended early")

    thread = threading.Thread(target=poll, name="polling")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def open_system(options: Options, stack: ExitStack) -> GpSystem:
    """Read the files and open the database; closed with `stack`. Raises GpSystemError."""
    suppliers = load_suppliers(options.suppliers)
    store = Store(options.db)
    stack.callback(store.close)
    practices = _register(options.practices, suppliers, store) if options.practices else {}
    collection = None
    if options.mesh_url is not None:
        key = os.environ.get("MESH_SHARED_KEY")
        if not key:
            raise StartError("MESH_SHARED_KEY is not set: it signs every call to MESH")
        reception, messages = Reception(store, suppliers), Messages(store)
        collection = Collection(
            mesh_clients(options.mesh_url, key.encode(), practices.values()),
            practices,
            suppliers,
            reception,
            messages,
            options.poll,
        )
        stack.callback(collection.close)
    return GpSystem(store, practices, suppliers, collection)


def _register(file: Path, suppliers: Mapping[str, Supplier], store: Store) -> dict[str, Practice]:
    """Take the practices into the store, all or none; their lists are kept there, not in memory."""
    record = Record(store)
    practices = {}
    with store.transaction():
        for practice in read_practices(file, suppliers):
            record.register(practice)
            practices[practice.ods] = msgspec.structs.replace(practice, patients=())
    return practices
