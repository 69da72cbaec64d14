"""Block ``language_stats``: the language of every item, and the share of each language."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from brandbrain_dagster.domain.features.item_text import ItemText
from brandbrain_dagster.domain.features.samples import figures_by_platform, rate


def language_stats(texts: Sequence[ItemText]) -> dict[str, Any]:
    """Return ``by_item`` (id → code, ``und`` where it cannot be told) and counts and shares, the commonest first."""
    return {
        **_language_figures(texts),
        "by_item": {text.item.id: text.language for text in texts},
        "by_platform": figures_by_platform(texts, _language_figures),
    }


def _language_figures(texts: Sequence[ItemText]) -> dict[str, Any]:
    counts = Counter(text.language for text in texts)
    ranked = sorted(counts, key=lambda language: (-counts[language], language))
    return {
        "sample_size": len(texts),
        "counts": {language: counts[language] for language in ranked},
        "shares": {language: rate(counts[language], len(texts)) for language in ranked},
    }
