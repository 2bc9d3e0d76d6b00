"""The process: options, what is opened and closed, the socket, and the line that says it is ready."""

import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import orjson
import uvicorn

from simulators.gp_system.app import create_app
from simulators.gp_system.collection import Collection
from simulators.gp_system.errors import GpSystemError, StartError
from simulators.gp_system.messages import Messages
from simulators.gp_system.practice import Practice
from simulators.gp_system.practices_file import read_practices
from simulators.gp_system.reception import Reception
from simulators.gp_system.record import Record
from simulators.gp_system.store import Store
from simulators.gp_system.supplier import Supplier, load_suppliers
from simulators.gp_system.system import GpSystem

DEFAULT_PORT: Final = 8710
LOOPBACK: Final = "127.0.0.1"
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
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
    with ExitStack() as stack:
        listener = stack.enter_context(_listen(options))
        system = open_system(options, stack)
        if options.poll is not None:
            stack.enter_context(_polling(system, options.poll))
        app = create_app(system, os.environ.get("SIMULATOR_ADMIN_TOKEN"))
        config = uvicorn.Config(
            app,
            access_log=False,
            log_config=None,
            lifespan="off",
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=3,
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)  # uvicorn raises it again when it has shut down
        _Server(config, _url(options, listener)).run(sockets=[listener])


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


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, url: str) -> None:
        super().__init__(config)
        self._url = url

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(orjson.dumps({"ready": True, "url": self._url}).decode(), flush=True)


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
            options.mesh_url, key.encode(), practices, suppliers, reception, messages, options.poll
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


def _listen(options: Options) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in options.host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((options.host, options.port))
        listener.listen(2048)
    except (OSError, OverflowError) as error:
        listener.close()
        raise StartError(
            f"cannot listen on {options.host} port {options.port} ({error}): give another --port, or 0 for any"
        ) from error
    return listener


def _url(options: Options, listener: socket.socket) -> str:
    host = f"[{options.host}]" if ":" in options.host else options.host
    return f"http://{host}:{listener.getsockname()[1]}"
