"""The five parts of a score (0..4 each), added up from what can be seen of a sketch."""

from datetime import date, timedelta
from statistics import median

from brandbrain_dagster.domain.opportunities.candidate import Finding
from brandbrain_dagster.domain.opportunities.evidence_reading import EvidenceReading, dated
from brandbrain_dagster.domain.opportunities.opportunity import OpportunityType, ScoreBreakdown
from brandbrain_dagster.domain.opportunities.sketch import Sketch

_MOST = 4
_AGES = ((timedelta(days=7), 3), (timedelta(days=14), 2), (timedelta(days=30), 1))
"""Timeliness by the age of the newest post cited."""
_TIMES = ((2.0, 3), (1.3, 2), (0.8, 1))
"""Differentiation by the middle post's multiple of the usual engagement."""
_MOST_OF_EVERGREEN = 2
"""Timeliness of what could be said on another day just as well."""
_SOON = timedelta(days=14)
_MOST_OF_ONE_THING = 2


def break_down(sketch: Sketch, reading: EvidenceReading) -> ScoreBreakdown | None:
    """Returns the parts; None where one cannot be computed."""
    timeliness = _timeliness(sketch, reading)
    if timeliness is None:
        return None
    return ScoreBreakdown(
        clarity=_clarity(sketch),
        strategic_fit=_strategic_fit(sketch, reading),
        timeliness=timeliness,
        differentiation=_differentiation(sketch, reading),
        execution_readiness=_execution_readiness(sketch, reading),
    )


def _clarity(sketch: Sketch) -> int:
    """One each: an opening line is there; it is a whole sentence; it is about one thing (a pillar, a claim or a day
    ahead) and not about more than two posts; a figure compares it with what is usual, or a day is set.
    """
    lead, has_day = sketch.posts[0], sketch.finding is Finding.NAMED_DATE
    is_about_one_thing = sketch.theme is not None or sketch.proof is not None or has_day
    compares = any("times" in name or name == "per_hundred" for fact in sketch.facts for name in fact.figures)
    return sum((
        lead.hook is not None,
        lead.hook in lead.sentences,
        is_about_one_thing and len(sketch.posts) <= _MOST_OF_ONE_THING,
        compares or has_day,
    ))  # fmt: skip


def _strategic_fit(sketch: Sketch, reading: EvidenceReading) -> int:
    """Two where it serves a pillar; one where its channel is a priority, or the busiest of a brand that names none; one
    where the pillar is of the larger half, or it shows a proof.
    """
    channels, pillars = reading.outlets.channels, reading.context.snapshot.pillars
    names_none = not any(map(reading.outlets.is_priority, channels))
    channel = sketch.outlet.channel
    on_channel = reading.outlets.is_priority(channel) or (names_none and channel == channels[0])
    larger = sorted(pillars, key=lambda pillar: -pillar.share)[: (len(pillars) + 1) // 2]
    weighs = sketch.proof is not None or (sketch.theme is not None and sketch.theme.pillar in larger)
    return 2 * (sketch.theme is not None) + on_channel + weighs


def _timeliness(sketch: Sketch, reading: EvidenceReading) -> int | None:
    """By the newest post cited: 3 within 7 days, 2 within 14, 1 within 30, else 0; one more for what rises; at most 2
    for what is evergreen. A day ahead makes it 4 within 14 days, else 3. None where nothing cited has a time.
    """
    ahead = [value for fact in sketch.facts for name, value in fact.figures.items() if name == "named_day"]
    if ahead and isinstance(ahead[0], date):
        return _MOST if ahead[0] - reading.context.now.date() <= _SOON else _MOST - 1
    ages = [age for post in dated(sketch.posts) if (age := reading.age(post)) is not None]
    if not ages:
        return None
    points = next((points for limit, points in _AGES if min(ages) <= limit), 0) + (
        sketch.finding is Finding.RISING_THEME
    )
    return min(points, _MOST_OF_EVERGREEN if sketch.type is OpportunityType.EVERGREEN else _MOST)


def _differentiation(sketch: Sketch, reading: EvidenceReading) -> int:
    """By the middle one of the brand's posts cited: 3 from twice the usual engagement on, 2 from 1.3 times, 1 from 0.8
    times, nothing where none is known; what is talked about by its comments for a like instead. One more where its
    channel does not hold it yet, or for a claim never made.
    """
    known = reading.yardstick.known_times(post for post in sketch.posts if post.is_own)
    talked, usual_talk = _figure("per_hundred", sketch), _figure("usual", sketch)
    if talked and usual_talk:
        known = [talked / usual_talk]
    usual = median(known) if known else 0.0
    points = next((points for least, points in _TIMES if usual >= least), 0)
    is_told = all(reading.is_told_on(sketch.outlet.channel, post) for post in sketch.posts)
    return points + (sketch.proof is not None or not is_told)


def _execution_readiness(sketch: Sketch, reading: EvidenceReading) -> int:
    """One each: the brand is at home in the format; what to say is written out (a transcript, a list, a long text);
    several posts give material; the opening line, or the claim, is there word for word.
    """
    posts = sketch.posts
    written_out = any(post.item.flags.has_transcript or post.point_count > 1 or post.has_long_text for post in posts)
    is_home = reading.outlets.is_at_home(sketch.outlet)
    return sum(map(bool, (is_home, written_out, len(posts) > 1, sketch.proof or posts[0].hook)))


def _figure(name: str, sketch: Sketch) -> float | None:
    values = (fact.figures[name] for fact in sketch.facts if name in fact.figures)
    return next((value for value in values if not isinstance(value, date)), None)
