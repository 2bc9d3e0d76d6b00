"""What was asked of the server: the latest requests and how they were answered, and what is expected of them."""

import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from simulators.mesh import protocol
from simulators.mesh.levels import Judge

# Enough for any test; and the bodies of a flood must not fill the memory.
_KEPT: Final = 2000
_BODY_BYTES: Final = 64 * 1024


@dataclass(slots=True)
class JournalLine:
    """One request. `body` is None where it was too long to keep, `status` None while, or where, no reply went out."""

    number: int
    method: str
    path: str
    route: str
    mailbox: str
    judge: Judge
    raw_headers: list[tuple[bytes, bytes]] = field(repr=False)
    at: float = 0.0
    seconds: float = 0.0
    status: int | None = None
    body: bytes | None = b""
    size: int = 0

    @property
    def headers(self) -> dict[str, str]:
        """By name in lower case, without the token."""
        pairs = (
            (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in self.raw_headers
        )
        return {name: value for name, value in pairs if name != "authorization"}

    def took(self, body: bytes) -> None:
        self.size = len(body)
        self.body = body if len(body) <= _BODY_BYTES else None

    def as_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "at": protocol.iso(self.at),
            "method": self.method,
            "path": self.path,
            "route": self.route,
            "mailbox": self.mailbox,
            "status": self.status,
            "warnings": self.judge.warnings,
            "faults": self.judge.struck,
            "headers": self.headers,
            "size": self.size,
            "body": None if self.body is None else self.body.decode("utf-8", "replace"),
            "milliseconds": round(self.seconds * 1000, 3),
        }


class Wanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of request, and how many of it are expected: `count`, or from `at_least` to `at_most`; else one or more.

    `headers` and `body` are regular expressions that each value must match somewhere.
    """

    method: str | None = None
    route: str | None = None
    mailbox: str | None = None
    path: str | None = None
    status: int | None = None
    headers: Mapping[str, str] = {}
    body: str | None = None
    warned: bool | None = None
    count: Annotated[int, Meta(ge=0)] | None = None
    at_least: Annotated[int, Meta(ge=0)] | None = None
    at_most: Annotated[int, Meta(ge=0)] | None = None

    def __post_init__(self) -> None:
        for pattern in (*self.headers.values(), self.body or "", self.path or ""):
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is no regular expression: {error}") from error

    def fits(self, entry: JournalLine) -> bool:
        given = entry.headers if self.headers else {}
        body = (entry.body or b"").decode("utf-8", "replace")
        return (
            self.method in (None, entry.method)
            and self.route in (None, entry.route)
            and (self.mailbox is None or self.mailbox.upper() == entry.mailbox)
            and self.status in (None, entry.status)
            and (self.warned is None or self.warned == bool(entry.judge.warnings))
            and (self.path is None or re.search(self.path, entry.path) is not None)
            and (self.body is None or re.search(self.body, body) is not None)
            and all(re.search(text, given.get(name.lower(), "")) for name, text in self.headers.items())
        )

    def missed(self, found: int) -> str | None:
        """What is wrong with having found so many, None where nothing is."""
        low = self.count if self.count is not None else self.at_least
        high = self.count if self.count is not None else self.at_most
        if low is None and high is None:
            low = 1
        if (low is None or found >= low) and (high is None or found <= high):
            return None
        expected = f"{low}" if low == high else f"{low or 0} to {'any number' if high is None else high}"
        return f"{self._shown()}: {found} where {expected} expected"

    def _shown(self) -> str:
        parts = (
            self.method,
            self.route,
            self.mailbox,
            self.path,
            self.status,
            self.body,
            *self.headers.items(),
        )
        return " ".join(str(part) for part in parts if part not in (None, "")) or "any request"


class Expectation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`in_order`: the first of each kind comes behind the first of the kind before it."""

    expect: tuple[Wanted, ...]
    in_order: bool = False


class Journal:
    """The latest requests of MESH's own routes, oldest first."""

    def __init__(self) -> None:
        self._entries: deque[JournalLine] = deque(maxlen=_KEPT)
        self._numbers = count(1)

    def number(self) -> int:
        return next(self._numbers)

    def keep(self, entry: JournalLine) -> None:
        self._entries.append(entry)

    def clear(self) -> None:
        self._entries.clear()

    def entries(self) -> list[JournalLine]:
        return list(self._entries)

    def verify(self, expectation: Expectation) -> list[str]:
        """What of it does not hold, a line each."""
        entries = self.entries()
        found = [[entry for entry in entries if wanted.fits(entry)] for wanted in expectation.expect]
        missed = (w.missed(len(f)) for w, f in zip(expectation.expect, found, strict=True))
        failures = [text for text in missed if text]
        if expectation.in_order and not failures and not _in_order(found):
            failures.append("the requests came in another order")
        return failures


def _in_order(found: Iterable[list[JournalLine]]) -> bool:
    """Whether each kind has a request behind one of the kind before it, taking the earliest each time."""
    reached = 0
    for entries in found:
        behind = [entry.number for entry in entries if entry.number > reached]
        if entries and not behind:
            return False
        reached = behind[0] if behind else reached
    return True
