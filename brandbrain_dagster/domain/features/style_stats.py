"""Block ``style_stats``: habits of the brand's voice.

Reads caption and transcript (or description) of everything but reposts, without links. A rate is the share of items
that show the habit, an average the occurrences per item. The pronoun figures are over the items whose language has a
word list (``pronoun_sample_size``; an undetermined language is read as English).
"""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

import regex

from brandbrain_dagster.domain.features.item_text import ItemText, own_texts
from brandbrain_dagster.domain.features.language_detection import UNDETERMINED
from brandbrain_dagster.domain.features.lexicon import fold_text, read_lexicon_file
from brandbrain_dagster.domain.features.samples import figures_by_platform, rate

QUESTION = regex.compile(r"[!！]*[?？؟][!！?？؟]*")
EXCLAMATION = regex.compile(r"[?？؟]*[!！][!！?？؟]*")
"""A run of marks is one; "?!" is a question and an exclamation."""

ALL_CAPS_WORD = regex.compile(r"(?<!\w)\p{Lu}{3,}(?!\w)")
"""Three letters or more, which leaves out "I", "A" and two-letter abbreviations."""

LETTERS = regex.compile(r"[\p{L}\p{M}]+")
HABITS = ("questions", "exclamations", "all_caps_words", "links", "mentions")
PRONOUNS = ("first_person_plural", "second_person")
PARTICLE_LANGUAGE = "ko"
"""In Korean a particle is attached to the pronoun."""


def style_stats(texts: Sequence[ItemText]) -> dict[str, Any]:
    """Return for each habit and person ``<name>_rate`` (0..1) and ``avg_<name>``."""
    occurrences = {text.item.id: _count_habits(text) for text in own_texts(texts)}

    def figures(rows: Sequence[ItemText]) -> dict[str, Any]:
        counted = [occurrences[text.item.id] for text in rows if text.item.id in occurrences]
        speaking = [counts for counts in counted if PRONOUNS[0] in counts]
        result: dict[str, Any] = {
            "sample_size": len(counted),
            "sample_size_excluded": len(rows) - len(counted),
            "pronoun_sample_size": len(speaking),
        }
        for names, sample in ((HABITS, counted), (PRONOUNS, speaking)):
            for name in names:
                result[f"{name}_rate"] = rate(sum(counts[name] > 0 for counts in sample), len(sample))
                result[f"avg_{name}"] = rate(sum(counts[name] for counts in sample), len(sample))
        return result

    return {
        "lexicon_version": read_lexicon_file("pronouns")["version"],
        **figures(texts),
        "by_platform": figures_by_platform(texts, figures),
    }


def count_pronouns(text: str, language: str) -> dict[str, int]:
    """Return how often ``text`` speaks of each person (a table of lexicons/pronouns.toml)."""
    # "US" is the country, far more often than a shouted "us".
    words = [word for word in LETTERS.findall(text) if word != "US"]
    if language == PARTICLE_LANGUAGE:
        return {name: sum(word.startswith(tuple(_pronouns(language, name))) for word in words) for name in PRONOUNS}
    counts = Counter(fold_text(" ".join(words)).split())
    counts.update(word for word in words if word[0].isupper())
    return {name: sum(counts[word] for word in _pronouns(language, name)) for name in PRONOUNS}


def _count_habits(text: ItemText) -> dict[str, int]:
    counts = {
        "questions": len(QUESTION.findall(text.voice)),
        "exclamations": len(EXCLAMATION.findall(text.voice)),
        "all_caps_words": len(ALL_CAPS_WORD.findall(text.voice_prose)),
        "links": text.link_count,
        "mentions": text.mention_count,
    }
    language = "en" if text.language == UNDETERMINED else text.language
    if _pronouns(language, PRONOUNS[0]):
        counts |= count_pronouns(text.voice_prose, language)
    return counts


@cache
def _pronouns(language: str, person: str) -> frozenset[str]:
    """Return the words; one with a capital is kept as it is, the rest are folded."""
    words = read_lexicon_file("pronouns")[person].get(language, [])
    return frozenset(word if word[0].isupper() else fold_text(word) for word in words)
