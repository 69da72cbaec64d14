"""How every block counts: overall and per platform, with rates that are 0.0 where there is nothing to count."""

from collections.abc import Callable, Sequence
from typing import Any

from brandbrain_dagster.domain.features.item_text import ItemText


def rate(part: float, whole: int) -> float:
    """Return ``part / whole``, 0.0 of an empty whole."""
    return part / whole if whole else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """Return the ``share`` (0..1) percentile by linear interpolation between neighbours; 0.0 of no values."""
    if not values:
        return 0.0
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def figures_by_platform(
    texts: Sequence[ItemText], figures: Callable[[Sequence[ItemText]], dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Return ``figures`` of each platform's texts, platforms in alphabetical order."""
    platforms = sorted({text.item.platform for text in texts})
    return {name: figures([text for text in texts if text.item.platform == name]) for name in platforms}
