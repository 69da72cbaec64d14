"""True figures about the evidence, as sentences that stay true; all numbers and days in them stand in their figures.

Figures by name. ``published``: the day (UTC) of the first item, ``since`` and ``until``: the first and the last day of
all items; ``seen``: the day on which the first item was last collected; ``posts``: how many items there are; ``likes``,
``comments`` and the other counts: those of the first item; ``times``: its engagement over the median of all items;
``peers``: how many items that median is of. What else there is is said where it is computed.
"""

from collections.abc import Sequence
from datetime import date
from statistics import median

from brandbrain_dagster.domain.compile.extractive.wording import counted, listed, number, platform_name
from brandbrain_dagster.domain.onboarding.answers import ProofClaim
from brandbrain_dagster.domain.opportunities.candidate import Fact
from brandbrain_dagster.domain.opportunities.evidence_reading import EvidenceReading, dated
from brandbrain_dagster.domain.opportunities.opportunity import Channel
from brandbrain_dagster.domain.opportunities.outlets import Outlet
from brandbrain_dagster.domain.opportunities.phrasing import capitalized, day_text, format_nouns, post_name, quoted
from brandbrain_dagster.domain.opportunities.posts import Post
from brandbrain_dagster.domain.opportunities.yardstick import LEAST_PEERS

_APPROVAL, _ATTENTION = ("reactions", "likes"), ("comments", "views", "plays", "shares")
"""Counts to tell, the most telling first; one of approval (LinkedIn counts its likes among its reactions)."""
_RESPONSE = ("comments", "shares", "reposts")
"""Counts of what takes its reader more than a tap."""
FEWEST_RESPONSES = 6
"""Comments or shares that answer something, below which there is nothing to go through."""
_WORTH_SAYING = 1.1
"""Times the usual engagement from which a comparison speaks for a post."""


def reached(post: Post, reading: EvidenceReading, *, always: bool = False) -> Fact:
    """Says what a post reached, against the median of its peers where that is known and speaks for it, or always."""
    seen = post.item.last_seen_at.date()
    approval = _counts(post, _APPROVAL)[:1]
    # Where fewer are counted as seeing a post than as liking it, the count of views says nothing.
    least = max((count for _, count in approval), default=0)
    attention = [count for count in _counts(post, _ATTENTION) if count[0] == "comments" or count[1] > least]
    counts = [*approval, *attention[:1]]
    subject = _subject(post, reading)
    figures: dict[str, float | date] = {"seen": seen, **dict(counts)}
    if day := post.day:
        figures["published"] = day
    if not counts:
        return Fact(text=f"{subject} was collected on {_day(seen, reading)}", figures=figures, evidence_ids=(post.id,))
    told = listed([counted(value, name.removesuffix("s")) for name, value in counts])
    text = f"{subject} reached {told} by {_day(seen, reading)}"
    comparison = reading.yardstick.comparison(post)
    if comparison is None or (comparison.times < _WORTH_SAYING and not always):
        return Fact(text=text, figures=figures, evidence_ids=(post.id,))
    peers = comparison.peers
    is_one_kind = len(peers.formats) == 1 and peers.platform != Channel.LINKEDIN
    kinds = format_nouns(peers.formats[0]) if is_one_kind else "posts of its kind"
    times = _rounded(comparison.times)
    text += f", {number(times)} times the median engagement of {len(peers.posts)} {kinds} there"
    figures |= {"times": times, "peers": len(peers.posts)}
    rest = tuple(other.id for other in peers.posts if other is not post)
    return Fact(text=text, figures=figures, evidence_ids=(post.id, *rest))


def drew(post: Post, reading: EvidenceReading) -> Fact | None:
    """Says how often a post was commented on or shared, where that stands out more than how often it was liked.

    ``median_comments`` (``median_shares``, ``median_reposts``) is the median of all items. None where likes stand out
    most, or where nothing is known to compare with.
    """
    comparison = reading.yardstick.comparison(post)
    if comparison is None:
        return None
    marked = []
    for name, count in _counts(post, (*_APPROVAL, *_RESPONSE)):
        peers = [other for other in comparison.peers.posts if getattr(other.item.metrics, name) is not None]
        usual = median(getattr(other.item.metrics, name) for other in peers)
        marked.append(((count + 1) / (usual + 1), name, count, usual, peers))
    _, name, count, usual, peers = max(marked, key=lambda found: found[:2], default=(0.0, "", 0, 0.0, []))
    if name not in _RESPONSE or count < FEWEST_RESPONSES or len(peers) < LEAST_PEERS:
        return None
    text = (
        f"Its {number(count)} {name} compare with a median of {number(usual)} for {len(peers)} posts of its kind there"
    )
    figures = {name: count, f"median_{name}": usual, "peers": len(peers)}
    return Fact(text=text, figures=figures, evidence_ids=_ids([post, *(peer for peer in peers if peer is not post)]))


def theme_size(name: str, posts: Sequence[Post], reading: EvidenceReading) -> Fact:
    """Says how many posts there are on something, and from when to when."""
    days = _days(posts)
    text = f"{counted(len(posts), 'post')} on {quoted(name)} from {_day(days[0], reading)} to {_day(days[-1], reading)}"
    return Fact(text=text, figures={"posts": len(posts), "since": days[0], "until": days[-1]}, evidence_ids=_ids(posts))


def rise(name: str, later: Sequence[Post], earlier: Sequence[Post], reading: EvidenceReading) -> Fact:
    """Says how the later posts did against the earlier ones.

    ``times_later`` and ``times_earlier`` are the medians of their multiples of the usual engagement; ``later`` is how
    many of the items, which come first, are the later ones.
    """
    after, before = (_rounded(median(reading.yardstick.known_times(posts))) for posts in (later, earlier))
    since = _days(later)[0]
    text = (
        f"The {len(later)} posts on {quoted(name)} since {_day(since, reading)} reached {number(after)} times the "
        f"usual engagement of their kind, the {len(earlier)} before them {number(before)} times"
    )
    figures: dict[str, float | date] = {
        "later": len(later),
        "earlier": len(earlier),
        "since_later": since,
        "times_later": after,
        "times_earlier": before,
    }
    return Fact(text=text, figures=figures, evidence_ids=_ids([*later, *earlier]))


def usual_times(name: str, posts: Sequence[Post], reading: EvidenceReading) -> Fact | None:
    """Says how the posts on something do: ``median_times`` is the median of their multiples of the usual engagement.

    None of fewer than two known ones, and where it does not speak for them.
    """
    known = reading.yardstick.known_times(posts)
    if len(known) < 2 or median(known) < _WORTH_SAYING:
        return None
    times = _rounded(median(known))
    text = f"The median post on {quoted(name)} reached {number(times)} times the usual engagement of its kind"
    return Fact(text=text, figures={"median_times": times}, evidence_ids=_ids(posts))


def silence(name: str, last: Post, others: Sequence[Post], reading: EvidenceReading) -> Fact:
    """Says since when nothing came on something, and how many other posts did; the first item is the last one on it."""
    day, until = _days([last])[0], _days(others)[-1]
    text = (
        f"The last post on {quoted(name)} is of {_day(day, reading)}; {len(others)} others followed by "
        f"{_day(until, reading)}"
    )
    figures: dict[str, float | date] = {"published": day, "others": len(others), "until": until}
    return Fact(text=text, figures=figures, evidence_ids=_ids([last, *others]))


def untold(channel: str, reading: EvidenceReading) -> Fact | None:
    """Says that none of the posts on a channel tells something; None where there are no dated ones."""
    posts = dated([post for post in reading.own if post.platform == channel])
    if not posts:
        return None
    days = _days(posts)
    text = (
        f"None of the {counted(len(posts), 'post')} on {platform_name(channel)} from {_day(days[0], reading)} to "
        f"{_day(days[-1], reading)} tells it"
    ).replace("None of the 1 post ", "The only post ", 1)
    text = text.replace("tells it", "does not tell it") if text.startswith("The only") else text
    return Fact(text=text, figures={"posts": len(posts), "since": days[0], "until": days[-1]}, evidence_ids=_ids(posts))


def unclaimed(claim: ProofClaim, reading: EvidenceReading) -> Fact:
    """Says that no own post makes a claim, and in the brand's words what backs it."""
    posts = dated(reading.own)
    days = _days(posts)
    span = f"from {_day(days[0], reading)} to {_day(days[-1], reading)}"
    text = f"None of {counted(len(posts), 'post')} {span} makes this claim"
    text += f", which {quoted(claim.support)} backs" if claim.support else ""
    return Fact(text=text, figures={"posts": len(posts), "since": days[0], "until": days[-1]}, evidence_ids=_ids(posts))


def liked_more(strong: Outlet, weak: Outlet, reading: EvidenceReading) -> Fact:
    """Compares the likes of two formats: ``strong``, ``weak`` count their items (the strong ones come first)."""
    ours, theirs = (
        [p for p in reading.outlets.posts_in(x) if p.item.metrics.likes is not None] for x in (strong, weak)
    )
    likes = [median(post.item.metrics.likes or 0 for post in posts) for posts in (ours, theirs)]
    text = (
        f"The median of {len(ours)} {format_nouns(strong.format_name)} on {platform_name(strong.channel)} is "
        f"{number(likes[0])} likes, that of {len(theirs)} {format_nouns(weak.format_name)} {number(likes[1])}"
    )
    figures: dict[str, float | date] = {
        "strong": len(ours),
        "weak": len(theirs),
        "likes_strong": likes[0],
        "likes_weak": likes[1],
    }
    return Fact(text=text, figures=figures, evidence_ids=_ids([*ours, *theirs]))


def talk(post: Post, peers: Sequence[Post], reading: EvidenceReading) -> Fact:
    """Says how much a post is talked about: ``per_hundred`` likes it has so many comments, its peers ``usual``."""
    rate, usual = comment_rate(post) or 0.0, median(filter(None, map(comment_rate, peers)))
    seen = post.item.last_seen_at.date()
    text = (
        f"{_subject(post, reading)} drew {counted(post.item.metrics.comments or 0, 'comment')} by "
        f"{_day(seen, reading)}: {number(_rounded(100 * rate))} for every 100 likes, where the median of "
        f"{len(peers)} posts there has {number(_rounded(100 * usual))}"
    )
    figures: dict[str, float | date] = {
        "comments": post.item.metrics.comments or 0,
        "seen": seen,
        "per_hundred": _rounded(100 * rate),
        "usual": _rounded(100 * usual),
        "peers": len(peers),
    }
    if day := post.day:
        figures["published"] = day
    return Fact(text=text, figures=figures, evidence_ids=_ids([post, *(peer for peer in peers if peer is not post)]))


def named_day(post: Post, day: date, reading: EvidenceReading) -> Fact:
    """Says which day ahead a post names."""
    text = f"{_subject(post, reading)} names {_day(day, reading)}"
    figures: dict[str, float | date] = {"named_day": day}
    if published := post.day:
        figures["published"] = published
    return Fact(text=text, figures=figures, evidence_ids=(post.id,))


def _counts(post: Post, names: Sequence[str]) -> list[tuple[str, int]]:
    return [(name, value) for name in names if (value := getattr(post.item.metrics, name))]


def comment_rate(post: Post) -> float | None:
    """Returns comments over likes; None where either is unknown or there are no likes."""
    comments, likes = post.item.metrics.comments, post.item.metrics.likes
    return None if comments is None or not likes else comments / likes


def _rounded(value: float) -> float:
    """Rounds as a figure is shown: one decimal below ten."""
    return round(value) if value >= 9.95 else round(value, 1)


def _subject(post: Post, reading: EvidenceReading) -> str:
    return capitalized(post_name(post, seen_from=reading.context.now.date()))


def _day(day: date, reading: EvidenceReading) -> str:
    return day_text(day, seen_from=reading.context.now.date())


def _days(posts: Sequence[Post]) -> list[date]:
    return sorted(day for post in posts if (day := post.day))


def _ids(posts: Sequence[Post]) -> tuple[str, ...]:
    return tuple(post.id for post in posts)
