"""Asset `opportunities_board`: what a brand could publish next, from its profile and its evidence."""

from collections.abc import Iterator
from functools import partial
from uuid import UUID

import dagster as dg

from brandbrain_dagster.assets.board_run import BOARD, CHECKS, run_board
from brandbrain_dagster.assets.brand_partitions import BRANDS, GROUP, OWNERS, PIPELINE_IS_ALIVE
from brandbrain_dagster.assets.brands_at_once import BRANDS_PER_RUN, brands_at_once
from brandbrain_dagster.assets.run_ports import RESOURCES, run_ports
from brandbrain_dagster.resources.board_rules import synthesis_version

_SPEC = dg.AssetSpec(
    BOARD,
    deps=["brandbrain_snapshot", "normalized_evidence"],
    description="What to publish next: opportunities that rest on the brand's own evidence, or why there are none.",
    partitions_def=BRANDS,
    group_name=GROUP,
    owners=OWNERS,
    freshness_policy=PIPELINE_IS_ALIVE,
    kinds={"python", "postgres"},
    code_version=synthesis_version(),
    # A brand that fails is left out, and the run goes on with the others.
    skippable=True,
)


@dg.multi_asset(
    name=BOARD,
    specs=[_SPEC],
    check_specs=CHECKS,
    can_subset=True,
    backfill_policy=dg.BackfillPolicy.multi_run(BRANDS_PER_RUN),
    required_resource_keys=RESOURCES,
)
def opportunities_board(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
    """Makes the board of every brand of the run."""
    with brands_at_once(run_ports(context)) as brands:
        for brand_id in map(UUID, context.partition_keys):
            brands.start(brand_id, partial(run_board, brand_id, None, brands.ports), is_enqueued=False)
        brands.wait_for_all()
    brands.raise_failures()
    yield from ()
