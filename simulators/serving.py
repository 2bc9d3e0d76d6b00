"""What both simulators' processes do alike: take a socket, serve until told to end, say when they are ready."""

import logging
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any, Final

import msgspec
import uvicorn
from starlette.applications import Starlette

LOOPBACK: Final = "127.0.0.1"

_USUAL: Final[dict[str, Any]] = {
    "server_header": False,
    # Clients keep connections; closing an idle one early meets a request that nobody may repeat.
    "timeout_keep_alive": 75,
    "timeout_graceful_shutdown": 3,
}


class CannotListen(Exception):
    """The address is not to be had. Its text is one line for the user."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; `port` 0 takes any free one. Raises CannotListen."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except (OSError, OverflowError) as error:
        listener.close()
        raise CannotListen(
            f"cannot listen on {host} port {port} ({error}): give another --port, or 0 for any"
        ) from error
    return listener


def run(
    app: Starlette,
    listener: socket.socket,
    host: str,
    scheme: str = "http",
    *,
    started: Callable[[uvicorn.Server], None] = lambda _: None,
    **options: Any,
) -> None:
    """Serve `app` until SIGTERM or SIGINT; one line of JSON on stdout once it listens.

    `started` is given the server before it starts; `options` are uvicorn's.
    """
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        lifespan="off",
        ws="none",
        **(_USUAL | options),
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn raises the signal again once it has shut down: by then there is nothing left to do.
        signal.signal(number, lambda *_: None)
    shown = f"[{host}]" if ":" in host else host
    server = _Server(config, f"{scheme}://{shown}:{listener.getsockname()[1]}")
    started(server)
    server.run(sockets=[listener])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, url: str) -> None:
        super().__init__(config)
        self._url = url

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(msgspec.json.encode({"ready": True, "url": self._url}).decode(), flush=True)
