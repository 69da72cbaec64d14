"""The pipeline as Dagster runs it: five assets, made one after the other for each brand of the run.

One step makes them all, so that a run can hold many brands and a brand that fails stops for itself alone.
"""

from collections.abc import Iterator
from functools import partial
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
from brandbrain_dagster.assets.brand_run import run_brand
from brandbrain_dagster.assets.brands_at_once import BRANDS_PER_RUN, brands_at_once
from brandbrain_dagster.assets.compile_ports import RESOURCES, compile_ports

PIPELINE = (
    raw_apify_items.STEP,
    normalized_evidence.STEP,
    evidence_bundle.STEP,
    feature_report.STEP,
    brandbrain_snapshot.STEP,
)
"""The steps, in the order in which they are carried out."""


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
    compile_run_id = UUID(enqueued) if enqueued else None
    ports = compile_ports(context)
    with brands_at_once(ports) as brands:
        for brand_id in map(UUID, context.partition_keys):
            work = partial(run_brand, brand_id, steps, compile_run_id=compile_run_id, ports=ports)
            brands.start(brand_id, work, is_enqueued=compile_run_id is not None)
        brands.wait_for_all()
    brands.raise_failures()
    yield from ()
