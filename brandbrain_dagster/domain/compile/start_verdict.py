"""What the wish to compile a brand comes to: a refusal, the compile under way, the standing snapshot, or a compile."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from brandbrain_dagster.domain.compile.brand_inputs import BrandInputs, CompilerIdentity, input_hash, used_sources
from brandbrain_dagster.domain.compile.gating import gate_compile
from brandbrain_dagster.domain.ingestion.actor_run import ActorRun
from brandbrain_dagster.domain.ingestion.freshness import (
    FreshnessAction,
    FreshnessFacts,
    decide_freshness,
    effective_ttl_hours,
)
from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection


@dataclass(frozen=True, kw_only=True)
class SourceFacts:
    """An enabled source, its newest run that succeeded, and the one that is not over as far as the ledger knows."""

    source: SourceConnection
    newest_succeeded: ActorRun | None
    live: ActorRun | None


@dataclass(frozen=True, kw_only=True)
class StandingSnapshot:
    """The brand's newest snapshot, the compile that made it, and the hash of that compile's inputs."""

    id: UUID
    version: int
    created_at: datetime
    compile_run_id: UUID
    input_hash: str | None


@dataclass(frozen=True, kw_only=True)
class LiveCompile:
    """The brand's compile that waits (PENDING) or runs."""

    id: UUID
    is_waiting: bool
    force_refresh: bool


@dataclass(frozen=True, kw_only=True)
class CompileFacts:
    """Everything that the verdict on one brand rests on; ``sources`` are the enabled ones."""

    answers_json: Mapping[str, Any]
    overrides_json: Mapping[str, Any]
    pinned_paths: Sequence[str]
    sources: Sequence[SourceFacts]
    standing: StandingSnapshot | None
    live: LiveCompile | None


@dataclass(frozen=True)
class Refuse:
    """The brand may not compile yet, for these reasons (code, message)."""

    reasons: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Join:
    """A compile of the brand waits or runs: that is the answer."""

    live: LiveCompile


@dataclass(frozen=True)
class Keep:
    """Nothing would change: the newest snapshot is the answer."""

    standing: StandingSnapshot


@dataclass(frozen=True)
class Enqueue:
    """A compile is due."""


StartVerdict = Refuse | Join | Keep | Enqueue


def judge_start(
    facts: CompileFacts,
    *,
    force_refresh: bool,
    ttl_hours: float,
    disabled_capabilities: Collection[str],
    compiler: CompilerIdentity,
    now: datetime,
) -> StartVerdict:
    """Decides; sources of disabled capabilities count as little as disabled sources."""
    active = [entry for entry in facts.sources if entry.source.name not in disabled_capabilities]
    inputs = BrandInputs(
        answers_json=facts.answers_json,
        overrides_json=facts.overrides_json,
        pinned_paths=facts.pinned_paths,
        sources=used_sources(entry.source for entry in active),
    )
    gating = gate_compile(inputs.answers, enabled_source_count=len(active))
    if not gating.is_allowed:
        return Refuse(gating.reasons)
    if facts.live is not None:
        return Join(facts.live)
    standing = facts.standing
    if force_refresh or standing is None or not all(_is_fresh(entry, ttl_hours, now) for entry in active):
        return Enqueue()
    return Keep(standing) if standing.input_hash == input_hash(inputs.to_json(compiler)) else Enqueue()


def _is_fresh(entry: SourceFacts, ttl_hours: float, now: datetime) -> bool:
    facts = FreshnessFacts(
        force_refresh=False,
        newest_succeeded=entry.newest_succeeded,
        live=entry.live,
        ttl_hours=effective_ttl_hours(ttl_hours, entry.source.settings_json),
    )
    return decide_freshness(facts, now).action is FreshnessAction.REUSE
