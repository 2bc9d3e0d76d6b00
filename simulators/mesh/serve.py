"""The server process: options, the socket, TLS, and the line that says it is ready."""

import logging
import os
import signal
import socket
import ssl
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import orjson
import uvicorn

from simulators.mesh.app import create_app
from simulators.mesh.directory import load_directory, load_registrations
from simulators.mesh.errors import UsageError
from simulators.mesh.exchange import Exchange
from simulators.mesh.front_door import BreakableProtocol
from simulators.mesh.levels import MESH, SANDBOX
from simulators.mesh.store import Store

__all__ = ["Options", "UsageError", "serve"]

DEFAULT_PORT = 8700
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Options:
    """`port` 0 takes any free one. `db` None keeps messages in memory, lost when the process ends.

    `shared_key` None takes MESH_SHARED_KEY from the environment, else SHARED_KEY, else mesh-sandbox's own.
    `practices` says who is registered where, for messages addressed by patient (see directory.py).
    `compat` "sandbox" lets go of the rules that mesh-sandbox does not have (see levels.py).
    """

    port: int = DEFAULT_PORT
    host: str = LOOPBACK
    db: Path | None = None
    mailboxes: Path | None = None
    workflows: Path | None = None
    practices: Path | None = None
    shared_key: str | None = None
    compat: str | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    client_ca: Path | None = None

    def __post_init__(self) -> None:
        if self.compat not in (None, "sandbox"):
            raise UsageError(f"--compat {self.compat} is unknown: the only one is sandbox")
        if bool(self.tls_cert) != bool(self.tls_key):
            raise UsageError("TLS needs both --tls-cert and --tls-key")
        if self.client_ca and not self.tls_cert:
            raise UsageError(
                "--client-ca asks clients for certificates, which needs --tls-cert and --tls-key"
            )


def serve(options: Options) -> None:
    """Serve until SIGTERM or SIGINT; print one line of JSON on stdout once listening. Raises UsageError."""
    tls = _tls(options)
    directory = load_directory(options.mailboxes, options.workflows)
    rules = SANDBOX if options.compat == "sandbox" else MESH
    environ = os.environ
    key = options.shared_key or environ.get("MESH_SHARED_KEY") or environ.get("SHARED_KEY") or "Banana"
    with closing(Store(options.db)) as store, _listen(options) as listener:
        exchange = Exchange(directory, store, key, rules, load_registrations(options.practices))
        app = create_app(exchange, environ.get("SIMULATOR_ADMIN_TOKEN"))
        config = uvicorn.Config(
            app,
            http=BreakableProtocol,
            access_log=False,
            log_config=None,
            lifespan="off",
            ws="none",
            server_header=False,
            # Clients keep connections; closing an idle one early meets a send that nobody may repeat.
            timeout_keep_alive=75,
            timeout_graceful_shutdown=3,
            ssl_context_factory=(lambda *_: tls) if tls else None,
        )
        logging.basicConfig(
            stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            # uvicorn raises the signal again once it has shut down: by then there is nothing left to do.
            signal.signal(number, lambda *_: None)
        _Server(config, _url(options, listener)).run(sockets=[listener])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, url: str) -> None:
        super().__init__(config)
        self._url = url

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(orjson.dumps({"ready": True, "url": self._url}).decode(), flush=True)


def _listen(options: Options) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in options.host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((options.host, options.port))
        listener.listen(2048)
    except (OSError, OverflowError) as error:
        listener.close()
        raise UsageError(
            f"cannot listen on {options.host} port {options.port} ({error}): give another --port, or 0 for any"
        ) from error
    return listener


def _url(options: Options, listener: socket.socket) -> str:
    host = f"[{options.host}]" if ":" in options.host else options.host
    return f"{'https' if options.tls_cert else 'http'}://{host}:{listener.getsockname()[1]}"


def _tls(options: Options) -> ssl.SSLContext | None:
    if options.tls_cert is None or options.tls_key is None:
        return None
    return server_context(options.tls_cert, options.tls_key, options.client_ca)


def server_context(cert: Path, key: Path, client_ca: Path | None) -> ssl.SSLContext:
    """TLS 1.2 or later. With `client_ca`, a client without a certificate from it is turned away.

    Raises UsageError.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(cert, key)
    except OSError as error:
        raise UsageError(f"{cert} and {key} are no PEM certificate and its key ({error})") from error
    if client_ca:
        try:
            context.load_verify_locations(client_ca)
        except OSError as error:
            raise UsageError(f"{client_ca} is no PEM file of CA certificates ({error})") from error
        context.verify_mode = ssl.CERT_REQUIRED
    return context
