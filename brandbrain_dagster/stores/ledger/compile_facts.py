"""What the decision to compile one brand rests on, gathered into JSON by PostgreSQL in one query."""

from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, FromClause, Text, cast, func, select

from brandbrain_dagster.domain.compile.start_verdict import CompileFacts
from brandbrain_dagster.stores.ledger.brand_scope import IS_VISIBLE_BRAND, BrandScope, absent_brand
from brandbrain_dagster.stores.ledger.json_rows import json_list, json_object, json_row
from brandbrain_dagster.stores.ledger.query_steps import Query, QuerySteps
from brandbrain_dagster.stores.ledger.tables import (
    IS_LIVE_COMPILE,
    IS_LIVE_RUN,
    IS_SUCCEEDED_RUN,
    apify_run,
    brand,
    brand_onboarding,
    brand_overrides,
    compile_run,
    snapshot,
    source_connection,
)
from brandbrain_dagster.stores.ledger.work_status import WorkStatus


def read_compile_facts(brand_id: UUID, scope: BrandScope) -> QuerySteps[CompileFacts]:
    """Reads the facts about a brand.

    Raises:
        NotFoundError: there is no such brand within the scope.
    """
    rows = yield Query(_FACTS, scope.parameters(brand_id))
    if not rows:
        raise absent_brand()
    return _decoder.decode(rows[0]["facts"])


_decoder = msgspec.json.Decoder(CompileFacts)


def _sources_of(brands: FromClause) -> ColumnElement[object]:
    is_of_source = apify_run.c.source_connection_id == source_connection.c.id
    succeeded = select(apify_run).where(is_of_source, IS_SUCCEEDED_RUN).order_by(apify_run.c.created_at.desc()).limit(1)
    live = select(apify_run).where(is_of_source, IS_LIVE_RUN)
    facts = json_object(
        source=func.to_json(source_connection.table_valued()),
        newest_succeeded=json_row(succeeded.correlate(source_connection), "succeeded"),
        live=json_row(live.correlate(source_connection), "live"),
    )
    order = (source_connection.c.platform, source_connection.c.capability, source_connection.c.identifier)
    return (
        select(json_list(facts, *order))
        .where(source_connection.c.brand_id == brands.c.id, source_connection.c.is_enabled)
        .scalar_subquery()
    )


def _standing_of(brands: FromClause) -> ColumnElement[object]:
    newest = (
        select(snapshot.c.id, snapshot.c.version, snapshot.c.created_at, snapshot.c.compile_run_id)
        .add_columns(compile_run.c.input_hash)
        .join(compile_run, compile_run.c.id == snapshot.c.compile_run_id)
        .where(snapshot.c.brand_id == brands.c.id)
        .order_by(snapshot.c.version.desc())
        .limit(1)
    )
    return json_row(newest.correlate(brands), "newest")


def _live_of(brands: FromClause) -> ColumnElement[object]:
    is_waiting = (compile_run.c.status == WorkStatus.PENDING).label("is_waiting")
    live = select(compile_run.c.id, is_waiting, compile_run.c.force_refresh).where(
        compile_run.c.brand_id == brands.c.id, IS_LIVE_COMPILE
    )
    return json_row(live.correlate(brands), "live_compile")


_FACTS = (
    select(
        cast(
            json_object(
                answers_json=func.coalesce(brand_onboarding.c.answers_json, func.jsonb_build_object()),
                overrides_json=func.coalesce(brand_overrides.c.overrides_json, func.jsonb_build_object()),
                pinned_paths=func.coalesce(func.to_json(brand_overrides.c.pinned_paths), func.json_build_array()),
                sources=_sources_of(brand),
                standing=_standing_of(brand),
                live=_live_of(brand),
            ),
            Text,
        ).label("facts")
    )
    .select_from(brand)
    .outerjoin(brand_onboarding, brand_onboarding.c.brand_id == brand.c.id)
    .outerjoin(brand_overrides, brand_overrides.c.brand_id == brand.c.id)
    .where(IS_VISIBLE_BRAND)
)
