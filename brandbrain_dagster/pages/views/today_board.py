"""The Today board as a person reads it: where it stands, and its ideas with what speaks for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from brandbrain_dagster.domain.compile.extractive.wording import listed, platform_name
from brandbrain_dagster.domain.opportunities.board import BoardState, GenerationStage
from brandbrain_dagster.domain.opportunities.evidence_preview import EvidencePreview
from brandbrain_dagster.domain.opportunities.opportunity import Opportunity, ScoreBand
from brandbrain_dagster.pages.views.brand_state import Mood
from brandbrain_dagster.pages.views.links import outside_link
from brandbrain_dagster.pages.views.profile_fields import platform_title
from brandbrain_dagster.use_cases.today_board import ShownOpportunity, Today

_STAGES = {
    None: "It waits for its turn.",
    GenerationStage.FETCHING_EVIDENCE: "Looking through the evidence.",
    GenerationStage.RUNNING_QUALITY_GATES: "Checking that there is enough to go by.",
    GenerationStage.SYNTHESIZING: "Finding ideas.",
    GenerationStage.SCORING: "Weighing them.",
    GenerationStage.COMPLETE: "Nearly there.",
}


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A cited item in short."""

    title: str
    link: str | None
    snippet: str


@dataclass(frozen=True, kw_only=True)
class IdeaView:
    """An idea as it is shown."""

    id: str
    title: str
    angle: str
    why_now: str
    kind: str
    channels: str
    score: int
    is_strong: bool
    explanation: str
    is_pinned: bool
    previews: Sequence[Preview]


@dataclass(frozen=True, kw_only=True)
class BoardView:
    """The board as it is shown; ``notes`` are sentences beside it, ``remediation`` says what would help."""

    mood: Mood
    headline: str
    explanation: str
    remediation: str | None
    is_generating: bool
    is_stale: bool
    made_at: datetime | None
    ideas: Sequence[IdeaView]
    notes: Sequence[str]
    has_profile: bool


def board_view(today: Today) -> BoardView:
    """Returns the board as it is shown."""
    findings = today.told_by.board_json if today.told_by else None
    mood, headline, explanation = _told(today)
    return BoardView(
        mood=mood,
        headline=headline,
        explanation=explanation,
        remediation=findings.remediation if findings else None,
        is_generating=today.state.state is BoardState.GENERATING,
        is_stale=today.state.stale,
        made_at=today.shown_from.created_at if today.shown_from else None,
        ideas=[_idea(shown) for shown in today.opportunities],
        notes=[*today.delivery, *(findings.notes if findings else ())],
        has_profile=today.profile is not None,
    )


def _told(today: Today) -> tuple[Mood, str, str]:
    state, count = today.state, len(today.opportunities)
    match state.state:
        case BoardState.GENERATING:
            return Mood.BUSY, "Finding what to publish next", _STAGES[state.progress_stage]
        case BoardState.INSUFFICIENT_EVIDENCE:
            return Mood.DUE, "There is not enough to go by yet", state.reason or ""
        case BoardState.ERROR:
            return Mood.BAD, "The board could not be made", state.reason or ""
        case BoardState.NOT_GENERATED_YET:
            sentence = (
                "There is no board yet." if today.profile else "It is made from the profile: compile the brand first."
            )
            return Mood.QUIET, "Nothing here yet", sentence
    if not count:
        return Mood.QUIET, "No ideas today", state.reason or "Nothing that was found would be worth publishing."
    return Mood.GOOD, f"{count} idea{'' if count == 1 else 's'} for today", ""


def _idea(shown: ShownOpportunity) -> IdeaView:
    idea = shown.opportunity
    return IdeaView(
        id=str(idea.id),
        title=idea.title,
        angle=idea.angle,
        why_now=idea.why_now,
        kind=idea.type.value.capitalize(),
        channels=_channels(idea),
        score=idea.score,
        is_strong=idea.band is ScoreBand.STRONG,
        explanation=idea.score_explanation,
        is_pinned=shown.standing.is_pinned,
        previews=[_preview(preview) for preview in shown.evidence_preview],
    )


def _channels(idea: Opportunity) -> str:
    others = [channel for channel in idea.suggested_channels if channel is not idea.primary_channel]
    first = platform_title(idea.primary_channel.value)
    named = first[:1].upper() + first[1:]
    return f"{named}, also {listed([platform_name(channel.value) for channel in others])}" if others else named


def _preview(preview: EvidencePreview) -> Preview:
    return Preview(
        title=platform_title(preview.platform), link=outside_link(preview.canonical_url), snippet=preview.text_snippet
    )
