"""Running a brand's jobs in this process, recorded in the Dagster instance."""

from uuid import UUID

import dagster as dg

from brandbrain_dagster.assets.brand_partitions import BRANDS, COMPILE_RUN_TAG
from brandbrain_dagster.cli.dagster_instance import dagster_instance
from brandbrain_dagster.definitions import defs
from brandbrain_dagster.jobs.compile_brand import compile_brand
from brandbrain_dagster.jobs.generate_board import generate_board
from brandbrain_dagster.settings import Settings


def compile_in_process(brand_id: UUID, compile_run_id: UUID, settings: Settings, *, left_behind_by: str | None) -> None:
    """Carries the compile run out; how it ended is in the ledger.

    ``left_behind_by`` is the Dagster run whose process died with this compile: nobody else would end it.
    """
    with dagster_instance(settings) as instance:
        dead_run = instance.get_run_by_id(left_behind_by) if left_behind_by else None
        if dead_run is not None and not dead_run.is_finished:
            instance.report_run_failed(dead_run, "The process of this run has died; its compile was taken over.")
        _execute(compile_brand.name, brand_id, instance, tags={COMPILE_RUN_TAG: str(compile_run_id)})


def generate_board_in_process(brand_id: UUID, settings: Settings) -> None:
    """Carries out the generation of the brand's board that waits; how it ended is in the ledger."""
    with dagster_instance(settings) as instance:
        _execute(generate_board.name, brand_id, instance, tags={})


def _execute(job: str, brand_id: UUID, instance: dg.DagsterInstance, *, tags: dict[str, str]) -> None:
    instance.add_dynamic_partitions(str(BRANDS.name), [str(brand_id)])
    defs.resolve_job_def(job).execute_in_process(
        instance=instance,
        partition_key=str(brand_id),
        tags=tags,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        raise_on_error=False,
    )
