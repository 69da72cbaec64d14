"""The feature report: statistics over exactly the items of a bundle, without model judgement, randomness or clock.

Each block is a module; each gives overall and per-platform figures with the sample size. Texts of a repost are somebody
else's, so the blocks that describe the voice leave them out and count them in ``sample_size_excluded``.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.features.cadence_stats import cadence_stats
from brandbrain_dagster.domain.features.cta_stats import cta_stats
from brandbrain_dagster.domain.features.emoji_stats import emoji_stats
from brandbrain_dagster.domain.features.engagement_stats import engagement_stats
from brandbrain_dagster.domain.features.features_version import FEATURES_VERSION
from brandbrain_dagster.domain.features.hashtag_stats import hashtag_stats
from brandbrain_dagster.domain.features.hook_marker_stats import hook_marker_stats
from brandbrain_dagster.domain.features.item_text import ItemText, read_item_text
from brandbrain_dagster.domain.features.keyphrases import keyphrases
from brandbrain_dagster.domain.features.language_stats import language_stats
from brandbrain_dagster.domain.features.style_stats import style_stats
from brandbrain_dagster.domain.features.text_stats import text_stats
from brandbrain_dagster.domain.features.transcript_coverage import transcript_coverage

DECIMALS = 6

BLOCKS = {
    "text_stats": text_stats,
    "emoji_stats": emoji_stats,
    "cta_stats": cta_stats,
    "hashtag_stats": hashtag_stats,
    "hook_marker_stats": hook_marker_stats,
    "transcript_coverage": transcript_coverage,
    "cadence_stats": cadence_stats,
    "engagement_stats": engagement_stats,
    "style_stats": style_stats,
    "language_stats": language_stats,
    "keyphrases": keyphrases,
}


def build_feature_report(items: Sequence[EvidenceItem]) -> dict[str, Any]:
    """Return ``stats_json`` of the bundle's items: plain JSON values, the same whatever order the items come in."""
    texts = [read_item_text(item) for item in items]
    return {"features_version": FEATURES_VERSION, **build_blocks(texts, BLOCKS)}


def build_blocks(texts: Sequence[ItemText], names: Iterable[str]) -> dict[str, Any]:
    """Return the named blocks of a report over texts that are read already."""
    ordered = sorted(texts, key=lambda text: text.item.id)
    return {name: _rounded(BLOCKS[name](ordered)) for name in names}


def _rounded(figures: Any) -> Any:
    """Return ``figures`` with every float rounded, however deep."""
    match figures:
        case float():
            return round(figures, DECIMALS)
        case dict():
            return {name: _rounded(figure) for name, figure in figures.items()}
        case list():
            return [_rounded(figure) for figure in figures]
        case _:
            return figures
