"""Job `compile_brand`: one brand, or a backfill over any selection of brands."""

import dagster as dg

from brandbrain_dagster.assets.brand_profile import PIPELINE

compile_brand = dg.define_asset_job(
    "compile_brand",
    selection=dg.AssetSelection.assets(*[step.name for step in PIPELINE]),
    description=(
        "Compiles one brand's profile: collects what is stale, normalizes, bundles, reports and publishes. Choose a "
        "brand's id as the partition; nothing else is needed."
    ),
    tags={"brandbrain/work": "compile"},
)
