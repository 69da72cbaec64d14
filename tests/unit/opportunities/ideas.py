"""Opportunities with sensible fields, of which a test names only those it is about."""

from typing import Any
from uuid import UUID

from brandbrain_dagster.domain.opportunities.opportunity import Channel, Opportunity, OpportunityType, ScoreBreakdown

BREAKDOWN = ScoreBreakdown(clarity=3, strategic_fit=3, timeliness=3, differentiation=3, execution_readiness=3)


def make_idea(number: int, score: int = 50, **fields: Any) -> Opportunity:
    values: dict[str, Any] = {
        "id": UUID(int=number),
        "title": f"Idea number {number}",
        "angle": "Show how it is done, step by step.",
        "why_now": "3 posts since 1 March reached twice the usual engagement.",
        "type": OpportunityType.EVERGREEN,
        "primary_channel": Channel.INSTAGRAM,
        "suggested_channels": (),
        "score": score,
        "score_breakdown": BREAKDOWN,
        "score_explanation": "It is clear.",
        "pillar_id": "pillar-1",
        "persona": None,
        "evidence_ids": (UUID(int=1000 + number),),
    }
    return Opportunity(**(values | fields))
