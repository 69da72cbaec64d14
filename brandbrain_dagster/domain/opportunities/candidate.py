"""The candidate: a finding in the evidence that an idea can rest on, before it is put into words and scored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.onboarding.platform_rules import CtaPolicy
from brandbrain_dagster.domain.opportunities.opportunity import Channel, OpportunityType, ScoreBreakdown


class Finding(StrEnum):
    """What was found in the evidence; each is told in sentences of its own."""

    RISING_THEME = "rising_theme"
    QUIET_THEME = "quiet_theme"
    STANDOUT_POST = "standout_post"
    STRONG_FORMAT = "strong_format"
    PLATFORM_GAP = "platform_gap"
    UNEQUAL_TWINS = "unequal_twins"
    UNTOLD_PROOF = "untold_proof"
    TALKED_ABOUT = "talked_about"
    NAMED_DATE = "named_date"
    STEADY_THEME = "steady_theme"
    OTHER_VOICE = "other_voice"


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A true sentence with figures in it, without its full stop, and the items that they are computed from.

    ``figures`` are the numbers and days that the sentence names, by what each of them is (``facts`` says how it is
    computed), so that they can be computed again from the items.
    """

    text: str
    figures: Mapping[str, float | date]
    evidence_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One finding with the items it cites (1..4, its own), the one it is told by first.

    ``hook`` is how the first item opens, verbatim, ``proof`` a claim of the brand's answers. ``cta_policy`` is the one
    that holds on the primary channel; ``suggested_channels`` are others that do not hold the first item yet.
    ``breakdown`` is None where a part of the score cannot be computed.
    """

    key: str
    finding: Finding
    type: OpportunityType
    pillar_id: str | None
    pillar_name: str | None
    persona: str | None
    items: tuple[EvidenceItem, ...]
    primary_channel: Channel
    suggested_channels: tuple[Channel, ...]
    format_name: str | None
    cta_policy: CtaPolicy
    facts: tuple[Fact, ...]
    hook: str | None
    proof: str | None
    breakdown: ScoreBreakdown | None


@dataclass(frozen=True, kw_only=True)
class Wording:
    """An idea in words: what to make, how, and why now."""

    title: str
    angle: str
    why_now: str


Wordings = Mapping[str, Wording]
"""Wordings by candidate key."""
