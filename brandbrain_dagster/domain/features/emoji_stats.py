"""Block ``emoji_stats``: how many emoji the brand's captions carry, and which.

Reads ``text_primary`` of everything but reposts: a transcript has no emoji. An item's density is its emoji divided by
all its graphemes (0..1), 0.0 without text; averages are over items, those without emoji included.
"""

from collections.abc import Sequence
from typing import Any

from brandbrain_dagster.domain.features.graphemes import count_graphemes, find_emoji
from brandbrain_dagster.domain.features.item_text import ItemText, own_texts
from brandbrain_dagster.domain.features.label_counts import LabelNames, label_stats
from brandbrain_dagster.domain.features.samples import rate

EMOJI_NAMES = LabelNames("emoji", "avg_count", "max_count", "items_with_emoji", "top_emoji")


def emoji_stats(texts: Sequence[ItemText]) -> dict[str, Any]:
    """Return densities (emoji per grapheme), average counts per item and the emoji most items use."""
    own = own_texts(texts)
    found = {text.item.id: find_emoji(text.item.text_primary) for text in own}
    stats = label_stats(texts, found, EMOJI_NAMES)
    densities: dict[str, list[float]] = {name: [] for name in stats["by_platform"]}
    for text in own:
        density = rate(len(found[text.item.id]), count_graphemes(text.item.text_primary))
        densities[text.item.platform].append(density)
    for name, figures in stats["by_platform"].items():
        figures["avg_density"] = rate(sum(densities[name]), len(densities[name]))
        figures["max_density"] = max(densities[name], default=0.0)
    every = [density for values in densities.values() for density in values]
    stats["overall_avg_density"] = rate(sum(every), len(every))
    stats["overall_max_density"] = max(every, default=0.0)
    return stats
