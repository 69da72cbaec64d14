"""Block ``engagement_stats``: the engagement scores of the bundle's items.

Scores of two platforms do not compare, so formats are ranked within their platform; the overall figures serve platforms
of one kind. A web page scores 0.0.
"""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from brandbrain_dagster.domain.bundling.engagement import engagement_score
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.features.item_text import ItemText
from brandbrain_dagster.domain.features.samples import figures_by_platform, percentile

P90 = 0.9


def engagement_stats(texts: Sequence[ItemText]) -> dict[str, Any]:
    """Return median, 90th percentile and best item: overall, per platform and per format of a platform."""
    scores = {text.item.id: engagement_score(text.item) for text in texts}

    def platform_figures(rows: Sequence[ItemText]) -> dict[str, Any]:
        formats = sorted({format_of(text.item) for text in rows})
        by_format = {
            name: _score_figures([text for text in rows if format_of(text.item) == name], scores) for name in formats
        }
        return {**_score_figures(rows, scores), "by_format": by_format}

    return {**_score_figures(texts, scores), "by_platform": figures_by_platform(texts, platform_figures)}


def format_of(item: EvidenceItem) -> str:
    """Return the content type and, where the platform gives one, the media type (``post.sidecar``)."""
    media_type = item.media.get("type") or item.media.get("media_type")
    return f"{item.content_type}.{media_type.casefold()}" if isinstance(media_type, str) else item.content_type


def _score_figures(texts: Sequence[ItemText], scores: Mapping[str, float]) -> dict[str, Any]:
    """Return the figures; the best item is None of no items, the one with the lowest id among equals."""
    values = [scores[text.item.id] for text in texts]
    best_item_id = min((text.item.id for text in texts), key=lambda item_id: (-scores[item_id], item_id), default=None)
    return {
        "sample_size": len(values),
        "median": float(median(values)) if values else 0.0,
        "p90": percentile(values, P90),
        "best_score": max(values, default=0.0),
        "best_item_id": best_item_id,
    }
