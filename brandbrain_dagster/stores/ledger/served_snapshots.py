"""Snapshots as they are served: the stored JSON as text, found together with the brand and the caller's right to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from brandbrain_dagster.stores.ledger.brand_scope import IS_VISIBLE_BRAND, BrandScope, absent_brand
from brandbrain_dagster.stores.ledger.query_steps import FetchesRows
from brandbrain_dagster.stores.ledger.tables import brand, compile_run, evidence_bundle, feature_report, snapshot


@dataclass(frozen=True)
class IncludedPart:
    """What can be served beside a snapshot: the name of its field, and the column that holds it."""

    field: str
    column: ColumnElement[Any]


INCLUDABLE_PARTS = {
    "evidence": IncludedPart("evidence_status", compile_run.c.evidence_status_json),
    "qa": IncludedPart("qa_report", compile_run.c.qa_report_json),
    "bundle": IncludedPart("bundle_summary", evidence_bundle.c.summary_json),
    "features": IncludedPart("feature_report", feature_report.c.stats_json),
}
"""The parts by the name that a request gives them."""


async def find_newest_served(
    ledger: FetchesRows, *, brand_id: UUID, scope: BrandScope, parts: Sequence[str] = ()
) -> asyncpg.Record | None:
    """Returns the brand's newest snapshot, ``*_json`` and the parts' fields as text; None before the first.

    Raises:
        NotFoundError: there is no such brand within the scope.
    """
    return await _find_served(ledger, _newest(tuple(parts)), scope.parameters(brand_id))


async def find_served(
    ledger: FetchesRows, *, brand_id: UUID, snapshot_id: UUID, scope: BrandScope, parts: Sequence[str] = ()
) -> asyncpg.Record | None:
    """Returns one snapshot of the brand in the same way; None when the brand has no such snapshot.

    Raises:
        NotFoundError: there is no such brand within the scope.
    """
    parameters = {**scope.parameters(brand_id), "snapshot_id": snapshot_id}
    return await _find_served(ledger, _by_id(tuple(parts)), parameters)


async def list_history(
    ledger: FetchesRows, *, brand_id: UUID, scope: BrandScope, limit: int, offset: int
) -> tuple[list[asyncpg.Record], int]:
    """Returns a page of the brand's snapshots without their JSON, newest first, and how many there are in all.

    ``changed``, ``added``, ``removed`` count the paths in the diff from the version before; ``causes`` is a JSON array
    of the kinds of causes.

    Raises:
        NotFoundError: there is no such brand within the scope.
    """
    rows = await ledger.fetch(_HISTORY, **scope.parameters(brand_id), page_size=limit, skipped=offset)
    if not rows:
        raise absent_brand()
    return [row for row in rows if row["snapshot_id"] is not None], rows[0]["total"]


async def _find_served(
    ledger: FetchesRows, statement: Select[Any], parameters: dict[str, Any]
) -> asyncpg.Record | None:
    rows = await ledger.fetch(statement, **parameters)
    if not rows:
        raise absent_brand()
    return rows[0] if rows[0]["snapshot_id"] is not None else None


_OF_BRAND = select(snapshot).where(snapshot.c.brand_id == brand.c.id)


@cache
def _newest(parts: tuple[str, ...]) -> Select[Any]:
    return _served(_OF_BRAND.order_by(snapshot.c.version.desc()).limit(literal_column("1")), parts)


@cache
def _by_id(parts: tuple[str, ...]) -> Select[Any]:
    return _served(_OF_BRAND.where(snapshot.c.id == bindparam("snapshot_id", type_=Uuid())), parts)


def _served(meant: Select[Any], parts: tuple[str, ...]) -> Select[Any]:
    found = meant.correlate(brand).lateral("found")
    tables = brand.outerjoin(found, true())
    if parts:
        tables = tables.outerjoin(compile_run, compile_run.c.id == found.c.compile_run_id)
    if "bundle" in parts:
        tables = tables.outerjoin(evidence_bundle, evidence_bundle.c.id == compile_run.c.bundle_id)
    if "features" in parts:
        tables = tables.outerjoin(feature_report, feature_report.c.id == compile_run.c.feature_report_id)
    included = [INCLUDABLE_PARTS[name] for name in parts]
    return (
        select(
            found.c.id.label("snapshot_id"),
            found.c.version,
            found.c.created_at,
            found.c.compile_run_id,
            cast(found.c.snapshot_json, Text).label("snapshot_json"),
            *(cast(part.column, Text).label(part.field) for part in included),
        )
        .select_from(tables)
        .where(IS_VISIBLE_BRAND)
    )


def _history() -> Select[Any]:
    page = (
        _OF_BRAND.order_by(snapshot.c.version.desc())
        .limit(bindparam("page_size", type_=Integer()))
        .offset(bindparam("skipped", type_=Integer()))
        .correlate(brand)
        .lateral("page")
    )
    total = select(func.count()).where(snapshot.c.brand_id == brand.c.id).correlate(brand).scalar_subquery()

    def length_of(part: str) -> ColumnElement[Any]:
        return func.coalesce(func.jsonb_array_length(page.c.diff_from_previous_json[part]), 0)

    change = func.jsonb_array_elements(page.c.diff_from_previous_json["changed"]).table_valued(
        "value", name="change", joins_implicitly=True
    )
    causes = select(func.jsonb_agg(cast(change.c.value, JSONB)["cause"]["kind"].distinct())).scalar_subquery()
    return (
        select(
            total.label("total"),
            page.c.id.label("snapshot_id"),
            page.c.version,
            page.c.created_at,
            length_of("changed").label("changed"),
            length_of("added").label("added"),
            length_of("removed").label("removed"),
            func.coalesce(cast(causes, Text), "[]").label("causes"),
        )
        .select_from(brand.outerjoin(page, true()))
        .where(IS_VISIBLE_BRAND)
        .order_by(page.c.version.desc())
    )


_HISTORY = _history()
