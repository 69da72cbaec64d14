"""Asset checks per brand.

Dagster calls partitioned check specs a preview; this is the one place that relies on them.
"""

import warnings

import dagster as dg

from brandbrain_dagster.assets.brand_partitions import BRANDS


def brand_check(asset: str, name: str, description: str) -> dg.AssetCheckSpec:
    """Returns the spec of a check that an asset reports for each brand it is materialized for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", category=dg.PreviewWarning)
        return dg.AssetCheckSpec(name, asset=asset, description=description, partitions_def=BRANDS)
