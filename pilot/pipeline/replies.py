"""What MESH's replies mean: of a message handed over, and of a question."""

from contextlib import suppress
from dataclasses import dataclass

import requests


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


def told(reply: object, name: str) -> str:
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
                return Accepted(told(reply, name))
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
