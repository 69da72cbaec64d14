"""Brands whose inputs, or the configuration, changed since they were compiled: found in one query over all brands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, FromClause, RowMapping, ScalarSelect, func, lateral, select, update

from brandbrain_dagster.domain.ingestion.source_connection import ConnectedSource
from brandbrain_dagster.stores.ledger.tables import (
    IS_LIVE_COMPILE,
    brand,
    brand_onboarding,
    brand_overrides,
    compile_run,
    snapshot,
    source_connection,
)


@dataclass(frozen=True, kw_only=True)
class ChangedBrand:
    """A brand that may need a compile, with its inputs as they are and the hash of those its snapshot was made from.

    ``sources`` are the enabled ones. ``compile_run_id`` is the brand's
    newest compile, whether it succeeded or not.
    """

    brand_id: UUID
    inputs_revision: int
    answers_json: Mapping[str, Any]
    overrides_json: Mapping[str, Any]
    pinned_paths: Sequence[str]
    sources: Sequence[ConnectedSource]
    compile_run_id: UUID
    input_hash: str | None


def list_changed_brands(
    conn: Connection, *, configuration_hash: str, edited_before: datetime, limit: int
) -> list[ChangedBrand]:
    """Returns brands with a snapshot and no live compile whose revision or configuration is not that of the newest one.

    Brands edited after ``edited_before`` are left alone; the longest unchanged come first.
    """
    newest, made_by = _newest_compile(), compile_run.alias("made_by")
    has_live = select(compile_run.c.id).where(compile_run.c.brand_id == brand.c.id, IS_LIVE_COMPILE).exists()
    is_changed = newest.c.inputs_revision.is_distinct_from(
        brand.c.inputs_revision
    ) | newest.c.configuration_hash.is_distinct_from(configuration_hash)
    is_left_alone = func.coalesce(brand.c.inputs_changed_at <= edited_before, True)
    statement = (
        select(
            brand.c.id.label("brand_id"),
            brand.c.inputs_revision,
            func.coalesce(brand_onboarding.c.answers_json, func.jsonb_build_object()).label("answers_json"),
            func.coalesce(brand_overrides.c.overrides_json, func.jsonb_build_object()).label("overrides_json"),
            brand_overrides.c.pinned_paths,
            _enabled_sources().label("sources"),
            newest.c.id.label("compile_run_id"),
            made_by.c.input_hash,
        )
        .select_from(brand)
        .join(newest, newest.c.id.is_not(None))
        .join(made_by, made_by.c.id == _published_by())
        .outerjoin(brand_onboarding, brand_onboarding.c.brand_id == brand.c.id)
        .outerjoin(brand_overrides, brand_overrides.c.brand_id == brand.c.id)
        .where(brand.c.deleted_at.is_(None), is_changed, is_left_alone, ~has_live)
        .order_by(brand.c.inputs_changed_at.nulls_first(), brand.c.id)
        .limit(limit)
    )
    rows = conn.execute(statement).mappings()
    return [_changed_brand(row) for row in rows]


def note_inputs_seen(conn: Connection, *, compile_run_id: UUID, inputs_revision: int, configuration_hash: str) -> None:
    """Writes down that nothing needs compiling at this revision: the edit was taken back, or gating forbids it."""
    values = {"inputs_revision": inputs_revision, "configuration_hash": configuration_hash}
    conn.execute(update(compile_run).where(compile_run.c.id == compile_run_id).values(**values))


def _changed_brand(row: RowMapping) -> ChangedBrand:
    sources = [ConnectedSource(**source) for source in row["sources"]]
    return ChangedBrand(**{**row, "sources": sources, "pinned_paths": tuple(row["pinned_paths"] or ())})


def _newest_compile() -> FromClause:
    """The brand's newest compile, whether it succeeded or not."""
    return lateral(
        select(compile_run.c.id, compile_run.c.inputs_revision, compile_run.c.configuration_hash)
        .where(compile_run.c.brand_id == brand.c.id)
        .order_by(compile_run.c.created_at.desc())
        .limit(1)
    ).alias("newest")


def _published_by() -> ScalarSelect[Any]:
    """The compile that made the brand's newest snapshot."""
    statement = select(snapshot.c.compile_run_id).where(snapshot.c.brand_id == brand.c.id)
    return statement.order_by(snapshot.c.version.desc()).limit(1).scalar_subquery()


def _enabled_sources() -> ScalarSelect[Any]:
    """The brand's enabled sources, as a JSON list."""
    names = ("platform", "capability", "identifier", "settings_json")
    source_json = func.jsonb_build_object(*(part for name in names for part in (name, source_connection.c[name])))
    return (
        select(func.coalesce(func.jsonb_agg(source_json), func.jsonb_build_array()))
        .where(source_connection.c.brand_id == brand.c.id, source_connection.c.is_enabled)
        .scalar_subquery()
    )
