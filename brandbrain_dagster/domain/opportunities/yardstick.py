"""How a post did against the brand's own: engagement is compared among posts of a platform that are measured alike."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.opportunities.posts import Post
from brandbrain_dagster.domain.platforms.registry import capability_of_content

LEAST_PEERS = 4
"""Posts from which a median says what is usual."""
_CORE = 0.5
"""Share of a format's posts that carry a count above which the count belongs to what the format is measured by."""


@dataclass(frozen=True, eq=False)
class Peers:
    """The brand's own posts of one platform whose counts compare: all carry the counts named in ``measures``."""

    platform: str
    formats: tuple[str, ...]
    measures: tuple[str, ...]
    posts: tuple[Post, ...]

    @property
    def median(self) -> float:
        """The engagement of the middle one."""
        return median(comparable_engagement(post.item, self.measures) for post in self.posts)


@dataclass(frozen=True, eq=False)
class Comparison:
    """A post's engagement as a multiple of the median of its peers, itself among them."""

    times: float
    peers: Peers


class Yardstick:
    """The medians of a brand's own posts.

    Args:
        posts: the brand's own posts, each medium once.
    """

    def __init__(self, posts: Sequence[Post]) -> None:
        self._peers = {post.id: peers for peers in _peer_groups(posts) for post in peers.posts}

    def comparison(self, post: Post) -> Comparison | None:
        """Returns how a post did; None where a count that its peers carry is unknown, or too few posts compare."""
        peers = self._peers.get(post.id)
        if peers is None or len(peers.posts) < LEAST_PEERS or peers.median <= 0:
            return None
        return Comparison(comparable_engagement(post.item, peers.measures) / peers.median, peers)

    def times(self, post: Post) -> float | None:
        """Returns the multiple alone."""
        found = self.comparison(post)
        return None if found is None else found.times

    def known_times(self, posts: Iterable[Post]) -> list[float]:
        """Returns the multiples of those posts that have one."""
        return [times for post in posts if (times := self.times(post)) is not None]


def comparable_engagement(item: EvidenceItem, measures: Iterable[str]) -> float:
    """Returns the engagement score over the named counts alone, so that no unknown count is taken for zero."""
    weights = capability_of_content(item.platform, item.content_type).engagement_weights
    return sum(weights[name] * (_count(item, name) or 0) for name in measures)


def _count(item: EvidenceItem, name: str) -> int | None:
    value: int | None = getattr(item.metrics, name)
    if value is None:
        substitutes = capability_of_content(item.platform, item.content_type).engagement_substitutes
        value = getattr(item.metrics, substitutes[name]) if name in substitutes else None
    return value


def _measured(item: EvidenceItem) -> frozenset[str]:
    weights = capability_of_content(item.platform, item.content_type).engagement_weights
    return frozenset(name for name in weights if _count(item, name) is not None)


def _peer_groups(posts: Sequence[Post]) -> list[Peers]:
    """Formats of a platform that are measured by the same counts are compared together."""
    by_format: dict[tuple[str, str], list[Post]] = defaultdict(list)
    for post in posts:
        by_format[(post.platform, post.format_name)].append(post)
    alike: dict[tuple[str, tuple[str, ...]], list[Post]] = defaultdict(list)
    for (platform, _), members in by_format.items():
        carried = Counter(name for post in members for name in _measured(post.item))
        core = tuple(sorted(name for name, count in carried.items() if count > _CORE * len(members)))
        known = [post for post in members if core and _measured(post.item).issuperset(core)]
        alike[(platform, core)] += known
    return [
        Peers(platform, tuple(sorted({post.format_name for post in group})), core, tuple(group))
        for (platform, core), group in sorted(alike.items())
    ]
