"""Compiles items and answers into a profile, the way a compile does it, without anything around it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from brandbrain_dagster.domain.bundling.criteria import BundleCriteria
from brandbrain_dagster.domain.bundling.selection import EvidenceBundle
from brandbrain_dagster.domain.compile.compiler import CompileInputs
from brandbrain_dagster.domain.compile.confidence import set_confidences
from brandbrain_dagster.domain.compile.extractive.compiler import ExtractiveCompiler
from brandbrain_dagster.domain.compile.publication import snapshot_json
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.features.feature_report import build_feature_report
from brandbrain_dagster.domain.ingestion.evidence_status import EvidenceStatus, SourceOutcome
from brandbrain_dagster.domain.onboarding.answers import read_answers

COMPILED_AT = datetime(2026, 3, 2, tzinfo=UTC)


def compile_inputs(
    items: Sequence[EvidenceItem] = (),
    answers: dict[str, Any] | None = None,
    *,
    brand_name: str = "Acme Roasters",
    platforms: Sequence[str] = (),
    outcomes: Sequence[SourceOutcome] = (),
) -> CompileInputs:
    """Returns the inputs; ``platforms`` are connected beside those of the items."""
    bundle = EvidenceBundle(
        bundle_id=UUID(int=3),
        criteria=BundleCriteria(caps_used={}),
        items=items,
        summary={},
        evidence_version="0" * 64,
    )
    return CompileInputs(
        brand_name=brand_name,
        answers=read_answers(answers or {}).answers,
        platforms=[*platforms, *(item.platform for item in items)],
        bundle=bundle,
        stats=build_feature_report(items),
        feature_report_id=UUID(int=4),
        evidence_status=EvidenceStatus(tuple(outcomes)),
        compiled_at=COMPILED_AT,
    )


def compile_profile(
    items: Sequence[EvidenceItem] = (), answers: dict[str, Any] | None = None, **settings: Any
) -> dict[str, Any]:
    """Returns the profile as plain JSON, with its confidences."""
    document = ExtractiveCompiler().draft(compile_inputs(items, answers, **settings)).document
    set_confidences(document, {item.id: item for item in items})
    return snapshot_json(document)


def fields_of(part: Any, path: str = "") -> dict[str, dict[str, Any]]:
    """Returns every field node of a profile by its path."""
    if isinstance(part, list):
        part = {str(index): value for index, value in enumerate(part)}
    if not isinstance(part, dict):
        return {}
    if {"value", "sources", "confidence"} <= part.keys():
        return {path: part}
    found: dict[str, dict[str, Any]] = {}
    for name, value in part.items():
        found |= fields_of(value, f"{path}.{name}" if path else name)
    return found


def texts_of(part: Any) -> list[str]:
    """Returns every text about the brand below a part of a profile, without ids, addresses and times."""
    if isinstance(part, str):
        return [part]
    if isinstance(part, list):
        return [text for value in part for text in texts_of(value)]
    if isinstance(part, dict):
        silent = {"id", "url", "published_at", "example_ids", "meta", "type", "field", "abstained"}
        return [text for name, value in part.items() if name not in silent for text in texts_of(value)]
    return []
