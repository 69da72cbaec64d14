"""Finding the candidates of a board in a brand's evidence: the same evidence gives the same candidates."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import product

from brandbrain_dagster.domain.opportunities.breakdown import break_down
from brandbrain_dagster.domain.opportunities.candidate import Candidate, Finding
from brandbrain_dagster.domain.opportunities.context import BoardContext
from brandbrain_dagster.domain.opportunities.evidence_reading import EvidenceReading
from brandbrain_dagster.domain.opportunities.outside_finders import find_other_voices, find_untold_proof
from brandbrain_dagster.domain.opportunities.post_finders import (
    find_named_days,
    find_platform_gaps,
    find_standout_posts,
    find_strong_formats,
    find_talked_about,
    find_unequal_twins,
)
from brandbrain_dagster.domain.opportunities.posts import Post, twins_of
from brandbrain_dagster.domain.opportunities.sketch import Finder, Sketch
from brandbrain_dagster.domain.opportunities.theme_finders import (
    find_quiet_themes,
    find_rising_themes,
    find_steady_themes,
)

_FINDERS: tuple[Finder, ...] = (
    find_named_days,
    find_untold_proof,
    find_rising_themes,
    find_standout_posts,
    find_talked_about,
    find_strong_formats,
    find_platform_gaps,
    find_unequal_twins,
    find_quiet_themes,
    find_other_voices,
)
"""In the order in which they take posts: what rests on a certain post before what can do with others."""
_TURNS = (*_FINDERS * 2, *(find_steady_themes,) * 2, *_FINDERS, find_steady_themes)
"""Every kind of finding gets its turns before what is left is collected by theme."""
_MOST_OF_A_KIND = 3
_OF_POSTS = frozenset(
    {Finding.STANDOUT_POST, Finding.TALKED_ABOUT, Finding.STRONG_FORMAT, Finding.PLATFORM_GAP, Finding.UNEQUAL_TWINS}
)
_ENOUGH = 8
"""Candidates below which what rests on single posts may come back to a theme."""


def find_candidates(context: BoardContext) -> list[Candidate]:
    """Returns the findings worth an idea, each with posts of its own, keyed c1, c2, ...; none without pillars.

    Every kind of finding gets its turn before any gets a second one, on another theme while there are enough of those.
    A post that one candidate cites, and every post that says the same, is not cited by another.
    """
    if not context.snapshot.pillars:
        return []
    reading = EvidenceReading(context)
    taken: set[str] = set()
    sketches: list[Sketch] = []
    for finder, may_repeat in [*product(_TURNS, [False]), *product(_FINDERS * 2, [True])]:
        if may_repeat and len(sketches) >= _ENOUGH:
            break
        free = {post.id for post in reading.citable} - taken
        open_ones = (
            sketch
            for sketch in finder(reading, free)
            if _may_come(sketch, sketches, may_repeat=may_repeat) and _is_open(sketch, taken, reading)
        )
        sketch = next(open_ones, None)
        if sketch is not None:
            sketches.append(sketch)
            taken |= _used(sketch, reading)
    return [_candidate(f"c{number}", sketch, reading) for number, sketch in enumerate(sketches, start=1)]


def _may_come(sketch: Sketch, before: Sequence[Sketch], *, may_repeat: bool) -> bool:
    """Says whether there is room for one more of its kind, on its subject."""
    alike = [other for other in before if other.finding is sketch.finding]
    if len(alike) == _MOST_OF_A_KIND:
        return False
    is_told = _subject(sketch) in {_subject(other) for other in alike}
    return not is_told or (may_repeat and sketch.finding in _OF_POSTS)


def _used(sketch: Sketch, reading: EvidenceReading) -> set[str]:
    return {used.id for post in sketch.posts for used in [post, *twins_of(post, _all_posts(reading))]}


def _is_open(sketch: Sketch, taken: AbstractSet[str], reading: EvidenceReading) -> bool:
    hooks = " ".join(post.hook or "" for post in sketch.posts)
    is_taken = any(post.id in taken for post in sketch.posts)
    return not is_taken and not reading.outlets.forbids(sketch.outlet.channel, f"{hooks} {sketch.proof or ''}")


def _subject(sketch: Sketch) -> str:
    """Names what a finding is about: its pillar, or its first post where it serves none."""
    return sketch.theme.pillar.id if sketch.theme else sketch.posts[0].id


def _all_posts(reading: EvidenceReading) -> Sequence[Post]:
    return [*reading.own, *reading.others]


def _pillar_id(sketch: Sketch) -> str | None:
    return sketch.theme.pillar.id if sketch.theme else None


def _candidate(key: str, sketch: Sketch, reading: EvidenceReading) -> Candidate:
    channel = sketch.outlet.channel
    others = [other for other in reading.outlets.channels if other != channel]
    return Candidate(
        key=key,
        finding=sketch.finding,
        type=sketch.type,
        pillar_id=_pillar_id(sketch),
        pillar_name=sketch.theme.name if sketch.theme else None,
        persona=reading.context.snapshot.positioning.who_for.value,
        items=tuple(post.item for post in sketch.posts),
        primary_channel=channel,
        suggested_channels=tuple(other for other in others if not reading.is_told_on(other, sketch.posts[0])),
        format_name=sketch.outlet.format_name,
        cta_policy=reading.outlets.cta_policy(channel),
        facts=sketch.facts,
        hook=sketch.posts[0].hook,
        proof=sketch.proof,
        breakdown=break_down(sketch, reading),
    )
