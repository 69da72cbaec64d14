"""Two snapshots of a brand with what each was compiled from, for comparing them."""

from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import Select, Text, Uuid, bindparam, cast, select, true

from brandbrain_dagster.domain.compile.diff_causes import CompiledSnapshot, hashes_by_item
from brandbrain_dagster.stores.ledger.brand_scope import IS_VISIBLE_BRAND, BrandScope, absent_brand
from brandbrain_dagster.stores.ledger.query_steps import FetchesRows
from brandbrain_dagster.stores.ledger.tables import brand, compile_run, evidence_bundle, snapshot


async def find_compared_snapshots(
    ledger: FetchesRows, *, brand_id: UUID, from_id: UUID, to_id: UUID, scope: BrandScope
) -> dict[UUID, CompiledSnapshot]:
    """Returns those of the two snapshots that the brand has, by id.

    Raises:
        NotFoundError: there is no such brand within the scope.
    """
    rows = await ledger.fetch(_COMPARED, **scope.parameters(brand_id), from_id=from_id, to_id=to_id)
    if not rows:
        raise absent_brand()
    return {row["snapshot_id"]: _compiled(row) for row in rows if row["snapshot_id"] is not None}


def _compiled(row: asyncpg.Record) -> CompiledSnapshot:
    return CompiledSnapshot(
        version=row["version"],
        snapshot_json=msgspec.json.decode(row["snapshot_json"]),
        inputs_json=msgspec.json.decode(row["inputs_json"]),
        evidence=hashes_by_item(row["item_ids"] or [], row["item_hashes"]),
    )


def _compared() -> Select[Any]:
    ids = (bindparam("from_id", type_=Uuid()), bindparam("to_id", type_=Uuid()))
    meant = (
        select(snapshot)
        .where(snapshot.c.brand_id == brand.c.id, snapshot.c.id.in_(ids))
        .correlate(brand)
        .lateral("meant")
    )
    return (
        select(
            meant.c.id.label("snapshot_id"),
            meant.c.version,
            cast(meant.c.snapshot_json, Text).label("snapshot_json"),
            cast(compile_run.c.inputs_json, Text).label("inputs_json"),
            evidence_bundle.c.item_ids,
            evidence_bundle.c.item_hashes,
        )
        .select_from(
            brand.outerjoin(meant, true())
            .outerjoin(compile_run, compile_run.c.id == meant.c.compile_run_id)
            .outerjoin(evidence_bundle, evidence_bundle.c.id == compile_run.c.bundle_id)
        )
        .where(IS_VISIBLE_BRAND)
    )


_COMPARED = _compared()
