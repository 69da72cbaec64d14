"""Nouns, told by their neighbours: after an article or a preposition, and before nothing that it could describe."""

import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

import regex

from brandbrain_dagster.domain.compile.extractive.stems import stem
from brandbrain_dagster.domain.features.item_text import ItemText
from brandbrain_dagster.domain.features.lexicon import fold_text
from brandbrain_dagster.domain.features.phrase_candidates import MAX_CHARACTERS, stop_words

_LEXICON = "nouns.toml"
_TOKEN = regex.compile(r"\w+(?:['’-]\w+)*|[^\w\s]|\n")
_HEAD_FIRST = frozenset({"es", "fr", "it", "pt"})
"""Languages whose phrases start with their noun; in the others they end with it."""


class Nouns:
    """The words (stemmed) that texts use as nouns, by language."""

    def __init__(self, texts: Sequence[ItemText]) -> None:
        self._nouns: dict[str, set[str]] = defaultdict(set)
        windows = [(text.language, window) for text in texts if _markers(text.language) for window in _windows(text)]
        for language, (_, before, word) in windows:
            if before in _markers(language):
                self._nouns[language].add(stem(word, language))
        described = {
            (language, stem(word, language))
            for language, (marker, before, word) in windows
            if marker in _markers(language) and self._may_describe(before, language)
        }
        for language, word in described:
            self._nouns[language].add(word)

    def are_headed(self, phrase: str, language: str) -> bool:
        """Says whether the phrase (folded) is a noun, or is about one."""
        if not _markers(language):
            return True
        words = phrase.split()
        return self._is_noun(words[0 if language in _HEAD_FIRST else -1], language)

    def _is_noun(self, word: str, language: str) -> bool:
        return stem(word, language) in self._nouns[language]

    def _may_describe(self, word: str, language: str) -> bool:
        return word[0].isalpha() and word not in stop_words(language) and not self._is_noun(word, language)


def _windows(text: ItemText) -> Iterator[tuple[str, str, str]]:
    """Yields every word that no other content word follows, after the two before it."""
    silent = stop_words(text.language)
    tokens = ["\n", "\n", *_TOKEN.findall(fold_text(text.voice_prose[:MAX_CHARACTERS])), "\n"]
    for index in range(2, len(tokens) - 1):
        word, after = tokens[index], tokens[index + 1]
        if word[0].isalpha() and word not in silent and (after in silent or not after[0].isalnum()):
            yield tokens[index - 2], tokens[index - 1], word


def generic_nouns(language: str) -> frozenset[str]:
    """Returns the nouns of a language that name no theme of any brand, folded."""
    return _words("generic", language)


def _markers(language: str) -> frozenset[str]:
    return _words("markers", language)


@cache
def _words(table: str, language: str) -> frozenset[str]:
    lexicon = tomllib.loads(files(__package__).joinpath(_LEXICON).read_text(encoding="utf-8"))
    return frozenset(map(fold_text, lexicon[table].get(language, [])))
