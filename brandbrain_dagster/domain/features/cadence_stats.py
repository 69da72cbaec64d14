"""Block ``cadence_stats``: when the bundle's items were published, in UTC.

A bundle holds the newest and the best items, not all of them, so this is the rhythm of what was collected. Items
without ``published_at`` are left out and counted.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from brandbrain_dagster.domain.features.item_text import ItemText
from brandbrain_dagster.domain.features.samples import figures_by_platform

SECONDS_PER_DAY = 86_400
DAYS_PER_WEEK = 7
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOURS = tuple(f"{hour:02}" for hour in range(24))


def cadence_stats(texts: Sequence[ItemText]) -> dict[str, Any]:
    """Return posts per week, counts by weekday and by hour (UTC), longest gap and span in days."""
    return {**_cadence_figures(texts), "by_platform": figures_by_platform(texts, _cadence_figures)}


def posts_per_week(times: Sequence[datetime]) -> float:
    """Return the rate of sorted publishing times: intervals per week of the span between the oldest and the newest.

    A span under a week cannot be extrapolated: its rate is the number of its posts. Fewer than two different times tell
    nothing: 0.0.
    """
    if not times or times[0] == times[-1]:
        return 0.0
    span = _days_between(times[0], times[-1])
    return float(len(times)) if span < DAYS_PER_WEEK else (len(times) - 1) * DAYS_PER_WEEK / span


def _cadence_figures(texts: Sequence[ItemText]) -> dict[str, Any]:
    times = sorted(text.item.published_at.astimezone(UTC) for text in texts if text.item.published_at)
    weekdays = Counter(time.weekday() for time in times)
    hours = Counter(time.hour for time in times)
    return {
        "sample_size": len(times),
        "undated_count": len(texts) - len(times),
        "posts_per_week": posts_per_week(times),
        "span_days": _days_between(times[0], times[-1]) if times else 0.0,
        "longest_gap_days": max((_days_between(earlier, later) for earlier, later in pairwise(times)), default=0.0),
        "weekday_counts": {name: weekdays[number] for number, name in enumerate(WEEKDAYS)},
        "hour_counts": {name: hours[number] for number, name in enumerate(HOURS)},
    }


def _days_between(earlier: datetime, later: datetime) -> float:
    return (later - earlier).total_seconds() / SECONDS_PER_DAY
