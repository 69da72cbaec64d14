"""Job `compile_worker`: a run that waits for compiles, so that what a person asked for starts within seconds.

Launching a run costs about four seconds of two cores, most of it importing; a process that is there already takes a
compile from the queue as soon as it looks. It ends by itself before its event log or its memory grow large, and the
next one is launched: see the sensor of the same name. What it cannot keep up with, batches take over.
"""

import time
from collections.abc import Callable
from uuid import UUID

import dagster as dg

from brandbrain_dagster.assets.brand_profile import PIPELINE
from brandbrain_dagster.assets.brands_at_once import RESOURCES, BrandsAtOnce, brands_at_once
from brandbrain_dagster.errors import LedgerUnavailableError
from brandbrain_dagster.stores.ledger.compile_runs import COMPILES
from brandbrain_dagster.stores.ledger.work_queue import DueWork
from brandbrain_dagster.use_cases.warm_up import warm_up

WORKER_TAG = "brandbrain/worker"
LEFT_TO_THE_FIRST = 64
"""Due compiles at the head of the queue that a second worker leaves alone, so that the two don't reach for the same."""
_SECONDS_AT_MOST = 30 * 60
_COMPILES_AT_MOST = 2000
_REFUSED_SECONDS = 10
"""How long a brand that somebody else works on is left alone."""


class WorkerConfig(dg.Config):
    """``leaves``: so many compiles at the head of the queue are another's; with any, it ends when no more are due."""

    leaves: int = 0


def worker_config(*, leaves: int) -> dg.RunConfig:
    """Returns the configuration of a run of `compile_worker`."""
    return dg.RunConfig(ops={"drain_compile_queue": WorkerConfig(leaves=leaves)})


@dg.op(required_resource_keys=RESOURCES)
def drain_compile_queue(context: dg.OpExecutionContext, config: WorkerConfig) -> None:
    """Takes due compiles from the queue until it is time for another worker."""
    warm_up()
    started = time.monotonic()
    with brands_at_once(context, PIPELINE) as brands:
        look = _looking_at(brands, config.leaves)
        while time.monotonic() - started < _SECONDS_AT_MOST and brands.done_count < _COMPILES_AT_MOST:
            for due in look():
                brands.start(due.brand_id, due.id)
            poll_seconds = brands.ports.settings.queue_poll_seconds
            if brands.brand_ids:
                brands.wait_for_one(poll_seconds)
            elif config.leaves:
                break
            else:
                time.sleep(poll_seconds)
        brands.wait_for_all()
    context.add_output_metadata({"compiles": brands.done_count, "failed": len(brands.failures)})


@dg.job(
    executor_def=dg.in_process_executor,
    tags={WORKER_TAG: "first", "dagster/max_runtime": str(2 * _SECONDS_AT_MOST)},
    description=(
        "Waits for compiles and carries them out at once. A sensor keeps one such run alive; terminate it freely: what "
        "it works on is handed back."
    ),
)
def compile_worker() -> None:
    """See the description."""
    drain_compile_queue()


def _looking_at(brands: BrandsAtOnce, leaves: int) -> Callable[[], list[DueWork]]:
    """Returns a function that lists the due compiles there is room for, leaving out those just refused."""
    refused_at: dict[UUID, float] = {}

    def look() -> list[DueWork]:
        now = time.monotonic()
        refused_at.update(dict.fromkeys(brands.skipped, now))
        brands.skipped.clear()
        left_alone = {brand_id for brand_id, at in refused_at.items() if now - at < _REFUSED_SECONDS}
        busy = brands.brand_ids | left_alone
        if brands.free < 1:
            return []
        try:
            with brands.ports.ledger.ledger.read() as conn:
                limit = leaves + brands.free + len(busy)
                due = COMPILES.list_due(conn, now=brands.ports.clock.now(), limit=limit)[leaves:]
        except LedgerUnavailableError as error:
            brands.ports.log.warning("%s", error)
            return []
        return [compile_run for compile_run in due if compile_run.brand_id not in busy][: brands.free]

    return look
