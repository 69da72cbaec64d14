"""Snapshots: the published versions of a brand's profile. They are never changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from brandbrain_dagster.errors import ConflictError, NotFoundError
from brandbrain_dagster.stores.ledger.brands import lock_brand
from brandbrain_dagster.stores.ledger.tables import snapshot


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """One version (1, 2, 3… per brand) of the profile and what changed since the one before."""

    id: UUID
    brand_id: UUID
    compile_run_id: UUID
    version: int
    schema_version: str
    snapshot_json: Mapping[str, Any]
    diff_from_previous_json: Mapping[str, Any]
    content_hash: str
    created_at: datetime


def insert_snapshot(
    conn: Connection,
    *,
    snapshot_id: UUID,
    brand_id: UUID,
    compile_run_id: UUID,
    snapshot_json: Mapping[str, Any],
    schema_version: str,
    diff_from_previous_json: Mapping[str, Any],
    content_hash: str,
    now: datetime,
) -> Snapshot:
    """Publishes the next version; the brand stays locked until the transaction ends, so versions have no gaps.

    Raises:
        NotFoundError: the brand does not exist.
        ConflictError: this compile run has published already.
    """
    lock_brand(conn, brand_id=brand_id)
    newest_version = select(func.max(snapshot.c.version)).where(snapshot.c.brand_id == brand_id)
    version = (conn.scalars(newest_version).one() or 0) + 1
    statement = (
        insert(snapshot)
        .values(
            id=snapshot_id,
            brand_id=brand_id,
            compile_run_id=compile_run_id,
            version=version,
            schema_version=schema_version,
            snapshot_json=dict(snapshot_json),
            diff_from_previous_json=dict(diff_from_previous_json),
            content_hash=content_hash,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=[snapshot.c.compile_run_id])
        .returning(snapshot)
    )
    row = conn.execute(statement).mappings().one_or_none()
    if row is None:
        raise ConflictError(f"The compile run {compile_run_id} has published its snapshot already; start another one.")
    return Snapshot(**row)


def find_newest_snapshot(conn: Connection, *, brand_id: UUID) -> Snapshot | None:
    """Returns the brand's snapshot with the highest version."""
    statement = select(snapshot).where(snapshot.c.brand_id == brand_id).order_by(snapshot.c.version.desc()).limit(1)
    row = conn.execute(statement).mappings().one_or_none()
    return None if row is None else Snapshot(**row)


def find_snapshot_of_compile(conn: Connection, *, compile_run_id: UUID) -> Snapshot | None:
    """Returns what a compile run published."""
    row = conn.execute(select(snapshot).where(snapshot.c.compile_run_id == compile_run_id)).mappings().one_or_none()
    return None if row is None else Snapshot(**row)


def get_snapshot(conn: Connection, *, brand_id: UUID, version: int) -> Snapshot:
    """Returns one version of the brand's profile.

    Raises:
        NotFoundError: the brand has no such version.
    """
    statement = select(snapshot).where(snapshot.c.brand_id == brand_id, snapshot.c.version == version)
    row = conn.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"The brand {brand_id} has no snapshot version {version}; list its versions to see them.")
    return Snapshot(**row)


def get_snapshot_by_id(conn: Connection, *, snapshot_id: UUID) -> Snapshot:
    """Returns a snapshot of whichever brand.

    Raises:
        NotFoundError: there is none with this id.
    """
    row = conn.execute(select(snapshot).where(snapshot.c.id == snapshot_id)).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"There is no snapshot with the id {snapshot_id}; see a brand's history for its snapshots.")
    return Snapshot(**row)


def list_snapshots(conn: Connection, *, brand_id: UUID, limit: int | None = None) -> list[Snapshot]:
    """Returns the brand's snapshots, highest version first."""
    statement = select(snapshot).where(snapshot.c.brand_id == brand_id).order_by(snapshot.c.version.desc()).limit(limit)
    return [Snapshot(**row) for row in conn.execute(statement).mappings()]
