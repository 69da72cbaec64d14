"""Which compiles a Dagster run was launched for."""

from uuid import UUID

import dagster as dg

from brandbrain_dagster.assets.brand_partitions import COMPILE_RUN_TAG
from brandbrain_dagster.jobs.compile_batch import launched_compiles

ATTEMPTS_TAG = "brandbrain/attempts"
"""Tag with the number of attempts that were made at a compile before its run was launched."""


def compiles_of_run(run: dg.DagsterRun) -> list[tuple[UUID, int]]:
    """Returns the compiles as (id, attempts made before); none of a run that nobody launched from the queue."""
    tag, attempts = run.tags.get(COMPILE_RUN_TAG), run.tags.get(ATTEMPTS_TAG)
    if tag is not None and attempts is not None:
        return [(UUID(tag), int(attempts))]
    return launched_compiles(run.run_config)
