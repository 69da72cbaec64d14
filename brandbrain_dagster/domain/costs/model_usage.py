"""What a language model took, over all attempts."""

from collections.abc import Mapping
from typing import Any

_COUNTS = ("requests", "input_tokens", "output_tokens", "cost_usd")


def added_usage(earlier: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the usage of two attempts together; a count or cost is known only where that of both is."""
    if not earlier or not now:
        return dict(now or earlier)
    return {**now, **{name: _sum(earlier.get(name), now.get(name)) for name in _COUNTS}}


def _sum(earlier: float | None, now: float | None) -> float | None:
    return None if earlier is None or now is None else earlier + now
