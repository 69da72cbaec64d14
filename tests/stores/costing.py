"""Actor runs and compiles that cost something, as they are written down."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, insert

from brandbrain_dagster.domain.ingestion.actor_run import UsageCertainty
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.tables import apify_run, compile_run
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from tests.stores.ledger_rows import NOW, add_source


def add_ended_compile(
    conn: Connection, brand: Brand, *, llm_usage: dict[str, Any] | None = None, now: datetime = NOW
) -> UUID:
    """Adds a compile that failed; the ledger takes any number of them."""
    compile_run_id = uuid4()
    row: dict[str, Any] = {
        "id": compile_run_id,
        "brand_id": brand.id,
        "status": WorkStatus.FAILED,
        "sources_completed": 0,
        "sources_total": 0,
        "force_refresh": False,
        "attempts": 1,
        "max_attempts": 3,
        "available_at": now,
        "created_at": now,
        "finished_at": now,
        "llm_usage_json": llm_usage or {},
    }
    empty = ("inputs_json", "evidence_status_json", "draft_json", "qa_report_json")
    conn.execute(insert(compile_run).values(**row, **{name: {} for name in empty}))
    return compile_run_id


def add_charge(
    conn: Connection,
    brand: Brand,
    usd: str | Decimal | None,
    *,
    compile_run_id: UUID | None = None,
    certainty: UsageCertainty = UsageCertainty.EXACT,
) -> UUID:
    """Adds an actor run of the brand that has ended; None is an unknown charge."""
    run_id = uuid4()
    row: dict[str, Any] = {
        "id": run_id,
        "source_connection_id": add_source(conn, brand).id,
        "brand_id": brand.id,
        "compile_run_id": compile_run_id,
        "actor_id": "actor",
        "input_json": {},
        "start_nonce": run_id.hex,
        "status": "SUCCEEDED",
        "started_at": NOW,
        "finished_at": NOW,
        "usage_usd": None if usd is None else Decimal(usd),
        "usage_certainty": UsageCertainty.UNKNOWN if usd is None else certainty,
        "created_at": NOW,
    }
    conn.execute(insert(apify_run).values(**row))
    return run_id
