"""What lies outside the brand's own posts: claims that it never posted, and what somebody else wrote."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import timedelta

import regex

from brandbrain_dagster.domain.compile.extractive.stems import stem
from brandbrain_dagster.domain.features.item_text import WORD
from brandbrain_dagster.domain.features.lexicon import fold_text
from brandbrain_dagster.domain.features.phrase_candidates import stop_words
from brandbrain_dagster.domain.onboarding.answers import ProofClaim
from brandbrain_dagster.domain.opportunities import facts
from brandbrain_dagster.domain.opportunities.candidate import Finding
from brandbrain_dagster.domain.opportunities.evidence_reading import EvidenceReading, dated
from brandbrain_dagster.domain.opportunities.opportunity import Channel, OpportunityType
from brandbrain_dagster.domain.opportunities.posts import Post
from brandbrain_dagster.domain.opportunities.sketch import Sketch

_TOLD = 0.6
"""Share of a claim's words from which a post makes the claim."""
_FEWEST_WORDS = 2
"""Words that a post shares with a claim and what backs it, from which it has to do with it."""
_MOST_RELATED = 2
_OF_LATE = timedelta(days=30)
_FIGURE = regex.compile(r"\d[\d.,]*")


def find_untold_proof(reading: EvidenceReading, free: AbstractSet[str]) -> Iterator[Sketch]:
    """Yields the claims of the answers that no post makes, with the posts that come closest."""
    channel = next(iter(reading.outlets.channels), None)
    outlet = reading.outlets.best(channel) if channel else None
    if outlet is None or not dated(reading.own):
        return
    for claim in reading.context.snapshot.meta.proof_library:
        if any(_makes(claim, post) for post in reading.own):
            continue
        related = [
            (len(_overlap(claim, post)), post) for post in reading.best_first(reading.citable) if post.id in free
        ]
        near = sorted(
            ((shared, post) for shared, post in related if shared >= _FEWEST_WORDS and post.hook and dated([post])),
            key=lambda pair: -pair[0],
        )
        posts = tuple(post for _, post in near[:_MOST_RELATED])
        if posts:
            yield Sketch(
                finding=Finding.UNTOLD_PROOF,
                type=OpportunityType.EVERGREEN,
                theme=reading.theme_of(posts[0]),
                posts=posts,
                outlet=outlet,
                facts=(facts.unclaimed(claim, reading), facts.reached(posts[0], reading)),
                proof=claim.claim,
            )


def find_other_voices(reading: EvidenceReading, free: AbstractSet[str]) -> Iterator[Sketch]:
    """Yields what others wrote lately on a theme of the brand, the best liked first, with the best own post on it."""
    late = [post for post in reading.others if reading.is_recent(post, _OF_LATE) and post.hook]
    for post in sorted(late, key=_best_liked_first):
        outlet = reading.outlets.best(Channel(post.platform)) if post.platform in reading.outlets.channels else None
        theme = reading.theme_of(post)
        if outlet is None or theme is None:
            continue
        own = [mine for mine in reading.best_first(theme.posts) if mine.id in free and mine.hook]
        yield Sketch(
            finding=Finding.OTHER_VOICE,
            type=OpportunityType.COMPETITIVE,
            theme=theme,
            posts=(post, *own[:1]),
            outlet=outlet,
            facts=(facts.reached(post, reading), *(facts.reached(mine, reading) for mine in own[:1])),
        )


def _best_liked_first(post: Post) -> tuple[bool, int, str]:
    """A repost comes last: whose words it holds is not known."""
    return post.item.flags.is_repost is True, -(post.item.metrics.likes or 0), post.id


def _makes(claim: ProofClaim, post: Post) -> bool:
    """A post makes a claim when it names the claim's figures, or most of its words."""
    text = f"{post.item.text_primary} {post.item.text_secondary or ''}"
    figures = {figure.strip(".,") for figure in _FIGURE.findall(claim.claim)} - {""}
    telling = {figure for figure in figures if len(figure) > 1 and not regex.fullmatch(r"(?:19|20)\d\d", figure)}
    if telling:
        return telling.issubset({figure.strip(".,") for figure in _FIGURE.findall(text)})
    words = _words(claim.claim, post.text.language)
    return bool(words) and len(words & post.words) >= _TOLD * len(words)


def _overlap(claim: ProofClaim, post: Post) -> frozenset[str]:
    return _words(f"{claim.claim} {claim.support or ''}", post.text.language) & post.words


def _words(text: str, language: str) -> frozenset[str]:
    silent = stop_words(language)
    return frozenset(stem(word, language) for word in WORD.findall(fold_text(text)) if word not in silent)
