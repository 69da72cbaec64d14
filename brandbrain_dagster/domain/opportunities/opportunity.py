"""The opportunity: one idea of what to publish next, with the evidence that it rests on."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID, uuid5

import msgspec

from brandbrain_dagster.domain.features.item_text import WORD
from brandbrain_dagster.domain.features.lexicon import fold_text

Part = Annotated[int, msgspec.Meta(ge=0, le=4)]
STRONG_FROM = 65
"""The score from which an opportunity is strong (opportunities)."""


class OpportunityType(StrEnum):
    """What kind of moment it is; CAMPAIGN is only made by people."""

    TREND = "trend"
    EVERGREEN = "evergreen"
    COMPETITIVE = "competitive"
    CAMPAIGN = "campaign"


class Channel(StrEnum):
    """Where it can be published."""

    INSTAGRAM = "instagram"
    TIKTOK = "tiktok"
    LINKEDIN = "linkedin"
    YOUTUBE = "youtube"
    X = "x"
    NEWSLETTER = "newsletter"


class ScoreBand(StrEnum):
    """STRONG from `STRONG_FROM` on, else WEAK; what scores 0 is no opportunity."""

    STRONG = "strong"
    WEAK = "weak"


class CreatedVia(StrEnum):
    """Who had the idea."""

    AI_SUGGESTED = "ai_suggested"
    MANUAL = "manual"
    IMPORTED = "imported"


class ScoreBreakdown(msgspec.Struct, frozen=True, kw_only=True):
    """The five parts of a score, each 0..4."""

    clarity: Part
    strategic_fit: Part
    timeliness: Part
    differentiation: Part
    execution_readiness: Part


class Opportunity(msgspec.Struct, frozen=True, kw_only=True):
    """One idea. ``score`` is 1..100; ``evidence_ids`` are its own items, at least one.

    ``pillar_id`` names a pillar of the snapshot that it was made from. The same idea has the same ``id`` on every
    board, also where a language model gives it another title.
    """

    id: UUID
    title: str
    angle: str
    why_now: str
    type: OpportunityType
    primary_channel: Channel
    suggested_channels: tuple[Channel, ...]
    score: Annotated[int, msgspec.Meta(ge=1, le=100)]
    score_breakdown: ScoreBreakdown
    score_explanation: str
    pillar_id: str | None
    persona: str | None
    evidence_ids: Annotated[tuple[UUID, ...], msgspec.Meta(min_length=1)]
    created_via: CreatedVia = CreatedVia.AI_SUGGESTED

    @property
    def band(self) -> ScoreBand:
        """How good it is, in a word."""
        return ScoreBand.STRONG if self.score >= STRONG_FROM else ScoreBand.WEAK


def opportunity_id(brand_id: UUID, title: str) -> UUID:
    """Returns the id of an idea, made from the brand and the title's words: the same idea has it on every board."""
    words = " ".join(WORD.findall(fold_text(title)))
    return uuid5(brand_id, f"opportunity|{words}")
