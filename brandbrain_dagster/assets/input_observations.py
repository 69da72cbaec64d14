"""Observations of the inputs that people edit, so that lineage starts where the data does."""

from typing import Any

import dagster as dg

from brandbrain_dagster.assets.brand_work import BrandWork
from brandbrain_dagster.domain.compile.brand_inputs import input_hash


def observe_sources(work: BrandWork) -> None:
    """Logs which version of the brand's source connections this run saw."""
    sources = [{"source": source.name, "identifier": source.identifier} for source in work.inputs.sources]
    _observe(work, "source_connections", {"sources": sources}, {"sources": len(sources)})


def observe_answers(work: BrandWork) -> None:
    """Logs which version of the brand's answers and overrides this run saw."""
    answers, overrides = work.inputs.answers_json, work.inputs.overrides_json
    _observe(work, "brand_onboarding", dict(answers), {"answers": len(answers)})
    pinned = sorted(work.inputs.pinned_paths)
    content = {"overrides": dict(overrides), "pinned": pinned}
    _observe(work, "brand_overrides", content, {"overrides": len(overrides), "pinned": len(pinned)})


def _observe(work: BrandWork, asset: str, content: dict[str, Any], metadata: dict[str, int]) -> None:
    version = {"dagster/data_version": input_hash(content)}
    observation = dg.AssetObservation(asset, partition=str(work.brand_id), metadata=metadata, tags=version)
    work.ports.events.log(observation)
