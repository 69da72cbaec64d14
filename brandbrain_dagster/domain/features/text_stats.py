"""Block ``text_stats``: how long and how hard the texts are.

Reads ``text_primary`` of all items. Lengths are in code points of the whole text, as SQL's ``length`` counts them;
words, sentences and reading ease are of the prose without links, mentions and hashtags. A line break ends a sentence.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import sentencex

from brandbrain_dagster.domain.features.item_text import WORD, ItemText
from brandbrain_dagster.domain.features.reading_ease import reading_ease
from brandbrain_dagster.domain.features.samples import figures_by_platform, rate


class _TextMeasure(NamedTuple):
    length: int
    words: int
    sentences: int
    reading_ease: float | None


def text_stats(texts: Sequence[ItemText]) -> dict[str, Any]:
    """Return lengths, words, sentences and reading ease; the latter averages the items that have one, None of none.

    ``by_language`` counts items, words and sentences, because a word says more in one language than in another.
    """
    measures = {text.item.id: _measure_text(text) for text in texts}

    def figures(rows: Sequence[ItemText]) -> dict[str, Any]:
        return _text_figures([measures[text.item.id] for text in rows])

    return {
        **figures(texts),
        "by_platform": figures_by_platform(texts, figures),
        "by_language": {
            language: _counts([measures[text.item.id] for text in texts if text.language == language])
            for language in sorted({text.language for text in texts})
        },
    }


def count_sentences(prose: str, language: str) -> int:
    """Return the number of sentences that hold at least one word."""
    return sum(
        WORD.search(sentence) is not None
        for line in prose.splitlines()
        if line.strip()
        for sentence in sentencex.segment(language, line)
    )


def _measure_text(text: ItemText) -> _TextMeasure:
    words = WORD.findall(text.prose)
    sentences = count_sentences(text.prose, text.language)
    return _TextMeasure(
        length=len(text.item.text_primary),
        words=len(words),
        sentences=sentences,
        reading_ease=reading_ease(words, sentences, text.language),
    )


def _counts(measures: Sequence[_TextMeasure]) -> dict[str, int]:
    return {
        "item_count": len(measures),
        "words": sum(measure.words for measure in measures),
        "sentences": sum(measure.sentences for measure in measures),
    }


def _text_figures(measures: Sequence[_TextMeasure]) -> dict[str, Any]:
    lengths = [measure.length for measure in measures]
    words = sum(measure.words for measure in measures)
    sentences = sum(measure.sentences for measure in measures)
    scores = [measure.reading_ease for measure in measures if measure.reading_ease is not None]
    return {
        "sample_size": len(measures),
        "item_count": len(measures),
        "avg_text_primary_length": rate(sum(lengths), len(lengths)),
        "min_length": min(lengths, default=0),
        "max_length": max(lengths, default=0),
        "words": words,
        "sentences": sentences,
        "avg_words": rate(words, len(measures)),
        "avg_sentences": rate(sentences, len(measures)),
        "avg_words_per_sentence": rate(words, sentences),
        "reading_ease": sum(scores) / len(scores) if scores else None,
        "reading_ease_sample_size": len(scores),
    }
