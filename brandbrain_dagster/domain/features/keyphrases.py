"""Block ``keyphrases``: the phrases that are the brand's own, from one to three words.

Reads caption and transcript (or description) of everything but reposts. A phrase's score is documents × words ×
specificity; the latter is its documents over those of its commonest word, so that a chance meeting of common words
ranks low.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from brandbrain_dagster.domain.features.item_text import ItemText, own_texts
from brandbrain_dagster.domain.features.phrase_candidates import find_phrase_candidates, own_handle
from brandbrain_dagster.domain.features.samples import figures_by_platform

TOP_PHRASES = 30

REPEATED_FROM_ITEMS = 6
"""From this many items a phrase must be in at least two of them."""


def keyphrases(texts: Sequence[ItemText]) -> dict[str, Any]:
    """Return the best phrases as {phrase, document_count, item_ids}; ``phrase`` is the form most often written.

    Per platform come the phrases its items hold, in the same order, with their document counts there.
    """
    own = own_texts(texts)
    handles = {own_handle(text.item.author_ref) for text in own if text.item.author_ref}
    candidates = {text.item.id: find_phrase_candidates(text, handles) for text in own}
    item_ids: dict[str, list[str]] = defaultdict(list)
    for item_id, phrases in candidates.items():
        for phrase in {phrase for phrase, _ in phrases}:
            item_ids[phrase].append(item_id)
    chosen = _choose_phrases(item_ids, least_documents=2 if len(own) >= REPEATED_FROM_ITEMS else 1)
    surfaces = _commonest_surfaces(chosen, candidates)

    def figures(rows: Sequence[ItemText]) -> dict[str, Any]:
        ids = {text.item.id for text in own_texts(rows)}
        held = {phrase: [item_id for item_id in item_ids[phrase] if item_id in ids] for phrase in chosen}
        return {
            "sample_size": len(ids),
            "sample_size_excluded": len(rows) - len(ids),
            "phrases": [
                {"phrase": surfaces[phrase], "document_count": len(holders), "item_ids": holders}
                for phrase, holders in held.items()
                if holders
            ],
        }

    return {**figures(texts), "by_platform": figures_by_platform(texts, figures)}


def _choose_phrases(item_ids: Mapping[str, Sequence[str]], least_documents: int) -> list[str]:
    """Return the best phrases, best first, without those that only repeat a better one.

    A phrase repeats another when both are in the same items and one holds the other or runs on from it.
    """
    scores = {
        phrase: _score_phrase(phrase, item_ids)
        for phrase, holders in item_ids.items()
        if len(holders) >= least_documents
    }
    chosen: list[str] = []
    chosen_by_items: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for phrase in sorted(scores, key=lambda phrase: (-scores[phrase], phrase)):
        rivals = chosen_by_items[tuple(item_ids[phrase])]
        if any(_overlap(phrase.split(), rival.split()) for rival in rivals):
            continue
        chosen.append(phrase)
        rivals.append(phrase)
        if len(chosen) == TOP_PHRASES:
            break
    return chosen


def _score_phrase(phrase: str, item_ids: Mapping[str, Sequence[str]]) -> float:
    words = phrase.split()
    commonest = max(len(item_ids[word]) for word in words if word in item_ids)
    return len(item_ids[phrase]) ** 2 * len(words) / commonest


def _overlap(words: list[str], others: list[str]) -> bool:
    """Return whether one phrase holds the other, or starts with the words that the other ends with."""
    longer, shorter = (words, others) if len(words) >= len(others) else (others, words)
    starts = range(-len(shorter) + 1, len(longer))
    return any(
        longer[max(start, 0) : start + len(shorter)] == shorter[max(-start, 0) : len(longer) - start]
        for start in starts
    )


def _commonest_surfaces(chosen: Sequence[str], candidates: Mapping[str, Sequence[tuple[str, str]]]) -> dict[str, str]:
    counts: dict[str, Counter[str]] = {phrase: Counter() for phrase in chosen}
    for phrases in candidates.values():
        for phrase, surface in phrases:
            if phrase in counts:
                counts[phrase][surface] += 1
    return {phrase: min(forms, key=lambda form: (-forms[form], form)) for phrase, forms in counts.items()}
