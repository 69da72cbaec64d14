"""The evidence of a board read once: whose posts they are, what they are about, how they did, where they can go."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from brandbrain_dagster.domain.compile.taboo_terms import TabooTerms
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.opportunities.clustering import DEAD_AFTER, Theme, closest_pillar, find_themes
from brandbrain_dagster.domain.opportunities.context import BoardContext
from brandbrain_dagster.domain.opportunities.opportunity import Channel
from brandbrain_dagster.domain.opportunities.outlets import Outlets
from brandbrain_dagster.domain.opportunities.posts import Post, may_be_cited, read_posts
from brandbrain_dagster.domain.opportunities.yardstick import Yardstick


class EvidenceReading:
    """The posts of a brand and of others, as the finders look at them.

    ``own`` are the brand's own posts and ``others`` what somebody else wrote, reposts included; each medium once, the
    newest first, without web pages. Medians and counts go over all own posts; ``citable`` are those to rest ideas on.
    """

    def __init__(self, context: BoardContext) -> None:
        self.context = context
        items = [item for item in context.items if item.platform in set(Channel) and not _is_ahead(item, context.now)]
        posts = read_posts(items)
        taboos = TabooTerms(context.snapshot.constraints.taboos.value or ())
        self.own = [post for post in posts if post.is_own]
        self.others = [post for post in posts if not post.is_own and may_be_cited(post, taboos)]
        self.yardstick = Yardstick(self.own)
        self.outlets = Outlets(self.own, context.snapshot)
        self.themes = find_themes(self.own, context.snapshot.pillars)
        self._theme_of = {post.id: theme for theme in self.themes for post in theme.posts}
        self.citable = [post for post in self.own if may_be_cited(post, taboos) and not self._is_over(post)]

    def theme_of(self, post: Post) -> Theme | None:
        """Returns the theme that a post serves; for somebody else's the one it is closest to."""
        if post.id in self._theme_of:
            return self._theme_of[post.id]
        pillar = closest_pillar(post, self.context.snapshot.pillars)
        return next((theme for theme in self.themes if theme.pillar is pillar), None)

    def age(self, post: Post) -> timedelta | None:
        """Returns how long ago a post was published; None where that is unknown."""
        published = post.item.published_at
        return None if published is None else self.context.now - published

    def is_recent(self, post: Post, within: timedelta) -> bool:
        """Says whether a post is known to have been published within a time."""
        age = self.age(post)
        return age is not None and age <= within

    def best_first(self, posts: Iterable[Post]) -> list[Post]:
        """Orders posts by their engagement against their peers, those without a known one last."""
        return sorted(posts, key=lambda post: (-(self.yardstick.times(post) or 0.0), post.id))

    def is_told_on(self, channel: str, post: Post) -> bool:
        """Says whether a channel holds the post or a version of it."""
        return any(other.platform == channel and (other is post or other.is_version_of(post)) for other in self.own)

    def _is_over(self, post: Post) -> bool:
        theme = self.theme_of(post)
        if theme is not None and theme.is_dead(self.context.now):
            return True
        return theme is None and not self.is_recent(post, DEAD_AFTER)


def dated(posts: Sequence[Post]) -> list[Post]:
    """Returns the posts whose time is known."""
    return [post for post in posts if post.item.published_at is not None]


def _is_ahead(item: EvidenceItem, now: datetime) -> bool:
    """Says whether an item claims to be published in the future."""
    return item.published_at is not None and item.published_at > now
