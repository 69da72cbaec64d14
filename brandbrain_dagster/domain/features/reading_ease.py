"""Flesch reading ease: about 0 (hard) to 100 (easy), from words per sentence and syllables per word.

Each language has its own constants, as in the package textstat: Flesch 1948 (en), Douma 1960 (nl), Amstad 1978 (de),
Kandel and Moles 1958 (fr), Fernández Huerta 1959 (es), Franchina and Vacca 1986 (it). Other languages have no score.
"""

from collections.abc import Sequence
from functools import cache, lru_cache

import pyphen

READING_EASE_CONSTANTS = {
    "en": (206.835, 1.015, 84.6),
    "nl": (206.835, 0.93, 77.0),
    "de": (180.0, 1.0, 58.5),
    "fr": (207.0, 1.015, 73.6),
    "es": (206.84, 1.02, 60.0),
    "it": (217.0, 1.3, 60.0),
}
"""Language → (base, weight of words per sentence, weight of syllables per word)."""


def reading_ease(words: Sequence[str], sentence_count: int, language: str) -> float | None:
    """Return the reading ease, None without words or for a language without a formula."""
    if not words or not sentence_count or language not in READING_EASE_CONSTANTS:
        return None
    base, sentence_weight, syllable_weight = READING_EASE_CONSTANTS[language]
    syllables = sum(_count_syllables(word.casefold(), language) for word in words)
    return base - sentence_weight * len(words) / sentence_count - syllable_weight * syllables / len(words)


@cache
def _hyphenation(language: str) -> pyphen.Pyphen:
    return pyphen.Pyphen(lang=language)


@lru_cache(maxsize=65_536)
def _count_syllables(word: str, language: str) -> int:
    """Return the places where ``word`` may be hyphenated, plus one."""
    return len(_hyphenation(language).positions(word)) + 1
