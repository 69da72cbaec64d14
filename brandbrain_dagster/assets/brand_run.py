"""Carrying out the steps of the pipeline for one brand, and telling Dagster what came of each."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import dagster as dg

from brandbrain_dagster.assets.brand_checks import QA, SUCCEEDS
from brandbrain_dagster.assets.brand_work import BrandWork, brand_work
from brandbrain_dagster.assets.compile_ports import CompilePorts
from brandbrain_dagster.assets.pipeline_step import PipelineStep
from brandbrain_dagster.errors import BrandBrainError, CheckFailedError, DraftRejectedError

_DATA_VERSION = "dagster/data_version"
_CODE_VERSION = "dagster/code_version"
_INPUT_DATA_VERSION = "dagster/input_data_version"
PUBLISHING = "brandbrain_snapshot"
"""The step that makes a run of the pipeline a compile."""


def run_brand(
    brand_id: UUID, steps: Sequence[PipelineStep], *, compile_run_id: UUID | None, ports: CompilePorts
) -> None:
    """Carries the steps out, one after the other, and logs every materialization and check under the brand.

    Raises:
        BrandBrainError: a step failed, or a check that later steps rely on; the compile's attempt has ended.
    """
    publishes = any(step.name == PUBLISHING for step in steps)
    try:
        with brand_work(brand_id, compile_run_id=compile_run_id, publishes=publishes, ports=ports) as work:
            versions: dict[str, str] = {}
            for step in steps:
                _run_step(step, work, versions)
    except BrandBrainError as error:
        if isinstance(error, DraftRejectedError):
            ports.events.log(_evaluation(PUBLISHING, brand_id, QA, passed=False, description=str(error)))
        if publishes:
            ports.events.log(_evaluation(PUBLISHING, brand_id, SUCCEEDS, passed=False, description=str(error)))
        raise
    if publishes:
        ports.events.log(_evaluation(PUBLISHING, brand_id, SUCCEEDS, passed=True))


def _run_step(step: PipelineStep, work: BrandWork, versions: dict[str, str]) -> None:
    made = step.materialize(work)
    version = made.data_version.value if made.data_version else ""
    tags = {_DATA_VERSION: version, _CODE_VERSION: str(step.spec.code_version)}
    tags |= {f"{_INPUT_DATA_VERSION}/{dep}": versions[dep] for dep in step.deps if dep in versions}
    versions[step.name] = version
    work.ports.events.log(
        dg.AssetMaterialization(step.name, partition=str(work.brand_id), metadata=made.metadata, tags=tags)
    )
    for check in made.check_results or ():
        work.ports.events.log(
            _evaluation(
                step.name,
                work.brand_id,
                str(check.check_name),
                passed=check.passed,
                severity=check.severity,
                description=check.description,
                metadata=check.metadata,
            )
        )
    failed = [c for c in made.check_results or () if not c.passed and c.severity is dg.AssetCheckSeverity.ERROR]
    if failed:
        names = ", ".join(str(check.check_name) for check in failed)
        raise CheckFailedError(f"The result of {step.name} is not sound ({names}); the check's description says why.")


def _evaluation(
    asset: str,
    brand_id: UUID,
    check: str,
    *,
    passed: bool,
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR,
    description: str | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> dg.AssetCheckEvaluation:
    return dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey(asset),
        check_name=check,
        passed=passed,
        severity=severity,
        description=description,
        metadata=metadata or {},
        partition=str(brand_id),
    )
