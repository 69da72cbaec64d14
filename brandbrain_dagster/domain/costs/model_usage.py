"""What a language model took for a compile, over all its attempts."""

from collections.abc import Mapping
from typing import Any

_COUNTS = ("requests", "input_tokens", "output_tokens")


def added_usage(earlier: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the usage of two attempts together; a cost is known only where that of both is."""
    if not earlier or not now:
        return dict(now or earlier)
    counts = {name: earlier.get(name, 0) + now.get(name, 0) for name in _COUNTS}
    costs = (earlier.get("cost_usd"), now.get("cost_usd"))
    return {**now, **counts, "cost_usd": None if None in costs else sum(cost for cost in costs if cost is not None)}
