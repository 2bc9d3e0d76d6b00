"""The server process: its options, from the command line and the environment; TLS; the socket it listens on."""

import asyncio
import ipaddress
import logging
import socket
import ssl
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette

from simulators import serving
from simulators.mesh.app import create_app
from simulators.mesh.delivery import Lifetime
from simulators.mesh.directory import Sources
from simulators.mesh.errors import UsageError
from simulators.mesh.exchange import Auth, Exchange, Settings
from simulators.mesh.faults import AnyFault, BadCertificate, Occasion, read_faults
from simulators.mesh.front_door import BreakableProtocol
from simulators.mesh.levels import Level
from simulators.mesh.messages_folder import Mirror, fill
from simulators.mesh.store import Store

__all__ = ["Options", "UsageError", "build", "listening", "options_from", "serve"]

DEFAULT_PORT: Final = 8700
LOOPBACK: Final = serving.LOOPBACK
_SANDBOX_KEY: Final = "Banana"  # mesh-sandbox's own
_DAY: Final = 86400.0

# Where mesh-sandbox's image has its files mounted.
_SANDBOX_DATA: Final = Path("/app/mesh_sandbox/store/data")
_SANDBOX_PLUGINS: Final = Path("/app/mesh_sandbox/plugins")


@dataclass(frozen=True, slots=True)
class Options:
    """`port` 0 takes any free one. `db` None keeps messages in memory, lost when the process ends.

    `practices` says who is registered where, for messages addressed by patient (see directory.py).
    `messages` is a folder of messages to begin with, in the file layout of mesh-sandbox's store; None begins
    empty. `mirror` is a folder that such messages are read from once, and each that arrives is written to.
    `tls_made` serves https with a certificate made at the start.
    """

    port: int = DEFAULT_PORT
    host: str = LOOPBACK
    db: Path | None = None
    sources: Sources = field(default_factory=Sources)
    messages: Path | None = None
    mirror: Path | None = None
    settings: Settings = field(default_factory=lambda: Settings(_SANDBOX_KEY))
    faults: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    tls_made: bool = False
    client_ca: Path | None = None
    admin_token: str | None = None
    log_requests: bool = False

    def __post_init__(self) -> None:
        if bool(self.tls_cert) != bool(self.tls_key):
            raise UsageError("TLS needs both --tls-cert and --tls-key")
        if self.client_ca and not self.has_tls:
            raise UsageError(
                "--client-ca asks clients for certificates, which needs --tls or --tls-cert and --tls-key"
            )

    @property
    def has_tls(self) -> bool:
        return self.tls_made or self.tls_cert is not None


def options_from(
    given: Mapping[str, Any], environ: Mapping[str, str], told: Callable[[str], None]
) -> Options:
    """Options from the command line, and where that says nothing from the environment, as mesh-sandbox's image
    reads it. What of that is not supported is `told`, a line each. Raises UsageError.
    """
    tell_unsupported(told)
    ssl_on = environ.get("SSL", "").lower() in ("yes", "true", "1")
    cert, key = given.get("tls_cert"), given.get("tls_key")
    made = bool(given.get("tls"))
    if ssl_on and not cert and not key:
        files = [Path(environ.get(name) or f"/tmp/server-cert.{end}") for name, end in _SSL_FILES]  # noqa: S108
        there = [file.is_file() for file in files]
        if any(there) and not all(there):
            raise UsageError(f"SSL=yes needs both {files[0]} and {files[1]}, or neither")
        cert, key = files if all(there) else (None, None)
        made = not all(there)
    ca = given.get("client_ca") or (Path(environ["MUTUAL_TLS_CA"]) if environ.get("MUTUAL_TLS_CA") else None)
    db, messages, mirror, read_only = _store(given, environ)
    return Options(
        port=given["port"]
        if given.get("port") is not None
        else _number(environ, "PORT", DEFAULT_PORT, 0, 65535),
        host=given.get("host") or LOOPBACK,
        db=db,
        sources=Sources(
            given.get("mailboxes") or _mounted(environ, "mailboxes.jsonl"),
            given.get("workflows") or _mounted(environ, "workflows.jsonl"),
            given.get("practices"),
        ),
        messages=messages,
        mirror=mirror,
        settings=Settings(
            shared_key=given.get("shared_key")
            or environ.get("MESH_SHARED_KEY")
            or environ.get("SHARED_KEY")
            or _SANDBOX_KEY,
            level=_one_of(Level, given.get("level") or environ.get("MESH_LEVEL") or "warn", "--level"),
            auth=_auth(environ),
            lifetime=Lifetime(
                _number(environ, "INBOX_EXPIRY_DAYS", 5, 0, 3650) * _DAY,
                _number(environ, "MESSAGE_EXPIRY_DAYS", 30, 0, 3650) * _DAY,
            ),
            env=environ.get("ENV", "local"),
            build_label=environ.get("BUILD_LABEL", "latest"),
            read_only=read_only,
        ),
        faults=given.get("faults"),
        tls_cert=cert,
        tls_key=key,
        tls_made=made,
        client_ca=ca,
        admin_token=environ.get("SIMULATOR_ADMIN_TOKEN"),
        log_requests=bool(given.get("log_requests")) or environ.get("MESH_LOG_REQUESTS", "") == "yes",
    )


_SSL_FILES: Final = (("SSL_CRTFILE", "pem"), ("SSL_KEYFILE", "key"))


def tell_unsupported(told: Callable[[str], None]) -> None:
    """A line for each thing mesh-sandbox has and this server has not, where it is asked for."""
    if _SANDBOX_PLUGINS.is_dir() and any(_SANDBOX_PLUGINS.glob("*.py")):
        told(f"plugins in {_SANDBOX_PLUGINS} are not run: use faults and the control plane")


def _store(
    given: Mapping[str, Any], environ: Mapping[str, str]
) -> tuple[Path | None, Path | None, Path | None, bool]:
    """The database, the folder of messages to begin with, that to mirror to, and whether nothing ever changes."""
    mode = environ.get("STORE_MODE", "").lower()
    if mode not in ("", "memory", "file", "canned"):
        raise UsageError(f"STORE_MODE={mode} is unknown: give memory, file or canned")
    folder = environ.get("MAILBOXES_DATA_DIR") or environ.get("FILE_STORE_DIR")
    messages = given.get("messages")
    if messages is None and mode == "canned" and (_SANDBOX_DATA / "mailboxes").is_dir():
        messages = _SANDBOX_DATA / "mailboxes"
    db, mirror = given.get("db"), None
    if db is None and mode == "file":
        home = Path(folder or "/tmp/mesh_store")  # noqa: S108 - mesh-sandbox's own
        try:
            home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"{home} cannot be made ({error.strerror}): give another FILE_STORE_DIR"
            ) from error
        db, mirror = home / "mesh.sqlite", home
    return db, messages, mirror, mode == "canned"


def _mounted(environ: Mapping[str, str], name: str) -> Path | None:
    """A file where mesh-sandbox's image has it, or in the folder that MESH_DATA_DIR names."""
    home = environ.get("MESH_DATA_DIR")
    path = (Path(home) if home else _SANDBOX_DATA) / name
    return path if path.is_file() else None


def _auth(environ: Mapping[str, str]) -> Auth:
    """mesh-sandbox looks at tokens in every mode but `none` and `canned`, `no_auth` among them."""
    mode = environ.get("AUTH_MODE", "full").lower()
    return (
        Auth(mode)
        if mode in ("none", "canned")
        else _one_of(Auth, mode.replace("no_auth", "full"), "AUTH_MODE")
    )


def _one_of(kind: Any, text: str, name: str) -> Any:
    try:
        return kind(text.lower())
    except ValueError:
        raise UsageError(f"{name} {text} is unknown: give {', '.join(kind)}") from None


def _number(environ: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isdigit() or not low <= int(text) <= high:
        raise UsageError(f"{name}={text} is no number from {low} to {high}")
    return int(text)


def build(
    options: Options, store: Store, refuse: Callable[[float], Awaitable[None]] | None = None
) -> Starlette:
    """The application on this store, as the options have it. Raises UsageError."""
    exchange = Exchange(options.sources, store, options.settings)
    if options.mirror:
        mirror = Mirror(options.mirror)
        exchange.delivery.arrived = lambda message: mirror.write(message, store.chunks(message))
        exchange.clear_files = mirror.clear
        store.transact_now(lambda: fill(exchange, options.mirror))
    if options.messages or options.settings.read_only:
        exchange.fill = lambda: fill(exchange, options.messages)
        store.transact_now(exchange.fill)
    if options.faults:
        wanted = _checked(read_faults(options.faults), options.faults)
        store.transact_now(lambda: exchange.set_faults(wanted))
    return create_app(exchange, options.admin_token, refuse=refuse, log_requests=options.log_requests)


def listening(options: Options, store: Store, listener: socket.socket) -> tuple[Starlette, dict[str, Any]]:
    """The application, and how serving.run is to serve it on this socket. Raises UsageError."""
    door = _Door(listener)
    app = build(options, store, door.refuse)
    tls = _tls(options, app.state.exchange)
    logging.getLogger("mesh.requests").setLevel(logging.INFO if options.log_requests else logging.WARNING)
    return app, {
        "started": door.stand_in,
        "http": BreakableProtocol,
        "date_header": False,  # the front door writes it: the server's clock may be off
        "proxy_headers": False,
        "ssl_context_factory": (lambda *_: tls) if tls else None,
    }


def serve(options: Options) -> None:
    """Serve until SIGTERM or SIGINT; print one line of JSON on stdout once listening. Raises UsageError."""
    try:
        listener = serving.listen(options.host, options.port)
    except serving.CannotListen as error:
        raise UsageError(str(error)) from error
    with closing(Store(options.db)) as store, listener:
        app, config = listening(options, store, listener)
        serving.run(app, listener, options.host, "https" if options.has_tls else "http", **config)


class _Door:
    """The socket that the server listens on, and how to close it for a while."""

    def __init__(self, listener: socket.socket) -> None:
        self._address, self._family = listener.getsockname(), listener.family
        self._server: uvicorn.Server | None = None
        self._opening: asyncio.Task[None] | None = None

    def stand_in(self, server: uvicorn.Server) -> None:
        self._server = server

    async def refuse(self, seconds: float) -> None:
        """Have the system refuse new connections for so many seconds. Those that are open stay open."""
        server = self._server
        if server is None or not server.servers:
            return
        for open_door in server.servers:
            open_door.close()
        server.servers.clear()
        await asyncio.sleep(0.01)  # the loop closes the socket on its next rounds
        self._opening = asyncio.get_running_loop().create_task(self._open_again(server, seconds))

    async def _open_again(self, server: uvicorn.Server, seconds: float) -> None:
        await asyncio.sleep(seconds)
        listener = socket.socket(self._family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(self._address)
        config = server.config

        def protocol() -> asyncio.Protocol:
            return BreakableProtocol(config=config, server_state=server.server_state, app_state={})

        loop = asyncio.get_running_loop()
        server.servers.append(await loop.create_server(protocol, sock=listener, ssl=config.ssl, backlog=2048))


def _checked(found: list[AnyFault], path: Path) -> list[AnyFault]:
    names = [fault.name for fault in found if fault.name]
    if len(set(names)) < len(names):
        raise UsageError(f"{path}: each fault should have a name of its own")
    return found


def _tls(options: Options, exchange: Exchange) -> ssl.SSLContext | None:
    """The server's context; while a fault says so, a connection is shown a bad certificate."""
    if not options.has_tls:
        return None
    if options.tls_cert and options.tls_key:
        context = server_context(options.tls_cert, options.tls_key, options.client_ca)
    else:
        context = made_context(["localhost", options.host], 365, options.client_ca)
    bad: list[ssl.SSLContext] = []

    def shown(connection: ssl.SSLObject, *_: object) -> None:
        if exchange.faults_in_force() and exchange.strikes(BadCertificate, Occasion("tls", ""), []):
            if not bad:
                bad.append(made_context(["expired.invalid"], -1, None))
            connection.context = bad[0]

    context.sni_callback = shown
    return context


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


def made_context(names: list[str], days: int, client_ca: Path | None) -> ssl.SSLContext:
    """With a certificate made now, signed by itself, good for so many days from now. Raises UsageError."""
    try:
        from cryptography import x509  # noqa: PLC0415 - only where it is asked for
        from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    except ImportError as error:
        raise UsageError(
            "making a certificate needs the package cryptography: install mesh-simulator[tls]"
        ) from error
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(
            x509.SubjectAlternativeName([_alternative(x509, each) for each in names]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    with tempfile.TemporaryDirectory() as folder:
        cert_file, key_file = Path(folder, "cert.pem"), Path(folder, "key.pem")
        cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        unlocked = serialization.NoEncryption()
        key_file.write_bytes(
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unlocked)
        )
        return server_context(cert_file, key_file, client_ca)


def _alternative(x509: Any, name: str) -> Any:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
