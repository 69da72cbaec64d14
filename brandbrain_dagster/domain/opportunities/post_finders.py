"""What single posts give: one that stands out, is talked about, has another format or channel ahead, or names a day."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from statistics import median

from brandbrain_dagster.domain.opportunities import facts
from brandbrain_dagster.domain.opportunities.candidate import Finding
from brandbrain_dagster.domain.opportunities.clustering import DEAD_AFTER, Theme
from brandbrain_dagster.domain.opportunities.evidence_reading import EvidenceReading, dated
from brandbrain_dagster.domain.opportunities.named_days import named_days
from brandbrain_dagster.domain.opportunities.opportunity import Channel, OpportunityType
from brandbrain_dagster.domain.opportunities.outlets import Outlet
from brandbrain_dagster.domain.opportunities.posts import Post, twins_of
from brandbrain_dagster.domain.opportunities.sketch import Sketch
from brandbrain_dagster.domain.opportunities.theme_finders import FRESH, WELL
from brandbrain_dagster.domain.opportunities.yardstick import LEAST_PEERS

_STANDS_OUT = 1.5
"""Times the usual engagement from which a post deserves a sequel."""
_SHARED_WORDS = 3
"""Words that two posts share, from which one can follow the other."""
_WORKS = 1.3
"""Times the usual engagement from which a post deserves another channel."""
_BETTER, _NO_BETTER, _UNEQUAL = 1.3, 0.9, 1.8
"""Times the usual engagement of the better and the worse of two versions, and what lies between them at least."""
_MARKED = 1.5
"""How many times the likes of another format make a format the better liked one."""
_NOT_WEAK = 0.8
"""Times the usual engagement of its own format below which a post is not worth another one."""
_TALKED_ABOUT = 1.25
_AHEAD = timedelta(days=45)
"""How far ahead a day lies that is worth a post now."""


def find_standout_posts(reading: EvidenceReading, free: AbstractSet[str]) -> Iterator[Sketch]:
    """Yields the posts that did far better than usual, with one of the theme that their channel does not hold yet."""
    for post in _best(reading, free, _STANDS_OUT):
        outlet = reading.outlets.outlet_of(post)
        if outlet is None:
            continue
        theme = reading.theme_of(post)
        others = reading.best_first(
            other for other in (theme.posts if theme else ()) if _can_follow(other, post, theme)
        )
        sequel = [other for other in others if other.id in free and not reading.is_told_on(outlet.channel, other)][:1]
        response = None if sequel else facts.drew(post, reading)
        yield Sketch(
            finding=Finding.STANDOUT_POST,
            type=_type_of(post, reading),
            theme=theme,
            posts=(post, *sequel),
            outlet=outlet,
            facts=(
                *(facts.reached(told, reading) for told in (post, *sequel)),
                *([response] if response else []),
            ),
        )


def find_platform_gaps(reading: EvidenceReading, free: AbstractSet[str]) -> Iterator[Sketch]:
    """Yields the posts that did well on one channel and that another channel of the brand has never told."""
    for post in _best(reading, free, _WORKS):
        told = {channel for channel in reading.outlets.channels if reading.is_told_on(channel, post)}
        for channel in reading.outlets.channels:
            outlet, absence = reading.outlets.best(channel), facts.untold(channel, reading)
            if channel in told or outlet is None or absence is None:
                continue
            yield Sketch(
                finding=Finding.PLATFORM_GAP,
                type=_type_of(post, reading),
                theme=reading.theme_of(post),
                posts=(post,),
                outlet=outlet,
                facts=(facts.reached(post, reading), absence),
            )
            break


def find_unequal_twins(reading: EvidenceReading, free: AbstractSet[str]) -> Iterator[Sketch]:
    """Yields the posts that did well on one channel and, in the same words, badly on another."""
    for post in _best(reading, free, _BETTER):
        for twin in twins_of(post, reading.citable):
            better, worse = reading.yardstick.times(post) or 0.0, reading.yardstick.times(twin)
            outlet = reading.outlets.outlet_of(twin)
            if (
                outlet is None
                or worse is None
                or worse > _NO_BETTER
                or better < _UNEQUAL * worse
                or twin.id not in free
            ):
                continue
            yield Sketch(
                finding=Finding.UNEQUAL_TWINS,
                type=_type_of(post, reading),
                theme=reading.theme_of(post),
                posts=(post, twin),
                outlet=outlet,
                facts=(facts.reached(post, reading), facts.reached(twin, reading, always=True)),
            )


def find_strong_formats(reading: EvidenceReading, free: AbstractSet[str]) -> Iterator[Sketch]:
    """Yields the best posts of formats that are liked far less than another format of their channel."""
    for channel in reading.outlets.channels:
        strong = reading.outlets.best(channel)
        if strong is None or not reading.outlets.is_at_home(strong):
            continue
        weaker = [post for post in reading.outlets.posts(channel) if _is_weaker(post, strong, reading)]
        for post in reading.best_first(weaker):
            is_weak = (reading.yardstick.times(post) or 1.0) < _NOT_WEAK
            if post.id in free and post.hook and not is_weak and not _is_told_in(strong, post, reading):
                weak = Outlet(channel, post.format_name)
                yield Sketch(
                    finding=Finding.STRONG_FORMAT,
                    type=OpportunityType.EVERGREEN,
                    theme=reading.theme_of(post),
                    posts=(post,),
                    outlet=strong,
                    facts=(facts.liked_more(strong, weak, reading), facts.reached(post, reading)),
                )


def find_talked_about(reading: EvidenceReading, free: AbstractSet[str]) -> Iterator[Sketch]:
    """Yields the posts with far more comments for their likes than usual, those that asked something first."""
    found: list[tuple[bool, float, Post, list[Post]]] = []
    for channel in reading.outlets.channels:
        peers = [post for post in reading.outlets.posts(channel) if facts.comment_rate(post)]
        if len(peers) < LEAST_PEERS:
            continue
        usual = median(facts.comment_rate(post) or 0.0 for post in peers)
        for post in peers:
            marked = (facts.comment_rate(post) or 0.0) / usual
            is_answered = (post.item.metrics.comments or 0) >= facts.FEWEST_RESPONSES
            if post.id in free and post.hook and is_answered and marked >= _TALKED_ABOUT:
                found.append((post.question is None, -marked, post, peers))
    for _, _, post, peers in sorted(found, key=lambda entry: (*entry[:2], entry[2].id)):
        outlet = reading.outlets.paged(Channel(post.platform))
        if outlet is not None:
            yield Sketch(
                finding=Finding.TALKED_ABOUT,
                type=_type_of(post, reading),
                theme=reading.theme_of(post),
                posts=(post,),
                outlet=outlet,
                facts=(facts.talk(post, peers, reading),),
            )


def find_named_days(reading: EvidenceReading, free: AbstractSet[str]) -> Iterator[Sketch]:
    """Yields the posts that name a day ahead, the nearest day first."""
    today = reading.context.now.date()
    ahead: list[tuple[date, Post]] = []
    for post in reading.citable:
        published = post.day
        if post.id in free and published and reading.is_recent(post, DEAD_AFTER):
            days = named_days(post.item.text_primary, post.text.language, written_on=published)
            ahead += [(day, post) for day in days if today < day <= today + _AHEAD]
    for day, post in sorted(ahead, key=lambda pair: (pair[0], pair[1].id)):
        outlet = reading.outlets.outlet_of(post)
        if outlet is not None and post.hook:
            theme = reading.theme_of(post)
            of_theme = dated(theme.posts) if theme else []
            size = [facts.theme_size(theme.name, of_theme, reading)] if theme and len(of_theme) > 1 else []
            yield Sketch(
                finding=Finding.NAMED_DATE,
                type=OpportunityType.TREND,
                theme=theme,
                posts=(post,),
                outlet=outlet,
                facts=(facts.named_day(post, day, reading), *size),
            )


def _best(reading: EvidenceReading, free: AbstractSet[str], at_least: float) -> list[Post]:
    """Returns the posts with an opening line that did so well, the best first."""
    chosen = [
        post
        for post in reading.citable
        if post.id in free and post.hook and (reading.yardstick.times(post) or 0.0) >= at_least
    ]
    return reading.best_first(chosen)


def _can_follow(other: Post, post: Post, theme: Theme | None) -> bool:
    """Both are about the theme and share more than its name; the second one does not tell the first one again."""
    if theme is None or other is post or not other.hook or other.is_of_a_day or other.is_version_of(post):
        return False
    if len(other.words & post.words) < _SHARED_WORDS:
        return False
    return theme.is_squarely_about(post) and theme.is_squarely_about(other)


def _type_of(post: Post, reading: EvidenceReading) -> OpportunityType:
    """A trend is fresh and does well; what is only fresh, or of unknown engagement, is none."""
    is_rising = reading.is_recent(post, FRESH) and (reading.yardstick.times(post) or 0.0) >= WELL
    return OpportunityType.TREND if is_rising else OpportunityType.EVERGREEN


def _is_weaker(post: Post, strong: Outlet, reading: EvidenceReading) -> bool:
    likes = reading.outlets.median_likes(strong)
    own = reading.outlets.median_likes(Outlet(strong.channel, post.format_name))
    return likes is not None and own is not None and post.format_name != strong.format_name and likes >= _MARKED * own


def _is_told_in(outlet: Outlet, post: Post, reading: EvidenceReading) -> bool:
    return any(other.is_version_of(post) for other in reading.outlets.posts_in(outlet))
