"""Reading of counts, times and durations as actors write them; whatever cannot be read is ``None``."""

import math
import re
from datetime import UTC, datetime, timedelta

_MAX_COUNT = 2**63 - 1
"""What a 64-bit column holds."""

_MILLISECONDS_FROM = 100_000_000_000
"""Epoch numbers from here on are milliseconds: as seconds they would lie beyond the year 5138."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"\d+(\.\d+)?")
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{1,2})")


def count(value: int | None) -> int | None:
    """Returns a count >= 0, or None for an unknown, hidden (-1) or impossible one."""
    if value is None or not 0 <= value <= _MAX_COUNT:
        return None
    return value


def amount(value: float | None) -> float | None:
    """Returns a finite amount >= 0 (a duration in seconds, a size), or None."""
    if value is None or not math.isfinite(value) or value < 0:
        return None
    return value


def parse_time(value: str | float | None) -> datetime | None:
    """Reads ISO 8601 (no zone = UTC), ``YYYY-MM-DD HH:MM:SS``, and epoch seconds or milliseconds, as UTC."""
    if value is None:
        return None
    if isinstance(value, str):
        text = value.strip()
        if len(text) != len("YYYYMMDD") and _NUMBER.fullmatch(text):
            return _from_epoch(float(text))
        return _from_iso(text)
    return _from_epoch(value)


def _from_iso(text: str) -> datetime | None:
    try:
        parsed = datetime.fromisoformat(text)
        if parsed.tzinfo is UTC:
            return parsed
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _from_epoch(number: float) -> datetime | None:
    if not math.isfinite(number) or number <= 0:
        return None
    seconds = number / 1000 if number >= _MILLISECONDS_FROM else number
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None


def clock_seconds(text: str | None) -> int | None:
    """Reads ``HH:MM:SS`` or ``MM:SS`` as seconds; zero means unknown (None)."""
    match = _CLOCK.fullmatch(text.strip()) if text else None
    if match is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return (hours * 3600 + minutes * 60 + seconds) or None
