"""Asset checks per brand.

Dagster calls partitioned check specs and multi-run backfills previews; the former are relied on here alone.
"""

import warnings

import dagster as dg

from brandbrain_dagster.assets.brand_partitions import BRANDS

SUCCEEDS = "compile_succeeds"
QA = "qa"
IS_FRESH, IS_FRESH_OF = "brand_is_fresh", "raw_apify_items"
"""Reported by the asset itself, and by the sensor that notices that a brand has grown stale."""


def brand_check(asset: str, name: str, description: str) -> dg.AssetCheckSpec:
    """Returns the spec of a check that an asset reports for each brand it is materialized for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", category=dg.PreviewWarning)
        return dg.AssetCheckSpec(name, asset=asset, description=description, partitions_def=BRANDS)


COMPILE_SUCCEEDS = brand_check("brandbrain_snapshot", SUCCEEDS, "The brand's newest compile published a snapshot.")
"""What is reported of a brand's snapshot from outside its own step."""
