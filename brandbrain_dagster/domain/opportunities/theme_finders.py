"""What a theme as a whole gives: it rises, it went quiet, or it carries on."""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import timedelta
from statistics import median

from brandbrain_dagster.domain.opportunities import facts
from brandbrain_dagster.domain.opportunities.candidate import Finding
from brandbrain_dagster.domain.opportunities.clustering import Theme
from brandbrain_dagster.domain.opportunities.evidence_reading import EvidenceReading, dated
from brandbrain_dagster.domain.opportunities.opportunity import OpportunityType
from brandbrain_dagster.domain.opportunities.outlets import Outlet
from brandbrain_dagster.domain.opportunities.posts import Post
from brandbrain_dagster.domain.opportunities.sketch import Sketch

FRESH = timedelta(days=14)
"""What is no older is of these days."""
QUIET_AFTER = timedelta(days=14)
"""A theme without a post for this long has gone quiet."""
_FEWEST = 2
"""Posts of a period whose median is compared."""
_RISE = 1.2
"""How many times better a theme's fresh posts do than those before them when it rises."""
WELL = 1.2
"""Times the usual engagement from which posts do well."""
_AS_USUAL = 1.0
"""Times the usual engagement from which a theme did well enough to come back to."""
_NOT_WEAK = 0.8
"""Times the median of its theme below which a post is not worth showing again."""
_OTHERS_SINCE = 5
"""Posts on other things since then, without which a theme's silence is the brand's."""
_STEADY_POSTS = 3
_STEADY_SPAN = timedelta(days=14)
_STEADY_WITHIN = timedelta(days=30)
_MOST_CITED = 4
_EARLIER_CITED = 2


def find_rising_themes(reading: EvidenceReading, free: AbstractSet[str]) -> Iterator[Sketch]:
    """Yields the themes whose fresh posts do clearly better than those before them, and better than usual."""
    rising = [(growth, theme) for theme in _alive(reading) if (growth := _growth(theme, reading)) is not None]
    for _, theme in sorted(rising, key=lambda pair: (-pair[0], pair[1].pillar.id)):
        later, earlier = _periods(theme, reading)
        hits = [post for post in reading.best_first(_squarely(theme, free)) if post in later]
        outlet = reading.outlets.outlet_of(hits[0]) if hits else None
        if outlet is None:
            continue
        told = [post for post in reading.best_first(_lasting(theme, free, reading)) if post is not hits[0]]
        next_up = [post for post in told if not reading.is_told_on(outlet.channel, post)][:1]
        yield Sketch(
            finding=Finding.RISING_THEME,
            type=OpportunityType.TREND,
            theme=theme,
            posts=(hits[0], *next_up),
            outlet=outlet,
            facts=(facts.rise(theme.name, later, earlier, reading), facts.reached(hits[0], reading)),
        )


def find_quiet_themes(reading: EvidenceReading, free: AbstractSet[str]) -> Iterator[Sketch]:
    """Yields the themes that did well and on which nothing came for a while, the best first."""
    quiet = []
    for theme in _alive(reading):
        posts, since = _squarely(theme, free), _others_since(theme, reading)
        known = reading.yardstick.known_times(theme.posts)
        is_quiet = theme.newest is not None and reading.context.now - theme.newest > QUIET_AFTER
        if is_quiet and known and median(known) >= _AS_USUAL and len(since) >= _OTHERS_SINCE:
            quiet.append((median(known), theme, posts, since))
    for _, theme, posts, since in sorted(quiet, key=lambda found: (-found[0], found[1].pillar.id)):
        best = _distinct(reading.best_first(posts))[:_EARLIER_CITED]
        outlet = reading.outlets.outlet_of(best[0]) if best else None
        if outlet is not None:
            yield Sketch(
                finding=Finding.QUIET_THEME,
                type=OpportunityType.EVERGREEN,
                theme=theme,
                posts=tuple(best),
                outlet=outlet,
                facts=(facts.silence(theme.name, theme.posts[0], since, reading), facts.reached(best[0], reading)),
            )


def find_steady_themes(reading: EvidenceReading, free: AbstractSet[str]) -> Iterator[Sketch]:
    """Yields the themes that were published on over some weeks up to these days, the largest first."""
    for theme in sorted(_alive(reading), key=lambda theme: (-len(theme.posts), theme.pillar.id)):
        days = [post.item.published_at for post in dated(theme.posts) if post.item.published_at]
        stories = _distinct(reading.best_first(_lasting(theme, free, reading)))[:_MOST_CITED]
        outlet = _collecting_outlet(stories, reading)
        is_steady = (
            len(days) >= _STEADY_POSTS
            and max(days) - min(days) >= _STEADY_SPAN
            and reading.context.now - max(days) <= _STEADY_WITHIN
            and _growth(theme, reading) is None
        )
        if not is_steady or len(stories) < _FEWEST or outlet is None:
            continue
        usual = facts.usual_times(theme.name, theme.posts, reading)
        size = facts.theme_size(theme.name, dated(theme.posts), reading)
        yield Sketch(
            finding=Finding.STEADY_THEME,
            type=OpportunityType.EVERGREEN,
            theme=theme,
            posts=tuple(stories),
            outlet=outlet,
            facts=(size, usual or facts.reached(stories[0], reading)),
        )


def _collecting_outlet(stories: Sequence[Post], reading: EvidenceReading) -> Outlet | None:
    """Where several stories stand side by side: where one was published, in a format in use if there is one."""
    told = {post.platform for post in stories}
    outlets = [reading.outlets.paged(channel) for channel in reading.outlets.channels if channel.value in told]
    known = [outlet for outlet in outlets if outlet]
    return next((outlet for outlet in known if reading.outlets.posts_in(outlet)), known[0] if known else None)


def _alive(reading: EvidenceReading) -> list[Theme]:
    return [theme for theme in reading.themes if not theme.is_dead(reading.context.now)]


def _squarely(theme: Theme, free: AbstractSet[str]) -> list[Post]:
    return [post for post in theme.posts if post.id in free and post.hook and theme.is_squarely_about(post)]


def _lasting(theme: Theme, free: AbstractSet[str], reading: EvidenceReading) -> list[Post]:
    """Returns the posts on a theme that can be shown at any time, without those that did badly for the theme."""
    lasting = [post for post in _squarely(theme, free) if not post.is_of_a_day]
    known = reading.yardstick.known_times(theme.posts)
    least = _NOT_WEAK * median(known) if known else 0.0
    return [post for post in lasting if (times := reading.yardstick.times(post)) is None or times >= least]


def _periods(theme: Theme, reading: EvidenceReading) -> tuple[list[Post], list[Post]]:
    """Returns the fresh posts and those before them, of those that can be compared."""
    known = [post for post in dated(theme.posts) if reading.yardstick.times(post) is not None]
    later = [post for post in known if reading.is_recent(post, FRESH)]
    return later, known[len(later) :]


def _growth(theme: Theme, reading: EvidenceReading) -> float | None:
    """Returns how many times better the fresh posts do; None where they do not, or no better than usual."""
    later, earlier = _periods(theme, reading)
    if min(len(later), len(earlier)) < _FEWEST:
        return None
    after, before = (median(reading.yardstick.known_times(posts)) for posts in (later, earlier))
    return after / before if after >= WELL and before > 0 and after >= _RISE * before else None


def _others_since(theme: Theme, reading: EvidenceReading) -> list[Post]:
    """Returns the brand's posts that are newer than the newest on the theme."""
    newest = theme.newest
    return [
        post for post in dated(reading.own) if newest and post.item.published_at and post.item.published_at > newest
    ]


def _distinct(posts: Iterable[Post]) -> list[Post]:
    """Keeps one of several posts that tell the same."""
    kept: list[Post] = []
    for post in posts:
        if not any(post.is_version_of(other) for other in kept):
            kept.append(post)
    return kept
