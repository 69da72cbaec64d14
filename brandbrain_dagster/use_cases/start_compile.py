"""Starting a compile: gating, no-op detection, and one row in the ledger; no work is done here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from brandbrain_dagster.domain.compile.brand_inputs import CompilerIdentity, configuration_hash
from brandbrain_dagster.domain.compile.start_verdict import Join, Keep, Refuse, StandingSnapshot, judge_start
from brandbrain_dagster.errors import CompileGatingError
from brandbrain_dagster.stores.ledger.brand_scope import WHOLE_LEDGER, BrandScope
from brandbrain_dagster.stores.ledger.compile_enqueuing import ask_for_refresh_query, enqueue_query
from brandbrain_dagster.stores.ledger.compile_facts import read_compile_facts
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.query_steps import FetchesRows, QuerySteps, take_steps, take_steps_async


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
    snapshot: StandingSnapshot | None = None


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
        NotFoundError: there is no such brand.
    """
    steps = _start(brand_id, WHOLE_LEDGER, force_refresh=force_refresh, rules=rules, now=now, new_id=new_id)
    with ledger.begin() as conn:
        return take_steps(conn, steps)


async def start_compile_async(
    brand_id: UUID,
    *,
    scope: BrandScope,
    force_refresh: bool,
    ledger: FetchesRows,
    rules: StartRules,
    now: datetime,
    new_id: Callable[[], UUID],
) -> StartedCompile:
    """Does the same on the event loop, for a caller who may see the brands of the scope.

    Raises:
        CompileGatingError, NotFoundError: as `start_compile`.
    """
    steps = _start(brand_id, scope, force_refresh=force_refresh, rules=rules, now=now, new_id=new_id)
    return await take_steps_async(ledger, steps)


def _start(
    brand_id: UUID,
    scope: BrandScope,
    *,
    force_refresh: bool,
    rules: StartRules,
    now: datetime,
    new_id: Callable[[], UUID],
) -> QuerySteps[StartedCompile]:
    """Looks again when somebody else enqueues between the look and the leap: then theirs is the answer."""
    while True:
        facts = yield from read_compile_facts(brand_id, scope)
        verdict = judge_start(
            facts,
            force_refresh=force_refresh,
            ttl_hours=rules.ttl_hours,
            disabled_capabilities=rules.disabled_capabilities,
            compiler=rules.compiler,
            now=now,
        )
        match verdict:
            case Refuse(reasons):
                raise CompileGatingError(reasons)
            case Join(live):
                if force_refresh and live.is_waiting and not live.force_refresh:
                    yield ask_for_refresh_query(live.id)
                return StartedCompile(outcome=StartOutcome.IN_PROGRESS, compile_run_id=live.id)
            case Keep(standing):
                compile_run_id = standing.compile_run_id
                return StartedCompile(outcome=StartOutcome.UNCHANGED, compile_run_id=compile_run_id, snapshot=standing)
        enqueued = yield enqueue_query(
            compile_run_id=new_id(),
            brand_id=brand_id,
            force_refresh=force_refresh,
            max_attempts=rules.max_attempts,
            configuration_hash=configuration_hash(rules.compiler, rules.disabled_capabilities),
            available_at=now,
            now=now,
        )
        if enqueued:
            return StartedCompile(outcome=StartOutcome.ENQUEUED, compile_run_id=enqueued[0]["id"])
