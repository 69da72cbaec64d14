"""Reading costs again once Apify has settled them, so that an estimate does not stay one."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from brandbrain_dagster.clients.apify.costs import SETTLED_AFTER, cost_of
from brandbrain_dagster.domain.ingestion.actor_run import ActorRun, UsageCertainty
from brandbrain_dagster.errors import ApifyError
from brandbrain_dagster.stores.ledger import actor_runs
from brandbrain_dagster.use_cases.collect_ports import CollectPorts

KEPT_FOR = timedelta(days=7)
"""How long a run is asked about; Apify may delete it afterwards."""


async def settle_costs(brand_id: UUID, *, ports: CollectPorts) -> int:
    """Reads the estimated costs of a brand's finished runs again and returns how many are exact now.

    A run that Apify does not tell of right now keeps its estimate.
    """
    unsettled = await ports.record(lambda conn: actor_runs.list_unsettled(conn, brand_id=brand_id))
    due = [run for run in unsettled if is_due(run, ports.now())]
    return sum(await asyncio.gather(*(_settle(run, ports) for run in due)))


def is_due(run: ActorRun, now: datetime) -> bool:
    """True once a run's figures have settled and while Apify still has the run."""
    return (
        run.finished_at is not None
        and run.apify_run_id is not None
        and SETTLED_AFTER <= now - run.finished_at < KEPT_FOR
    )


async def _settle(run: ActorRun, ports: CollectPorts) -> bool:
    try:
        async with ports.slots.free:
            found = await ports.apify.get_run(str(run.apify_run_id))
    except ApifyError:
        return False
    usage_usd, certainty = cost_of(found, row_count=run.raw_item_count or 0, now=ports.now())
    if certainty is not UsageCertainty.EXACT:
        return False
    await ports.record(
        lambda conn: actor_runs.record_usage(conn, run_id=run.id, usage_usd=usage_usd, usage_certainty=certainty)
    )
    return True
