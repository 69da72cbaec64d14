"""How many items a source may fetch in one run."""

from collections.abc import Mapping
from typing import Any


def effective_cap(environment_cap: int, settings_json: Mapping[str, Any]) -> int:
    """Returns the cap of a source: the environment's, or the source's own ``cap`` where that is lower.

    A source's cap that is not a positive whole number is ignored, since a source must never fetch more by mistake.
    """
    own_cap = settings_json.get("cap")
    return min(environment_cap, own_cap) if type(own_cap) is int and own_cap > 0 else environment_cap
