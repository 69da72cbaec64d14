"""The jobs, by name."""

import dagster as dg

from brandbrain_dagster.assets.brand_partitions import BRANDS, GROUP

compile_brand = dg.define_asset_job(
    "compile_brand",
    selection=dg.AssetSelection.groups(GROUP),
    partitions_def=BRANDS,
    description=(
        "Compiles one brand's profile: collects what is stale, normalizes, bundles, reports and publishes. Choose a "
        "brand's id as the partition; nothing else is needed."
    ),
    tags={"brandbrain/work": "compile"},
)
