"""The lake as a Dagster resource."""

import dagster as dg

from brandbrain_dagster.settings import load_settings
from brandbrain_dagster.stores.lake.lake import Lake


class LakeResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Parquet files in the folder or object store that BRANDBRAIN_LAKE_URL names."""

    def open(self) -> Lake:
        """Returns the lake."""
        return Lake(load_settings().lake_location)
