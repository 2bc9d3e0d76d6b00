"""Which part of a listing is asked for: `max_results`, `workflow_filter` and `continue_from`.

The last is opaque to the client, and still good after the server restarts.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from simulators.mesh.errors import InvalidRequest

_CURSOR = re.compile(rb"MESH-INBOX-AFTER:(-?[0-9]{1,18}):*")


def encode_cursor(position: int) -> str:
    # Padded, since the API description has at least 24 characters.
    return urlsafe_b64encode(f"MESH-INBOX-AFTER:{position}".encode().ljust(30, b":")).decode()


def decode_cursor(text: str) -> int:
    """Raises InvalidRequest for anything encode_cursor did not make."""
    try:
        match = _CURSOR.fullmatch(urlsafe_b64decode(text.encode()))
    except ValueError:
        match = None
    if not match:
        raise InvalidRequest("query", "continue_from", "Not a continuation of this listing")
    return int(match[1])


@dataclass(frozen=True, slots=True)
class PageRequest:
    """How much of a listing is asked for. `continue_from` is None at its beginning."""

    size: int
    continue_from: str | None

    @classmethod
    def parse(cls, query: QueryParams, default: int, smallest: int, largest: int) -> "PageRequest":
        """Raises InvalidRequest."""
        text = query.get("max_results", str(default))
        if not re.fullmatch(r"[0-9]{1,6}", text) or not smallest <= int(text) <= largest:
            raise InvalidRequest("query", "max_results", f"Input should be from {smallest} to {largest}")
        cursor = query.get("continue_from")
        if cursor is not None and not 24 <= len(cursor) <= 1000:
            raise InvalidRequest("query", "continue_from", "String should have 24 to 1000 characters")
        return cls(int(text), cursor)


def link(path: str, **query: str | int | None) -> str:
    """A link relative to the server, as `links.self` and `links.next` have it."""
    given = {name: value for name, value in query.items() if value}
    return f"/messageexchange/{path}" + (f"?{urlencode(given)}" if given else "")


@dataclass(frozen=True, slots=True)
class WorkflowFilter:
    """`sql` is a condition on workflow_id with one placeholder, for `value`."""

    sql: str
    value: str

    @classmethod
    def parse(cls, text: str) -> "WorkflowFilter":
        rest = text.strip()
        negated = rest.startswith("!")
        rest = rest.removeprefix("!")
        if rest.startswith("*"):
            wanted = rest[1:].removesuffix("*")
            condition = "instr(workflow_id, ?) > 0"
        elif rest.endswith("*"):
            wanted = rest[:-1]
            condition = "instr(workflow_id, ?) = 1"
        else:
            wanted, condition = rest, "workflow_id = ?"
        if not wanted:
            return cls("? = ''" if not negated else "? <> ''", "")
        return cls(f"NOT ({condition})" if negated else condition, wanted)


EVERYTHING = WorkflowFilter("? = ''", "")
