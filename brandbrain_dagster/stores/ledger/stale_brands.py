"""Brands with a source that is older than its TTL: found in one query over all brands."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    FromClause,
    Interval,
    ScalarSelect,
    Text,
    case,
    cast,
    exists,
    func,
    lateral,
    literal,
    select,
)

from brandbrain_dagster.domain.ingestion.freshness import EMPTY_RUN_TTL_HOURS
from brandbrain_dagster.stores.ledger.tables import (
    IS_LIVE_COMPILE,
    IS_LIVE_RUN,
    IS_SUCCEEDED_RUN,
    apify_run,
    brand,
    compile_run,
    snapshot,
    source_connection,
)

_SPREAD = 0.1
"""Share of its TTL by which a brand's refresh may be put off, so that brands collected together drift apart."""


@dataclass(frozen=True, kw_only=True)
class StaleBrand:
    """A brand that is due for a refresh since ``due_at``; ``expected_usd`` is what its stale sources cost last time.

    ``is_live`` says that a compile of it waits or runs. ``spent_usd`` is what all brands' runs cost since the day
    began, ``live_count`` how many compiles wait or run: the same in every row.
    """

    brand_id: UUID
    due_at: datetime
    is_live: bool
    expected_usd: Decimal
    spent_usd: Decimal
    live_count: int


def list_stale_brands(
    conn: Connection,
    *,
    now: datetime,
    day_began_at: datetime,
    default_ttl_hours: float,
    disabled_capabilities: Collection[str],
    unknown_cost_usd: Decimal,
    limit: int,
) -> list[StaleBrand]:
    """Returns brands with a snapshot and a stale source: those with a live compile, then the others, longest due first.

    A source that keeps failing is tried again after its TTL, or an hour if that is shorter, since the newest compile. A
    TTL of zero means "collect at every compile": such a source makes no brand stale by itself.
    """
    brand_id, newest, compiled = source_connection.c.brand_id, _newest_run(), _newest_compile()
    ttl_hours = _ttl_hours(default_ttl_hours)
    at_most_an_hour = func.least(ttl_hours, EMPTY_RUN_TTL_HOURS)
    counted = case((newest.c.has_usable_rows.is_(False), at_most_an_hour), else_=ttl_hours)
    stale_at = newest.c.started_at + _hours(counted * (1 + _SPREAD * _share_of(brand_id)))
    due_at = func.greatest(stale_at, compiled.c.finished_at + _hours(at_most_an_hour))
    has_snapshot = select(snapshot.c.id).where(snapshot.c.brand_id == brand_id).exists()
    is_live = func.bool_or(exists().where(compile_run.c.brand_id == brand_id, IS_LIVE_COMPILE))
    statement = (
        select(
            brand_id,
            func.min(due_at).label("due_at"),
            is_live.label("is_live"),
            func.sum(func.coalesce(newest.c.usage_usd, unknown_cost_usd)).label("expected_usd"),
            _spent_since(day_began_at, unknown_cost_usd).label("spent_usd"),
            _live_count().label("live_count"),
        )
        .select_from(source_connection)
        .join(brand, brand.c.id == brand_id)
        .join(compiled, literal(True))  # noqa: FBT003 - an SQL literal
        .outerjoin(newest, literal(True))  # noqa: FBT003 - an SQL literal
        .where(
            brand.c.deleted_at.is_(None),
            source_connection.c.is_enabled,
            (source_connection.c.platform + "." + source_connection.c.capability).not_in(sorted(disabled_capabilities)),
            ttl_hours > 0,
            due_at <= now,
            has_snapshot,
        )
        .group_by(brand_id)
        .order_by(is_live.desc(), func.min(due_at), brand_id)
        .limit(limit)
    )
    return [StaleBrand(**row) for row in conn.execute(statement).mappings()]


def _newest_run() -> FromClause:
    """The newest run of a source that succeeded."""
    return lateral(
        select(apify_run.c.started_at, apify_run.c.has_usable_rows, apify_run.c.usage_usd)
        .where(apify_run.c.source_connection_id == source_connection.c.id, IS_SUCCEEDED_RUN)
        .order_by(apify_run.c.created_at.desc())
        .limit(1)
    ).alias("newest")


def _newest_compile() -> FromClause:
    """The newest compile of a source's brand; it has no end while it is live."""
    return lateral(
        select(compile_run.c.finished_at)
        .where(compile_run.c.brand_id == source_connection.c.brand_id)
        .order_by(compile_run.c.created_at.desc())
        .limit(1)
    ).alias("compiled")


def _spent_since(moment: datetime, unknown_cost_usd: Decimal) -> ScalarSelect[Any]:
    """Runs that go on are not in it: the compiles that wait for them are."""
    was_billed = apify_run.c.apify_run_id.is_not(None) & ~IS_LIVE_RUN
    cost_usd = func.coalesce(apify_run.c.usage_usd, case((was_billed, unknown_cost_usd), else_=0))
    return select(func.coalesce(func.sum(cost_usd), 0)).where(apify_run.c.created_at >= moment).scalar_subquery()


def _live_count() -> ScalarSelect[Any]:
    return select(func.count()).select_from(compile_run).where(IS_LIVE_COMPILE).scalar_subquery()


def _ttl_hours(default_hours: float) -> ColumnElement[Any]:
    """A source's own TTL where it is a number that is not negative, else the default (sources)."""
    own = source_connection.c.settings_json["ttl_hours"]
    number = case((func.jsonb_typeof(own) == "number", cast(own.astext, Float)), else_=None)
    return case((number >= 0, func.least(number, 1_000_000)), else_=default_hours)


def _hours(hours: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.make_interval(0, 0, 0, 0, 0, 0, hours * 3600, type_=Interval)


def _share_of(brand_id: ColumnElement[Any]) -> ColumnElement[Any]:
    """0..1, the same for a brand at any time, and another for each brand."""
    return (func.hashtext(cast(brand_id, Text)) % 1000 + 1000) / 2000.0
