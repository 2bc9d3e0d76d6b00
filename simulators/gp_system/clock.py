"""The time it is in the practices: real until the control plane says otherwise."""

from datetime import UTC, datetime

from simulators.gp_system.errors import RequestError


class Clock:
    def __init__(self) -> None:
        self._now: datetime | None = None

    @property
    def virtual(self) -> bool:
        return self._now is not None

    def now(self) -> datetime:
        return self._now or datetime.now(UTC)

    def set(self, now: datetime) -> None:
        """Raises RequestError where it would run backwards: what is in the record cannot be undone."""
        if self._now is not None and now < self._now:
            raise RequestError(409, f"the clock stands at {self._now.isoformat()} and does not run backwards")
        self._now = now
