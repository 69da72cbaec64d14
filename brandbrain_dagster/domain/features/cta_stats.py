"""Block ``cta_stats``: calls to action in caption and transcript (or description) of everything but reposts."""

from collections.abc import Sequence
from typing import Any

from brandbrain_dagster.domain.features.item_text import ItemText, own_texts
from brandbrain_dagster.domain.features.label_counts import LabelNames, label_stats
from brandbrain_dagster.domain.features.lexicon import load_lexicon

CTA_NAMES = LabelNames("phrase", "avg_cta_count", "max_cta_count", "items_with_cta", "top_ctas")


def cta_stats(texts: Sequence[ItemText]) -> dict[str, Any]:
    """Return calls to action per item, and the phrases most items use with the ids of those items."""
    lexicon = load_lexicon("cta")
    found = {text.item.id: lexicon.find_phrases(text.voice, text.language) for text in own_texts(texts)}
    return {"lexicon_version": lexicon.version, **label_stats(texts, found, CTA_NAMES)}
