"""Times and amounts as people read them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

_WEEKS_PER_MONTH = 4.345
_DAYS_PER_WEEK = 7


def ago(moment: datetime, now: datetime) -> str:
    """Returns how long a time lies back, or ahead: "3 hours ago", "in 2 days", "just now"."""
    lies_back = now - moment
    if abs(lies_back) < timedelta(minutes=1):
        return "just now"
    length = duration(abs(lies_back))
    return f"{length} ago" if lies_back > timedelta(0) else f"in {length}"


def duration(length: timedelta) -> str:
    """Returns a length of time in its largest sensible unit, rounded down."""
    days = length.days
    if days >= 730:
        return _counted(days // 365, "year")
    if days >= 60:
        return _counted(int(days / (_DAYS_PER_WEEK * _WEEKS_PER_MONTH)), "month")
    if days >= 14:
        return _counted(days // _DAYS_PER_WEEK, "week")
    seconds = int(length.total_seconds())
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return _counted(seconds // size, unit)
    return _counted(seconds, "second")


def hours_in_words(hours: float) -> str:
    """Returns a number of hours: "24 hours", "90 minutes"."""
    if hours < 2 and hours != 1:
        return _counted(round(hours * 60), "minute")
    return f"{hours:g} hour{'' if hours == 1 else 's'}"


def exact_time(moment: datetime) -> str:
    """Returns a time to the minute, in UTC: "21 Nov 2026, 14:24 UTC"."""
    return f"{moment.astimezone(UTC):%-d %b %Y, %H:%M} UTC"


def exact_day(moment: datetime) -> str:
    """Returns the day of a time, in UTC: "21 Nov 2026"."""
    return f"{moment.astimezone(UTC):%-d %b %Y}"


def dollars(usd: Decimal | None) -> str:
    """Returns an amount; None is not known, which is not zero. Small amounts keep the digits that say something."""
    if usd is None:
        return "not known"
    if usd and usd < 1:
        digits = f"{usd.quantize(Decimal('0.0001')):f}"
        return f"${digits.rstrip('0').ljust(4, '0')}" if Decimal(digits) else "under $0.0001"
    return f"${usd:,.2f}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
