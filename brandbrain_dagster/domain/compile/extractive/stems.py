"""Words as they are compared: cut to their stems, and compounds beside what they are a kind of."""

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any

import snowballstemmer

_SNOWBALL = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}
COMPOUNDING = frozenset({"da", "de", "fi", "hu", "nl", "no", "sv"})
"""Languages that write compounds in one word."""
_LEAST_HEAD = 5
_LEAST_MODIFIER = 3
"""Letters of the two parts of a compound, below which a likeness is chance."""


def stem(phrase: str, language: str) -> str:
    """Returns the phrase with each word cut to its stem, where the language has a Snowball stemmer."""
    return " ".join(_stem_of_word(word, language) for word in phrase.split()) if language in _SNOWBALL else phrase


def compound_heads(words: Iterable[str]) -> Mapping[str, str]:
    """Returns what each compound among the words is a kind of: "kookworkshop" is a "workshop", if both are there."""
    known = frozenset(words)
    heads = {}
    for word in known:
        starts = range(_LEAST_MODIFIER, len(word) - _LEAST_HEAD + 1)
        head = next((word[start:] for start in starts if word[start:] in known), None)
        if head is not None:
            heads[word] = head
    return heads


@lru_cache(maxsize=65_536)
def _stem_of_word(word: str, language: str) -> str:
    """Words recur, and a stemmer in Python takes longer than all the rest of a compile."""
    stemmed = str(_stemmer(language).stemWord(word))
    # Snowball leaves the doubled consonant of Dutch plurals: "spellen" is "spell", "spel" is "spel".
    is_doubled = language == "nl" and len(stemmed) > _LEAST_MODIFIER and stemmed[-1] == stemmed[-2]
    return stemmed[:-1] if is_doubled and stemmed[-1] not in "aeou" else stemmed


@cache
def _stemmer(language: str) -> Any:
    return snowballstemmer.stemmer(_SNOWBALL[language])
