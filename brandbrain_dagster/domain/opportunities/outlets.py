"""Where an idea is published: a channel and a format that the brand uses, that its rules allow, and that work."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from brandbrain_dagster.domain.compile.snapshot_schema import SnapshotDocument
from brandbrain_dagster.domain.features.lexicon import fold_text
from brandbrain_dagster.domain.onboarding.platform_rules import CtaPolicy, LinkPolicy, PlatformRules
from brandbrain_dagster.domain.opportunities.opportunity import Channel
from brandbrain_dagster.domain.opportunities.posts import Post

LEAST_POSTS = 3
"""Posts of a format from which the brand is at home in it."""
_SPOKEN = frozenset({"reel", "story", "video", "duet", "stitch", "long_form", "shorts", "livestream"})
_PAGED: Mapping[Channel, str] = {
    Channel.INSTAGRAM: "carousel",
    Channel.TIKTOK: "photo_carousel",
    Channel.LINKEDIN: "document",
    Channel.YOUTUBE: "long_form",
}
"""The format of each channel that holds several things side by side."""


@dataclass(frozen=True)
class Outlet:
    """A format on a channel."""

    channel: Channel
    format_name: str

    @property
    def is_filmed(self) -> bool:
        """Whether it moves."""
        return self.format_name in _SPOKEN

    @property
    def is_paged(self) -> bool:
        """Whether it is looked through side by side."""
        return not self.is_filmed and self.format_name == _PAGED.get(self.channel)


class Outlets:
    """The outlets of a brand.

    Args:
        posts: the brand's own posts, each medium once; those on a website are no outlet.
        snapshot: the brand's profile, which holds its rules and priorities.
    """

    def __init__(self, posts: Sequence[Post], snapshot: SnapshotDocument) -> None:
        self._rules: Mapping[str, PlatformRules | None] = {
            name: profile.rules for name, profile in snapshot.platform_profiles.items()
        }
        self._posture = snapshot.voice.cta_policy.value or CtaPolicy.NONE
        self._priorities = snapshot.meta.priority_platforms
        self._posts: dict[Outlet, list[Post]] = defaultdict(list)
        for post in posts:
            if post.platform in set(Channel):
                self._posts[Outlet(Channel(post.platform), post.format_name)].append(post)

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels that the brand publishes on: those it names as its priorities first, then the busiest."""
        counts: dict[Channel, int] = defaultdict(int)
        for outlet, posts in self._posts.items():
            counts[outlet.channel] += len(posts)
        return tuple(sorted(counts, key=lambda channel: (not self.is_priority(channel), -counts[channel], channel)))

    def is_priority(self, channel: Channel) -> bool:
        """Says whether the brand names the channel as one that matters most."""
        return channel.value in self._priorities

    def posts(self, channel: Channel) -> list[Post]:
        """Returns the brand's own posts on a channel."""
        return [post for outlet, posts in self._posts.items() if outlet.channel == channel for post in posts]

    def posts_in(self, outlet: Outlet) -> Sequence[Post]:
        """Returns the brand's own posts in a format of a channel."""
        return self._posts.get(outlet, [])

    def is_at_home(self, outlet: Outlet) -> bool:
        """Says whether the brand has published in the format often enough to make one more without learning it."""
        return len(self.posts_in(outlet)) >= LEAST_POSTS

    def formats(self, channel: Channel) -> list[Outlet]:
        """Returns the formats that the channel's rules allow, the best liked first.

        Ruled formats that were never published come last, in the order of the rules; where no format in use is ruled
        in, they are all there is.
        """
        used = [outlet for outlet in self._posts if outlet.channel == channel and self._is_allowed(outlet)]
        ranked = sorted(used, key=lambda outlet: (-(self.median_likes(outlet) or 0.0), outlet.format_name))
        rules = self._rules.get(channel.value)
        ruled = [Outlet(channel, name) for name in (rules.preferred_formats if rules else None) or ()]
        return [*ranked, *(outlet for outlet in ruled if outlet not in ranked)]

    def best(self, channel: Channel) -> Outlet | None:
        """Returns the format of a channel that is liked most, of those the brand is at home in if there are any."""
        formats = self.formats(channel)
        return next((outlet for outlet in formats if self.is_at_home(outlet)), formats[0] if formats else None)

    def paged(self, channel: Channel) -> Outlet | None:
        """Returns a channel's format that holds several things side by side, if its rules allow it, else its best."""
        outlet = Outlet(channel, _PAGED[channel]) if channel in _PAGED else None
        return outlet if outlet and self._is_allowed(outlet) else self.best(channel)

    def outlet_of(self, post: Post) -> Outlet | None:
        """Returns a post's own outlet where its rules allow another one there, else the best of its channel."""
        if post.platform not in set(Channel):
            return None
        outlet = Outlet(Channel(post.platform), post.format_name)
        return outlet if self._is_allowed(outlet) else self.best(outlet.channel)

    def median_likes(self, outlet: Outlet) -> float | None:
        """Returns the median of the likes of its posts, the one count that all formats carry; None of no known ones."""
        likes = [count for post in self.posts_in(outlet) if (count := post.item.metrics.likes) is not None]
        return float(median(likes)) if likes else None

    def cta_policy(self, channel: Channel) -> CtaPolicy:
        """Returns how hard the brand asks on a channel: what its rules say there, else its posture."""
        rules = self._rules.get(channel.value)
        return (rules.cta_policy_override if rules else None) or self._posture

    def link_policy(self, channel: Channel) -> LinkPolicy | None:
        """Returns where links go on a channel; None where that is not ruled."""
        rules = self._rules.get(channel.value)
        return rules.link_policy if rules else None

    def forbids(self, channel: Channel, text: str) -> bool:
        """Says whether the channel's rules forbid something that a text holds."""
        rules = self._rules.get(channel.value)
        folded = fold_text(text)
        return any(fold_text(pattern) in folded for pattern in (rules.forbidden_patterns if rules else None) or ())

    def _is_allowed(self, outlet: Outlet) -> bool:
        rules = self._rules.get(outlet.channel.value)
        return rules is None or not rules.preferred_formats or outlet.format_name in rules.preferred_formats
