"""The served copy of the evidence items that something published cites."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Text, case, cast, select
from sqlalchemy.dialects.postgresql import insert

from brandbrain_dagster.domain.opportunities.evidence_preview import evidence_preview
from brandbrain_dagster.stores.ledger.tables import evidence_item


def upsert_evidence_items(
    conn: Connection, *, brand_id: UUID, items: Sequence[tuple[UUID, str, Mapping[str, Any]]], now: datetime
) -> None:
    """Adds or replaces items given as (id, content hash, item as `served_json` makes it).

    One whose content and preview are the same is left as it is; ``updated_at`` is when the content changed last.

    Rows are written in the order of their ids, so that two writers never wait for each other in a circle.
    """
    if not items:
        return
    statement = insert(evidence_item)
    incoming = statement.excluded
    is_other = evidence_item.c.content_hash != incoming.content_hash
    statement = statement.on_conflict_do_update(
        index_elements=[evidence_item.c.id],
        set_={
            "content_hash": incoming.content_hash,
            "item_json": incoming.item_json,
            "preview_json": incoming.preview_json,
            "updated_at": case((is_other, incoming.updated_at), else_=evidence_item.c.updated_at),
        },
        where=is_other | (cast(evidence_item.c.preview_json, Text) != cast(incoming.preview_json, Text)),
    )
    rows = [
        {
            "id": item_id,
            "brand_id": brand_id,
            "content_hash": content_hash,
            "item_json": dict(item_json),
            "preview_json": msgspec.to_builtins(evidence_preview(item_id, item_json)),
            "updated_at": now,
        }
        for item_id, content_hash, item_json in sorted(items, key=lambda item: item[0])
    ]
    conn.execute(statement, rows)


def list_evidence_items(conn: Connection, *, brand_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """Returns those of the brand's items that are there, by id, in the order asked for."""
    statement = select(evidence_item.c.id, evidence_item.c.item_json).where(
        evidence_item.c.id.in_(ids), evidence_item.c.brand_id == brand_id
    )
    found = {row.id: row.item_json for row in conn.execute(statement)}
    return {item_id: found[item_id] for item_id in ids if item_id in found}
