"""The engagement score v1: how much an item moved people, comparable within a platform only."""

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.platforms.registry import capability_of_content


def engagement_score(item: EvidenceItem) -> float:
    """Returns the weighted sum of the item's counts; an absent count is 0, and a web page scores 0.

    Raises:
        UnknownContentTypeError: the item's (platform, content type) is not registered.
    """
    capability = capability_of_content(item.platform, item.content_type)
    score = 0.0
    for name, weight in capability.engagement_weights.items():
        value = getattr(item.metrics, name)
        if value is None and name in capability.engagement_substitutes:
            value = getattr(item.metrics, capability.engagement_substitutes[name])
        score += weight * (value or 0)
    return score
