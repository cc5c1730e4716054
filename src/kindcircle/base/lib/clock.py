"""What time it is. Verbs take `at=`; only doors ask the clock."""

from datetime import UTC, datetime


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def milliseconds(at: datetime) -> int:
    """Whole milliseconds since the Unix epoch, the unit of the live timeline."""
    return int(at.timestamp() * 1000)
