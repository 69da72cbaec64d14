"""Observations of the inputs that people edit, so that lineage starts where the data does."""

from typing import Any

import dagster as dg

from brandbrain_dagster.assets.brand_work import BrandWork
from brandbrain_dagster.domain.compile.brand_inputs import input_hash


def observe_sources(context: dg.AssetExecutionContext, work: BrandWork) -> None:
    """Logs which version of the brand's source connections this run saw."""
    sources = [{"source": source.name, "identifier": source.identifier} for source in work.inputs.sources]
    _observe(context, "source_connections", {"sources": sources}, {"sources": len(sources)})


def observe_answers(context: dg.AssetExecutionContext, work: BrandWork) -> None:
    """Logs which version of the brand's answers and overrides this run saw."""
    answers, overrides = work.inputs.answers_json, work.inputs.overrides_json
    _observe(context, "brand_onboarding", dict(answers), {"answers": len(answers)})
    pinned = sorted(work.inputs.pinned_paths)
    content = {"overrides": dict(overrides), "pinned": pinned}
    _observe(context, "brand_overrides", content, {"overrides": len(overrides), "pinned": len(pinned)})


def _observe(context: dg.AssetExecutionContext, asset: str, content: dict[str, Any], metadata: dict[str, int]) -> None:
    version = {"dagster/data_version": input_hash(content)}
    context.log_event(dg.AssetObservation(asset, partition=context.partition_key, metadata=metadata, tags=version))
