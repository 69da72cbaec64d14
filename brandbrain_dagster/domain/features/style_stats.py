"""Block ``style_stats``: habits of the brand's voice.

Reads caption and transcript (or description) of everything but reposts, without links. A rate is the share of items
that show the habit, an average the occurrences per item. The pronoun figures are over the items whose language has a
word list (``pronoun_sample_size``; an undetermined language is read as English).
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

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
    """Return how often ``text`` speaks of each person."""
    return {name: len(find_pronouns(text, language, name)) for name in PRONOUNS}


def find_pronouns(text: str, language: str, person: str) -> list[str]:
    """Return the words of lexicons/pronouns.toml that speak of a person, as often as they do; endings as "-yoruz"."""
    lexicon = _person_words(language, person)
    # "US" is the country, far more often than a shouted "us".
    words = [word for word in LETTERS.findall(text) if word != "US"]
    pairs = zip(words, fold_text(" ".join(words)).split(), strict=True)
    return [found for word, folded in pairs if (found := lexicon.find(word, folded)) is not None]


def _count_habits(text: ItemText) -> dict[str, int]:
    counts = {
        "questions": len(QUESTION.findall(text.voice)),
        "exclamations": len(EXCLAMATION.findall(text.voice)),
        "all_caps_words": len(ALL_CAPS_WORD.findall(text.voice_prose)),
        "links": text.link_count,
        "mentions": text.mention_count,
    }
    language = "en" if text.language == UNDETERMINED else text.language
    if _person_words(language, PRONOUNS[0]).words:
        counts |= count_pronouns(text.voice_prose, language)
    return counts


class _PersonWords(NamedTuple):
    """The words of one person in one language; one with a capital is kept as it is, the rest are folded."""

    words: frozenset[str]
    endings: tuple[str, ...]
    exceptions: frozenset[str]
    takes_particles: bool

    def find(self, word: str, folded: str) -> str | None:
        """Return the lexicon's word that ``word`` is, or its ending after a hyphen."""
        if folded in self.words:
            return folded
        if word in self.words:
            return word
        if self.takes_particles and folded.startswith(tuple(self.words)):
            return min(known for known in self.words if folded.startswith(known))
        if not self.endings or not folded.endswith(self.endings) or folded in self.exceptions:
            return None
        return next((f"-{ending}" for ending in self.endings if folded != ending and folded.endswith(ending)), None)


@cache
def _person_words(language: str, person: str) -> _PersonWords:
    lexicon = read_lexicon_file("pronouns")
    words = lexicon[person].get(language, [])
    endings = lexicon.get(f"{person}_endings", {}).get(language, [])
    return _PersonWords(
        words=frozenset(word if word[0].isupper() else fold_text(word) for word in words),
        endings=tuple(sorted(map(fold_text, endings), key=lambda ending: (-len(ending), ending))),
        exceptions=frozenset(map(fold_text, lexicon["endings_without_person"].get(language, []))),
        takes_particles=language == PARTICLE_LANGUAGE,
    )
