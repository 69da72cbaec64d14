"""How many runs of a job there are."""

from collections.abc import Sequence

import dagster as dg

STARTED = (dg.DagsterRunStatus.STARTED,)
UNDER_WAY = (
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
)
"""Not over yet."""


def count_runs(instance: dg.DagsterInstance, job: dg.JobDefinition, statuses: Sequence[dg.DagsterRunStatus]) -> int:
    """Returns how many runs of the job have one of the statuses."""
    return instance.get_runs_count(dg.RunsFilter(job_name=job.name, statuses=list(statuses)))
