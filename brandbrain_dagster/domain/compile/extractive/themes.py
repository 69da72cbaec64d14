"""Themes: what groups of items are about. Each has an anchor, the phrase that a person would name it by.

Anchors are chosen one after the other, each for the texts it holds that no other does; a text that holds none goes to
the theme it is most like (TF-IDF, scikit-learn), if it is like any.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import chain

import numpy as np

from brandbrain_dagster.domain.compile.extractive.theme_documents import Document, Vocabulary, read_documents
from brandbrain_dagster.domain.features.item_text import ItemText

MIN_TEXTS = 6
"""Fewer distinct texts than this hold no themes that could be told apart."""
MIN_THEMES, MAX_THEMES = 3, 5
_COMMON = 0.7
"""Share of the texts from which a phrase says what the brand is about, and no theme of it."""
_LEAST_TEXTS = 2
"""Distinct texts of a theme, and new ones that it adds once there are as many themes as a profile should have."""
_SHARED = 0.25
"""What a text counts for a further theme."""
_SAME_THEME = 0.5
"""Share of common texts from which two anchors are two names of one theme."""
_IS_LIKE = 0.15
"""Least likeness (cosine) by which a text without any anchor belongs to a theme."""
_AS_LIKE = 0.6
"""Share of its best likeness by which a text belongs to a further theme whose anchor it holds."""
_MOST = 0.6
"""Share of a theme's texts that hold a phrase which may stand in the theme's name."""
_TAGGED, _TWO_WORDS, _NAME = 1.5, 1.3, 0.4
"""How much better a hashtag or a phrase of two words names a theme, and how much worse the name of somebody."""
_LEAST_LIKENESS = 0.02
"""Added to both sides of a comparison of likenesses, so that next to none against none is no difference."""
_MAX_PHRASES = 8


@dataclass(frozen=True)
class Theme:
    """A theme: its texts (most typical first) and its phrases (the anchor, then the most distinctive first).

    Phrases are as the brand writes them; ``common_phrases`` are those but the anchor that most of the texts hold.
    ``is_tagged`` says that the anchor is a hashtag of the brand.
    """

    texts: Sequence[ItemText]
    phrases: Sequence[str]
    common_phrases: frozenset[str]
    is_tagged: bool


_Holders = Mapping[str, frozenset[int]]
"""Which documents hold each phrase."""


def find_themes(texts: Sequence[ItemText], *, own_names: Iterable[str] = ()) -> list[Theme]:
    """Returns the themes of the texts, the largest first; none where there are too few distinct texts.

    ``own_names`` (the brand's name, its accounts) say who is speaking and not of what, so they are left out.
    """
    documents, vocabulary = read_documents(texts, own_names=frozenset(own_names))
    if len(documents) < MIN_TEXTS:
        return []
    holders = _holders(documents)
    if not holders:
        return []
    vectors = _vectors(documents, holders)
    anchors = _anchors(holders, vocabulary, _cohesion(vectors, holders))
    themes = [
        _theme(anchor, members, documents, holders, vocabulary)
        for anchor, members in _members(anchors, holders, vectors).items()
        if len(members) >= _LEAST_TEXTS
    ]
    return sorted(themes, key=lambda theme: (-len(theme.texts), theme.phrases))


def _holders(documents: Sequence[Document]) -> _Holders:
    """Returns the phrases that tell some documents from others, with those that hold them."""
    rows: dict[str, set[int]] = {}
    for row, document in enumerate(documents):
        for phrase in document.phrases:
            rows.setdefault(phrase, set()).add(row)
    most = _COMMON * len(documents)
    return {phrase: frozenset(found) for phrase, found in sorted(rows.items()) if 2 <= len(found) <= most}


def _anchors(holders: _Holders, vocabulary: Vocabulary, cohesion: Mapping[str, float]) -> list[str]:
    qualities = {phrase: _quality(phrase, vocabulary) * cohesion[phrase] for phrase in holders}
    chosen: list[str] = []
    covered: set[int] = set()
    while len(chosen) < MAX_THEMES:
        gains = {
            phrase: qualities[phrase] * (len(rows - covered) + _SHARED * len(rows & covered))
            for phrase, rows in holders.items()
            if len(chosen) < MIN_THEMES or _is_worth_adding(phrase, rows - covered, rows, vocabulary)
            if not any(_is_twin(phrase, other, holders) for other in chosen)
        }
        if not gains:
            break
        best = min(gains, key=lambda phrase: (-gains[phrase], phrase))
        chosen.append(best)
        covered |= holders[best]
    return chosen


def _is_worth_adding(phrase: str, added: AbstractSet[int], rows: AbstractSet[int], vocabulary: Vocabulary) -> bool:
    """More themes than a profile needs must add texts, or be a hashtag of several."""
    return len(added) >= _LEAST_TEXTS or (phrase in vocabulary.tags and len(rows) > _LEAST_TEXTS)


def _quality(phrase: str, vocabulary: Vocabulary) -> float:
    quality = _TAGGED if phrase in vocabulary.tags else 1.0
    if " " in phrase:
        quality *= _TWO_WORDS
    return quality * _NAME if vocabulary.is_name(phrase) else quality


def _is_twin(phrase: str, other: str, holders: _Holders) -> bool:
    """Two phrases name one theme when one holds the other, or when they mostly stand in the same texts."""
    if phrase in other or other in phrase:
        return True
    rows, others = holders[phrase], holders[other]
    return len(rows & others) > _SAME_THEME * len(rows | others)


def _members(anchors: Sequence[str], holders: _Holders, vectors: np.ndarray) -> dict[str, list[int]]:
    """Returns each anchor's documents, the most typical first."""
    likeness = _likeness(anchors, holders, vectors)
    members: dict[str, list[int]] = {}
    for number, anchor in enumerate(anchors):
        rows = [row for row in range(len(vectors)) if _belongs(row, number, anchors, holders, likeness)]
        members[anchor] = sorted(rows, key=lambda row: (-likeness[row][number], row))
    return members


def _belongs(row: int, number: int, anchors: Sequence[str], holders: _Holders, likeness: np.ndarray) -> bool:
    """A document belongs to the anchors it holds, but for those in passing; without any to the one it is most like."""
    held = [other for other, anchor in enumerate(anchors) if row in holders[anchor]]
    if held:
        best = max(likeness[row][other] for other in held)
        return number in held and bool(likeness[row][number] >= _AS_LIKE * best)
    return bool(likeness[row].argmax() == number and likeness[row][number] >= _IS_LIKE)


def _likeness(anchors: Sequence[str], holders: _Holders, vectors: np.ndarray) -> np.ndarray:
    """Returns the cosine (documents x anchors) between a document and the middle of those that hold an anchor."""
    centers = np.array([vectors[sorted(holders[anchor])].mean(axis=0) for anchor in anchors])
    centers /= np.sqrt((centers**2).sum(axis=1, keepdims=True))
    likeness: np.ndarray = np.einsum("ij,kj->ik", vectors, centers).round(6)
    return likeness


def _vectors(documents: Sequence[Document], holders: _Holders) -> np.ndarray:
    """Returns the documents' TF-IDF vectors (documents x phrases, in the order of ``holders``), each of length 1."""
    # Two seconds to import, and every Dagster process imports this module: only who compiles pays.
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

    vectorizer = TfidfVectorizer(analyzer=_phrases_of, sublinear_tf=True, vocabulary=list(holders))
    vectors: np.ndarray = vectorizer.fit_transform(documents).toarray()
    return vectors


def _cohesion(vectors: np.ndarray, holders: _Holders) -> dict[str, float]:
    """Returns how alike the documents that hold a phrase are in everything else, against all documents (¼ to 3).

    It tells a theme ("sourdough") from a word that stands in all sorts of texts ("idea").
    """
    # einsum adds up in one order, whatever the number of threads.
    alike = np.einsum("ij,kj->ik", vectors, vectors)
    count = len(vectors)
    usual = (alike.sum() - count) / (count * (count - 1)) + _LEAST_LIKENESS
    found = {}
    for column, (phrase, rows) in enumerate(holders.items()):
        chosen = sorted(rows)
        weights = vectors[chosen, column]
        shared = alike[np.ix_(chosen, chosen)] - np.outer(weights, weights)
        pairs = len(chosen) * (len(chosen) - 1)
        ratio = ((shared.sum() - np.trace(shared)) / pairs + _LEAST_LIKENESS) / usual
        found[phrase] = round(float(np.clip(ratio, 0.25, 3.0)), 3) ** 0.5
    return found


def _phrases_of(document: Document) -> list[str]:
    return document.phrases


def _theme(
    anchor: str,
    members: Sequence[int],
    documents: Sequence[Document],
    holders: _Holders,
    vocabulary: Vocabulary,
) -> Theme:
    inside = Counter(chain.from_iterable(set(documents[row].phrases) & holders.keys() for row in members))
    phrases = [*_distinctive(anchor, inside, holders, vocabulary)]
    common = [phrase for phrase in phrases if inside[phrase] >= _MOST * len(members) and not vocabulary.is_name(phrase)]
    return Theme(
        texts=[text for row in members for text in documents[row].texts],
        phrases=[vocabulary.surface(phrase) for phrase in [anchor, *phrases]],
        common_phrases=frozenset(map(vocabulary.surface, common)),
        is_tagged=anchor in vocabulary.tags,
    )


def _distinctive(anchor: str, inside: Counter[str], holders: _Holders, vocabulary: Vocabulary) -> Iterator[str]:
    """Yields the phrases that say what the theme is about: in several of its texts and in few others; names last."""

    def rank(phrase: str) -> tuple[bool, float, str]:
        weight = inside[phrase] ** 2 / len(holders[phrase]) * (_TWO_WORDS if " " in phrase else 1)
        return vocabulary.is_name(phrase), -weight, phrase

    chosen = [anchor]
    for phrase in sorted((phrase for phrase in inside if inside[phrase] > 1), key=rank):
        if len(chosen) == _MAX_PHRASES:
            return
        if not any(_overlap(phrase, other) for other in chosen):
            chosen.append(phrase)
            yield phrase


def _overlap(phrase: str, other: str) -> bool:
    return phrase in other or other in phrase or not set(phrase.split()).isdisjoint(other.split())
