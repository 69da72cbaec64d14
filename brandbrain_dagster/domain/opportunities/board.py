"""The board: what came of one generation, whichever way it ended."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import msgspec

from brandbrain_dagster.domain.opportunities.opportunity import Opportunity

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class BoardState(StrEnum):
    """What a reader of the Today board meets; the first two are never stored."""

    NOT_GENERATED_YET = "not_generated_yet"
    GENERATING = "generating"
    READY = "ready"
    INSUFFICIENT_EVIDENCE = "insufficient_evidence"
    ERROR = "error"


class ReadyReason(StrEnum):
    """Why a ready board holds what it holds: GENERATED with opportunities, each of the others with none."""

    GENERATED = "generated"
    NO_VALID_CANDIDATES = "no_valid_candidates"
    EMPTY_BRAND_CONTEXT = "empty_brand_context"
    GATES_ONLY_NO_SYNTHESIS = "gates_only_no_synthesis"


class GenerationStage(StrEnum):
    """The stages of a running generation, in their order; shown as progress."""

    FETCHING_EVIDENCE = "fetching_evidence"
    RUNNING_QUALITY_GATES = "running_quality_gates"
    SYNTHESIZING = "synthesizing"
    SCORING = "scoring"
    COMPLETE = "complete"


class EvidenceSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The evidence looked at, counted; ``platforms`` counts items, the times are of publication."""

    total_items: int
    platforms: Mapping[str, int]
    items_with_text: int
    items_with_transcript: int
    transcript_coverage: Share
    newest_published_at: datetime | None
    oldest_published_at: datetime | None


class EvidenceShortfall(msgspec.Struct, frozen=True, kw_only=True):
    """What the evidence looked at has and lacks, in true numbers; ``failures`` are the codes of all failed gates."""

    required_items: int
    found_items: int
    required_platforms: tuple[str, ...]
    found_platforms: tuple[str, ...]
    missing_platforms: tuple[str, ...]
    transcript_coverage: Share
    min_transcript_coverage: Share
    failures: tuple[str, ...]


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """What a generation leaves: the state, and all that a reader needs to understand it.

    ``evidence_ids`` are the items looked at. ``gates_json`` holds the thresholds used and every gate's outcome.
    ``reason`` and ``remediation`` are sentences for people, None where there is nothing to say; ``diagnostics`` is
    there on an error board. ``timings_ms`` is by stage. ``source`` is who put the ideas into words.
    """

    state: BoardState
    ready_reason: ReadyReason | None
    opportunities: tuple[Opportunity, ...]
    evidence_ids: tuple[UUID, ...]
    evidence_summary: EvidenceSummary | None
    gate_config_version: str
    gates_json: Mapping[str, Any]
    evidence_shortfall: EvidenceShortfall | None
    reason: str | None
    remediation: str | None
    total_candidates: int | None
    notes: tuple[str, ...]
    source: str | None
    diagnostics: Mapping[str, Any] | None = None
