"""What a run cost, and how sure that is."""

from datetime import datetime, timedelta
from decimal import Decimal

from brandbrain_dagster.clients.apify.responses import Run
from brandbrain_dagster.domain.ingestion.actor_run import UsageCertainty

SETTLED_AFTER = timedelta(seconds=10)
"""How long after its end a run's figures may still move (Apify: "wait about 10 seconds and call again")."""

_PRICE_PER_ITEM = "PRICE_PER_DATASET_ITEM"


def cost_of(run: Run, *, row_count: int, now: datetime) -> tuple[Decimal | None, UsageCertainty]:
    """Returns the cost in USD and its certainty; ``now`` is when the run's answer was read.

    A stated cost is exact once the figures have settled. Runs that are charged by item may state none: then it is
    estimated from ``row_count``. With nothing to go by it is unknown, which is not zero.
    """
    if run.usage_total_usd is not None:
        is_settled = run.finished_at is not None and now - run.finished_at >= SETTLED_AFTER
        return run.usage_total_usd, UsageCertainty.EXACT if is_settled else UsageCertainty.ESTIMATED
    pricing = run.pricing_info
    if pricing and pricing.pricing_model == _PRICE_PER_ITEM and pricing.price_per_unit_usd is not None:
        return pricing.price_per_unit_usd * row_count, UsageCertainty.ESTIMATED
    return None, UsageCertainty.UNKNOWN
