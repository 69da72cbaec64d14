"""Everything Dagster loads: the only `Definitions`."""

import dagster as dg

from brandbrain_dagster.assets.brand_partitions import BRAND_INPUTS
from brandbrain_dagster.assets.brand_profile import brand_profile
from brandbrain_dagster.assets.fleet_benchmarks import fleet_benchmarks
from brandbrain_dagster.assets.opportunities_board import opportunities_board
from brandbrain_dagster.jobs.abort_actor_runs import abort_actor_runs
from brandbrain_dagster.jobs.benchmark_fleet import benchmark_fleet
from brandbrain_dagster.jobs.compile_batch import compile_batch
from brandbrain_dagster.jobs.compile_brand import compile_brand
from brandbrain_dagster.jobs.compile_worker import compile_worker
from brandbrain_dagster.jobs.generate_board import generate_board
from brandbrain_dagster.jobs.generate_boards import generate_boards
from brandbrain_dagster.resources.apify import ApifyResource
from brandbrain_dagster.resources.clock import ClockResource
from brandbrain_dagster.resources.lake import LakeResource
from brandbrain_dagster.resources.ledger import LedgerResource
from brandbrain_dagster.sensors.automatic_compiles import inputs_changed_sensor, stale_brands_sensor
from brandbrain_dagster.sensors.boards import board_worker_sensor, stale_boards_sensor
from brandbrain_dagster.sensors.brand_partitions import brand_partitions_sensor
from brandbrain_dagster.sensors.compile_queue import compile_queue_sensor, compile_worker_sensor
from brandbrain_dagster.sensors.fleet_benchmarks import fleet_benchmarks_sensor
from brandbrain_dagster.sensors.lost_work import lost_work_sensor, run_canceled_sensor, run_failure_sensor


def build_defs(resource_overrides: dict[str, dg.ConfigurableResource] | None = None) -> dg.Definitions:  # type: ignore[type-arg]
    """Returns the definitions; tests replace resources."""
    return dg.Definitions(
        assets=[*BRAND_INPUTS, brand_profile, opportunities_board, fleet_benchmarks],
        jobs=[
            compile_brand,
            compile_batch,
            compile_worker,
            generate_board,
            generate_boards,
            abort_actor_runs,
            benchmark_fleet,
        ],
        sensors=[
            brand_partitions_sensor,
            compile_queue_sensor,
            compile_worker_sensor,
            inputs_changed_sensor,
            stale_brands_sensor,
            board_worker_sensor,
            stale_boards_sensor,
            fleet_benchmarks_sensor,
            lost_work_sensor,
            run_failure_sensor,
            run_canceled_sensor,
        ],
        resources={
            "ledger": LedgerResource(),
            "lake": LakeResource(),
            "apify": ApifyResource(),
            "clock": ClockResource(),
            **(resource_overrides or {}),
        },
        # A process per step would cost seconds each; a brand's steps take milliseconds.
        executor=dg.in_process_executor,
    )


defs = build_defs()
