"""The Authorization header: who calls, proved by a keyed hash, for one request within two hours."""

import hmac
import re
from datetime import UTC, datetime
from functools import lru_cache

import msgspec

from simulators.mesh import protocol
from simulators.mesh.errors import MeshError

_TIMESTAMP = re.compile(r"([0-9]{4})" + 4 * r"([0-9]{2})")
_COUNT = re.compile(r"[0-9]+")


class Token(msgspec.Struct, frozen=True):
    """`NHSMESH <mailbox>:<nonce>:<nonce count>:<yyyyMMddHHmm>:<hash>`, not yet verified.

    `scheme` is "" where it was left out.
    """

    scheme: str
    mailbox_id: str
    nonce: str
    nonce_count: str
    timestamp: str
    digest: str

    @classmethod
    def parse(cls, header: str) -> "Token":
        text = header.strip()
        scheme = text[: len(protocol.SCHEME)].upper()
        if scheme == protocol.SCHEME:
            text = text[len(protocol.SCHEME) + 1 :]
        parts = text.split(":")
        if len(parts) != 5 or " " in parts[0] or not _COUNT.fullmatch(parts[2]):
            raise MeshError(protocol.NO_TOKEN)
        return cls(scheme if scheme == protocol.SCHEME else "", *parts)

    def proves(self, password: str, shared_key: bytes) -> bool:
        """Whether the hash was made by someone who knows the mailbox's password and the environment's key."""
        signed = f"{self.mailbox_id}:{self.nonce}:{self.nonce_count}:{password}:{self.timestamp}"
        expected = hmac.digest(shared_key, signed.encode(), "sha256").hex()
        return hmac.compare_digest(expected.encode(), self.digest.lower().encode())

    def made_near(self, now: float) -> bool:
        """Whether its timestamp is within two hours of `now` (seconds since 1970, real time)."""
        made = _minute(self.timestamp)
        return made is not None and abs(made - now) <= protocol.TOKEN_WINDOW_SECONDS


@lru_cache(maxsize=256)
def _minute(timestamp: str) -> float | None:
    """Seconds since 1970 of a yyyyMMddHHmm in UTC, None where it is no such thing."""
    match = _TIMESTAMP.fullmatch(timestamp)
    try:
        return datetime(*map(int, match.groups()), tzinfo=UTC).timestamp() if match else None  # type: ignore[arg-type, misc]
    except ValueError:
        return None
