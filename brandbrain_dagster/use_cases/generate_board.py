"""Generating a brand's Today board: gates, candidates, words, selection, and one transaction that ends it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from brandbrain_dagster.domain.compile.snapshot_schema import SnapshotDocument
from brandbrain_dagster.domain.costs.model_usage import added_usage
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.normalization.evidence_frame import items_from_frame
from brandbrain_dagster.domain.normalization.served_item import served_json
from brandbrain_dagster.domain.opportunities.board import Board, BoardState, GenerationStage, ReadyReason
from brandbrain_dagster.domain.opportunities.context import BoardContext
from brandbrain_dagster.domain.opportunities.decisions import standing_after
from brandbrain_dagster.domain.opportunities.evidence_view import look_at, said_in, summarize
from brandbrain_dagster.domain.opportunities.gates import GateReport, run_gates
from brandbrain_dagster.domain.opportunities.opportunity import Opportunity
from brandbrain_dagster.domain.opportunities.selection import SelectedOpportunities, opportunities_from, select
from brandbrain_dagster.domain.opportunities.synthesis import find_candidates
from brandbrain_dagster.domain.opportunities.synthesizer import Synthesizer
from brandbrain_dagster.domain.opportunities.validity import WordingRules, problems_of
from brandbrain_dagster.domain.opportunities.wording import word_candidates
from brandbrain_dagster.errors import CheckFailedError, WorkInterruptedError
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger import board_generations, boards, brands, evidence_items, snapshots
from brandbrain_dagster.stores.ledger.board_generations import GENERATIONS, BoardGeneration
from brandbrain_dagster.stores.ledger.boards import StoredBoard
from brandbrain_dagster.use_cases.attempt_generation import AttemptPorts
from brandbrain_dagster.use_cases.brand_inputs import list_active_sources

_INTERRUPTED = "The generation was stopped before it was done; it begins again."
_NOT_SYNTHESIZED = "Synthesis is switched off (BRANDBRAIN_BOARD_SYNTHESIS=off): the gates were run, and nothing else."
_NO_PILLARS = "The profile has no pillars, so nothing can be proposed; add posts or answers and compile again."
_NO_CANDIDATES = "Every candidate was left out; the notes say why."


@dataclass(frozen=True, kw_only=True)
class GenerationPorts(AttemptPorts):
    """What a generation works with; ``synthesizer`` None switches synthesis off."""

    lake: Lake
    synthesizer: Synthesizer | None
    is_stopping: Callable[[], bool] = lambda: False


@dataclass(frozen=True, kw_only=True)
class _Context:
    """The recorded facts of one generation."""

    board: BoardContext
    connected: frozenset[str]
    rules: WordingRules


@dataclass(kw_only=True)
class _Progress:
    """Enters the stages one after the other, and keeps how long each of them took."""

    generation: BoardGeneration
    lease_token: UUID
    ports: GenerationPorts
    timings_ms: dict[str, int] = field(default_factory=dict)
    _entered: tuple[GenerationStage, datetime] | None = None

    def enter(self, stage: GenerationStage) -> None:
        """Shows the stage.

        Raises:
            WorkInterruptedError: the process is asked to end.
            LeaseLostError: another process has the generation now.
        """
        now = self.ports.now()
        if self._entered is not None:
            left, since = self._entered
            self.timings_ms[left] = round((now - since).total_seconds() * 1000)
        self._entered = (stage, now)
        if self.ports.is_stopping():
            raise WorkInterruptedError(_INTERRUPTED)
        with self.ports.ledger.begin() as conn:
            board_generations.record_stage(
                conn, generation_id=self.generation.id, lease_token=self.lease_token, stage=stage
            )

    def record_usage(self, usage: Mapping[str, Any]) -> None:
        """Adds what a language model took to what earlier attempts took.

        Raises:
            LeaseLostError: another process has the generation now.
        """
        if usage:
            with self.ports.ledger.begin() as conn:
                board_generations.record_llm_usage(
                    conn,
                    generation_id=self.generation.id,
                    lease_token=self.lease_token,
                    usage=added_usage(self.generation.llm_usage_json, usage),
                )


def generate_board(generation: BoardGeneration, *, lease_token: UUID, ports: GenerationPorts) -> StoredBoard:
    """Generates the board of a generation that was taken, and ends the generation with it.

    Raises:
        LeaseLostError: another process has the generation now; nothing was written.
        WorkInterruptedError: the process is asked to end.
    """
    progress = _Progress(generation=generation, lease_token=lease_token, ports=ports)
    progress.enter(GenerationStage.FETCHING_EVIDENCE)
    context = _read_context(generation, ports)
    progress.enter(GenerationStage.RUNNING_QUALITY_GATES)
    report = run_gates(
        context.board.items, config=ports.rules.gates, now=context.board.now, connected=context.connected
    )
    ideas = None
    if ports.synthesizer is not None and not report.failures and context.board.snapshot.pillars:
        ideas = _find_ideas(context, ports.synthesizer, progress)
    progress.enter(GenerationStage.COMPLETE)
    return _publish(context, report, ideas, progress)


@dataclass(frozen=True, kw_only=True)
class _Ideas:
    """What synthesis brought, before people's decisions; ``source`` is who put it into words."""

    opportunities: Sequence[Opportunity]
    total_candidates: int
    notes: Sequence[str]
    source: str


def _find_ideas(context: _Context, synthesizer: Synthesizer, progress: _Progress) -> _Ideas:
    board = context.board
    progress.enter(GenerationStage.SYNTHESIZING)
    candidates = find_candidates(board)
    worded = synthesizer.word(candidates, board)
    progress.record_usage(worded.llm_usage)
    progress.enter(GenerationStage.SCORING)
    sound = {
        candidate.key: wording
        for candidate in candidates
        if (wording := worded.wordings.get(candidate.key)) and not problems_of(wording, candidate, context.rules)
    }
    drafts = word_candidates(candidates, board)
    return _Ideas(
        opportunities=opportunities_from(candidates, sound, drafts=drafts, brand_id=board.brand_id),
        total_candidates=len(candidates),
        notes=worded.notes,
        source=worded.source,
    )


def _read_context(generation: BoardGeneration, ports: GenerationPorts) -> _Context:
    brand_id, now = generation.brand_id, ports.now()
    with ports.ledger.read() as conn:
        snapshot = snapshots.get_snapshot_by_id(conn, snapshot_id=generation.snapshot_id)
        brand = brands.get_brand(conn, brand_id=brand_id)
        sources = list_active_sources(conn, brand_id=brand_id, disabled_capabilities=ports.rules.disabled_capabilities)
    frame = ports.lake.read_evidence(brand_id=brand_id)
    collected = {(source.platform, source.capability) for source in sources}
    evidence = [
        item
        for item in (items_from_frame(frame) if frame is not None else ())
        if (item.platform, item.capability) in collected
    ]
    board = BoardContext(
        brand_id=brand_id,
        brand_name=brand.name,
        snapshot=msgspec.convert(snapshot.snapshot_json, SnapshotDocument),
        items=look_at(evidence, config=ports.rules.gates, now=now),
        now=now,
    )
    return _Context(
        board=board,
        connected=frozenset(source.name for source in sources),
        rules=WordingRules(taboos=tuple(board.snapshot.constraints.taboos.value or ())),
    )


def _select(conn: Connection, context: _Context, ideas: _Ideas) -> SelectedOpportunities:
    """Selects by the decisions that stand now: what people decide while ideas are looked for counts, too."""
    brand_id = context.board.brand_id
    decisions = boards.list_decisions(conn, brand_id=brand_id)
    standing = {opportunity_id: standing_after(made) for opportunity_id, made in decisions.items()}
    pinned_ids = [opportunity_id for opportunity_id, stands in standing.items() if stands.is_pinned]
    pinned = boards.list_opportunities(conn, brand_id=brand_id, ids=pinned_ids)
    looked_at = {UUID(item.id): item for item in context.board.items}
    return select(
        ideas.opportunities,
        total_candidates=ideas.total_candidates,
        standing=standing,
        carried=[idea for idea in pinned if _may_stay(idea, looked_at, context.rules)],
    )


def _may_stay(idea: Opportunity, looked_at: Mapping[UUID, EvidenceItem], rules: WordingRules) -> bool:
    """Whether what the idea rests on is still looked at, and neither it nor the idea holds a taboo."""
    if not looked_at.keys() >= set(idea.evidence_ids):
        return False
    texts = [idea.title, idea.angle, idea.why_now, *(said_in(looked_at[cited]) for cited in idea.evidence_ids)]
    return not any(rules.forbidden.held_by(text) for text in texts)


def _board(
    context: _Context,
    report: GateReport,
    ideas: _Ideas | None,
    selected: SelectedOpportunities | None,
    ports: GenerationPorts,
) -> Board:
    state, ready_reason, reason = _outcome(context, report, selected, ports)
    return Board(
        state=state,
        ready_reason=ready_reason,
        opportunities=selected.opportunities if selected else (),
        evidence_ids=tuple(UUID(item.id) for item in context.board.items),
        evidence_summary=summarize(context.board.items),
        gate_config_version=ports.rules.gates.version,
        gates_json=report.results_json,
        evidence_shortfall=report.shortfall,
        reason=reason,
        remediation=report.remediation,
        total_candidates=selected.total_candidates if selected else None,
        notes=(*(ideas.notes if ideas else ()), *(selected.notes if selected else ())),
        source=ideas.source if ideas else None,
    )


def _outcome(
    context: _Context, report: GateReport, selected: SelectedOpportunities | None, ports: GenerationPorts
) -> tuple[BoardState, ReadyReason | None, str | None]:
    if report.failures:
        return BoardState.INSUFFICIENT_EVIDENCE, None, report.reason
    if ports.synthesizer is None:
        return BoardState.READY, ReadyReason.GATES_ONLY_NO_SYNTHESIS, _NOT_SYNTHESIZED
    if not context.board.snapshot.pillars:
        return BoardState.READY, ReadyReason.EMPTY_BRAND_CONTEXT, _NO_PILLARS
    if selected is None or not selected.opportunities:
        return BoardState.READY, ReadyReason.NO_VALID_CANDIDATES, _NO_CANDIDATES
    return BoardState.READY, ReadyReason.GENERATED, None


def _publish(context: _Context, report: GateReport, ideas: _Ideas | None, progress: _Progress) -> StoredBoard:
    generation, ports, now = progress.generation, progress.ports, progress.ports.now()
    with ports.ledger.begin() as conn:
        # The brand before the generation, as everybody who locks both does; who decides about ideas waits for it.
        brands.lock_brand(conn, brand_id=generation.brand_id)
        selected = None if ideas is None else _select(conn, context, ideas)
        stored = StoredBoard(
            id=ports.new_id(),
            brand_id=generation.brand_id,
            generation_id=generation.id,
            snapshot_id=generation.snapshot_id,
            board=_board(context, report, ideas, selected, ports),
            timings_ms=progress.timings_ms,
            created_at=now,
        )
        GENERATIONS.finish_succeeded(conn, work_id=generation.id, lease_token=progress.lease_token, now=now)
        evidence_items.upsert_evidence_items(conn, brand_id=stored.brand_id, items=_copies(context, stored), now=now)
        boards.insert_board(conn, stored)
    return stored


def _copies(context: _Context, stored: StoredBoard) -> list[tuple[UUID, str, dict[str, Any]]]:
    """The served copies of what is cited.

    Raises:
        CheckFailedError: an opportunity cites an item that was not looked at; the text names it.
    """
    items = {UUID(item.id): item for item in context.board.items}
    cited = {evidence_id for idea in stored.board.opportunities for evidence_id in idea.evidence_ids}
    dangling = sorted(cited - items.keys())
    if dangling:
        raise CheckFailedError(f"The board cites the evidence item {dangling[0]}, which was not looked at.")
    return [(item_id, items[item_id].content_hash, served_json(items[item_id])) for item_id in sorted(cited)]
