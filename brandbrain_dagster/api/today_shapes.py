"""The JSON of the Today board, as OpenAPI describes it and as it is built."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from pydantic import BaseModel, Field, WithJsonSchema

from brandbrain_dagster.api.bodies import RequestShape
from brandbrain_dagster.api.times import Time
from brandbrain_dagster.domain.onboarding.platform_rules import CtaPolicy
from brandbrain_dagster.domain.opportunities.board import BoardState, EvidenceSummary, GenerationStage, ReadyReason
from brandbrain_dagster.domain.opportunities.decisions import DecisionType
from brandbrain_dagster.domain.opportunities.opportunity import Channel, CreatedVia, OpportunityType, ScoreBand
from brandbrain_dagster.use_cases.today_board import ShownOpportunity, Today

NO_SOURCE = "none"
"""What ``meta.source`` is where nobody put ideas into words."""


class PillarShape(BaseModel):
    """A theme of the profile; ``share`` (0..1) is its part of the evidence."""

    id: str
    name: str | None
    description: str | None
    share: float


class TodaySnapshotShape(BaseModel):
    """The newest profile in short; null and empty where it has no value, or there is none yet.

    ``personas`` are the people it is for; a brand without a policy asks its readers for nothing: ``none``.
    """

    brand_id: UUID
    brand_name: str
    positioning: str | None
    pillars: list[PillarShape]
    personas: list[str]
    voice_tone_tags: list[str]
    taboos: list[str]
    cta_policy: CtaPolicy
    content_goal: str | None


class BreakdownShape(BaseModel):
    """The parts of a score."""

    clarity: int
    strategic_fit: int
    timeliness: int
    differentiation: int
    execution_readiness: int


class PreviewShape(BaseModel):
    """A cited item in short."""

    id: UUID
    platform: str
    canonical_url: str
    author_ref: str | None
    text_snippet: str = Field(max_length=200)
    has_transcript: bool


class OpportunityShape(BaseModel):
    """One idea of what to publish, what it rests on, and what people decided about it."""

    id: UUID
    brand_id: UUID
    board_id: UUID
    title: str
    angle: str
    why_now: str
    type: OpportunityType
    primary_channel: Channel
    suggested_channels: list[Channel]
    score: int
    band: ScoreBand
    score_breakdown: BreakdownShape
    score_explanation: str
    pillar_id: str | None
    persona: str | None
    evidence_ids: list[UUID]
    evidence_preview: list[PreviewShape]
    is_pinned: bool
    is_snoozed: bool
    snoozed_until: Time | None
    is_ignored: bool
    created_via: CreatedVia


class EvidenceSummaryShape(BaseModel):
    """The evidence that the board looked at; before the first board, all that is in the ledger. Ages by publication."""

    total_items: int
    platforms: dict[str, int]
    items_with_text: int
    items_with_transcript: int
    transcript_coverage: float
    newest_item_age_hours: float | None
    oldest_item_age_hours: float | None


class ShortfallShape(BaseModel):
    """What the evidence has and lacks; ``failures`` are the codes of all failed gates."""

    required_items: int
    found_items: int
    required_platforms: list[str]
    found_platforms: list[str]
    missing_platforms: list[str]
    transcript_coverage: float
    min_transcript_coverage: float
    failures: list[str]


class TodayMetaShape(BaseModel):
    """Where the board stands. ``board_id`` is the board whose findings these are."""

    generated_at: Time
    source: str
    state: BoardState
    board_id: UUID | None
    job_id: UUID | None
    progress_stage: GenerationStage | None
    ready_reason: ReadyReason | None
    stale: bool
    stale_since: Time | None
    degraded: bool
    reason: str | None
    remediation: str | None
    evidence_shortfall: ShortfallShape | None
    total_candidates: int | None
    opportunity_count: int
    notes: list[str]
    gate_config_version: str
    timings_ms: dict[str, int]


class TodayShape(BaseModel):
    """The Today board of a brand."""

    brand_id: UUID
    snapshot: TodaySnapshotShape
    opportunities: list[OpportunityShape]
    evidence_summary: EvidenceSummaryShape
    meta: TodayMetaShape


class RegenerationShape(BaseModel):
    """The generation that waits, or runs already."""

    status: Literal["accepted"]
    job_id: UUID
    poll_url: str


class DecisionToMake(RequestShape):
    """A decision; ``snoozed_until`` goes with snoozing, and with nothing else."""

    decision_type: Annotated[
        DecisionType, Field(strict=False), WithJsonSchema({"type": "string", "enum": list(map(str, DecisionType))})
    ]
    reason: str | None = Field(default=None, max_length=2000)
    snoozed_until: str | None = Field(
        default=None, json_schema_extra={"format": "date-time"}, examples=["2030-01-01T09:00:00+00:00"]
    )


class DecisionShape(BaseModel):
    """What was recorded; ``object_id`` is the opportunity."""

    status: Literal["accepted"]
    decision_type: DecisionType
    object_id: UUID
    recorded_at: Time


def today_json(today: Today, *, now: datetime, gate_config_version: str) -> dict[str, Any]:
    """Returns the board as `TodayShape`; ``gate_config_version`` is in force where no board tells its own."""
    return {
        "brand_id": today.brand_id,
        "snapshot": _snapshot(today),
        "opportunities": [_opportunity(today, shown, now) for shown in today.opportunities],
        "evidence_summary": _evidence_summary(today.evidence_summary, now),
        "meta": _meta(today, now, gate_config_version),
    }


def _snapshot(today: Today) -> dict[str, Any]:
    profile = today.profile
    return {
        "brand_id": today.brand_id,
        "brand_name": today.brand_name,
        "positioning": profile and profile.what_we_do,
        "pillars": profile.pillars if profile else [],
        "personas": [profile.who_for] if profile and profile.who_for else [],
        "voice_tone_tags": (profile and profile.tone_tags) or [],
        "taboos": (profile and profile.taboos) or [],
        "cta_policy": (profile and profile.cta_policy) or CtaPolicy.NONE,
        "content_goal": profile and profile.content_goal,
    }


def _opportunity(today: Today, shown: ShownOpportunity, now: datetime) -> dict[str, Any]:
    standing = shown.standing
    return {
        **msgspec.structs.asdict(shown.opportunity),
        "brand_id": today.brand_id,
        "board_id": today.shown_from and today.shown_from.id,
        "band": shown.opportunity.band,
        "evidence_preview": shown.evidence_preview,
        "is_pinned": standing.is_pinned,
        "is_snoozed": standing.is_snoozed(now),
        "snoozed_until": _time(standing.snoozed_until),
        "is_ignored": standing.is_ignored,
    }


def _evidence_summary(summary: EvidenceSummary, now: datetime) -> dict[str, Any]:
    counts = ("total_items", "platforms", "items_with_text", "items_with_transcript", "transcript_coverage")
    return {
        **{name: getattr(summary, name) for name in counts},
        "newest_item_age_hours": _age_hours(summary.newest_published_at, now),
        "oldest_item_age_hours": _age_hours(summary.oldest_published_at, now),
    }


def _meta(today: Today, now: datetime, gate_config_version: str) -> dict[str, Any]:
    state, board = today.state, today.told_by
    findings = board.board_json if board else None
    worded_by = today.shown_from or board
    return {
        "generated_at": _time(board.created_at if board else now),
        "source": (worded_by and worded_by.board_json.source) or NO_SOURCE,
        "state": state.state,
        "board_id": board and board.id,
        "job_id": state.job_id,
        "progress_stage": state.progress_stage,
        "ready_reason": board.ready_reason if board and state.state is BoardState.READY else None,
        "stale": state.stale,
        "stale_since": _time(state.stale_since),
        "degraded": state.degraded,
        "reason": state.reason,
        "remediation": findings and findings.remediation,
        "evidence_shortfall": findings and findings.evidence_shortfall,
        "total_candidates": findings and findings.total_candidates,
        "opportunity_count": len(today.opportunities),
        "notes": [*(findings.notes if findings else ()), *today.delivery],
        "gate_config_version": findings.gate_config_version if findings else gate_config_version,
        "timings_ms": findings.timings_ms if findings else {},
    }


def _time(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()


def _age_hours(published_at: datetime | None, now: datetime) -> float | None:
    return None if published_at is None else round((now - published_at) / timedelta(hours=1), 2)
