"""The Dagster partition of a brand that was erased."""

from uuid import UUID

from brandbrain_dagster.assets.brand_partitions import BRANDS
from brandbrain_dagster.cli.dagster_instance import dagster_instance
from brandbrain_dagster.settings import Settings


def remove_brand_partition(brand_id: UUID, settings: Settings) -> bool:
    """Removes the brand's partition and returns whether there was one."""
    name, key = str(BRANDS.name), str(brand_id)
    with dagster_instance(settings) as instance:
        is_there = instance.has_dynamic_partition(name, key)
        if is_there:
            instance.delete_dynamic_partition(name, key)
    return is_there
