"""Pages of a brand's evidence items: those of a platform or type, and those that the newest profile uses or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Select,
    Text,
    bindparam,
    cast,
    func,
    select,
    true,
)

from brandbrain_dagster.stores.ledger.brand_scope import IS_VISIBLE_BRAND, BrandScope, absent_brand
from brandbrain_dagster.stores.ledger.query_steps import FetchesRows
from brandbrain_dagster.stores.ledger.tables import brand, compile_run, evidence_bundle, evidence_item, snapshot


@dataclass(frozen=True, kw_only=True)
class EvidenceFilter:
    """Which items are meant; None is all of them."""

    platform: str | None = None
    content_type: str | None = None
    is_used: bool | None = None


@dataclass(frozen=True, kw_only=True)
class EvidenceCount:
    """How many items of a kind there are."""

    platform: str
    content_type: str
    is_used: bool
    count: int


async def list_evidence_page(
    ledger: FetchesRows, *, brand_id: UUID, scope: BrandScope, meant: EvidenceFilter, limit: int, offset: int
) -> tuple[Sequence[asyncpg.Record], tuple[EvidenceCount, ...]]:
    """Returns a page of the items, newest first, ``item_json`` as text and ``is_used``; and the counts of all items.

    Raises:
        NotFoundError: there is no such brand within the scope.
    """
    rows = await ledger.fetch(
        _EVIDENCE,
        **scope.parameters(brand_id),
        platform=meant.platform,
        content_type=meant.content_type,
        only_used=meant.is_used,
        page_size=limit,
        skipped=offset,
    )
    if not rows:
        raise absent_brand()
    return [row for row in rows if row["item_json"] is not None], _counts.decode(rows[0]["counts"])


_counts = msgspec.json.Decoder(tuple[EvidenceCount, ...])


def _evidence() -> Select[Any]:
    used_ids = (
        select(evidence_bundle.c.item_ids)
        .join(compile_run, compile_run.c.bundle_id == evidence_bundle.c.id)
        .join(snapshot, snapshot.c.compile_run_id == compile_run.c.id)
        .where(snapshot.c.brand_id == brand.c.id)
        .order_by(snapshot.c.version.desc())
        .limit(1)
        .correlate(brand)
        .scalar_subquery()
    )
    text_of = evidence_item.c.item_json
    kinds = (
        select(
            evidence_item.c.id,
            evidence_item.c.item_json,
            text_of["platform"].astext.label("platform"),
            text_of["content_type"].astext.label("content_type"),
            func.array_position(used_ids, evidence_item.c.id).is_not(None).label("is_used"),
        )
        .where(evidence_item.c.brand_id == brand.c.id)
        .correlate(brand)
    )
    page = _meant(kinds.subquery("kind")).lateral("page")
    return (
        select(cast(page.c.item_json, Text).label("item_json"), page.c.is_used, _counted(kinds.subquery("counted")))
        .select_from(brand.outerjoin(page, true()))
        .where(IS_VISIBLE_BRAND)
        .order_by(*_newest_first(page))
    )


def _newest_first(kind: Any) -> tuple[ColumnElement[Any], ...]:
    """Times in UTC, written alike, sort as text."""
    return kind.c.item_json["published_at"].astext.desc().nulls_last(), kind.c.id


def _meant(kind: Any) -> Select[Any]:
    platform, content_type = (bindparam(name, type_=Text()) for name in ("platform", "content_type"))
    only_used = bindparam("only_used", type_=Boolean())
    return (
        select(kind)
        .where(
            platform.is_(None) | (kind.c.platform == platform),
            content_type.is_(None) | (kind.c.content_type == content_type),
            only_used.is_(None) | (kind.c.is_used == only_used),
        )
        .order_by(*_newest_first(kind))
        .limit(bindparam("page_size", type_=Integer()))
        .offset(bindparam("skipped", type_=Integer()))
    )


def _counted(kind: Any) -> ColumnElement[Any]:
    counts = (
        select(kind.c.platform, kind.c.content_type, kind.c.is_used, func.count().label("count"))
        .group_by(kind.c.platform, kind.c.content_type, kind.c.is_used)
        .order_by(kind.c.platform, kind.c.content_type, kind.c.is_used.desc())
        .subquery("count_of")
    )
    rows = select(func.coalesce(func.json_agg(func.to_json(counts.table_valued())), func.json_build_array()))
    return cast(rows.scalar_subquery(), Text).label("counts")


_EVIDENCE = _evidence()
