"""What the blocks of labels (emoji, calls to action, hooks, hashtags) share: how many an item has, and which."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from brandbrain_dagster.domain.features.item_text import ItemText
from brandbrain_dagster.domain.features.samples import figures_by_platform, rate

TOP_LABELS = 10
"""Most labels that a block lists."""


class LabelNames(NamedTuple):
    """The keys of a block's figures; ``average`` and ``maximum`` are prefixed ``overall_`` where they are."""

    label: str
    average: str
    maximum: str
    items_with: str
    top: str


def label_stats(
    texts: Sequence[ItemText], labels_by_item: Mapping[str, Sequence[str]], names: LabelNames
) -> dict[str, Any]:
    """Return average and maximum labels per item, the items that have any, and the commonest labels.

    ``labels_by_item`` maps an item's id to its labels, repeated as often as they occur; texts it lacks are counted as
    excluded and are in no average.
    """

    def figures(rows: Sequence[ItemText]) -> dict[str, Any]:
        counted = [text.item.id for text in rows if text.item.id in labels_by_item]
        counts = [len(labels_by_item[item_id]) for item_id in counted]
        return {
            "sample_size": len(counted),
            "sample_size_excluded": len(rows) - len(counted),
            "total_items": len(counted),
            names.items_with: sum(count > 0 for count in counts),
            names.average: rate(sum(counts), len(counts)),
            names.maximum: max(counts, default=0),
            names.top: top_labels(names.label, {item_id: labels_by_item[item_id] for item_id in counted}),
        }

    overall = figures(texts)
    for name in (names.average, names.maximum):
        overall[f"overall_{name}"] = overall.pop(name)
    return {**overall, "by_platform": figures_by_platform(texts, figures)}


def top_labels(label_name: str, labels_by_item: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """Return the labels that most items hold, as {label_name, count, item_count, item_ids}.

    Ties go to the more frequent label, then by alphabet.
    """
    counts: Counter[str] = Counter()
    item_ids: dict[str, list[str]] = {}
    for item_id, labels in sorted(labels_by_item.items()):
        counts.update(labels)
        for label in set(labels):
            item_ids.setdefault(label, []).append(item_id)
    ranked = sorted(counts, key=lambda label: (-len(item_ids[label]), -counts[label], label))
    return [
        {label_name: label, "count": counts[label], "item_count": len(item_ids[label]), "item_ids": item_ids[label]}
        for label in ranked[:TOP_LABELS]
    ]
