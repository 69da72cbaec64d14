"""Block ``hashtag_stats``: the hashtags that the platform gives for each item, case-folded, each once an item."""

from collections.abc import Sequence
from typing import Any

from brandbrain_dagster.domain.features.item_text import ItemText
from brandbrain_dagster.domain.features.label_counts import LabelNames, label_stats

HASHTAG_NAMES = LabelNames("hashtag", "avg_count", "max_count", "items_with_hashtags", "top_hashtags")


def hashtag_stats(texts: Sequence[ItemText]) -> dict[str, Any]:
    """Return hashtags per item, and the hashtags (without ``#``) most items use with the ids of those items."""
    hashtags = {
        text.item.id: sorted({tag.lstrip("#＃").casefold() for tag in text.item.hashtags} - {""}) for text in texts
    }
    return label_stats(texts, hashtags, HASHTAG_NAMES)
