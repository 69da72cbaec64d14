"""Job `compile_batch`: compiles of many brands in one run, as the queue asks for them."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

import dagster as dg

from brandbrain_dagster.assets.brand_profile import PIPELINE
from brandbrain_dagster.assets.brand_run import run_brand
from brandbrain_dagster.assets.brands_at_once import brands_at_once
from brandbrain_dagster.assets.compile_ports import RESOURCES, compile_ports
from brandbrain_dagster.stores.ledger.compile_runs import get_compile_run

_OP = "compile_queued_brands"


class LaunchedCompile(dg.Config):
    """A compile that the run is launched for, and how many attempts were made at it before."""

    compile_run_id: str
    attempts: int


class BatchConfig(dg.Config):
    """The compiles of a batch."""

    compiles: list[LaunchedCompile]


@dg.op(name=_OP, required_resource_keys=RESOURCES, pool="apify")
def _compile_queued_brands(context: dg.OpExecutionContext, config: BatchConfig) -> None:
    """Carries out the compiles, many at once; one that somebody else has taken is left to them."""
    ports = compile_ports(context)
    with brands_at_once(ports) as brands:
        for compile_run_id in (UUID(launched.compile_run_id) for launched in config.compiles):
            with ports.ledger.ledger.read() as conn:
                brand_id = get_compile_run(conn, compile_run_id=compile_run_id).brand_id
            work = partial(run_brand, brand_id, PIPELINE, compile_run_id=compile_run_id, ports=ports)
            brands.start(brand_id, work, is_enqueued=True)
        brands.wait_for_all()
    context.add_output_metadata(
        {
            "brands": len(config.compiles),
            "left to others": len(brands.skipped),
            "failed": {str(brand_id): sentence for brand_id, sentence in sorted(brands.failures.items())},
        }
    )


@dg.job(
    name="compile_batch",
    executor_def=dg.in_process_executor,
    tags={"brandbrain/work": "compile"},
    description=(
        "Compiles that wait in the queue, many brands to a run. The queue's sensor launches it; to compile brands by "
        "hand, use compile_brand and choose partitions. A brand that fails is recorded in the ledger and tried again."
    ),
)
def compile_batch() -> None:
    """See the description."""
    _compile_queued_brands()


def batch_config(compiles: Sequence[tuple[UUID, int]]) -> dict[str, Any]:
    """Returns the run config for compiles, given as (id, attempts made)."""
    listed = [{"compile_run_id": str(run_id), "attempts": attempts} for run_id, attempts in compiles]
    return {"ops": {_OP: {"config": {"compiles": listed}}}}


def launched_compiles(run_config: Any) -> list[tuple[UUID, int]]:
    """Returns the compiles of a run config that `batch_config` made; none of any other."""
    listed = run_config.get("ops", {}).get(_OP, {}).get("config", {}).get("compiles", [])
    return [(UUID(launched["compile_run_id"]), launched["attempts"]) for launched in listed]
