"""What brands have cost, added up by PostgreSQL: the allocation to compiles in one query, and what was charged."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Numeric,
    Table,
    Text,
    bindparam,
    cast,
    func,
    select,
    true,
)

from brandbrain_dagster.domain.costs.brand_costs import ActorCosts, BrandCosts
from brandbrain_dagster.domain.ingestion.actor_run import UsageCertainty
from brandbrain_dagster.stores.ledger.board_tables import board_generation
from brandbrain_dagster.stores.ledger.brand_scope import IS_VISIBLE_BRAND, BrandScope, absent_brand
from brandbrain_dagster.stores.ledger.json_rows import json_list, json_object
from brandbrain_dagster.stores.ledger.query_steps import Query, QuerySteps
from brandbrain_dagster.stores.ledger.tables import apify_run, brand, compile_run


def read_brand_costs(
    brand_id: UUID, scope: BrandScope, *, limit: int | None, offset: int = 0
) -> QuerySteps[BrandCosts]:
    """Reads the costs of a brand, and a page of its compiles, newest first; None is all of them.

    Raises:
        NotFoundError: there is no such brand within the scope.
    """
    rows = yield Query(_COSTS, {**scope.parameters(brand_id), "page_size": limit, "skipped": offset})
    if not rows:
        raise absent_brand()
    return _decoder.decode(rows[0]["costs"])


def sum_charged(conn: Connection, *, brand_id: UUID) -> ActorCosts:
    """Returns the charges of all actor runs of a brand, whatever started them."""
    return msgspec.json.decode(conn.scalars(_CHARGED, {"brand_id": brand_id}).one(), type=ActorCosts)


_decoder = msgspec.json.Decoder(BrandCosts)
_usd = apify_run.c.usage_usd
_is_estimated = _usd.is_not(None) & (apify_run.c.usage_certainty != UsageCertainty.EXACT)


_IS_ALLOCATED = compile_run.c.brand_id == apify_run.c.brand_id
_ACTOR_COSTS = json_object(
    run_count=func.count(),
    known_usd=func.coalesce(func.sum(_usd), 0),
    estimated_count=func.count().filter(_is_estimated),
    unknown_count=func.count().filter(_usd.is_(None)),
)


def _allocated_or_not(is_counted: ColumnElement[bool]) -> ColumnElement[Any]:
    """The compile is looked up by its id alone, so that a brand with thousands of runs takes no longer for it."""
    return (
        select(_ACTOR_COSTS)
        .select_from(apify_run.outerjoin(compile_run, compile_run.c.id == apify_run.c.compile_run_id))
        .where(apify_run.c.brand_id == brand.c.id, is_counted)
        .correlate(brand)
        .scalar_subquery()
    )


def _model_costs(work: Table) -> ColumnElement[Any]:
    usage = work.c.llm_usage_json
    cost = cast(usage["cost_usd"].astext, Numeric)
    counts = {
        name: func.coalesce(func.sum(cast(usage[name].astext, BigInteger)), 0)
        for name in ("requests", "input_tokens", "output_tokens")
    }
    return (
        select(
            json_object(
                asked_count=func.count(),
                known_usd=func.coalesce(func.sum(cost), 0),
                unknown_count=func.count().filter(cost.is_(None)),
                **counts,
            )
        )
        .where(work.c.brand_id == brand.c.id, usage != func.jsonb_build_object())
        .correlate(brand)
        .scalar_subquery()
    )


def _compiles() -> ColumnElement[Any]:
    page = (
        select(compile_run)
        .where(compile_run.c.brand_id == brand.c.id)
        .order_by(compile_run.c.created_at.desc(), compile_run.c.id)
        .limit(bindparam("page_size", type_=Integer()))
        .offset(bindparam("skipped", type_=Integer()))
        .correlate(brand)
        .subquery("page")
    )
    of_compile = (
        select(_ACTOR_COSTS)
        .where(apify_run.c.compile_run_id == page.c.id, apify_run.c.brand_id == page.c.brand_id)
        .correlate(page)
        .scalar_subquery()
    )
    costs = json_object(
        compile_run_id=page.c.id,
        status=page.c.status,
        created_at=page.c.created_at,
        actor_runs=of_compile,
        model=func.nullif(page.c.llm_usage_json, func.jsonb_build_object()),
    )
    return select(json_list(costs, page.c.created_at.desc(), page.c.id)).scalar_subquery()


_compile_count = select(func.count()).where(compile_run.c.brand_id == brand.c.id).correlate(brand).scalar_subquery()
_costs = json_object(
    allocated=_allocated_or_not(_IS_ALLOCATED.is_(true())),
    unattributed=_allocated_or_not(_IS_ALLOCATED.is_not(true())),
    model=_model_costs(compile_run),
    boards=_model_costs(board_generation),
    compile_count=_compile_count,
    compiles=_compiles(),
)
_COSTS = select(cast(_costs, Text).label("costs")).select_from(brand).where(IS_VISIBLE_BRAND)
_CHARGED = select(cast(_ACTOR_COSTS, Text)).where(apify_run.c.brand_id == bindparam("brand_id"))
