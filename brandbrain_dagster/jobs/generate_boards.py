"""Job `generate_boards`: boards that wait in the queue, until none does; for when no worker is there to take them."""

from functools import partial

import dagster as dg

from brandbrain_dagster.assets.board_run import run_board
from brandbrain_dagster.assets.brands_at_once import brands_at_once
from brandbrain_dagster.assets.run_ports import RESOURCES, run_ports
from brandbrain_dagster.jobs.queue_draining import DrainedQueue, looking_at
from brandbrain_dagster.stores.ledger.board_generations import GENERATIONS


@dg.op(required_resource_keys=RESOURCES)
def drain_board_queue(context: dg.OpExecutionContext) -> None:
    """Takes due generations from the queue until there is none."""
    ports = run_ports(context)
    boards = DrainedQueue(GENERATIONS, lambda due: partial(run_board, due.brand_id, due.id, ports))
    with brands_at_once(ports) as brands:
        look = looking_at(brands, [boards])
        while due := look():
            for brand_id, work in due:
                brands.start(brand_id, work, is_enqueued=True)
            brands.wait_for_all()
    context.add_output_metadata({"boards": brands.done_count, "failed": len(brands.failures)})


@dg.job(
    executor_def=dg.in_process_executor,
    tags={"brandbrain/worker": "boards"},
    description=(
        "Generates the boards that wait in the queue and that no worker takes. A sensor launches it; to generate "
        "boards by hand, materialize opportunities_board for the brands you choose."
    ),
)
def generate_boards() -> None:
    """See the description."""
    drain_board_queue()
