"""Block ``transcript_coverage``: for how many items the spoken words are known."""

from collections.abc import Sequence
from typing import Any

from brandbrain_dagster.domain.features.item_text import ItemText
from brandbrain_dagster.domain.features.samples import figures_by_platform, rate


def transcript_coverage(texts: Sequence[ItemText]) -> dict[str, Any]:
    """Return items with a transcript, all items and their ratio; a description is not a transcript."""
    overall = {f"overall_{name}": figure for name, figure in _coverage_figures(texts).items()}
    return {
        "sample_size": len(texts),
        **overall,
        "by_platform": figures_by_platform(texts, lambda rows: {"sample_size": len(rows), **_coverage_figures(rows)}),
    }


def _coverage_figures(texts: Sequence[ItemText]) -> dict[str, Any]:
    with_transcript = sum(bool(text.item.flags.has_transcript) for text in texts)
    return {"with_transcript": with_transcript, "total": len(texts), "coverage": rate(with_transcript, len(texts))}
