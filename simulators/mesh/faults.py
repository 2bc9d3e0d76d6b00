"""What can go wrong, as data, and when it strikes: seeded draws, the same for the same requests in the same order.

A fault is a JSON object; `kind` says which of these it is. Common to all are the fields of Fault.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from simulators.mesh.errors import UsageError

Moment = Annotated[datetime, Meta(tz=True)]
Share = Annotated[float, Meta(ge=0, le=1)]
Seconds = Annotated[float, Meta(ge=0, le=366 * 86400)]
RealSeconds = Annotated[float, Meta(ge=0, le=600)]
Few = Annotated[int, Meta(ge=1, le=1000)]
Many = Annotated[int, Meta(ge=0, le=2**40)]
PerSecond = Annotated[int, Meta(ge=1, le=10**9)]


class Fault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """`mailbox` None is every mailbox: of a request its caller, of a delivery its recipient, of a REPORT who gets it.

    `workflow`, `recipient` and `local_id` are those of the message that the request is about, where it is about
    one. `name` is what it is shown, replaced and taken away by. It strikes while (virtual) time is from `since`
    up to `until`, from the chance behind the first `after` on, at most `times` times, each time with
    `probability`, drawn by `seed`.
    """

    name: str | None = None
    mailbox: str | None = None
    workflow: str | None = None
    recipient: str | None = None
    local_id: str | None = None
    since: Moment | None = None
    until: Moment | None = None
    after: Many = 0
    times: Many | None = None
    probability: Share = 1.0
    seed: int = 0

    @property
    def label(self) -> str:
        return self.name or str(type(self).__struct_config__.tag)

    def in_window(self, now: float) -> bool:
        started = self.since is None or self.since.timestamp() <= now
        return started and (self.until is None or now < self.until.timestamp())

    def is_about(self, occasion: "Occasion") -> bool:
        return (
            (self.mailbox is None or self.mailbox.upper() == occasion.mailbox)
            and (self.workflow is None or self.workflow == occasion.workflow)
            and (self.recipient is None or self.recipient.upper() == occasion.recipient)
            and (self.local_id is None or self.local_id == occasion.local_id)
        )


class RequestFault(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Strikes requests. `route` None is every route; the names are ROUTES of front_door.py."""

    route: str | None = None

    def is_about(self, occasion: "Occasion") -> bool:
        return self.route in (None, occasion.route) and super().is_about(occasion)


class Occasion(Struct, frozen=True):
    """A chance for a fault to strike: a request on a route, a `delivery`, or a `report`. "" is nobody and nothing."""

    route: str
    mailbox: str
    workflow: str = ""
    recipient: str = ""
    local_id: str = ""
    chunk: int = 1


# -- before a request is dealt with


class Latency(RequestFault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="latency"):
    """The request waits so many real seconds before anything is done with it, give or take the jitter."""

    seconds: RealSeconds
    jitter: RealSeconds = 0.0


class Bandwidth(RequestFault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="bandwidth"):
    """So many bytes a second go through, up and down; everything else is as usual."""

    bytes_per_second: PerSecond


class ServerError(RequestFault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="error"):
    """Answered with this status; nothing was done, and the token is not used up.

    With a `code` of MESH's, the reply has MESH's shape; without, it is a gateway's line of text.
    """

    status: Annotated[int, Meta(ge=400, le=599)] = 503
    code: str = ""
    event: str = ""
    description: str = "Service failure"


class RateLimit(RequestFault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="rate_limit"):
    """429 with a Retry-After of so many seconds; nothing was done."""

    retry_after: Annotated[int, Meta(ge=0, le=86400)] = 1


class Empty(RequestFault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="empty"):
    """Answered with this status and no body, as a broken proxy does; nothing was done."""

    status: Annotated[int, Meta(ge=200, le=599)] = 200


class Html(RequestFault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="html"):
    """Answered with this status and a page of HTML, as a proxy's log-in does; nothing was done."""

    status: Annotated[int, Meta(ge=200, le=599)] = 200


class Reset(RequestFault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="reset"):
    """The connection is reset without an answer; nothing was done."""


class Outage(RequestFault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="outage"):
    """Every MESH route of every mailbox drops its connections; the control plane still answers."""


class CutUpload(RequestFault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="cut_upload"):
    """The connection is reset once so many bytes of the request's body have come; nothing was done."""

    bytes: Many = 0


class Refuse(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="refuse"):
    """New connections are refused for so many real seconds from now on, those to the control plane too."""

    seconds: RealSeconds


class BadCertificate(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="bad_certificate"):
    """New TLS connections are shown a certificate that nobody signed, for another host, and expired."""


class ClockSkew(RequestFault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="clock_skew"):
    """The server's clock is off by so many seconds: in the reply's Date, and where tokens are judged."""

    seconds: Annotated[float, Meta(ge=-366 * 86400, le=366 * 86400)]


# -- in place of its reply


class ReplyLost(RequestFault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="reply_lost"):
    """Everything is done and kept, then the connection is reset instead of answering."""


class Truncate(RequestFault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="truncate"):
    """The reply's body stops after this share of its announced length."""

    keep: Share = 0.5


class SlowClose(RequestFault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="slow_close"):
    """The reply has no length, ends with the connection, and that stays open for so many real seconds."""

    seconds: RealSeconds


class MalformedChunk(
    RequestFault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="malformed_chunk"
):
    """The reply is sent chunked, and the length of its second chunk is no number."""


class CorruptChunk(RequestFault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="corrupt_chunk"):
    """One byte in the middle of the reply's body is another."""


class MissingChunk(RequestFault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="missing_chunk"):
    """A download of this chunk finds nothing (404)."""

    number: Few = 1

    def is_about(self, occasion: Occasion) -> bool:
        return occasion.route == "download" and occasion.chunk == self.number and super().is_about(occasion)


# -- with messages, REPORTs and lookups


class Duplicate(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="duplicate"):
    """Delivered so many times more, each copy under its own message id; the sender's outbox has one."""

    copies: Few = 1


class OutOfOrder(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="out_of_order"):
    """Delivered in front of up to so many messages already waiting."""

    places: Few = 1


class Delay(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="delay"):
    """Delivered so many (virtual) seconds after it was accepted."""

    seconds: Seconds


class ExpireEarly(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="expire_early"):
    """Expires so many (virtual) seconds after delivery, not five days."""

    seconds: Seconds = 0.0


class NeverDelivered(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="never_delivered"):
    """Accepted, and in no inbox ever after; tracking says accepted, and no REPORT comes."""


class ListedAgain(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="listed_again"):
    """An acknowledgement is answered, and the message listed again all the same."""


class ReportLate(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="report_late"):
    """The REPORT of a message that failed comes so many (virtual) seconds later."""

    seconds: Seconds


class ReportDoubled(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="report_doubled"):
    """The REPORT of a message that failed comes so many times more."""

    copies: Few = 1


class LookupEmpty(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="lookup_empty"):
    """An endpoint lookup or workflow search finds nothing. Leave `mailbox` out: a lookup names no caller."""


class LookupWrong(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="lookup_wrong"):
    """An endpoint lookup or workflow search finds this mailbox instead."""

    answer: str


AnyFault = (
    Latency
    | Bandwidth
    | ServerError
    | RateLimit
    | Empty
    | Html
    | Reset
    | Outage
    | CutUpload
    | Refuse
    | BadCertificate
    | ClockSkew
    | ReplyLost
    | Truncate
    | SlowClose
    | MalformedChunk
    | CorruptChunk
    | MissingChunk
    | Duplicate
    | OutOfOrder
    | Delay
    | ExpireEarly
    | NeverDelivered
    | ListedAgain
    | ReportLate
    | ReportDoubled
    | LookupEmpty
    | LookupWrong
)

F = TypeVar("F", bound=Fault)


def read_faults(path: Path) -> list[AnyFault]:
    """A JSON file with a list of faults. Raises UsageError."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[AnyFault])
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}): give a JSON list of faults") from error
    except msgspec.DecodeError as error:
        raise UsageError(f"{path} is no list of faults: {error}") from error


class FaultDraws:
    """The faults in force. The nth time one could strike a mailbox on a route, the draw is a function of
    its seed, the route, the mailbox and n alone: other mailboxes' traffic does not disturb it.

    What was counted for faults that were in force `before` goes on.
    """

    def __init__(self, faults: Sequence[AnyFault] = (), before: "FaultDraws | None" = None) -> None:
        self._faults = tuple(faults)
        self._drawn: Counter[tuple[AnyFault, str, str]] = Counter()
        self._chances: Counter[AnyFault] = Counter()
        self._struck: Counter[AnyFault] = Counter()
        if before:
            self._go_on_from(before)

    def _go_on_from(self, before: "FaultDraws") -> None:
        kept = set(self._faults) & set(before._faults)
        self._drawn.update({key: n for key, n in before._drawn.items() if key[0] in kept})
        self._chances.update({fault: n for fault, n in before._chances.items() if fault in kept})
        self._struck.update({fault: n for fault, n in before._struck.items() if fault in kept})

    def __bool__(self) -> bool:
        return bool(self._faults)

    def strikes(self, kind: type[F], occasion: Occasion, now: float) -> F | None:
        """The first fault of this kind that strikes, drawing for each that could."""
        for fault in self._faults:
            if not isinstance(fault, kind) or not fault.is_about(occasion) or not fault.in_window(now):
                continue
            if self._draw(fault, occasion):
                return fault
        return None

    def _draw(self, fault: AnyFault, occasion: Occasion) -> bool:
        self._chances[fault] += 1
        if self._chances[fault] <= fault.after or self._struck[fault] >= (fault.times or 2**62):
            return False
        key = fault, occasion.route, occasion.mailbox
        self._drawn[key] += 1
        text = f"{fault.seed}|{fault.label}|{occasion.route}|{occasion.mailbox}|{self._drawn[key]}"
        struck = _share(text) < fault.probability
        self._struck[fault] += struck
        return struck

    def struck(self, fault: AnyFault) -> int:
        return self._struck[fault]

    def share(self, fault: AnyFault) -> float:
        """A second draw of one that struck, for by how much: from 0 up to but not including 1."""
        return _share(f"{fault.seed}|{fault.label}|by how much|{self._struck[fault]}")


def _share(text: str) -> float:
    return int.from_bytes(sha256(text.encode()).digest()[:7]) / 2**56
