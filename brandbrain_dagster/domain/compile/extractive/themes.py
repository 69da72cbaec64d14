"""Themes: what groups of items are about, found by factorizing their phrases (scikit-learn NMF, deterministic start).

Items that say the same in the same words (one text on two platforms) count as one, so that a repeated post is no theme.
"""

import unicodedata
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
import snowballstemmer
from babel import Locale, UnknownLocaleError

from brandbrain_dagster.domain.features.item_text import WORD, ItemText
from brandbrain_dagster.domain.features.lexicon import fold_text
from brandbrain_dagster.domain.features.phrase_candidates import find_phrase_candidates, own_handle, stop_words

MIN_TEXTS = 6
"""Fewer distinct texts than this hold no themes that could be told apart."""
MIN_THEMES, MAX_THEMES = 3, 5
_TEXTS_PER_THEME = 4
_SAME_TEXT = 0.6
"""Share of common words from which two texts are one text twice."""
_MIN_WEIGHT = 0.05
"""Least weight by which a text belongs to a theme at all."""
_HASHTAG_WEIGHT = 2
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


_Candidate = tuple[str, str]
"""A phrase folded for comparing, and as it is written."""


@dataclass(frozen=True)
class Theme:
    """A theme: its texts (most typical first) and its phrases (weightiest first, as the brand writes them).

    ``proper_names`` are those phrases that are written with a capital everywhere.
    """

    texts: Sequence[ItemText]
    phrases: Sequence[str]
    proper_names: frozenset[str]


@dataclass(frozen=True)
class _Document:
    """One distinct text: all items that carry it, and its stemmed phrases."""

    texts: list[ItemText]
    phrases: list[str]
    words: frozenset[str]


def find_themes(texts: Sequence[ItemText], *, own_names: Iterable[str] = ()) -> list[Theme]:
    """Returns the themes of the texts, the largest first; none where there are too few distinct texts.

    ``own_names`` (the brand's name, its accounts) say who is speaking and not of what, so they are left out.
    """
    surfaces: dict[str, Counter[str]] = defaultdict(Counter)
    documents = _documents(texts, surfaces, frozenset(own_names))
    factors = _factorized(documents)
    if factors is None:
        return []
    weights, components, names = factors
    themes = []
    for number in range(len(components)):
        members = _members(weights, number)
        if len(members) < 2:
            continue
        shared = Counter(phrase for row in members for phrase in set(documents[row].phrases))
        phrases = _weightiest(components[number], names, shared)
        if not phrases:
            continue
        themes.append(
            Theme(
                texts=[text for row in members for text in documents[row].texts],
                phrases=[_surface(surfaces[phrase]) for phrase in phrases],
                proper_names=frozenset(_surface(surfaces[phrase]) for phrase in phrases if _is_name(surfaces[phrase])),
            )
        )
    return sorted(themes, key=lambda theme: (-len(theme.texts), theme.phrases))


def _factorized(documents: Sequence[_Document]) -> tuple[np.ndarray, np.ndarray, list[str]] | None:
    """Returns (documents x themes, themes x phrases, phrases), or None where there are too few documents."""
    # Two seconds to import, and every Dagster process imports this module: only who compiles pays.
    from sklearn.decomposition import NMF  # noqa: PLC0415
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

    if len(documents) < MIN_TEXTS:
        return None
    vectorizer = TfidfVectorizer(analyzer=_phrases_of, sublinear_tf=True, min_df=2, max_df=0.7)
    try:
        matrix = vectorizer.fit_transform(documents)
    except ValueError:  # no phrase is shared by two texts
        return None
    count = min(max(MIN_THEMES, len(documents) // _TEXTS_PER_THEME), MAX_THEMES, min(matrix.shape) - 1)
    if count < MIN_THEMES:
        return None
    model = NMF(count, init="nndsvd", max_iter=600)
    with warnings.catch_warnings():
        # What still moves after so many rounds moves no text to another theme.
        warnings.simplefilter("ignore", ConvergenceWarning)
        weights = np.round(model.fit_transform(matrix), 6)
    return weights, np.round(model.components_, 6), [str(name) for name in vectorizer.get_feature_names_out()]


def _members(weights: np.ndarray, number: int) -> list[int]:
    rows = [
        row for row in range(len(weights)) if weights[row].argmax() == number and weights[row][number] > _MIN_WEIGHT
    ]
    return sorted(rows, key=lambda row: (-weights[row][number], row))


def _weightiest(component: np.ndarray, names: Sequence[str], shared: Counter[str]) -> list[str]:
    """The phrases that at least two of the theme's own texts hold, the weightiest first."""
    order = sorted(range(len(names)), key=lambda index: (-component[index], names[index]))
    chosen: list[str] = []
    for index in order:
        if component[index] <= 0 or len(chosen) == 8:
            break
        if shared[names[index]] > 1 and not any(_overlap(names[index], other) for other in chosen):
            chosen.append(names[index])
    return chosen


def _overlap(phrase: str, other: str) -> bool:
    return phrase in other or other in phrase or bool(set(phrase.split()) & set(other.split()))


def _phrases_of(document: _Document) -> list[str]:
    return document.phrases


def _documents(
    texts: Sequence[ItemText], surfaces: dict[str, Counter[str]], own_names: AbstractSet[str]
) -> list[_Document]:
    documents: list[_Document] = []
    ordered = sorted(texts, key=lambda text: text.item.id)
    candidates = {text.item.id: _candidates(text, own_names) for text in ordered}
    spoken = _spoken_forms(pair for pairs in candidates.values() for pair in pairs)
    for text in ordered:
        pairs = [spoken.get(phrase, (phrase, written)) for phrase, written in candidates[text.item.id]]
        phrases = list(_stemmed_phrases(pairs, text.language, surfaces, own_names))
        words = frozenset(word for phrase in phrases for word in phrase.split())
        twin = next((document for document in documents if _is_same(words, document.words)), None)
        if twin is not None:
            twin.texts.append(text)
        elif phrases:
            documents.append(_Document([text], phrases, words))
    return documents


def _is_same(words: AbstractSet[str], others: AbstractSet[str]) -> bool:
    return bool(words) and len(words & others) >= _SAME_TEXT * min(len(words), len(others))


def _candidates(text: ItemText, own_names: AbstractSet[str]) -> list[_Candidate]:
    """The phrases of one or two words and the hashtags of a text."""
    handles = frozenset(own_handle(name) for name in own_names)
    pairs = [(phrase, written) for phrase, written in find_phrase_candidates(text, handles) if phrase.count(" ") < 2]
    tags = [(fold_text(tag), tag) for tag in (tag.lstrip("#＃") for tag in text.item.hashtags)]
    return pairs + [pair for pair in tags if pair[0] not in handles for _ in range(_HASHTAG_WEIGHT)]


def _spoken_forms(candidates: Iterable[_Candidate]) -> dict[str, _Candidate]:
    """The words that a hashtag joins ("mothrescue"), where the brand writes them apart somewhere ("moth rescue")."""
    return {phrase.replace(" ", ""): (phrase, phrase) for phrase, _ in candidates if " " in phrase}


def _stemmed_phrases(
    candidates: Iterable[_Candidate], language: str, surfaces: dict[str, Counter[str]], own_names: AbstractSet[str]
) -> Iterator[str]:
    silent = _calendar_words("en") | _calendar_words(language) | _words_of_names(own_names)
    silent |= {stem(word, language) for word in silent}
    for phrase, written in candidates:
        stemmed = stem(phrase, language)
        if not stemmed or phrase in silent or all(word in silent for word in stemmed.split()):
            continue
        if _without_accents(phrase) in stop_words(language):
            continue
        surfaces[stemmed][written] += 1
        yield stemmed


def _without_accents(phrase: str) -> str:
    """Drops accents that only stress a word, as Dutch does with "één" and "én"."""
    return "".join(mark for mark in unicodedata.normalize("NFD", phrase) if not unicodedata.combining(mark))


def _surface(counts: Counter[str]) -> str:
    """The form the brand writes most; of equals the plainest: lower case and short."""
    return min(counts, key=lambda form: (-counts[form], form != form.lower(), len(form), form))


def _is_name(counts: Counter[str]) -> bool:
    return all(form != form.lower() for form in counts)


def stem(phrase: str, language: str) -> str:
    """Returns the phrase with each word cut to its stem, where the language has a Snowball stemmer."""
    return " ".join(_stem_of_word(word, language) for word in phrase.split()) if language in _SNOWBALL else phrase


@lru_cache(maxsize=65_536)
def _stem_of_word(word: str, language: str) -> str:
    """Words recur, and a stemmer in Python takes longer than all the rest of a compile."""
    return str(_stemmer(language).stemWord(word))


def _words_of_names(names: Iterable[str]) -> frozenset[str]:
    """The words of names in several words: "Nova" alone means "Nova Coffee" too."""
    return frozenset(word for name in names if " " in name.strip() for word in WORD.findall(fold_text(name)))


@cache
def _calendar_words(language: str) -> frozenset[str]:
    """Names of days and months: when something was, not what it was about."""
    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return frozenset()
    names = [
        str(name)
        for calendar in (locale.days, locale.months)
        for form in ("format", "stand-alone")
        for name in calendar[form]["wide"].values()
    ]
    return frozenset(map(fold_text, names))


@cache
def _stemmer(language: str) -> Any:
    return snowballstemmer.stemmer(_SNOWBALL[language])
