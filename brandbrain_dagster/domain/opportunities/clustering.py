"""The brand's posts around the pillars of its profile."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from brandbrain_dagster.domain.compile.extractive.stems import stem
from brandbrain_dagster.domain.compile.snapshot_schema import Pillar
from brandbrain_dagster.domain.compile.taboo_terms import WRITTEN_TOGETHER
from brandbrain_dagster.domain.features.item_text import WORD
from brandbrain_dagster.domain.features.lexicon import fold_text
from brandbrain_dagster.domain.features.phrase_candidates import MAX_CHARACTERS
from brandbrain_dagster.domain.opportunities.posts import Post

DEAD_AFTER = timedelta(days=60)
"""A theme without a post for this long is over, and nothing rests on it."""
_ANCHOR, _PHRASE = 2, 1
"""What it counts to hold a pillar's first keyphrase (one more as a hashtag or in the opening), and to hold another."""
_BELONGS = 2
_SQUARELY = 4
"""What it takes to belong to a pillar (an example of it does anyway), and to be about it without announcing that."""
_LONG = 400
"""Characters from which a text that is about something names it."""


@dataclass(frozen=True, eq=False)
class Theme:
    """A pillar and the brand's own posts that serve it, the newest first."""

    pillar: Pillar
    posts: tuple[Post, ...]

    @property
    def name(self) -> str:
        """The pillar's name."""
        return self.pillar.name.value or ""

    @property
    def newest(self) -> datetime | None:
        """When it was last published on."""
        return next((post.item.published_at for post in self.posts), None)

    def is_squarely_about(self, post: Post) -> bool:
        """Says whether a post is about this, and does not name it in passing; a hashtag says little of a long text."""
        if _closeness(post, self.pillar) >= _SQUARELY or _opens_with(post, self.pillar):
            return True
        return _is_tagged(post, self.pillar) and len(post.item.text_primary) < _LONG

    def is_dead(self, now: datetime) -> bool:
        """Says whether nothing was published on it for long."""
        return self.newest is None or now - self.newest > DEAD_AFTER


def find_themes(posts: Sequence[Post], pillars: Sequence[Pillar]) -> list[Theme]:
    """Returns each pillar with its posts, in the profile's order; a post serves the pillar that it speaks of most."""
    pillar_of = {post.id: closest_pillar(post, pillars) for post in posts}
    return [Theme(pillar, tuple(post for post in posts if pillar_of[post.id] is pillar)) for pillar in pillars]


def closest_pillar(post: Post, pillars: Sequence[Pillar]) -> Pillar | None:
    """Returns the pillar that a post speaks of most, of equals the larger one; None where it speaks of none."""
    ranked = [(_closeness(post, pillar), pillar.share, -place) for place, pillar in enumerate(pillars)]
    best = max(ranked, default=(0, 0.0, 0))
    return pillars[-best[2]] if best[0] >= _BELONGS else None


def _closeness(post: Post, pillar: Pillar) -> int:
    """Adds up what of a pillar's keyphrases a post holds, in any form of their words, hashtags included."""
    spoken = _Spoken(post.text.voice[:MAX_CHARACTERS], post.text.language)
    tags = {fold_text(tag) for tag in post.item.hashtags}
    held = []
    for phrase in pillar.keyphrases:
        words = WORD.findall(fold_text(phrase))
        held.append(bool(words) and ("".join(words) in tags or spoken.holds(words)))
    is_announced = _is_tagged(post, pillar) or _opens_with(post, pillar)
    closeness = _PHRASE * sum(held[1:]) + _ANCHOR * any(held[:1]) + is_announced
    return max(closeness, _BELONGS) if post.id in pillar.example_ids else closeness


def _is_tagged(post: Post, pillar: Pillar) -> bool:
    words = _anchor(pillar)
    return bool(words) and "".join(words) in {fold_text(tag) for tag in post.item.hashtags}


def _opens_with(post: Post, pillar: Pillar) -> bool:
    words = _anchor(pillar)
    return bool(words) and _Spoken(post.hook or "", post.text.language).holds(words)


def _anchor(pillar: Pillar) -> list[str]:
    return WORD.findall(fold_text(pillar.keyphrases[0])) if pillar.keyphrases else []


class _Spoken:
    """A text in which phrases are looked for."""

    def __init__(self, text: str, language: str) -> None:
        self._language = language
        self._folded = fold_text(text)
        self._stems = f" {' '.join(stem(word, language) for word in WORD.findall(self._folded))} "

    def holds(self, words: Sequence[str]) -> bool:
        """Says whether the words stand in it side by side, in any form; within other words where none are set apart."""
        if any(map(WRITTEN_TOGETHER.search, words)):
            return "".join(words) in self._folded.replace(" ", "")
        return f" {' '.join(stem(word, self._language) for word in words)} " in self._stems
