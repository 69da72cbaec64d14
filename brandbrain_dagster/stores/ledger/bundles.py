"""Evidence bundles and the feature reports made from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, select, update
from sqlalchemy.dialects.postgresql import insert

from brandbrain_dagster.errors import NotFoundError
from brandbrain_dagster.stores.ledger.tables import evidence_bundle, feature_report


@dataclass(frozen=True, kw_only=True)
class EvidenceBundle:
    """The evidence items selected for a compile, in order, and by which criteria.

    ``item_hashes`` are the items' content hashes in the same order; None where a bundle was made before they were kept.
    """

    id: UUID
    brand_id: UUID
    criteria_json: Mapping[str, Any]
    item_ids: tuple[UUID, ...]
    item_hashes: tuple[str, ...] | None
    summary_json: Mapping[str, Any]
    evidence_version: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class FeatureReport:
    """The statistics of one bundle."""

    id: UUID
    brand_id: UUID
    bundle_id: UUID
    stats_json: Mapping[str, Any]
    created_at: datetime


def insert_bundle(
    conn: Connection,
    *,
    bundle_id: UUID,
    brand_id: UUID,
    criteria_json: Mapping[str, Any],
    item_ids: Sequence[UUID],
    item_hashes: Sequence[str],
    summary_json: Mapping[str, Any],
    evidence_version: str,
    now: datetime,
) -> EvidenceBundle:
    """Adds a bundle; one that is there already under this id counts as the newest again and stays as it is."""
    statement = (
        insert(evidence_bundle)
        .values(
            id=bundle_id,
            brand_id=brand_id,
            criteria_json=dict(criteria_json),
            item_ids=list(item_ids),
            item_hashes=list(item_hashes),
            summary_json=dict(summary_json),
            evidence_version=evidence_version,
            created_at=now,
        )
        .on_conflict_do_update(
            index_elements=[evidence_bundle.c.id], set_={"created_at": now, "item_hashes": list(item_hashes)}
        )
    )
    conn.execute(statement)
    return get_bundle(conn, bundle_id=bundle_id)


def get_bundle(conn: Connection, *, bundle_id: UUID) -> EvidenceBundle:
    """Returns a bundle.

    Raises:
        NotFoundError: there is none with this id.
    """
    row = conn.execute(select(evidence_bundle).where(evidence_bundle.c.id == bundle_id)).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"There is no evidence bundle with the id {bundle_id}; compile the brand to make one.")
    return _bundle(row)


def find_newest_bundle(conn: Connection, *, brand_id: UUID) -> EvidenceBundle | None:
    """Returns the bundle that was selected last."""
    statement = (
        select(evidence_bundle)
        .where(evidence_bundle.c.brand_id == brand_id)
        .order_by(evidence_bundle.c.created_at.desc())
        .limit(1)
    )
    row = conn.execute(statement).mappings().one_or_none()
    return None if row is None else _bundle(row)


def insert_feature_report(
    conn: Connection,
    *,
    report_id: UUID,
    brand_id: UUID,
    bundle_id: UUID,
    stats_json: Mapping[str, Any],
    now: datetime,
) -> FeatureReport:
    """Adds the report of a bundle; of one that is there already the figures are replaced, under the id it has."""
    values = {"id": report_id, "brand_id": brand_id, "bundle_id": bundle_id, "stats_json": dict(stats_json)}
    statement = (
        insert(feature_report)
        .values(**values, created_at=now)
        .on_conflict_do_update(
            index_elements=[feature_report.c.bundle_id], set_={"stats_json": dict(stats_json), "created_at": now}
        )
    )
    conn.execute(statement)
    return FeatureReport(**conn.execute(_report_of(bundle_id)).mappings().one())


def record_standing(conn: Connection, *, report_id: UUID, standing: Mapping[str, Any]) -> None:
    """Writes down, under ``fleet`` beside a report's own figures, where the brand stands among all."""
    stats_json = feature_report.c.stats_json.concat({"fleet": dict(standing)})
    conn.execute(update(feature_report).where(feature_report.c.id == report_id).values(stats_json=stats_json))


def find_feature_report(conn: Connection, *, bundle_id: UUID) -> FeatureReport | None:
    """Returns the report of a bundle."""
    row = conn.execute(_report_of(bundle_id)).mappings().one_or_none()
    return None if row is None else FeatureReport(**row)


def _report_of(bundle_id: UUID) -> Any:
    return select(feature_report).where(feature_report.c.bundle_id == bundle_id)


def _bundle(row: RowMapping) -> EvidenceBundle:
    hashes = row["item_hashes"]
    return EvidenceBundle(
        **{**row, "item_ids": tuple(row["item_ids"]), "item_hashes": None if hashes is None else tuple(hashes)}
    )
