"""The distinct texts of a brand as themes are found in them: their phrases, stemmed, and how the brand writes those.

Items that say the same in the same words (one text on two platforms) count as one, so that a repeated post is no theme.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache

import regex

from brandbrain_dagster.domain.compile.extractive.nouns import Nouns, generic_nouns
from brandbrain_dagster.domain.compile.extractive.silent_words import calendar_words, words_of_names
from brandbrain_dagster.domain.compile.extractive.stems import COMPOUNDING, compound_heads, stem
from brandbrain_dagster.domain.features.item_text import ItemText
from brandbrain_dagster.domain.features.lexicon import fold_text
from brandbrain_dagster.domain.features.phrase_candidates import find_phrase_candidates, own_handle, stop_words

_SAME_TEXT = 0.7
"""Share of common words from which two texts are one text twice."""
_HASHTAG_WEIGHT = 2
_HUMP = regex.compile(r"(?<=\p{Ll})(?=\p{Lu})")
"""Where #CamelCase puts its words together."""

_Candidate = tuple[str, str]
"""A phrase folded for comparing, and as it is written."""


@dataclass(frozen=True)
class Document:
    """One distinct text: all items that carry it, its stemmed phrases (a hashtag counts twice), and all its words."""

    texts: list[ItemText]
    phrases: list[str]
    words: frozenset[str]


class Vocabulary:
    """How the brand writes each stemmed phrase; ``tags`` are those that it made a hashtag."""

    def __init__(self, tags: AbstractSet[str]) -> None:
        self._surfaces: dict[str, Counter[str]] = defaultdict(Counter)
        self.tags = tags

    def add(self, phrase: str, written: str) -> None:
        """Counts one way of writing a phrase."""
        self._surfaces[phrase][written] += 1

    def surface(self, phrase: str) -> str:
        """Returns the form the brand writes most; of equals the plainest: lower case and short."""
        counts = self._surfaces[phrase]
        return min(counts, key=lambda form: (-counts[form], form != form.lower(), len(form), form))

    def is_name(self, phrase: str) -> bool:
        """Says whether a phrase is written with a capital everywhere, and is no hashtag."""
        return phrase not in self.tags and all(form != form.lower() for form in self._surfaces[phrase])


def read_documents(texts: Sequence[ItemText], *, own_names: AbstractSet[str]) -> tuple[list[Document], Vocabulary]:
    """Returns the distinct texts that hold any phrase, by the lowest id of their items, and their vocabulary."""
    ordered = sorted(texts, key=lambda text: text.item.id)
    handles = frozenset(own_handle(name) for name in own_names)
    said = [(text, _said(text, handles)) for text in ordered]
    tags = _spoken_tags(said, handles)
    tag_stems = {stem(tags[tag][0], text.language) for text in ordered for tag in _tags(text) if tag in tags}
    nouns = Nouns(ordered)
    vocabulary = Vocabulary(tag_stems)
    found = []
    for text, pairs in said:
        spoken = [tags.get(pair[0], pair) for pair in pairs]
        stemmed = [(stem(phrase, text.language), phrase, written) for phrase, written in spoken]
        named = [pair for pair in stemmed if pair[0] in tag_stems or nouns.are_headed(pair[1], text.language)]
        tagged = [tags[tag] for tag in _tags(text) if tag in tags] * _HASHTAG_WEIGHT
        named += [(stem(phrase, text.language), phrase, written) for phrase, written in tagged]
        phrases = list(_telling(named, text.language, own_names))
        for phrase, written in phrases:
            vocabulary.add(phrase, written)
        words = frozenset(stem(phrase, text.language) for phrase, _ in pairs if " " not in phrase)
        found.append(Document([text], [phrase for phrase, _ in phrases], words))
    return _distinct(found), vocabulary


def _distinct(found: Sequence[Document]) -> list[Document]:
    """Returns the documents with the texts of their twins, and beside each compound what it is a kind of."""
    compounding = (document.phrases for document in found if document.texts[0].language in COMPOUNDING)
    heads = compound_heads(phrase for phrases in compounding for phrase in phrases if " " not in phrase)
    documents: list[Document] = []
    for document in found:
        twin = next((other for other in documents if _is_same(document.words, other.words)), None)
        if twin is not None:
            twin.texts.extend(document.texts)
        elif document.phrases:
            document.phrases.extend(heads[phrase] for phrase in tuple(document.phrases) if phrase in heads)
            documents.append(document)
    return documents


def _is_same(words: AbstractSet[str], others: AbstractSet[str]) -> bool:
    return bool(words) and len(words & others) >= _SAME_TEXT * min(len(words), len(others))


def _said(text: ItemText, handles: AbstractSet[str]) -> list[_Candidate]:
    """The phrases of one or two words in a text."""
    return [pair for pair in find_phrase_candidates(text, handles) if pair[0].count(" ") < 2]


def _tags(text: ItemText) -> list[str]:
    return [fold_text(tag.lstrip("#＃")) for tag in text.item.hashtags]


def _spoken_tags(said: Sequence[tuple[ItemText, list[_Candidate]]], handles: AbstractSet[str]) -> dict[str, _Candidate]:
    """Returns how people say each hashtag (folded), but for those that hold the brand's own name.

    The words that it joins are those that the brand writes apart somewhere ("mothrescue": "moth rescue"), or those that
    it begins with capitals.
    """
    apart = {phrase.replace(" ", ""): (phrase, phrase) for _, pairs in said for phrase, _ in pairs if " " in phrase}
    tags = {}
    for tag in (tag.lstrip("#＃") for text, _ in said for tag in text.item.hashtags):
        words = _HUMP.sub(" ", tag).split()
        written = " ".join(words).lower() if len(words) > 1 else tag
        if handles.isdisjoint({own_handle(word) for word in [tag, *words]}):
            tags[fold_text(tag)] = apart.get(fold_text(tag), (fold_text(written), written))
    return tags


def _telling(
    phrases: Iterable[tuple[str, str, str]], language: str, own_names: AbstractSet[str]
) -> Iterator[tuple[str, str]]:
    """Yields (stemmed, as written) of those (stemmed, folded, as written) that say what a text is about."""
    silent = _silent_words(language, frozenset(own_names))
    for stemmed, phrase, written in phrases:
        is_silent = phrase in silent or all(word in silent for word in stemmed.split())
        if stemmed and not is_silent and _without_accents(phrase) not in stop_words(language):
            yield stemmed, written


@lru_cache(maxsize=256)
def _silent_words(language: str, own_names: frozenset[str]) -> frozenset[str]:
    """Words that name no theme, and their stems."""
    words = calendar_words("en") | calendar_words(language) | generic_nouns("en") | generic_nouns(language)
    words |= words_of_names(own_names)
    return words | {stem(word, language) for word in words}


def _without_accents(phrase: str) -> str:
    """Drops accents that only stress a word, as Dutch does with "één" and "én"."""
    return "".join(mark for mark in unicodedata.normalize("NFD", phrase) if not unicodedata.combining(mark))
