"""Brands that stand: compiled once, from actor runs of a known age and price; and who compiles them by themselves."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import event

from brandbrain_dagster.domain.compile.brand_inputs import CompilerIdentity
from brandbrain_dagster.domain.ingestion.actor_run import ActorRunStatus, UsageCertainty
from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.stores.ledger import actor_runs, compile_runs
from brandbrain_dagster.stores.ledger.compile_runs import CompileRun
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.use_cases.start_compile import StartRules
from tests.use_cases.collecting import add_brand
from tests.use_cases.compiling import COMPILER, NOW, compile_brand, set_answers
from tests.use_cases.replayed_brand import POSTS


def start_rules(
    *,
    compiler: CompilerIdentity = COMPILER,
    disabled: frozenset[str] = frozenset(),
    ttl_hours: float = 24,
) -> StartRules:
    return StartRules(ttl_hours=ttl_hours, disabled_capabilities=disabled, compiler=compiler, max_attempts=3)


def add_actor_run(
    ledger: Ledger,
    source: SourceConnection,
    *,
    at: datetime = NOW,
    status: ActorRunStatus = ActorRunStatus.SUCCEEDED,
    usd: str | None = "0.5",
    has_usable_rows: bool = True,
    was_started: bool = True,
) -> None:
    """Adds an actor run that started (or was only meant to) and ended at a moment."""
    with ledger.begin() as conn:
        intent = actor_runs.insert_intent(
            conn,
            run_id=uuid4(),
            source=source,
            compile_run_id=None,
            actor_id="actor",
            input_json={},
            start_nonce=uuid4().hex,
            now=at,
        )
        if was_started:
            actor_runs.record_started(
                conn,
                run_id=intent.id,
                apify_run_id=uuid4().hex,
                dataset_id=None,
                status=ActorRunStatus.RUNNING,
                started_at=at,
            )
        actor_runs.record_finished(
            conn,
            run_id=intent.id,
            status=status,
            finished_at=at,
            error_summary=None,
            raw_item_count=1,
            has_usable_rows=has_usable_rows,
            usage_usd=None if usd is None else Decimal(usd),
            usage_certainty=UsageCertainty.UNKNOWN if usd is None else UsageCertainty.EXACT,
        )


def compiled_brand(
    ledger: Ledger, *identifiers: tuple[str, str, str], **settings: Any
) -> tuple[UUID, list[SourceConnection]]:
    """Adds a brand that was compiled at `NOW`, from sources that were never collected."""
    brand_id, sources = add_brand(ledger, *(identifiers or (POSTS,)), **settings)
    set_answers(ledger, brand_id)
    compile_brand(ledger, brand_id)
    return brand_id, sources


def collected_brand(
    ledger: Ledger, *, at: datetime = NOW, usd: str | None = "0.5", has_usable_rows: bool = True, **settings: Any
) -> UUID:
    """Adds a brand that was compiled at `NOW`, from one source that was collected at a moment."""
    brand_id, (source,) = compiled_brand(ledger, **settings)
    add_actor_run(ledger, source, at=at, usd=usd, has_usable_rows=has_usable_rows)
    return brand_id


def compiles_of(ledger: Ledger, brand_id: UUID) -> Sequence[CompileRun]:
    """The brand's compile runs, newest first."""
    with ledger.read() as conn:
        return compile_runs.list_compile_runs(conn, brand_id=brand_id)


@contextmanager
def statements_of(ledger: Ledger) -> Iterator[list[str]]:
    """Collects the SQL of every statement that is sent during the block."""
    sent: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        sent.append(statement)

    event.listen(ledger.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(ledger.engine, "before_cursor_execute", note)
