"""Block ``hook_marker_stats``: phrases that are made to stop the scroller.

Reads ``text_primary`` of everything but reposts, or, where an item has no caption, its transcript: one of the two is
what the audience meets first. Opening hooks count only in its first line or 120 characters, the rest anywhere in it.
"""

from collections.abc import Sequence
from typing import Any

from brandbrain_dagster.domain.features.item_text import ItemText, own_texts
from brandbrain_dagster.domain.features.label_counts import LabelNames, label_stats
from brandbrain_dagster.domain.features.lexicon import load_lexicon

HOOK_NAMES = LabelNames("phrase", "avg_hook_count", "max_hook_count", "items_with_hooks", "top_hooks")


def hook_marker_stats(texts: Sequence[ItemText]) -> dict[str, Any]:
    """Return hooks per item, and the phrases most items use with the ids of those items."""
    lexicon = load_lexicon("hooks")
    found = {
        text.item.id: lexicon.find_phrases(text.caption if text.caption.strip() else text.voice, text.language)
        for text in own_texts(texts)
    }
    return {"lexicon_version": lexicon.version, **label_stats(texts, found, HOOK_NAMES)}
