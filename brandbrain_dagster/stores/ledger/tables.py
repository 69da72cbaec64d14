"""The tables of the ledger, and the predicates that its partial indexes share with the queries that use them.

Everything hangs on `brand`: deleting a brand deletes its rows everywhere. The rows that were true once (snapshots) are
never updated: the migration adds a trigger for that.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    DateTime,
    Enum,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    literal_column,
    tuple_,
)
from sqlalchemy.dialects.postgresql import JSONB

from brandbrain_dagster.domain.ingestion.actor_run import TERMINAL_STATUSES, ActorRunStatus, UsageCertainty
from brandbrain_dagster.domain.platforms.registry import CAPABILITIES
from brandbrain_dagster.stores.ledger.compile_status import CompileStage, CompileStatus

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)


def _enum(values: type[StrEnum], name: str) -> Enum:
    """Text with a check that lists the enum's values, read back as the enum."""
    return Enum(
        values,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def _id() -> Column[Any]:
    return Column("id", Uuid, primary_key=True)


def _brand_id(*, primary_key: bool = False) -> Column[Any]:
    return Column(
        "brand_id",
        Uuid,
        ForeignKey("brand.id", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
        autoincrement=False,
    )


def _json(name: str) -> Column[Any]:
    return Column(name, JSONB, nullable=False)


def _time(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _literals(column: Column[Any], values: frozenset[StrEnum]) -> ColumnElement[bool]:
    """``column IN (…)`` with the values in the SQL text, so that PostgreSQL can match it to a partial index."""
    return column.in_([literal_column(f"'{value}'") for value in sorted(values)])


brand = Table(
    "brand",
    metadata,
    _id(),
    Column("tenant_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("slug", Text, nullable=False),
    Column("website_url", Text),
    _time("created_at"),
    _time("deleted_at", nullable=True),
    UniqueConstraint("tenant_id", "slug"),
)
Index(None, brand.c.slug)
Index(None, brand.c.created_at.desc(), brand.c.id.desc())

brand_onboarding = Table(
    "brand_onboarding",
    metadata,
    _brand_id(primary_key=True),
    Column("tier", Integer, nullable=False),
    _json("answers_json"),
    _time("updated_at"),
    CheckConstraint("tier BETWEEN 0 AND 2", name="tier"),
)

source_connection = Table(
    "source_connection",
    metadata,
    _id(),
    _brand_id(),
    Column("platform", Text, nullable=False),
    Column("capability", Text, nullable=False),
    Column("identifier", Text, nullable=False),
    Column("is_enabled", Boolean, nullable=False),
    _json("settings_json"),
    _time("created_at"),
    _time("updated_at"),
    UniqueConstraint("brand_id", "platform", "capability", "identifier"),
)
Index(None, source_connection.c.brand_id, source_connection.c.is_enabled)
source_connection.append_constraint(
    CheckConstraint(
        tuple_(source_connection.c.platform, source_connection.c.capability).in_(
            [tuple_(literal_column(f"'{entry.platform}'"), literal_column(f"'{entry.name}'")) for entry in CAPABILITIES]
        ),
        name="capability",
    )
)

brand_overrides = Table(
    "brand_overrides",
    metadata,
    _brand_id(primary_key=True),
    _json("overrides_json"),
    Column("pinned_paths", ARRAY(Text), nullable=False),
    _json("pinned_values_json"),
    _time("updated_at"),
)

evidence_bundle = Table(
    "evidence_bundle",
    metadata,
    _id(),
    _brand_id(),
    _json("criteria_json"),
    Column("item_ids", ARRAY(Uuid), nullable=False),
    _json("summary_json"),
    Column("evidence_version", Text, nullable=False),
    _time("created_at"),
)
Index(None, evidence_bundle.c.brand_id, evidence_bundle.c.created_at.desc())

feature_report = Table(
    "feature_report",
    metadata,
    _id(),
    _brand_id(),
    Column("bundle_id", Uuid, ForeignKey("evidence_bundle.id"), nullable=False),
    _json("stats_json"),
    _time("created_at"),
    UniqueConstraint("bundle_id"),
)
Index(None, feature_report.c.brand_id)

evidence_item = Table(
    "evidence_item",
    metadata,
    _id(),
    _brand_id(),
    Column("content_hash", Text, nullable=False),
    _json("item_json"),
    _time("updated_at"),
)
Index(None, evidence_item.c.brand_id)

compile_run = Table(
    "compile_run",
    metadata,
    _id(),
    _brand_id(),
    Column("status", _enum(CompileStatus, "status"), nullable=False),
    Column("stage", _enum(CompileStage, "stage")),
    Column("sources_completed", Integer, nullable=False),
    Column("sources_total", Integer, nullable=False),
    Column("force_refresh", Boolean, nullable=False),
    Column("prompt_version", Text),
    Column("model", Text),
    Column("input_hash", Text),
    _json("inputs_json"),
    _json("evidence_status_json"),
    Column("bundle_id", Uuid, ForeignKey("evidence_bundle.id"), index=True),
    Column("feature_report_id", Uuid, ForeignKey("feature_report.id"), index=True),
    _json("draft_json"),
    _json("qa_report_json"),
    _json("llm_usage_json"),
    Column("attempts", Integer, nullable=False),
    Column("max_attempts", Integer, nullable=False),
    _time("available_at"),
    Column("lease_token", Uuid),
    _time("lease_expires_at", nullable=True),
    Column("dagster_run_id", Text),
    Column("last_error", Text),
    Column("error", Text),
    _time("created_at"),
    _time("started_at", nullable=True),
    _time("finished_at", nullable=True),
    CheckConstraint("sources_completed BETWEEN 0 AND sources_total", name="sources"),
    CheckConstraint("attempts BETWEEN 0 AND max_attempts AND max_attempts >= 1", name="attempts"),
    CheckConstraint(
        "(status = 'RUNNING') = (lease_token IS NOT NULL) AND (status = 'RUNNING') = (lease_expires_at IS NOT NULL)",
        name="lease",
    ),
    CheckConstraint("(status IN ('SUCCEEDED', 'FAILED')) = (finished_at IS NOT NULL)", name="finished"),
)
IS_LIVE_COMPILE = _literals(compile_run.c.status, frozenset({CompileStatus.PENDING, CompileStatus.RUNNING}))
Index(None, compile_run.c.status, compile_run.c.available_at)
Index(None, compile_run.c.brand_id, compile_run.c.created_at.desc())
Index("compile_run_one_live_per_brand", compile_run.c.brand_id, unique=True, postgresql_where=IS_LIVE_COMPILE)

apify_run = Table(
    "apify_run",
    metadata,
    _id(),
    Column("source_connection_id", Uuid, ForeignKey("source_connection.id"), nullable=False),
    _brand_id(),
    Column("compile_run_id", Uuid, ForeignKey("compile_run.id"), index=True),
    Column("actor_id", Text, nullable=False),
    _json("input_json"),
    Column("start_nonce", Text, nullable=False),
    Column("apify_run_id", Text, unique=True),
    Column("dataset_id", Text),
    Column("status", _enum(ActorRunStatus, "status"), nullable=False),
    _time("started_at"),
    _time("finished_at", nullable=True),
    Column("error_summary", Text),
    Column("raw_item_count", Integer),
    Column("normalized_item_count", Integer),
    Column("has_usable_rows", Boolean),
    Column("usage_usd", Numeric),
    Column("usage_certainty", _enum(UsageCertainty, "usage_certainty"), nullable=False),
    _time("created_at"),
    CheckConstraint("raw_item_count >= 0", name="raw_item_count"),
    CheckConstraint("normalized_item_count >= 0", name="normalized_item_count"),
    CheckConstraint("usage_usd >= 0", name="usage_usd"),
    CheckConstraint("usage_usd IS NOT NULL OR usage_certainty = 'unknown'", name="usage_known"),
)
IS_SUCCEEDED_RUN = apify_run.c.status == literal_column("'SUCCEEDED'")
IS_LIVE_RUN = _literals(apify_run.c.status, frozenset(ActorRunStatus) - TERMINAL_STATUSES)
HAS_ESTIMATED_USAGE = apify_run.c.usage_certainty == literal_column("'estimated'")
Index(None, apify_run.c.source_connection_id)
Index(
    "apify_run_newest_succeeded_idx",
    apify_run.c.source_connection_id,
    apify_run.c.created_at.desc(),
    postgresql_where=IS_SUCCEEDED_RUN,
)
Index("apify_run_one_live_per_source", apify_run.c.source_connection_id, unique=True, postgresql_where=IS_LIVE_RUN)
Index("apify_run_estimated_usage_idx", apify_run.c.brand_id, postgresql_where=HAS_ESTIMATED_USAGE)
Index(None, apify_run.c.brand_id, apify_run.c.status)
Index(None, apify_run.c.brand_id, apify_run.c.created_at.desc())

snapshot = Table(
    "snapshot",
    metadata,
    _id(),
    _brand_id(),
    Column("compile_run_id", Uuid, ForeignKey("compile_run.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("schema_version", Text, nullable=False),
    _json("snapshot_json"),
    _json("diff_from_previous_json"),
    Column("content_hash", Text, nullable=False),
    _time("created_at"),
    UniqueConstraint("brand_id", "version"),
    UniqueConstraint("compile_run_id"),
    CheckConstraint("version >= 1", name="version"),
)
Index(None, snapshot.c.brand_id, snapshot.c.created_at.desc())
