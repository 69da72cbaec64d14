"""Job `compile_worker`: a run that waits for compiles and boards, so that what people ask for starts within seconds.

Launching a run costs about four seconds of two cores, most of it importing; a process that is there already takes a
compile from the queue as soon as it looks. It ends by itself before its event log or its memory grow large, and the
next one is launched: see the sensor of the same name. What it cannot keep up with, batches take over.
"""

import time
from collections.abc import Callable
from functools import partial

import dagster as dg

from brandbrain_dagster.assets.board_run import run_board
from brandbrain_dagster.assets.brand_profile import PIPELINE
from brandbrain_dagster.assets.brand_run import run_brand
from brandbrain_dagster.assets.brands_at_once import brands_at_once
from brandbrain_dagster.assets.compile_ports import RESOURCES, CompilePorts, compile_ports
from brandbrain_dagster.jobs.queue_draining import DrainedQueue, looking_at
from brandbrain_dagster.stores.ledger.board_generations import GENERATIONS
from brandbrain_dagster.stores.ledger.compile_runs import COMPILES
from brandbrain_dagster.stores.ledger.work_queue import DueWork
from brandbrain_dagster.use_cases.warm_up import warm_up

WORKER_TAG = "brandbrain/worker"
LEFT_TO_THE_FIRST = 64
"""Due compiles at the head of the queue that a second worker leaves alone, so that the two don't reach for the same."""
_SECONDS_AT_MOST = 30 * 60
_WORK_AT_MOST = 2000


class WorkerConfig(dg.Config):
    """``leaves``: so many compiles at the head of the queue are another's; with any, it ends when no more are due."""

    leaves: int = 0


def worker_config(*, leaves: int) -> dg.RunConfig:
    """Returns the configuration of a run of `compile_worker`."""
    return dg.RunConfig(ops={"drain_compile_queue": WorkerConfig(leaves=leaves)})


@dg.op(required_resource_keys=RESOURCES)
def drain_compile_queue(context: dg.OpExecutionContext, config: WorkerConfig) -> None:
    """Takes due compiles and boards from their queues until it is time for another worker."""
    warm_up()
    started = time.monotonic()
    ports = compile_ports(context)
    with brands_at_once(ports) as brands:
        look = looking_at(brands, _queues(ports, config.leaves))
        while time.monotonic() - started < _SECONDS_AT_MOST and brands.done_count < _WORK_AT_MOST:
            for brand_id, work in look():
                brands.start(brand_id, work, is_enqueued=True)
            poll_seconds = ports.settings.queue_poll_seconds
            if brands.brand_ids:
                brands.wait_for_one(poll_seconds)
            elif config.leaves:
                break
            else:
                time.sleep(poll_seconds)
        brands.wait_for_all()
    context.add_output_metadata({"compiles and boards": brands.done_count, "failed": len(brands.failures)})


@dg.job(
    executor_def=dg.in_process_executor,
    tags={WORKER_TAG: "first", "dagster/max_runtime": str(2 * _SECONDS_AT_MOST)},
    description=(
        "Waits for compiles and boards and carries them out at once. A sensor keeps one such run alive; terminate it "
        "freely: what it works on is handed back."
    ),
)
def compile_worker() -> None:
    """See the description."""
    drain_compile_queue()


def _queues(ports: CompilePorts, leaves: int) -> list[DrainedQueue]:
    """Boards wait behind compiles, which make them stale; a second worker leaves them to the first."""

    def compile_of(due: DueWork) -> Callable[[], None]:
        return partial(run_brand, due.brand_id, PIPELINE, compile_run_id=due.id, ports=ports)

    def board_of(due: DueWork) -> Callable[[], None]:
        return partial(run_board, due.brand_id, due.id, ports)

    compiles = DrainedQueue(COMPILES, compile_of, leaves=leaves)
    return [compiles] if leaves else [compiles, DrainedQueue(GENERATIONS, board_of)]
