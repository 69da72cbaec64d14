"""The brand's posts as ideas are found in them: each medium once, its words, its opening line and its question."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import regex
import sentencex

from brandbrain_dagster.domain.compile.extractive.stems import stem
from brandbrain_dagster.domain.compile.private_text import private_kind
from brandbrain_dagster.domain.compile.taboo_terms import WRITTEN_TOGETHER, TabooTerms
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.features.item_text import HASHTAG, LINK, MENTION, WORD, ItemText, read_item_text
from brandbrain_dagster.domain.features.lexicon import fold_text
from brandbrain_dagster.domain.features.phrase_candidates import MAX_CHARACTERS, stop_words
from brandbrain_dagster.domain.opportunities.evidence_view import one_per_medium
from brandbrain_dagster.domain.opportunities.named_days import named_days, words_of_a_moment
from brandbrain_dagster.domain.platforms.registry import capability_of_content

_SHORTEST_HOOK, _LONGEST_HOOK = 15, 90
"""Characters of a line that can open a post, a syllable sign counted twice: shorter says nothing, longer is no line."""
_SHORTEST_CLAUSE = 40
"""Characters from which a part of a sentence, up to a mark, says enough to stand for it."""
_SAME, _SAME_LENGTH = 0.7, 0.4
"""Share of common words from which two posts are one twice, if the shorter has this share of the longer's words."""
_VERSION = 0.4
"""Share of common words from which a post tells what another tells, in other words."""
_TAKEN_UP = 0.75
"""Share of an opening's words that a post holds which says what the opening says."""
_FEWEST_WORDS, _FEWEST_OF_OPENING = 5, 3
"""Words of a post, and of an opening, below which a likeness is chance."""
_SCRIPT = 300
"""Characters of a text from which it is as good as a script."""
_QUESTION = regex.compile(r"[?？؟]\W*$")
_POINT = regex.compile(r"^[\s\p{So}]*(?:\d{1,2}[.)]|[-–•*✓➡])\s*\p{L}", regex.MULTILINE)
_EDGES = regex.compile(r"^[^\p{L}\p{N}¿¡]+|[\s\p{So}\p{Cf}\ufe0f]+$")
_CLAUSE_END = regex.compile(r"[,;:،、—–](?=\s)")


@dataclass(frozen=True, eq=False)
class Post:
    """One medium: the item that shows it best, and its text."""

    item: EvidenceItem
    text: ItemText

    @property
    def id(self) -> str:
        """The id of its item."""
        return self.item.id

    @property
    def platform(self) -> str:
        """Where it was published."""
        return self.item.platform

    @cached_property
    def format_name(self) -> str:
        """Its format (``reel``, ``carousel``), as platform rules name it."""
        return capability_of_content(self.item.platform, self.item.content_type).content_format(self.item)

    @cached_property
    def words(self) -> frozenset[str]:
        """The stems of the words that it is written with, without stop words."""
        return _stems(self.text.prose, self.text.language)

    @cached_property
    def _said(self) -> frozenset[str]:
        """The same of everything that it says, in its transcript or description too."""
        return _stems(self.text.voice_prose, self.text.language)

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """Its sentences that may be shown, verbatim: no links, mentions, hashtags or private data in them."""
        lines = (line for line in self.item.text_primary.splitlines() if line.strip())
        parts = (part for line in lines for part in _sentences_of(line, self.text.language))
        return tuple(part for part in parts if _may_be_shown(part))

    @cached_property
    def hook(self) -> str | None:
        """The line it opens with, verbatim: its first sentence that says anything, or the start of a long one."""
        return next((_as_line(sentence) for sentence in self.sentences), None)

    @property
    def is_own(self) -> bool:
        """Whether the brand wrote it: another account's post and a repost hold somebody else's words.

        Where the platform does not say whose post it is (``is_own_account`` is None), it counts as the brand's: it was
        found on an account of the brand.
        """
        return self.item.flags.is_own_account is not False and not self.item.flags.is_repost

    @property
    def day(self) -> date | None:
        """The day (UTC) on which it was published; None where that is unknown."""
        return self.item.published_at.date() if self.item.published_at else None

    @cached_property
    def question(self) -> str | None:
        """The question that it leaves its readers with: its last sentence, if it asks."""
        last = self.sentences[-1] if len(self.sentences) > 1 else ""
        return last if _QUESTION.search(last) and _is_line(last) else None

    @cached_property
    def is_of_a_day(self) -> bool:
        """Whether its opening names a day, a week or a month, and so makes no sense at another time."""
        hook, language = self.hook or "", self.text.language
        stems = {stem(word, language) for word in WORD.findall(fold_text(hook))}
        named = named_days(hook, language, written_on=self.day or date.min)
        return bool(named) or not words_of_a_moment(language).isdisjoint(stems)

    @cached_property
    def point_count(self) -> int:
        """How many points its text lists."""
        return len(_POINT.findall(self.item.text_primary))

    @property
    def has_long_text(self) -> bool:
        """Whether its text is so long that it is as good as a script."""
        return len(self.item.text_primary) >= _SCRIPT

    def tells_the_same(self, other: "Post") -> bool:
        """Says whether the two are one text twice, on two platforms perhaps."""
        shorter, longer = sorted((len(self.words), len(other.words)))
        return shorter >= _SAME_LENGTH * longer and self._likeness(other) >= _SAME

    def is_version_of(self, other: "Post") -> bool:
        """Says whether the two tell the same thing, in other words perhaps, or one says what the other opens with."""
        return self._likeness(other) >= _VERSION or self.takes_up(other) or other.takes_up(self)

    def takes_up(self, other: "Post") -> bool:
        """Says whether it says, somewhere, what the other opens with."""
        opening = _stems(other.hook or "", other.text.language)
        return len(opening) >= _FEWEST_OF_OPENING and len(opening & self._said) >= _TAKEN_UP * len(opening)

    def _likeness(self, other: "Post") -> float:
        fewest = min(len(self.words), len(other.words))
        if fewest < _FEWEST_WORDS:
            return float(bool(self.words) and self.words == other.words)
        return len(self.words & other.words) / fewest


def read_posts(items: Iterable[EvidenceItem]) -> list[Post]:
    """Returns the posts, the newest first and those without a time last; of items that are one the fullest stands."""
    kept: list[Post] = []
    for item in one_per_medium(items):
        post = Post(item, read_item_text(item))
        if not any(post.platform == other.platform and post.tells_the_same(other) for other in kept):
            kept.append(post)
    return sorted(kept, key=newest_first)


def newest_first(post: Post) -> tuple[float, str]:
    """The order of posts by time; one without a time comes last."""
    published = post.item.published_at
    return (-published.timestamp() if published else float("inf"), post.id)


def may_be_cited(post: Post, taboos: TabooTerms) -> bool:
    """Says whether a post can stand under an idea: none of its texts holds a taboo term."""
    texts = (post.item.title, post.item.text_primary, post.item.text_secondary, *post.item.hashtags)
    return not any(text and taboos.held_by(text) for text in texts)


def twins_of(post: Post, posts: Sequence[Post]) -> list[Post]:
    """Returns the other posts that say the same in the same words."""
    return [other for other in posts if other is not post and other.tells_the_same(post)]


def _sentences_of(line: str, language: str) -> Iterator[str]:
    """Yields the sentences of a line, verbatim but for signs and blanks at its ends; short ones go with the next."""
    start = end = 0
    for part in sentencex.segment(language if len(language) == 2 else "en", line):
        end += len(part)
        sentence = _EDGES.sub("", line[start:end])
        if _length(sentence) >= _SHORTEST_HOOK:
            yield sentence
            start = end


def _as_line(sentence: str) -> str:
    """Returns the sentence, or as much of it as makes a line: up to a mark between its clauses, else between words."""
    if _is_line(sentence):
        return sentence
    ends = [mark.start() for mark in _CLAUSE_END.finditer(sentence)]
    clauses = [part for end in ends if _is_line(part := sentence[:end].rstrip()) and _length(part) >= _SHORTEST_CLAUSE]
    if clauses:
        return clauses[-1]
    half = sentence[: _LONGEST_HOOK // 2 if WRITTEN_TOGETHER.search(sentence) else _LONGEST_HOOK]
    return half.rpartition(" ")[0] or half


def _is_line(sentence: str) -> bool:
    return _SHORTEST_HOOK <= _length(sentence) <= _LONGEST_HOOK


def _length(sentence: str) -> int:
    return len(sentence) + len(WRITTEN_TOGETHER.findall(sentence))


def _may_be_shown(part: str) -> bool:
    return private_kind(part) is None and not any(sign.search(part) for sign in (LINK, MENTION, HASHTAG))


def _stems(text: str, language: str) -> frozenset[str]:
    silent = stop_words(language)
    words = WORD.findall(fold_text(text[:MAX_CHARACTERS]))
    return frozenset(stem(word, language) for word in words if word not in silent)
