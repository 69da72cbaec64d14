"""A candidate as its sentences see it: the posts it cites, and the words for where it goes."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import regex

from brandbrain_dagster.domain.compile.extractive.wording import platform_name
from brandbrain_dagster.domain.features.item_text import read_item_text
from brandbrain_dagster.domain.onboarding.platform_rules import LinkPolicy
from brandbrain_dagster.domain.opportunities.candidate import Candidate
from brandbrain_dagster.domain.opportunities.context import BoardContext
from brandbrain_dagster.domain.opportunities.outlets import Outlet
from brandbrain_dagster.domain.opportunities.phrasing import (
    day_text,
    format_noun,
    format_nouns,
    post_name,
    with_article,
)
from brandbrain_dagster.domain.opportunities.posts import Post

_ASKS = regex.compile(r"[?？؟]")
_EXCLAIMS = regex.compile(r"[!！]")
_FIGURE = regex.compile(r"\b\d")
_FRESH = timedelta(days=30)


@dataclass(frozen=True)
class Idea:
    """A candidate, and what its sentences are made of."""

    candidate: Candidate
    context: BoardContext

    @cached_property
    def posts(self) -> tuple[Post, ...]:
        """The posts cited, the one it is told by first."""
        return tuple(Post(item, read_item_text(item)) for item in self.candidate.items)

    @property
    def lead(self) -> Post:
        """The post that it is told by."""
        return self.posts[0]

    @property
    def second(self) -> Post | None:
        """The next one, if there is one."""
        return self.posts[1] if len(self.posts) > 1 else None

    @property
    def one(self) -> str:
        """What to make: "a reel"."""
        return with_article(format_noun(self.candidate.format_name))

    @property
    def several(self) -> str:
        """More than one of that: "reels"."""
        return format_nouns(self.candidate.format_name)

    @property
    def channel(self) -> str:
        """Where it goes: "Instagram"."""
        return platform_name(self.candidate.primary_channel)

    @property
    def part(self) -> str:
        """What it is made of, one after the other."""
        outlet = Outlet(self.candidate.primary_channel, self.candidate.format_name or "")
        return "scene" if outlet.is_filmed else "slide" if outlet.is_paged else "paragraph"

    @property
    def link_policy(self) -> LinkPolicy | None:
        """Where links go there; None where that is not ruled."""
        profile = self.context.snapshot.platform_profiles.get(self.candidate.primary_channel.value)
        return profile.rules.link_policy if profile and profile.rules else None

    def name(self, post: Post) -> str:
        """Returns "the reel of 18 November on Instagram"."""
        return post_name(post, seen_from=self.context.now.date())

    def day(self, day: date) -> str:
        """Returns "18 November"."""
        return day_text(day, seen_from=self.context.now.date())

    def is_fresh(self, post: Post) -> bool:
        """Says whether a post is of these weeks."""
        published = post.item.published_at
        return published is not None and self.context.now - published <= _FRESH

    def has_figure_up_front(self, post: Post) -> bool:
        """Says whether a post opens with a line that holds a figure, other than a day."""
        return not post.is_of_a_day and bool(_FIGURE.search(post.hook or ""))

    def manner(self, post: Post) -> list[str]:
        """Returns how a post was told, whatever it told: what it opens with, and how long it is."""
        front = (
            "the figure in its first line" if self.has_figure_up_front(post) else f"the opening with {opening(post)}"
        )
        if post.point_count > 1:
            return [front, "the list of points"]
        return [front, "the long text" if post.has_long_text else "the short text"]

    def material(self, post: Post) -> str:
        """Returns what a post leaves to be used, as the end of a sentence."""
        if post.point_count > 1:
            return f"one {self.part} for each point it lists"
        if post.item.flags.has_transcript:
            return "its transcript is the script to cut down"
        if post.has_long_text:
            return f"its text has enough in it for a {self.part} or two after that"
        return f"then one {self.part} on what the line says"


def opening(post: Post) -> str:
    """Returns what a post opens with: "a question"; of a long sentence, its end is looked at, too."""
    sentence, hook = next(iter(post.sentences), ""), post.hook or ""
    if _ASKS.search(sentence):
        return "a question"
    if hook[:1].isdigit():
        return "a number"
    return "an exclamation" if _EXCLAIMS.search(sentence) else "a flat statement"
