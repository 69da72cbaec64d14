"""A step of the pipeline: one asset, what it is made from, how one brand's part is made, and the checks on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import dagster as dg

from brandbrain_dagster.assets.brand_partitions import BRANDS, GROUP, OWNERS, PIPELINE_IS_ALIVE
from brandbrain_dagster.assets.brand_work import BrandWork

Materialize = Callable[[BrandWork], dg.MaterializeResult]  # type: ignore[type-arg]


@dataclass(frozen=True)
class PipelineStep:
    """The asset's spec and checks for Dagster, and the function that makes one brand's part of it."""

    spec: dg.AssetSpec
    checks: tuple[dg.AssetCheckSpec, ...]
    materialize: Materialize

    @property
    def name(self) -> str:
        """The asset's name."""
        return self.spec.key.to_user_string()

    @property
    def deps(self) -> list[str]:
        """The names of the assets it is made from."""
        return [dep.asset_key.to_user_string() for dep in self.spec.deps]


def pipeline_step(
    materialize: Materialize,
    name: str,
    *,
    deps: Sequence[str],
    kinds: set[str],
    code_version: str,
    checks: Sequence[dg.AssetCheckSpec],
) -> PipelineStep:
    """Returns the step; its description is the function's docstring."""
    spec = dg.AssetSpec(
        name,
        deps=list(deps),
        description=materialize.__doc__,
        partitions_def=BRANDS,
        group_name=GROUP,
        owners=OWNERS,
        freshness_policy=PIPELINE_IS_ALIVE,
        kinds=kinds,
        code_version=code_version,
        # A brand that fails is left out, and the run goes on with the others.
        skippable=True,
    )
    return PipelineStep(spec=spec, checks=tuple(checks), materialize=materialize)
