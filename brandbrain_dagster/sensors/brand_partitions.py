"""Sensor `brand_partitions_sensor`: one partition per brand of the ledger, no more and no fewer."""

import dagster as dg

from brandbrain_dagster.assets.brand_partitions import BRANDS
from brandbrain_dagster.sensors.opened_ledger import FREE_OF_CHARGE, opened_ledger
from brandbrain_dagster.stores.ledger.brands import list_brand_ids

_CHANGES_AT_ONCE = 10_000
"""Dagster takes at most 25,000 changes a tick."""


@dg.sensor(
    minimum_interval_seconds=10,
    default_status=FREE_OF_CHARGE,
    description="Adds a partition for every new brand and removes those of deleted brands.",
)
def brand_partitions_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Compares the ledger's brands with Dagster's partitions."""
    with opened_ledger() as (_, ledger), ledger.read() as conn:
        brand_ids = [str(brand_id) for brand_id in list_brand_ids(conn)]
    partitions = set(context.instance.get_dynamic_partitions(str(BRANDS.name)))
    # In the order of their creation: a backfill puts neighbours into one run.
    added = [brand_id for brand_id in brand_ids if brand_id not in partitions][:_CHANGES_AT_ONCE]
    deleted = sorted(partitions.difference(brand_ids))[:_CHANGES_AT_ONCE]
    if not added and not deleted:
        return dg.SkipReason(f"{len(brand_ids)} brands, each with its partition")
    requests: list[dg.AddDynamicPartitionsRequest | dg.DeleteDynamicPartitionsRequest] = [
        BRANDS.build_add_request(added),
        BRANDS.build_delete_request(deleted),
    ]
    return dg.SensorResult(dynamic_partitions_requests=requests)
