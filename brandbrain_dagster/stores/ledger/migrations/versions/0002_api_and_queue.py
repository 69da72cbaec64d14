"""What the API and the queue need: tokens, idempotency keys, the overrides' log, and a revision of a brand's inputs."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INPUTS_REVISION = """
ALTER TABLE brand ADD COLUMN inputs_revision BIGINT DEFAULT 0 NOT NULL, ADD COLUMN inputs_changed_at timestamptz;
ALTER TABLE compile_run ADD COLUMN inputs_revision BIGINT, ADD COLUMN configuration_hash TEXT;
CREATE FUNCTION note_changed_inputs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        UPDATE brand SET inputs_revision = inputs_revision + 1, inputs_changed_at = now() WHERE id = OLD.brand_id;
    ELSE
        UPDATE brand SET inputs_revision = inputs_revision + 1, inputs_changed_at = NEW.updated_at
        WHERE id = NEW.brand_id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER onboarding_is_an_input AFTER INSERT OR UPDATE OR DELETE ON brand_onboarding
    FOR EACH ROW EXECUTE FUNCTION note_changed_inputs();
CREATE TRIGGER overrides_are_an_input AFTER INSERT OR UPDATE OR DELETE ON brand_overrides
    FOR EACH ROW EXECUTE FUNCTION note_changed_inputs();
CREATE TRIGGER source_is_an_input AFTER INSERT OR UPDATE OR DELETE ON source_connection
    FOR EACH ROW EXECUTE FUNCTION note_changed_inputs();
"""

_TOKENS = """
CREATE TABLE api_token (
    id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    brand_id UUID,
    token_hash TEXT NOT NULL,
    is_read_only BOOLEAN NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT api_token_pkey PRIMARY KEY (id),
    CONSTRAINT api_token_brand_id_fkey FOREIGN KEY(brand_id) REFERENCES brand (id) ON DELETE CASCADE,
    CONSTRAINT api_token_token_hash_key UNIQUE (token_hash)
);
CREATE INDEX api_token_brand_id_idx ON api_token (brand_id);
"""

_IDEMPOTENCY_KEY = """
CREATE TABLE idempotency_key (
    brand_id UUID NOT NULL,
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status_code INTEGER NOT NULL,
    body TEXT NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT idempotency_key_pkey PRIMARY KEY (brand_id, key),
    CONSTRAINT idempotency_key_brand_id_fkey FOREIGN KEY(brand_id) REFERENCES brand (id) ON DELETE CASCADE
);
CREATE INDEX idempotency_key_created_at_idx ON idempotency_key (created_at);
"""

_OVERRIDES_LOG = """
CREATE TABLE overrides_log (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    brand_id UUID NOT NULL,
    path TEXT NOT NULL,
    kind TEXT NOT NULL,
    old_json JSONB,
    new_json JSONB,
    changed_by TEXT NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT overrides_log_pkey PRIMARY KEY (id),
    CONSTRAINT overrides_log_kind_check CHECK (kind IN ('override', 'pin')),
    CONSTRAINT overrides_log_brand_id_fkey FOREIGN KEY(brand_id) REFERENCES brand (id) ON DELETE CASCADE
);
CREATE INDEX overrides_log_brand_id_id_idx ON overrides_log (brand_id, id DESC);
"""

_BUDGET = "CREATE INDEX apify_run_created_at_idx ON apify_run (created_at);"


def upgrade() -> None:
    """Adds columns, tables and triggers."""
    for statements in (_INPUTS_REVISION, _TOKENS, _IDEMPOTENCY_KEY, _OVERRIDES_LOG, _BUDGET):
        op.execute(statements)


def downgrade() -> None:
    """Takes them away again."""
    op.execute("DROP INDEX apify_run_created_at_idx")
    for table in ("overrides_log", "idempotency_key", "api_token"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP TRIGGER source_is_an_input ON source_connection")
    op.execute("DROP TRIGGER overrides_are_an_input ON brand_overrides")
    op.execute("DROP TRIGGER onboarding_is_an_input ON brand_onboarding")
    op.execute("DROP FUNCTION note_changed_inputs")
    op.execute("ALTER TABLE compile_run DROP COLUMN inputs_revision, DROP COLUMN configuration_hash")
    op.execute("ALTER TABLE brand DROP COLUMN inputs_revision, DROP COLUMN inputs_changed_at")
