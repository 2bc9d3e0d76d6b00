"""What can go wrong, as data, and when it strikes: seeded draws, the same for the same requests in the same order.

Posted as a JSON list; `kind` says which of these each item is.

Common to all: the window of (virtual) time `since` <= now < `until`, the `probability` with which it strikes
each time it could, and the `seed` of those draws.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Annotated, TypeVar

from msgspec import Meta, Struct

Moment = Annotated[datetime, Meta(tz=True)]
Share = Annotated[float, Meta(ge=0, le=1)]
Seconds = Annotated[float, Meta(ge=0, le=366 * 86400)]
Few = Annotated[int, Meta(ge=1, le=1000)]


class Fault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """`mailbox` None is every mailbox: of a request its caller, of a delivery its recipient."""

    mailbox: str | None = None
    since: Moment | None = None
    until: Moment | None = None
    probability: Share = 1.0
    seed: int = 0

    def in_window(self, now: float) -> bool:
        started = self.since is None or self.since.timestamp() <= now
        return started and (self.until is None or now < self.until.timestamp())


class RequestFault(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Strikes requests. `route` None is every route; the names are ROUTES of front_door.py."""

    route: str | None = None


class Latency(RequestFault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="latency"):
    """The request waits so many real seconds before anything is done with it."""

    seconds: Annotated[float, Meta(ge=0, le=600)]


class ServerError(RequestFault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="error"):
    """Answered with a 5xx; nothing was done, and the token is not used up."""

    status: Annotated[int, Meta(ge=500, le=599)] = 503


class Reset(RequestFault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="reset"):
    """The connection is reset without an answer; nothing was done."""


class Outage(RequestFault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="outage"):
    """Every MESH route of every mailbox drops its connections; the control plane still answers."""


class RateLimit(RequestFault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="rate_limit"):
    """429 with a Retry-After of so many seconds; nothing was done."""

    retry_after: Annotated[int, Meta(ge=0, le=86400)] = 1


class ReplyLost(RequestFault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="reply_lost"):
    """Everything is done and kept, then the connection is reset instead of answering."""


class Truncate(RequestFault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="truncate"):
    """The reply's body stops after this share of its announced length."""

    keep: Share = 0.5


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


class LookupEmpty(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="lookup_empty"):
    """An endpoint lookup or workflow search finds nothing. Leave `mailbox` out: a lookup names no caller."""


class LookupWrong(Fault, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="lookup_wrong"):
    """An endpoint lookup or workflow search finds this mailbox instead."""

    answer: str


AnyFault = (
    Latency
    | ServerError
    | Reset
    | Outage
    | RateLimit
    | ReplyLost
    | Truncate
    | Duplicate
    | OutOfOrder
    | Delay
    | ExpireEarly
    | LookupEmpty
    | LookupWrong
)


F = TypeVar("F", bound=Fault)


class Dice:
    """The faults in force. The nth time one could strike a mailbox on a route, the draw is a function of
    its seed, the route, the mailbox and n alone: other mailboxes' traffic does not disturb it.
    """

    def __init__(self, faults: Sequence[AnyFault] = ()) -> None:
        self._faults = tuple(faults)
        self._drawn: Counter[tuple[int, str, str]] = Counter()

    def __bool__(self) -> bool:
        return bool(self._faults)

    def strikes(self, kind: type[F], route: str, mailbox: str, now: float) -> F | None:
        """The first fault of this kind that strikes, drawing for each that could."""
        for index, fault in enumerate(self._faults):
            if isinstance(fault, kind) and _applies(fault, route, mailbox, now):
                self._drawn[index, route, mailbox] += 1
                if _draw(fault, route, mailbox, self._drawn[index, route, mailbox]) < fault.probability:
                    return fault
        return None


def _applies(fault: Fault, route: str, mailbox: str, now: float) -> bool:
    on_route = not isinstance(fault, RequestFault) or fault.route in (None, route)
    of_mailbox = fault.mailbox is None or fault.mailbox.upper() == mailbox
    return on_route and of_mailbox and fault.in_window(now)


def _draw(fault: Fault, route: str, mailbox: str, count: int) -> float:
    """From 0 up to but not including 1."""
    text = f"{fault.seed}|{type(fault).__name__}|{route}|{mailbox}|{count}"
    return int.from_bytes(sha256(text.encode()).digest()[:7]) / 2**56
