"""Our mailbox on MESH, through NHS England's own client.

A client is used in one thread, never retries by itself (its retries carry the same token, which MESH refuses)
and ignores proxies set for the web at large. What may be repeated safely is repeated here, with a fresh token;
the first POST of a message never is: its outcome is one of `Accepted`, `Refused`, `Unreached` and `Uncertain`.
"""

import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Final, Self, TypeVar

import requests
from mesh_client import MeshClient
from urllib3.exceptions import HTTPError as TransportError
from urllib3.exceptions import MaxRetryError, NewConnectionError

from mesh_transport import lean
from pilot.errors import ConfigurationError, MeshRefused, MeshUnreachable
from pilot.pipeline.settings import MeshSettings


@dataclass(frozen=True, slots=True)
class Accepted:
    """MESH took the message, under this id of its own."""

    mesh_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """MESH said no, with its error code (empty where it gave none)."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Unreached:
    """No connection was made: MESH certainly has nothing."""

    words: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    """The request went out and no usable reply came: MESH may or may not have the message."""

    words: str


Sending = Accepted | Refused | Unreached | Uncertain


def text_of(reply: object, name: str) -> str:
    """What a reply says under that name. Raises ValueError where it is not MESH's kind of reply."""
    value = reply.get(name) if isinstance(reply, dict) else None
    if not isinstance(value, str) or not value:
        raise ValueError(f"a reply without {name}")
    return value


def sending(response: requests.Response) -> Sending:
    """What MESH's reply to a POST means. A reply that cannot be read says nothing of what MESH did."""
    try:
        reply = response.json()
    except ValueError:
        return Uncertain(f"HTTP {response.status_code} without JSON")
    if response.status_code == requests.codes.too_many_requests:
        return Unreached("too many requests")
    if response.status_code in (requests.codes.ok, requests.codes.accepted):
        for name in ("message_id", "messageID"):  # as the second version of the API says it, and the first
            with suppress(ValueError):
                return Accepted(text_of(reply, name))
        return Uncertain("a reply without an id")
    code, words = _refusal(reply)
    return Refused(code, words or f"HTTP {response.status_code}")


def _refusal(reply: object) -> tuple[str, str]:
    """MESH's error code and words, from either shape of its reply."""
    if not isinstance(reply, dict):
        return "", ""
    if "errorDescription" in reply:
        return str(reply.get("errorCode", "")), str(reply["errorDescription"])
    detail = reply.get("detail")
    first = detail[0] if isinstance(detail, list) and detail else {}
    return (str(first.get("code", "")), str(first.get("msg", ""))) if isinstance(first, dict) else ("", "")


TIMEOUT_SECONDS = 30
MOST_SKEW = timedelta(minutes=30)  # MESH refuses tokens two hours off; act long before
TRIES = 3
AT_ONCE = 4  # requests under way at the same time: what MESH takes to answer is waited for together
LARGEST_ANSWER_BYTES = 5_000_000

# What a practice should hold, and what it says that it holds.
RECONCILIATIONS: Final = "BREAST_SCREENING_RECONCILIATION"
RECONCILIATION_ANSWERS: Final = "BREAST_SCREENING_RECONCILIATION_ANSWER"

S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Received:
    """A message in our inbox. `linked` is the message of ours that a REPORT is about."""

    mesh_id: str
    kind: str
    workflow: str
    sender: str
    local_id: str
    linked: str
    code: str
    words: str
    body: bytes


class _Client(MeshClient):
    """NHS England's client, with what it gives no way to: how its session is set up, and a plain request of ours.

    The one place that knows of its insides (`_session`, `mailbox_url`), so that another version is one place to mend.
    """

    def trust_only(self, authority: str | None) -> None:
        """No stray proxy or CA variable decides where results go; that authority alone, not the web's beside it."""
        lean(self)
        self._session.verify = authority or True

    def greet(self) -> requests.Response:
        """The whole reply to a ping, headers and all."""
        return self._session.get(f"{self._url}/messageexchange/_ping", timeout=TIMEOUT_SECONDS)

    def track(self, local_id: str) -> requests.Response:
        """Ask for a message of ours by our own id for it: the client can ask by MESH's alone."""
        return self._session.get(
            f"{self.mailbox_url}/outbox/tracking/{local_id}",
            timeout=TIMEOUT_SECONDS,
            headers={"Accept": "application/json"},
        )


class Mailbox:
    """One mailbox. Each call raises ConfigurationError where a certificate cannot be used.

    Use it in one thread; what `each` does at once it does in threads of its own, with a client for each.
    """

    def __init__(self, settings: MeshSettings, *, at_once: int = AT_ONCE) -> None:
        self._settings = settings
        self._url = settings.url.rstrip("/")
        self._at_once = at_once
        self._threads: ThreadPoolExecutor | None = None
        self._clients: list[_Client] = []
        self._own = threading.local()

    @property
    def _client(self) -> _Client:
        """This thread's, made when first needed: `pilot doctor` can say what is wrong with a certificate, and more."""
        client: _Client | None = getattr(self._own, "client", None)
        if client is None:
            client = self._own.client = self._made()
            self._clients.append(client)
        return client

    def _made(self) -> _Client:
        settings = self._settings
        own = (
            (str(settings.certificate), str(settings.key)) if settings.certificate and settings.key else None
        )
        authority = str(settings.authority) if settings.authority else None
        try:
            client = _Client(
                self._url,
                settings.mailbox,
                settings.password,
                shared_key=settings.shared_key.encode(),
                cert=own,
                verify=authority,
                max_retries=0,
                timeout=TIMEOUT_SECONDS,
                application_name="breast-screening-results-pilot",
            )
        except OSError as error:
            raise ConfigurationError(
                "the certificates for MESH cannot be used",
                ", ".join(str(path) for path in (*(own or ()), authority) if path),
                "Name PEM files: a certificate with its own key, and the authority's certificates",
            ) from error
        client.trust_only(authority)
        return client

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connections to MESH, where any were made."""
        if self._threads is not None:
            self._threads.shutdown()
            self._threads = None
        for client in self._clients:
            client.close()  # type: ignore[no-untyped-call]
        self._clients.clear()
        self._own = threading.local()

    def each(self, ask: Callable[[S], T], lanes: Sequence[Sequence[S]]) -> list[list[T]]:
        """Ask something of MESH for each of these, and answer with what came of it, in the same places.

        Lanes go on beside each other; within one, the next is asked when the last was answered. What `ask` raises
        is raised once every lane has ended, and ends its own lane.
        """

        def along(lane: Sequence[S]) -> list[T]:
            return [ask(one) for one in lane]

        if self._at_once == 1 or len(lanes) < 2:
            return [along(lane) for lane in lanes]
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._at_once, thread_name_prefix="mesh")
        under_way = [self._threads.submit(along, lane) for lane in lanes]
        wait(under_way)
        return [lane.result() for lane in under_way]

    def handshake(self) -> None:
        """Prove address and credentials. Raises MeshRefused or MeshUnreachable."""
        self._again(self._client.handshake)

    def server_time(self) -> datetime | None:
        """What time MESH has, from its reply's Date header; None where it does not say."""
        answer = self._again(self._client.greet)
        try:
            return parsedate_to_datetime(answer.headers["Date"])
        except (KeyError, TypeError, ValueError):
            return None

    def check_clock(self, now: datetime) -> None:
        """Nothing is begun by a clock that is far off: what it sends, and by when, would be wrong for good.

        Raises ConfigurationError.
        """
        server = self.server_time()
        if server is not None and abs(now - server) > MOST_SKEW:
            where = "ahead of" if now > server else "behind"
            raise ConfigurationError(
                f"this machine's clock is {abs(now - server) // timedelta(minutes=1)} minutes {where} MESH's",
                self._url,
                "Set it right and run this again; nothing was done",
            )

    def send(self, recipient: str, workflow: str, body: bytes, local_id: str, content_type: str) -> Sending:
        """Hand one message over, once. Never raises for what MESH or the network does."""
        try:
            response = self._client.send_chunk(
                recipient, body, 1, 1, workflow_id=workflow, local_id=local_id, content_type=content_type
            )
        except requests.HTTPError as error:
            return Uncertain(f"HTTP {error.response.status_code}")
        except requests.ConnectionError as error:
            return Unreached("no connection") if _never_connected(error) else Uncertain("connection lost")
        except _BROKEN as error:
            return Uncertain(type(error).__name__)
        return sending(response)

    def find_sent(self, local_id: str) -> str | None:
        """MESH's id of what we sent under this id of ours; None where MESH says that it has nothing."""

        def ask() -> str | None:
            response = self._client.track(local_id)
            if response.status_code == requests.codes.not_found:
                return None
            response.raise_for_status()
            return text_of(response.json(), "messageId")

        return self._again(ask)

    def lookup(self, ods_code: str, workflow: str) -> str | None:
        """The mailbox of an organisation for a workflow; None where it has none."""

        def ask() -> str | None:
            found = self._client.lookup_endpoint(ods_code, workflow)
            results = found.get("results") if isinstance(found, dict) else None
            if not isinstance(results, list):
                raise ValueError("a reply without results")
            return text_of(results[0], "mailbox_id") if results else None

        return self._again(ask)

    def inbox(self) -> Iterator[str]:
        """The ids that wait in our inbox, oldest first."""

        def ask() -> list[str]:
            try:
                return [str(mesh_id) for mesh_id in self._client.iterate_message_ids(batch_size=500)]
            except (AttributeError, TypeError) as error:  # the client reads the reply as what it must be
                raise ValueError("a reply without messages") from error

        yield from self._again(ask)

    def read(self, mesh_id: str) -> Received | None:
        """One message, whole; None where it is gone from the inbox."""

        def fetch() -> Received:
            # Not as a context manager: that would acknowledge it before we have acted on it.
            message = self._client.retrieve_message(mesh_id)
            try:
                body = message.read(LARGEST_ANSWER_BYTES + 1)
            finally:
                message.close()  # type: ignore[no-untyped-call]
            header = message.mex_header
            return Received(
                mesh_id=mesh_id,
                kind=str(header("messagetype", "DATA")),
                workflow=str(header("workflowid", "")),
                sender=str(header("from", "")),
                local_id=str(header("localid", "")),
                linked=str(header("linkedmsgid", "")),
                code=str(header("statuscode", "")),
                words=str(header("statusdescription", "")),
                body=body,
            )

        try:
            return self._again(fetch)
        except MeshRefused as error:
            if isinstance(error.__cause__, requests.HTTPError) and error.__cause__.response.status_code in (
                404,
                410,
            ):
                return None
            raise

    def acknowledge(self, mesh_id: str) -> None:
        """Take a message off our inbox. One that is already off is no failure."""
        try:
            self._again(lambda: self._client.acknowledge_message(mesh_id))
        except MeshRefused as error:
            if not isinstance(
                error.__cause__, requests.HTTPError
            ) or error.__cause__.response.status_code not in (404, 410):
                raise

    def _again(self, call: Callable[[], T]) -> T:
        """Do what may be done twice, up to three times, each with its own token."""
        last: Exception | None = None
        for _ in range(TRIES):
            try:
                return call()
            except requests.HTTPError as error:
                if error.response.status_code < 500 and error.response.status_code != 429:
                    raise MeshRefused(
                        f"MESH refused the request ({error.response.status_code})", self._url, _MENDS_REFUSED
                    ) from error
                last = error
            except _BROKEN as error:
                last = error
        raise MeshUnreachable(
            f"MESH does not answer ({type(last).__name__})",
            self._url,
            "Check the address, the network and certificates",
        ) from last


# What a connection that breaks in the middle raises: the client reads bodies under requests' own errors.
_BROKEN = (requests.RequestException, TransportError, OSError, EOFError, ValueError, zlib.error)

_MENDS_REFUSED = "Check mailbox, password, shared key and workflow with `pilot doctor`"


def _never_connected(error: requests.ConnectionError) -> bool:
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(reason, NewConnectionError)
