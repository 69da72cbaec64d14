"""Aborting actor runs that nobody will come back to, so that they stop costing."""

import asyncio
from uuid import UUID

from brandbrain_dagster.clients.apify.costs import cost_of
from brandbrain_dagster.domain.ingestion.actor_run import ActorRun, ActorRunStatus
from brandbrain_dagster.errors import ApifyError, ApifyNotFoundError
from brandbrain_dagster.stores.ledger import actor_runs, compile_runs
from brandbrain_dagster.use_cases.collect_ports import CollectPorts
from brandbrain_dagster.use_cases.start_actor_run import find_started_run, record_end

_ABORTED = "aborted: its compile was cancelled or given up"


async def abort_orphaned_runs(brand_id: UUID, *, ports: CollectPorts) -> int:
    """Aborts the actor runs of a brand that has no compile any more which would attach to them; returns how many.

    A run that Apify does not tell of right now stays as it is.
    """
    live, compile_run = await ports.record(
        lambda conn: (
            actor_runs.list_live_runs(conn, brand_id=brand_id),
            compile_runs.find_live_compile_run(conn, brand_id=brand_id),
        )
    )
    if compile_run is not None:
        return 0
    return sum(await asyncio.gather(*(_abort(run, ports) for run in live)))


async def _abort(run: ActorRun, ports: CollectPorts) -> bool:
    try:
        started = run if run.apify_run_id else await find_started_run(run, ports=ports)
        if started is None:
            return False
        async with ports.slots.free:
            ended = await ports.apify.abort_run(str(started.apify_run_id))
    except ApifyNotFoundError as error:
        await record_end(run, status=ActorRunStatus.FAILED, error_summary=str(error), ports=ports)
        return False
    except ApifyError:
        return False
    await record_end(
        started,
        status=ActorRunStatus.ABORTED,
        error_summary=_ABORTED,
        finished_at=ended.finished_at,
        usage=cost_of(ended, row_count=0, now=ports.now()),
        ports=ports,
    )
    return True
