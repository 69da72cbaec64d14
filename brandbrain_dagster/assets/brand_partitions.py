"""What all assets share: one dynamic partition per brand, and the inputs that people edit.

Not here: what an asset does.
"""

from datetime import timedelta

import dagster as dg

BRANDS = dg.DynamicPartitionsDefinition(name="brands")
"""One partition per brand; the key is the brand id."""

GROUP = "brand_profile"
OWNERS = ["team:brandbrain"]
COMPILE_RUN_TAG = "brandbrain/compile_run_id"
"""Tag of a Dagster run that carries out a compile run of the ledger."""

PIPELINE_IS_ALIVE = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=48), warn_window=timedelta(hours=26))
"""Says whether any brand was worked on lately; how fresh each brand is, the ledger knows."""

BRAND_INPUTS = [
    dg.AssetSpec(
        name,
        description=description,
        partitions_def=BRANDS,
        group_name="brand_inputs",
        kinds={"postgres"},
        owners=OWNERS,
    )
    for name, description in (
        ("brand_onboarding", "The answers that the brand's people gave, by question."),
        ("brand_overrides", "Values that people set by hand, and the fields they pinned."),
        ("source_connections", "The places to collect from: platform, capability and identifier."),
    )
]
"""External assets: people edit them through the CLI and the API, nothing here materializes them."""
