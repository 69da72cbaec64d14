"""The first tables of the ledger, and the schema that Dagster keeps its own in."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_BRAND = """
CREATE TABLE brand (
    id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    website_url TEXT,
    created_at timestamptz NOT NULL,
    deleted_at timestamptz,
    CONSTRAINT brand_pkey PRIMARY KEY (id),
    CONSTRAINT brand_tenant_id_slug_key UNIQUE (tenant_id, slug)
);
CREATE INDEX brand_created_at_id_idx ON brand (created_at DESC, id DESC);
CREATE INDEX brand_slug_idx ON brand (slug);
"""

_BRAND_ONBOARDING = """
CREATE TABLE brand_onboarding (
    brand_id UUID NOT NULL,
    tier INTEGER NOT NULL,
    answers_json JSONB NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT brand_onboarding_pkey PRIMARY KEY (brand_id),
    CONSTRAINT brand_onboarding_tier_check CHECK (tier BETWEEN 0 AND 2),
    CONSTRAINT brand_onboarding_brand_id_fkey FOREIGN KEY(brand_id) REFERENCES brand (id) ON DELETE CASCADE
);
"""

_BRAND_OVERRIDES = """
CREATE TABLE brand_overrides (
    brand_id UUID NOT NULL,
    overrides_json JSONB NOT NULL,
    pinned_paths TEXT[] NOT NULL,
    pinned_values_json JSONB NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT brand_overrides_pkey PRIMARY KEY (brand_id),
    CONSTRAINT brand_overrides_brand_id_fkey FOREIGN KEY(brand_id) REFERENCES brand (id) ON DELETE CASCADE
);
"""

_EVIDENCE_BUNDLE = """
CREATE TABLE evidence_bundle (
    id UUID NOT NULL,
    brand_id UUID NOT NULL,
    criteria_json JSONB NOT NULL,
    item_ids UUID[] NOT NULL,
    summary_json JSONB NOT NULL,
    evidence_version TEXT NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT evidence_bundle_pkey PRIMARY KEY (id),
    CONSTRAINT evidence_bundle_brand_id_fkey FOREIGN KEY(brand_id) REFERENCES brand (id) ON DELETE CASCADE
);
CREATE INDEX evidence_bundle_brand_id_created_at_idx ON evidence_bundle (brand_id, created_at DESC);
"""

_EVIDENCE_ITEM = """
CREATE TABLE evidence_item (
    id UUID NOT NULL,
    brand_id UUID NOT NULL,
    content_hash TEXT NOT NULL,
    item_json JSONB NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT evidence_item_pkey PRIMARY KEY (id),
    CONSTRAINT evidence_item_brand_id_fkey FOREIGN KEY(brand_id) REFERENCES brand (id) ON DELETE CASCADE
);
CREATE INDEX evidence_item_brand_id_idx ON evidence_item (brand_id);
"""

_SOURCE_CONNECTION = """
CREATE TABLE source_connection (
    id UUID NOT NULL,
    brand_id UUID NOT NULL,
    platform TEXT NOT NULL,
    capability TEXT NOT NULL,
    identifier TEXT NOT NULL,
    is_enabled BOOLEAN NOT NULL,
    settings_json JSONB NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT source_connection_pkey PRIMARY KEY (id),
    CONSTRAINT source_connection_brand_id_platform_capability_identifier_key
        UNIQUE (brand_id, platform, capability, identifier),
    CONSTRAINT source_connection_brand_id_fkey FOREIGN KEY(brand_id) REFERENCES brand (id) ON DELETE CASCADE,
    CONSTRAINT source_connection_capability_check CHECK ((platform, capability) IN (
        ('instagram', 'posts'), ('instagram', 'reels'), ('linkedin', 'company_posts'),
        ('linkedin', 'profile_posts'), ('tiktok', 'profile_videos'), ('youtube', 'channel_videos'),
        ('web', 'crawl_pages')
    ))
);
CREATE INDEX source_connection_brand_id_is_enabled_idx ON source_connection (brand_id, is_enabled);
"""

_FEATURE_REPORT = """
CREATE TABLE feature_report (
    id UUID NOT NULL,
    brand_id UUID NOT NULL,
    bundle_id UUID NOT NULL,
    stats_json JSONB NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT feature_report_pkey PRIMARY KEY (id),
    CONSTRAINT feature_report_bundle_id_key UNIQUE (bundle_id),
    CONSTRAINT feature_report_brand_id_fkey FOREIGN KEY(brand_id) REFERENCES brand (id) ON DELETE CASCADE,
    CONSTRAINT feature_report_bundle_id_fkey FOREIGN KEY(bundle_id) REFERENCES evidence_bundle (id)
);
CREATE INDEX feature_report_brand_id_idx ON feature_report (brand_id);
"""

_COMPILE_RUN = """
CREATE TABLE compile_run (
    id UUID NOT NULL,
    brand_id UUID NOT NULL,
    status VARCHAR(32) NOT NULL,
    stage VARCHAR(32),
    sources_completed INTEGER NOT NULL,
    sources_total INTEGER NOT NULL,
    force_refresh BOOLEAN NOT NULL,
    prompt_version TEXT,
    model TEXT,
    input_hash TEXT,
    inputs_json JSONB NOT NULL,
    evidence_status_json JSONB NOT NULL,
    bundle_id UUID,
    feature_report_id UUID,
    draft_json JSONB NOT NULL,
    qa_report_json JSONB NOT NULL,
    llm_usage_json JSONB NOT NULL,
    attempts INTEGER NOT NULL,
    max_attempts INTEGER NOT NULL,
    available_at timestamptz NOT NULL,
    lease_token UUID,
    lease_expires_at timestamptz,
    dagster_run_id TEXT,
    last_error TEXT,
    error TEXT,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    CONSTRAINT compile_run_pkey PRIMARY KEY (id),
    CONSTRAINT compile_run_sources_check CHECK (sources_completed BETWEEN 0 AND sources_total),
    CONSTRAINT compile_run_attempts_check CHECK (attempts BETWEEN 0 AND max_attempts AND max_attempts >= 1),
    CONSTRAINT compile_run_lease_check CHECK ((status = 'RUNNING') = (lease_token IS NOT NULL)
        AND (status = 'RUNNING') = (lease_expires_at IS NOT NULL)),
    CONSTRAINT compile_run_finished_check CHECK ((status IN ('SUCCEEDED', 'FAILED')) = (finished_at IS NOT NULL)),
    CONSTRAINT compile_run_brand_id_fkey FOREIGN KEY(brand_id) REFERENCES brand (id) ON DELETE CASCADE,
    CONSTRAINT compile_run_status_check CHECK (status IN ('PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED')),
    CONSTRAINT compile_run_stage_check CHECK (stage IN ('ingestion', 'normalization', 'bundling', 'compiling', 'qa')),
    CONSTRAINT compile_run_bundle_id_fkey FOREIGN KEY(bundle_id) REFERENCES evidence_bundle (id),
    CONSTRAINT compile_run_feature_report_id_fkey FOREIGN KEY(feature_report_id) REFERENCES feature_report (id)
);
CREATE INDEX compile_run_brand_id_created_at_idx ON compile_run (brand_id, created_at DESC);
CREATE INDEX compile_run_bundle_id_idx ON compile_run (bundle_id);
CREATE INDEX compile_run_feature_report_id_idx ON compile_run (feature_report_id);
CREATE UNIQUE INDEX compile_run_one_live_per_brand ON compile_run (brand_id) WHERE status IN ('PENDING', 'RUNNING');
CREATE INDEX compile_run_status_available_at_idx ON compile_run (status, available_at);
"""

_APIFY_RUN = """
CREATE TABLE apify_run (
    id UUID NOT NULL,
    source_connection_id UUID NOT NULL,
    brand_id UUID NOT NULL,
    compile_run_id UUID,
    actor_id TEXT NOT NULL,
    input_json JSONB NOT NULL,
    start_nonce TEXT NOT NULL,
    apify_run_id TEXT,
    dataset_id TEXT,
    status VARCHAR(32) NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    error_summary TEXT,
    raw_item_count INTEGER,
    normalized_item_count INTEGER,
    has_usable_rows BOOLEAN,
    usage_usd NUMERIC,
    usage_certainty VARCHAR(32) NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT apify_run_pkey PRIMARY KEY (id),
    CONSTRAINT apify_run_raw_item_count_check CHECK (raw_item_count >= 0),
    CONSTRAINT apify_run_normalized_item_count_check CHECK (normalized_item_count >= 0),
    CONSTRAINT apify_run_usage_usd_check CHECK (usage_usd >= 0),
    CONSTRAINT apify_run_usage_known_check CHECK (usage_usd IS NOT NULL OR usage_certainty = 'unknown'),
    CONSTRAINT apify_run_source_connection_id_fkey FOREIGN KEY(source_connection_id) REFERENCES source_connection (id)
       ,
    CONSTRAINT apify_run_brand_id_fkey FOREIGN KEY(brand_id) REFERENCES brand (id) ON DELETE CASCADE,
    CONSTRAINT apify_run_compile_run_id_fkey FOREIGN KEY(compile_run_id) REFERENCES compile_run (id),
    CONSTRAINT apify_run_apify_run_id_key UNIQUE (apify_run_id),
    CONSTRAINT apify_run_status_check CHECK (status IN (
        'STARTING', 'READY', 'RUNNING', 'TIMING-OUT', 'ABORTING', 'SUCCEEDED', 'FAILED', 'TIMED-OUT',
        'ABORTED'
    )),
    CONSTRAINT apify_run_usage_certainty_check CHECK (usage_certainty IN ('exact', 'estimated', 'unknown'))
);
CREATE INDEX apify_run_brand_id_created_at_idx ON apify_run (brand_id, created_at DESC);
CREATE INDEX apify_run_brand_id_status_idx ON apify_run (brand_id, status);
CREATE INDEX apify_run_compile_run_id_idx ON apify_run (compile_run_id);
CREATE INDEX apify_run_estimated_usage_idx ON apify_run (brand_id) WHERE usage_certainty = 'estimated';
CREATE INDEX apify_run_newest_succeeded_idx ON apify_run (source_connection_id, created_at DESC)
    WHERE status = 'SUCCEEDED';
CREATE UNIQUE INDEX apify_run_one_live_per_source ON apify_run (source_connection_id)
    WHERE status IN ('ABORTING', 'READY', 'RUNNING', 'STARTING', 'TIMING-OUT');
CREATE INDEX apify_run_source_connection_id_idx ON apify_run (source_connection_id);
"""

_SNAPSHOT = """
CREATE TABLE snapshot (
    id UUID NOT NULL,
    brand_id UUID NOT NULL,
    compile_run_id UUID NOT NULL,
    version INTEGER NOT NULL,
    schema_version TEXT NOT NULL,
    snapshot_json JSONB NOT NULL,
    diff_from_previous_json JSONB NOT NULL,
    content_hash TEXT NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT snapshot_pkey PRIMARY KEY (id),
    CONSTRAINT snapshot_brand_id_version_key UNIQUE (brand_id, version),
    CONSTRAINT snapshot_compile_run_id_key UNIQUE (compile_run_id),
    CONSTRAINT snapshot_version_check CHECK (version >= 1),
    CONSTRAINT snapshot_brand_id_fkey FOREIGN KEY(brand_id) REFERENCES brand (id) ON DELETE CASCADE,
    CONSTRAINT snapshot_compile_run_id_fkey FOREIGN KEY(compile_run_id) REFERENCES compile_run (id)
);
CREATE INDEX snapshot_brand_id_created_at_idx ON snapshot (brand_id, created_at DESC);
"""

_IMMUTABLE_SNAPSHOT = """
CREATE FUNCTION refuse_snapshot_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a snapshot is never changed: publish a new version instead';
END
$$;
CREATE TRIGGER snapshot_is_immutable BEFORE UPDATE ON snapshot
    FOR EACH ROW EXECUTE FUNCTION refuse_snapshot_update();
"""

_TABLES = (
    _BRAND,
    _BRAND_ONBOARDING,
    _BRAND_OVERRIDES,
    _EVIDENCE_BUNDLE,
    _EVIDENCE_ITEM,
    _SOURCE_CONNECTION,
    _FEATURE_REPORT,
    _COMPILE_RUN,
    _APIFY_RUN,
    _SNAPSHOT,
)


def upgrade() -> None:
    """Makes the tables."""
    op.execute("CREATE SCHEMA IF NOT EXISTS dagster")
    for statements in _TABLES:
        op.execute(statements)
    op.execute(_IMMUTABLE_SNAPSHOT)


def downgrade() -> None:
    """Drops the tables; Dagster's schema stays, since what is in it is not ours."""
    for table in (
        "snapshot",
        "apify_run",
        "compile_run",
        "feature_report",
        "source_connection",
        "evidence_item",
        "evidence_bundle",
        "brand_overrides",
        "brand_onboarding",
        "brand",
    ):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION refuse_snapshot_update")
