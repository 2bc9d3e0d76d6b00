"""Times as MESH writes them, from seconds since 1970."""

from datetime import UTC, datetime
from email.utils import format_datetime


def compact(at: float) -> str:
    """`20200601122152`, as tracking v1 and report headers have it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y%m%d%H%M%S")


def iso(at: float) -> str:
    """`2020-06-01T12:21:52.000123Z`, as tracking v2 has it."""
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")


def http(at: float) -> str:
    return format_datetime(datetime.fromtimestamp(at, UTC), usegmt=True)


def parse_iso(text: str) -> float:
    """Seconds since 1970; a time without a zone is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
