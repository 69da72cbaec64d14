"""The pipeline as Dagster runs it: five assets, made one after the other for each brand of the run.

One step makes them all, so that a run can hold many brands and a brand that fails stops for itself alone.
"""

from collections.abc import Iterator
from uuid import UUID

import dagster as dg

from brandbrain_dagster.assets import (
    brandbrain_snapshot,
    evidence_bundle,
    feature_report,
    normalized_evidence,
    raw_apify_items,
)
from brandbrain_dagster.assets.brand_checks import COMPILE_SUCCEEDS
from brandbrain_dagster.assets.brand_partitions import COMPILE_RUN_TAG
from brandbrain_dagster.assets.brands_at_once import RESOURCES, brands_at_once

PIPELINE = (
    raw_apify_items.STEP,
    normalized_evidence.STEP,
    evidence_bundle.STEP,
    feature_report.STEP,
    brandbrain_snapshot.STEP,
)
"""The steps, in the order in which they are carried out."""

BRANDS_PER_RUN = 50
"""Most brands that share a run (orchestration)."""


@dg.multi_asset(
    name="brand_profile",
    specs=[step.spec for step in PIPELINE],
    check_specs=[*(check for step in PIPELINE for check in step.checks), COMPILE_SUCCEEDS],
    can_subset=True,
    backfill_policy=dg.BackfillPolicy.multi_run(BRANDS_PER_RUN),
    required_resource_keys=RESOURCES,
    pool="apify",
)
def brand_profile(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
    """Makes the selected assets for every brand of the run."""
    steps = [step for step in PIPELINE if step.spec.key in context.selected_asset_keys]
    enqueued = context.run.tags.get(COMPILE_RUN_TAG)
    with brands_at_once(context, steps) as brands:
        for brand_id in context.partition_keys:
            brands.start(UUID(brand_id), UUID(enqueued) if enqueued else None)
        brands.wait_for_all()
    if brands.failures:
        raise dg.Failure(
            description=" ".join(f"{brand_id}: {sentence}" for brand_id, sentence in sorted(brands.failures.items())),
            allow_retries=False,
        )
    yield from ()
