"""Candidates with sensible fields, of which a test names only those it is about."""

from typing import Any

from brandbrain_dagster.domain.onboarding.platform_rules import CtaPolicy
from brandbrain_dagster.domain.opportunities.candidate import Candidate, Fact, Finding, Wording
from brandbrain_dagster.domain.opportunities.opportunity import Channel, OpportunityType
from tests.unit.opportunities.evidence import spoiled
from tests.unit.opportunities.ideas import BREAKDOWN

GOOD = Wording(
    title="Part two of “the drum roaster that Marta repaired twice”",
    angle="Film the drum once more, and let Marta say what broke.",
    why_now="The reel of 18 November on Instagram reached 1,240 likes, 3.6 times the median of 10 reels there.",
)


def facts(*texts: str) -> tuple[Fact, ...]:
    return tuple(Fact(text=text.removesuffix("."), figures={}, evidence_ids=("post-2",)) for text in texts)


def make_candidate(key: str = "c1", **fields: Any) -> Candidate:
    values: dict[str, Any] = {
        "key": key,
        "finding": Finding.STANDOUT_POST,
        "type": OpportunityType.TREND,
        "pillar_id": "pillar-1",
        "pillar_name": "Repairs",
        "persona": None,
        "items": (spoiled(2),),
        "primary_channel": Channel.INSTAGRAM,
        "suggested_channels": (),
        "format_name": "reel",
        "cta_policy": CtaPolicy.SOFT,
        "facts": facts(GOOD.why_now),
        "hook": "the drum roaster that Marta repaired twice",
        "proof": None,
        "breakdown": BREAKDOWN,
    }
    return Candidate(**(values | fields))
