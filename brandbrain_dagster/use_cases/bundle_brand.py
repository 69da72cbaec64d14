"""Selecting a brand's bundle and reporting its features: both stored under ids made from their content."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import polars as pl

from brandbrain_dagster.domain.bundling.criteria import BundleCriteria
from brandbrain_dagster.domain.bundling.selection import EvidenceBundle, evidence_version, select_bundle
from brandbrain_dagster.domain.compile.brand_inputs import BrandInputs
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.features.feature_report import build_feature_report
from brandbrain_dagster.domain.features.features_version import FEATURES_VERSION
from brandbrain_dagster.domain.ingestion.caps import effective_cap
from brandbrain_dagster.domain.normalization.evidence_frame import items_from_frame
from brandbrain_dagster.domain.normalization.served_item import served_json
from brandbrain_dagster.domain.normalization.sightings import by_id
from brandbrain_dagster.domain.platforms.registry import capability_by_name
from brandbrain_dagster.errors import ConflictError, NotFoundError
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger import bundles, evidence_items
from brandbrain_dagster.stores.ledger.engine import Ledger


@dataclass(frozen=True, kw_only=True)
class BundleLimits:
    """Most items of a bundle, and the caps per dotted capability name."""

    global_max: int
    caps: Mapping[str, int]


def bundle_of_brand(brand_id: UUID, *, inputs: BrandInputs, limits: BundleLimits, lake: Lake) -> EvidenceBundle:
    """Selects the bundle from the brand's evidence as it is now; stores nothing."""
    frame = lake.read_evidence(brand_id=brand_id)
    caps_used: dict[str, int] = {}
    for source in inputs.sources:
        capability = capability_by_name(source.name)
        key = f"{capability.platform}/{capability.content_type}"
        cap = effective_cap(limits.caps[source.name], source.settings)
        caps_used[key] = max(cap, caps_used.get(key, 0))
    return bundle_of_items(
        brand_id,
        items_from_frame(frame) if frame is not None else [],
        inputs=inputs,
        criteria=BundleCriteria(caps_used=caps_used, global_max=limits.global_max),
    )


def bundle_of_items(
    brand_id: UUID, items: Iterable[EvidenceItem], *, inputs: BrandInputs, criteria: BundleCriteria
) -> EvidenceBundle:
    """Selects a bundle from given evidence of a brand, as its inputs and the criteria say."""
    pages = [page for source in inputs.sources for page in source.settings.get("extra_start_urls", [])]
    return select_bundle(
        items,
        criteria,
        brand_id=brand_id,
        enabled={(source.platform, source.capability) for source in inputs.sources},
        key_pages=[*pages, *inputs.answers.key_pages],
    )


def store_bundle(brand_id: UUID, bundle: EvidenceBundle, *, ledger: Ledger, now: datetime) -> None:
    """Stores the bundle and the served copies of its items; one that is stored already stays as it is."""
    copies = [(UUID(item.id), item.content_hash, served_json(item)) for item in bundle.items]
    with ledger.begin() as conn:
        bundles.insert_bundle(
            conn,
            bundle_id=bundle.bundle_id,
            brand_id=brand_id,
            criteria_json=bundle.criteria.to_json(),
            item_ids=[UUID(item.id) for item in bundle.items],
            item_hashes=[item.content_hash for item in bundle.items],
            summary_json=bundle.summary,
            evidence_version=bundle.evidence_version,
            now=now,
        )
        evidence_items.upsert_evidence_items(conn, brand_id=brand_id, items=copies, now=now)


def store_feature_report(
    brand_id: UUID, bundle: EvidenceBundle, *, ledger: Ledger, now: datetime
) -> tuple[UUID, dict[str, Any]]:
    """Builds and stores the feature report of a stored bundle, unless it is there; returns its id and figures."""
    report_id = uuid5(bundle.bundle_id, "feature_report")
    with ledger.read() as conn:
        stored = bundles.find_feature_report(conn, bundle_id=bundle.bundle_id)
    if stored is not None and stored.stats_json.get("features_version") == FEATURES_VERSION:
        return stored.id, dict(stored.stats_json)
    stats = build_feature_report(bundle.items)
    with ledger.begin() as conn:
        bundles.insert_feature_report(
            conn, report_id=report_id, brand_id=brand_id, bundle_id=bundle.bundle_id, stats_json=stats, now=now
        )
    return report_id, stats


def load_bundle(brand_id: UUID, *, ledger: Ledger, lake: Lake) -> EvidenceBundle:
    """Returns the brand's newest stored bundle with its items.

    Raises:
        NotFoundError: there is none yet.
        ConflictError: the evidence has changed since it was selected.
    """
    with ledger.read() as conn:
        stored = bundles.find_newest_bundle(conn, brand_id=brand_id)
    if stored is None:
        raise NotFoundError("The brand has no evidence bundle yet; materialize evidence_bundle first.")
    item_ids = [str(item_id) for item_id in stored.item_ids]
    frame = lake.read_evidence(brand_id=brand_id)
    known = by_id(items_from_frame(frame.filter(pl.col("id").is_in(item_ids)))) if frame is not None else {}
    items = [known[item_id] for item_id in item_ids if item_id in known]
    if evidence_version(items) != stored.evidence_version:
        raise ConflictError(
            "The evidence has changed since the bundle was selected; materialize evidence_bundle again."
        )
    return EvidenceBundle(
        bundle_id=stored.id,
        criteria=BundleCriteria.from_json(stored.criteria_json),
        items=items,
        summary=dict(stored.summary_json),
        evidence_version=stored.evidence_version,
    )


def load_feature_report(bundle: EvidenceBundle, *, ledger: Ledger) -> tuple[UUID, Mapping[str, Any]]:
    """Returns the id and the figures of a bundle's feature report.

    Raises:
        NotFoundError: there is none yet.
    """
    with ledger.read() as conn:
        report = bundles.find_feature_report(conn, bundle_id=bundle.bundle_id)
    if report is None:
        raise NotFoundError("The bundle has no feature report yet; materialize feature_report first.")
    return report.id, report.stats_json
