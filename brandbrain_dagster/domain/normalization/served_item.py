"""An evidence item as it is shown and served: plain JSON."""

from typing import Any

import msgspec

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.platforms.registry import find_capability


def served_json(item: EvidenceItem) -> dict[str, Any]:
    """Returns an item as plain JSON values, with only the counts that its capability reports."""
    plain: dict[str, Any] = msgspec.to_builtins(item)
    reported = find_capability(item.platform, item.capability).metrics
    plain["metrics"] = {name: plain["metrics"][name] for name in reported}
    return plain
