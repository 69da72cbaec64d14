"""The tables of the ledger, and the predicates that its partial indexes share with the queries that use them.

Everything but `fleet_benchmark` hangs on `brand`: deleting a brand deletes its rows everywhere. The rows that were true
once (snapshots) are never updated: the migration adds a trigger for that.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
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
from sqlalchemy.dialects.postgresql import JSON

from brandbrain_dagster.domain.ingestion.actor_run import TERMINAL_STATUSES, ActorRunStatus, UsageCertainty
from brandbrain_dagster.domain.platforms.registry import CAPABILITIES
from brandbrain_dagster.stores.ledger.columns import (
    brand_id_column,
    enum_of,
    id_column,
    json_column,
    one_of,
    time_column,
    work_columns,
)
from brandbrain_dagster.stores.ledger.compile_status import CompileStage
from brandbrain_dagster.stores.ledger.work_status import LIVE

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)


brand = Table(
    "brand",
    metadata,
    id_column(),
    Column("tenant_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("slug", Text, nullable=False),
    Column("website_url", Text),
    time_column("created_at"),
    time_column("deleted_at", nullable=True),
    # Counted up by triggers whenever answers, overrides or sources change.
    Column("inputs_revision", BigInteger, nullable=False, server_default="0"),
    time_column("inputs_changed_at", nullable=True),
    UniqueConstraint("tenant_id", "slug"),
)
Index(None, brand.c.slug)
Index(None, brand.c.created_at.desc(), brand.c.id.desc())

brand_onboarding = Table(
    "brand_onboarding",
    metadata,
    brand_id_column(primary_key=True),
    Column("tier", Integer, nullable=False),
    json_column("answers_json"),
    time_column("updated_at"),
    CheckConstraint("tier BETWEEN 0 AND 2", name="tier"),
)

source_connection = Table(
    "source_connection",
    metadata,
    id_column(),
    brand_id_column(),
    Column("platform", Text, nullable=False),
    Column("capability", Text, nullable=False),
    Column("identifier", Text, nullable=False),
    Column("is_enabled", Boolean, nullable=False),
    json_column("settings_json"),
    time_column("created_at"),
    time_column("updated_at"),
    # A source that actor runs lead back to is only marked as removed.
    time_column("removed_at", nullable=True),
    UniqueConstraint("brand_id", "platform", "capability", "identifier"),
    CheckConstraint("removed_at IS NULL OR NOT is_enabled", name="removed"),
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
    brand_id_column(primary_key=True),
    json_column("overrides_json"),
    Column("pinned_paths", ARRAY(Text), nullable=False),
    json_column("pinned_values_json"),
    time_column("updated_at"),
)

evidence_bundle = Table(
    "evidence_bundle",
    metadata,
    id_column(),
    brand_id_column(),
    json_column("criteria_json"),
    Column("item_ids", ARRAY(Uuid), nullable=False),
    Column("item_hashes", ARRAY(Text)),
    json_column("summary_json"),
    Column("evidence_version", Text, nullable=False),
    time_column("created_at"),
)
Index(None, evidence_bundle.c.brand_id, evidence_bundle.c.created_at.desc())

feature_report = Table(
    "feature_report",
    metadata,
    id_column(),
    brand_id_column(),
    Column("bundle_id", Uuid, ForeignKey("evidence_bundle.id"), nullable=False),
    json_column("stats_json"),
    time_column("created_at"),
    UniqueConstraint("bundle_id"),
)
Index(None, feature_report.c.brand_id)

evidence_item = Table(
    "evidence_item",
    metadata,
    id_column(),
    brand_id_column(),
    Column("content_hash", Text, nullable=False),
    json_column("item_json"),
    time_column("updated_at"),
    # Text, not JSONB: it is only ever put into answers.
    Column("preview_json", JSON, nullable=False),
)
Index(None, evidence_item.c.brand_id)

compile_run = Table(
    "compile_run",
    metadata,
    id_column(),
    brand_id_column(),
    Column("stage", enum_of(CompileStage, "stage")),
    Column("sources_completed", Integer, nullable=False),
    Column("sources_total", Integer, nullable=False),
    Column("force_refresh", Boolean, nullable=False),
    Column("prompt_version", Text),
    Column("model", Text),
    Column("input_hash", Text),
    json_column("inputs_json"),
    json_column("evidence_status_json"),
    Column("bundle_id", Uuid, ForeignKey("evidence_bundle.id"), index=True),
    Column("feature_report_id", Uuid, ForeignKey("feature_report.id"), index=True),
    json_column("draft_json"),
    json_column("qa_report_json"),
    json_column("llm_usage_json"),
    Column("inputs_revision", BigInteger),
    Column("configuration_hash", Text),
    CheckConstraint("sources_completed BETWEEN 0 AND sources_total", name="sources"),
    *work_columns(),
)
IS_LIVE_COMPILE = one_of(compile_run.c.status, LIVE)
Index(None, compile_run.c.status, compile_run.c.available_at)
Index(None, compile_run.c.brand_id, compile_run.c.created_at.desc())
Index("compile_run_one_live_per_brand", compile_run.c.brand_id, unique=True, postgresql_where=IS_LIVE_COMPILE)

apify_run = Table(
    "apify_run",
    metadata,
    id_column(),
    Column("source_connection_id", Uuid, ForeignKey("source_connection.id"), nullable=False),
    brand_id_column(),
    Column("compile_run_id", Uuid, ForeignKey("compile_run.id"), index=True),
    Column("actor_id", Text, nullable=False),
    json_column("input_json"),
    Column("start_nonce", Text, nullable=False),
    Column("apify_run_id", Text, unique=True),
    Column("dataset_id", Text),
    Column("status", enum_of(ActorRunStatus, "status"), nullable=False),
    time_column("started_at"),
    time_column("finished_at", nullable=True),
    Column("error_summary", Text),
    Column("raw_item_count", Integer),
    Column("normalized_item_count", Integer),
    Column("has_usable_rows", Boolean),
    Column("usage_usd", Numeric),
    Column("usage_certainty", enum_of(UsageCertainty, "usage_certainty"), nullable=False),
    time_column("created_at"),
    CheckConstraint("raw_item_count >= 0", name="raw_item_count"),
    CheckConstraint("normalized_item_count >= 0", name="normalized_item_count"),
    CheckConstraint("usage_usd >= 0", name="usage_usd"),
    CheckConstraint("usage_usd IS NOT NULL OR usage_certainty = 'unknown'", name="usage_known"),
)
IS_SUCCEEDED_RUN = apify_run.c.status == literal_column("'SUCCEEDED'")
IS_LIVE_RUN = one_of(apify_run.c.status, frozenset(ActorRunStatus) - TERMINAL_STATUSES)
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
Index(None, apify_run.c.created_at)

snapshot = Table(
    "snapshot",
    metadata,
    id_column(),
    brand_id_column(),
    Column("compile_run_id", Uuid, ForeignKey("compile_run.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("schema_version", Text, nullable=False),
    json_column("snapshot_json"),
    json_column("diff_from_previous_json"),
    Column("content_hash", Text, nullable=False),
    time_column("created_at"),
    UniqueConstraint("brand_id", "version"),
    UniqueConstraint("compile_run_id"),
    CheckConstraint("version >= 1", name="version"),
)
Index(None, snapshot.c.brand_id, snapshot.c.created_at.desc())

fleet_benchmark = Table(
    "fleet_benchmark",
    metadata,
    id_column(),
    json_column("figures_json"),
    time_column("created_at"),
)
Index(None, fleet_benchmark.c.created_at.desc())
