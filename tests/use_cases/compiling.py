"""A brand that is ready to be compiled, the rules of compiling it, and a compile that does nothing but publish."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from brandbrain_dagster.domain.compile.brand_inputs import CompilerIdentity
from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.stores.ledger import onboarding
from brandbrain_dagster.stores.ledger.compile_runs import CompileRun
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.snapshots import Snapshot
from brandbrain_dagster.use_cases.attempt_compile import AttemptRules, begin_attempt
from brandbrain_dagster.use_cases.publish_snapshot import publish_snapshot
from brandbrain_dagster.use_cases.start_compile import StartedCompile, StartRules, start_compile
from tests.use_cases.collecting import add_brand
from tests.workplace import ANSWERS

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
COMPILER = CompilerIdentity(name="fake", version="1", model=None, prompt_version=None, schema_version="1")


def ready_brand(ledger: Ledger, *identifiers: tuple[str, str, str]) -> tuple[UUID, list[SourceConnection]]:
    """Adds a brand with sources and the answers that a compile needs."""
    brand_id, sources = add_brand(ledger, *identifiers)
    set_answers(ledger, brand_id)
    return brand_id, sources


def set_answers(ledger: Ledger, brand_id: UUID, **changed: Any) -> None:
    answers = {name: value for name, value in (ANSWERS | changed).items() if value is not None}
    with ledger.begin() as conn:
        onboarding.upsert_onboarding(conn, brand_id=brand_id, tier=0, answers_json=answers, now=NOW)


def start(
    ledger: Ledger,
    brand_id: UUID,
    *,
    force_refresh: bool = False,
    now: datetime = NOW,
    compiler: CompilerIdentity = COMPILER,
    disabled: frozenset[str] = frozenset(),
) -> StartedCompile:
    rules = StartRules(ttl_hours=24, disabled_capabilities=disabled, compiler=compiler, max_attempts=3)
    return start_compile(brand_id, force_refresh=force_refresh, ledger=ledger, rules=rules, now=now, new_id=uuid4)


def attempt_rules(*, max_attempts: int = 3) -> AttemptRules:
    return AttemptRules(
        lease_seconds=600,
        max_attempts=max_attempts,
        backoff_seconds=30,
        compiler=COMPILER,
        disabled_capabilities=frozenset(),
    )


def begin(ledger: Ledger, compile_run_id: UUID, lease_token: UUID) -> CompileRun:
    return begin_attempt(
        compile_run_id,
        lease_token=lease_token,
        dagster_run_id=str(lease_token),
        ledger=ledger,
        rules=attempt_rules(),
        now=NOW,
    )


def publish(ledger: Ledger, run: CompileRun, lease_token: UUID, *, text: str = "A profile") -> Snapshot:
    return publish_snapshot(
        {"meta": {"schema_version": "1", "evidence_summary": {}, "text": text}},
        diff_json={},
        kept_values={},
        brand_id=run.brand_id,
        compile_run_id=run.id,
        lease_token=lease_token,
        ledger=ledger,
        now=NOW,
        new_id=uuid4,
    )


def compile_brand(ledger: Ledger, brand_id: UUID) -> Snapshot:
    """Starts, takes and publishes a compile."""
    lease_token = uuid4()
    run = begin(ledger, start(ledger, brand_id, force_refresh=True).compile_run_id, lease_token)
    return publish(ledger, run, lease_token)
