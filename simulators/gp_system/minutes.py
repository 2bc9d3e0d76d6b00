"""The desk counts in minutes since a fixed midnight; everything else in datetimes. Here one becomes the other.

Virtual time has one zone (UTC stands for the practice's wall clock), so that no run depends on summer time.
"""

from datetime import UTC, date, datetime, timedelta

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
MINUTES_A_DAY = 1440
_EPOCH_DAY = EPOCH.date().toordinal()


def minute_of(moment: datetime) -> float:
    """Minutes from the epoch to an aware datetime."""
    return (moment - EPOCH).total_seconds() / 60


def moment_of(minute: float) -> datetime:
    """The aware datetime, to the second, of a minute."""
    return EPOCH + timedelta(seconds=round(minute * 60))


def day_start(day: date) -> float:
    """The minute at which a day begins."""
    return (day.toordinal() - _EPOCH_DAY) * MINUTES_A_DAY


def day_of(minute: float) -> date:
    """The day a minute is in."""
    return date.fromordinal(_EPOCH_DAY + int(minute // MINUTES_A_DAY))


def minute_in_day(clock: str) -> int:
    """Minutes from midnight to a time of day, `HH:MM`."""
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def aware(text: str) -> datetime:
    """An ISO date or datetime as an aware datetime; ValueError where it is neither."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
