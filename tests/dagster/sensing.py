"""Sensors evaluated as the daemon does, and what they look at: the queue, and the runs of an instance."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import dagster as dg

from brandbrain_dagster.stores.ledger import compile_runs
from brandbrain_dagster.stores.ledger.compile_runs import CompileRun
from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.dagster.brand_runs import definitions
from tests.use_cases.collecting import utc_now
from tests.use_cases.compiling import ready_brand, start
from tests.use_cases.refreshing import compiles_of
from tests.use_cases.replayed_brand import POSTS


def tick(sensor: dg.SensorDefinition, instance: dg.DagsterInstance, cursor: str | None = None) -> Any:
    """Evaluates a sensor as the daemon does."""
    context = dg.build_sensor_context(
        instance=instance,
        instance_ref=instance.get_ref() if instance.is_persistent else None,
        cursor=cursor,
        definitions=definitions(),
    )
    return sensor.evaluate_tick(context)


def enqueue(ledger: Ledger, *, seconds_ago: float = 0) -> CompileRun:
    """Enqueues the first compile of a new brand."""
    brand_id, _ = ready_brand(ledger, POSTS)
    start(ledger, brand_id, now=utc_now() - timedelta(seconds=seconds_ago))
    return compiles_of(ledger, brand_id)[0]


def stored(ledger: Ledger, run: CompileRun) -> CompileRun:
    with ledger.read() as conn:
        return compile_runs.get_compile_run(conn, compile_run_id=run.id)


def add_run(
    instance: dg.DagsterInstance,
    job: str,
    status: dg.DagsterRunStatus,
    *,
    tags: Mapping[str, str] | None = None,
    run_config: Mapping[str, Any] | None = None,
) -> dg.DagsterRun:
    job_def = definitions().resolve_job_def(job)
    return instance.create_run_for_job(job_def, run_id=str(uuid4()), status=status, tags=tags, run_config=run_config)
