"""How brands stand, one of them or a page of all: sources and their runs, newest compile and profile, cost."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    DateTime,
    FromClause,
    Integer,
    Numeric,
    Select,
    Table,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    select,
    tuple_,
)

from brandbrain_dagster.domain.ingestion.actor_run import ActorRun
from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.stores.ledger.board_tables import board_generation
from brandbrain_dagster.stores.ledger.brand_scope import IS_VISIBLE_BRAND, BrandScope, absent_brand
from brandbrain_dagster.stores.ledger.compile_status import CompileStage
from brandbrain_dagster.stores.ledger.json_rows import json_list, json_object, json_row
from brandbrain_dagster.stores.ledger.query_steps import FetchesRows
from brandbrain_dagster.stores.ledger.tables import (
    IS_LIVE_RUN,
    IS_SUCCEEDED_RUN,
    apify_run,
    brand,
    compile_run,
    snapshot,
    source_connection,
)
from brandbrain_dagster.stores.ledger.work_status import WorkStatus

_END = (datetime.max.replace(tzinfo=UTC), UUID(int=2**128 - 1))
"""What every brand is older than."""


@dataclass(frozen=True, kw_only=True)
class SourceStanding:
    """A source with its newest run that succeeded, the one that goes on, and the latest whatever became of it."""

    source: SourceConnection
    newest_succeeded: ActorRun | None
    live: ActorRun | None
    latest: ActorRun | None


@dataclass(frozen=True, kw_only=True)
class CompileOutline:
    """A compile run in short."""

    id: UUID
    status: WorkStatus
    stage: CompileStage | None
    last_error: str | None
    error: str | None
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class SnapshotOutline:
    """A snapshot without its profile; ``inputs_revision`` is that of the inputs it was compiled from."""

    id: UUID
    version: int
    created_at: datetime
    inputs_revision: int | None


@dataclass(frozen=True, kw_only=True)
class BrandStanding:
    """A brand and how it stands; ``sources`` are all that were not removed.

    ``spent_usd`` is what is known of the charges of actor runs and language models, ``unknown_cost_count`` the number
    of charges that nobody knows.
    """

    id: UUID
    name: str
    slug: str
    website_url: str | None
    created_at: datetime
    inputs_revision: int
    sources: tuple[SourceStanding, ...]
    newest_compile: CompileOutline | None
    newest_snapshot: SnapshotOutline | None
    spent_usd: Decimal
    unknown_cost_count: int


async def get_standing(ledger: FetchesRows, *, brand_id: UUID, scope: BrandScope) -> BrandStanding:
    """Returns how one brand stands.

    Raises:
        NotFoundError: there is no such brand within the scope.
    """
    rows = await ledger.fetch(_ONE, **scope.parameters(brand_id))
    if not rows:
        raise absent_brand()
    return _decoder.decode(rows[0]["standing"])


async def list_standings(
    ledger: FetchesRows,
    *,
    scope: BrandScope,
    search: str | None,
    older_than: tuple[datetime, UUID] | None,
    limit: int,
) -> list[BrandStanding]:
    """Returns brands within the scope, newest first; ``search`` is a part of the name or the slug."""
    created_at, brand_id = older_than or _END
    rows = await ledger.fetch(
        _PAGE,
        tenant_id=scope.tenant_id,
        only_brand_id=scope.only_brand_id,
        pattern=f"%{_escaped(search)}%" if search else None,
        older_at=created_at,
        older_id=brand_id,
        page_size=limit,
    )
    return [_decoder.decode(row["standing"]) for row in rows]


_decoder = msgspec.json.Decoder(BrandStanding)


def _escaped(search: str) -> str:
    return "".join(f"\\{letter}" if letter in "%_\\" else letter for letter in search)


def _sources_of(brands: FromClause) -> ColumnElement[Any]:
    runs = select(apify_run).where(apify_run.c.source_connection_id == source_connection.c.id)
    newest = runs.order_by(apify_run.c.created_at.desc()).limit(1).correlate(source_connection)
    standing = json_object(
        source=func.to_json(source_connection.table_valued()),
        newest_succeeded=json_row(newest.where(IS_SUCCEEDED_RUN), "succeeded"),
        live=json_row(runs.where(IS_LIVE_RUN).correlate(source_connection), "live"),
        latest=json_row(newest, "latest"),
    )
    order = (source_connection.c.platform, source_connection.c.capability, source_connection.c.identifier)
    return (
        select(json_list(standing, *order))
        .where(source_connection.c.brand_id == brands.c.id, source_connection.c.removed_at.is_(None))
        .scalar_subquery()
    )


def _compile_of(brands: FromClause) -> ColumnElement[Any]:
    shown = ("id", "status", "stage", "last_error", "error", "created_at", "finished_at")
    newest = (
        select(*(compile_run.c[name] for name in shown))
        .where(compile_run.c.brand_id == brands.c.id)
        .order_by(compile_run.c.created_at.desc())
        .limit(1)
    )
    return json_row(newest.correlate(brands), "newest_compile")


def _snapshot_of(brands: FromClause) -> ColumnElement[Any]:
    newest = (
        select(snapshot.c.id, snapshot.c.version, snapshot.c.created_at, compile_run.c.inputs_revision)
        .join(compile_run, compile_run.c.id == snapshot.c.compile_run_id)
        .where(snapshot.c.brand_id == brands.c.id)
        .order_by(snapshot.c.version.desc())
        .limit(1)
    )
    return json_row(newest.correlate(brands), "newest_snapshot")


def _sum_of(cost: ColumnElement[Any], *of_brand: ColumnElement[bool]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """What is known of the costs, and how many are not."""
    known = select(func.coalesce(func.sum(cost), 0)).where(*of_brand).scalar_subquery()
    unknown = select(func.count()).where(*of_brand, cost.is_(None)).scalar_subquery()
    return known, unknown


def _model_costs_of(work: Table, brands: FromClause) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    usage = work.c.llm_usage_json
    cost = cast(usage["cost_usd"].astext, Numeric)
    return _sum_of(cost, work.c.brand_id == brands.c.id, usage != func.jsonb_build_object())


def _standing(brands: FromClause) -> ColumnElement[Any]:
    known, unknown = zip(
        _sum_of(apify_run.c.usage_usd, apify_run.c.brand_id == brands.c.id),
        _model_costs_of(compile_run, brands),
        _model_costs_of(board_generation, brands),
        strict=True,
    )
    standing = json_object(
        id=brands.c.id,
        name=brands.c.name,
        slug=brands.c.slug,
        website_url=brands.c.website_url,
        created_at=brands.c.created_at,
        inputs_revision=brands.c.inputs_revision,
        sources=_sources_of(brands),
        newest_compile=_compile_of(brands),
        newest_snapshot=_snapshot_of(brands),
        spent_usd=sum(known[1:], known[0]),
        unknown_cost_count=sum(unknown[1:], unknown[0]),
    )
    return cast(standing, Text).label("standing")


def _page() -> Select[Any]:
    tenant_id, only_brand_id = (bindparam(name, type_=Uuid()) for name in ("tenant_id", "only_brand_id"))
    pattern = bindparam("pattern", type_=Text())
    last = tuple_(bindparam("older_at", type_=DateTime(timezone=True)), bindparam("older_id", type_=Uuid()))
    page = (
        select(brand)
        .where(
            brand.c.deleted_at.is_(None),
            tenant_id.is_(None) | (brand.c.tenant_id == tenant_id),
            only_brand_id.is_(None) | (brand.c.id == only_brand_id),
            pattern.is_(None) | brand.c.name.ilike(pattern) | brand.c.slug.ilike(pattern),
            tuple_(brand.c.created_at, brand.c.id) < last,
        )
        .order_by(brand.c.created_at.desc(), brand.c.id.desc())
        .limit(bindparam("page_size", type_=Integer()))
        .subquery("page")
    )
    return select(_standing(page)).order_by(page.c.created_at.desc(), page.c.id.desc())


_ONE = select(_standing(brand)).where(IS_VISIBLE_BRAND)
_PAGE = _page()
