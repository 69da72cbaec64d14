"""Starting a compile: gating, no-op detection, and one row in the ledger; no work is done here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Connection

from brandbrain_dagster.domain.compile.brand_inputs import BrandInputs, CompilerIdentity, input_hash
from brandbrain_dagster.domain.compile.gating import gate_compile
from brandbrain_dagster.domain.ingestion.freshness import (
    FreshnessAction,
    FreshnessFacts,
    decide_freshness,
    effective_ttl_hours,
)
from brandbrain_dagster.errors import CompileGatingError
from brandbrain_dagster.stores.ledger import actor_runs, compile_queue, compile_runs, snapshots
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.snapshots import Snapshot
from brandbrain_dagster.use_cases.brand_inputs import list_active_sources, read_brand_inputs


class StartOutcome(StrEnum):
    """What became of the wish to compile."""

    ENQUEUED = "enqueued"
    IN_PROGRESS = "in_progress"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, kw_only=True)
class StartedCompile:
    """The compile run that answers the wish; ``snapshot`` is the one that stands when nothing has changed."""

    outcome: StartOutcome
    compile_run_id: UUID
    snapshot: Snapshot | None = None


@dataclass(frozen=True, kw_only=True)
class StartRules:
    """What starting goes by: the TTL of runs, the capabilities that are off, the compiler, and the attempts allowed."""

    ttl_hours: float
    disabled_capabilities: frozenset[str]
    compiler: CompilerIdentity
    max_attempts: int


def start_compile(
    brand_id: UUID,
    *,
    force_refresh: bool,
    ledger: Ledger,
    rules: StartRules,
    now: datetime,
    new_id: Callable[[], UUID],
) -> StartedCompile:
    """Enqueues a compile of a brand, unless one is under way or nothing would change.

    Raises:
        CompileGatingError: required answers or sources are missing; all of it is listed.
    """
    with ledger.begin() as conn:
        inputs = read_brand_inputs(conn, brand_id=brand_id, disabled_capabilities=rules.disabled_capabilities)
        verdict = gate_compile(inputs.answers, enabled_source_count=len(inputs.sources))
        if not verdict.is_allowed:
            raise CompileGatingError(verdict.reasons)
        if not force_refresh:
            standing = _unchanged(conn, brand_id, inputs, rules, now)
            if standing is not None:
                return standing
        run, is_created = compile_runs.insert_compile_run(
            conn,
            compile_run_id=new_id(),
            brand_id=brand_id,
            force_refresh=force_refresh,
            available_at=now,
            max_attempts=rules.max_attempts,
            now=now,
        )
        if force_refresh and not is_created:
            compile_queue.ask_for_refresh(conn, compile_run_id=run.id)
        outcome = StartOutcome.ENQUEUED if is_created else StartOutcome.IN_PROGRESS
        return StartedCompile(outcome=outcome, compile_run_id=run.id)


def _unchanged(
    conn: Connection, brand_id: UUID, inputs: BrandInputs, rules: StartRules, now: datetime
) -> StartedCompile | None:
    """The standing snapshot, when the inputs are those of its compile and no source is stale."""
    snapshot = snapshots.find_newest_snapshot(conn, brand_id=brand_id)
    if snapshot is None or _has_stale_source(conn, brand_id, rules, now):
        return None
    made_by = compile_runs.get_compile_run(conn, compile_run_id=snapshot.compile_run_id)
    if made_by.input_hash != input_hash(inputs.to_json(rules.compiler)):
        return None
    return StartedCompile(outcome=StartOutcome.UNCHANGED, compile_run_id=made_by.id, snapshot=snapshot)


def _has_stale_source(conn: Connection, brand_id: UUID, rules: StartRules, now: datetime) -> bool:
    newest = actor_runs.list_newest_by_source(conn, brand_id=brand_id)
    active = list_active_sources(conn, brand_id=brand_id, disabled_capabilities=rules.disabled_capabilities)
    for source in active:
        runs = newest.get(source.id)
        facts = FreshnessFacts(
            force_refresh=False,
            newest_succeeded=runs.newest_succeeded if runs else None,
            live=runs.live if runs else None,
            ttl_hours=effective_ttl_hours(rules.ttl_hours, source.settings_json),
        )
        if decide_freshness(facts, now).action is not FreshnessAction.REUSE:
            return True
    return False
