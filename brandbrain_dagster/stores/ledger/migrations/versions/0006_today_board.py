"""The Today board: its generations, boards, opportunities with their citations, and people's decisions."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_BOARD_GENERATION = """
CREATE TABLE board_generation (
    id UUID NOT NULL,
    brand_id UUID NOT NULL,
    snapshot_id UUID NOT NULL,
    requested_by VARCHAR(32) NOT NULL,
    stage VARCHAR(32),
    llm_usage_json JSONB NOT NULL,
    status VARCHAR(32) NOT NULL,
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
    CONSTRAINT board_generation_pkey PRIMARY KEY (id),
    CONSTRAINT board_generation_attempts_check CHECK (attempts BETWEEN 0 AND max_attempts AND max_attempts >= 1),
    CONSTRAINT board_generation_lease_check
        CHECK ((status = 'RUNNING') = (lease_token IS NOT NULL) AND (status = 'RUNNING') = (lease_expires_at IS NOT
          NULL)),
    CONSTRAINT board_generation_finished_check
        CHECK ((status IN ('SUCCEEDED', 'FAILED')) = (finished_at IS NOT NULL)),
    CONSTRAINT board_generation_brand_id_fkey FOREIGN KEY(brand_id) REFERENCES brand (id) ON DELETE CASCADE,
    CONSTRAINT board_generation_snapshot_id_fkey FOREIGN KEY(snapshot_id) REFERENCES snapshot (id) ON DELETE CASCADE,
    CONSTRAINT board_generation_requested_by_check
        CHECK (requested_by IN ('first_run', 'regenerate', 'refresh', 'run')),
    CONSTRAINT board_generation_stage_check
        CHECK (stage IN ('fetching_evidence', 'running_quality_gates', 'synthesizing', 'scoring', 'complete')),
    CONSTRAINT board_generation_status_check CHECK (status IN ('PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED'))
);
CREATE INDEX board_generation_brand_id_created_at_idx ON board_generation (brand_id, created_at DESC);
CREATE UNIQUE INDEX board_generation_one_first_run
    ON board_generation (brand_id, snapshot_id) WHERE requested_by = 'first_run';
CREATE UNIQUE INDEX board_generation_one_live_per_brand
    ON board_generation (brand_id) WHERE status IN ('PENDING', 'RUNNING');
CREATE INDEX board_generation_snapshot_id_idx ON board_generation (snapshot_id);
CREATE INDEX board_generation_status_available_at_idx ON board_generation (status, available_at);
"""

_OPPORTUNITIES_BOARD = """
CREATE TABLE opportunities_board (
    id UUID NOT NULL,
    brand_id UUID NOT NULL,
    generation_id UUID NOT NULL,
    snapshot_id UUID NOT NULL,
    state VARCHAR(32) NOT NULL,
    ready_reason VARCHAR(32),
    opportunity_ids UUID[] NOT NULL,
    board_json JSONB NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT opportunities_board_pkey PRIMARY KEY (id),
    CONSTRAINT opportunities_board_id_brand_id_key UNIQUE (id, brand_id),
    CONSTRAINT opportunities_board_stored_state_check CHECK (state IN ('ready', 'insufficient_evidence', 'error')),
    CONSTRAINT opportunities_board_reason_check CHECK ((state = 'ready') = (ready_reason IS NOT NULL)),
    CONSTRAINT opportunities_board_generated_check
        CHECK ((cardinality(opportunity_ids) > 0) = (ready_reason IS NOT NULL AND ready_reason = 'generated')),
    CONSTRAINT opportunities_board_brand_id_fkey FOREIGN KEY(brand_id) REFERENCES brand (id) ON DELETE CASCADE,
    CONSTRAINT opportunities_board_generation_id_key UNIQUE (generation_id),
    CONSTRAINT opportunities_board_generation_id_fkey
        FOREIGN KEY(generation_id) REFERENCES board_generation (id) ON DELETE CASCADE,
    CONSTRAINT opportunities_board_snapshot_id_fkey
        FOREIGN KEY(snapshot_id) REFERENCES snapshot (id) ON DELETE CASCADE,
    CONSTRAINT opportunities_board_state_check
        CHECK (state IN ('not_generated_yet', 'generating', 'ready', 'insufficient_evidence', 'error')),
    CONSTRAINT opportunities_board_ready_reason_check
        CHECK (ready_reason IN ('generated', 'no_valid_candidates', 'empty_brand_context', 'gates_only_no_synthesis'))
);
CREATE INDEX opportunities_board_brand_id_created_at_idx ON opportunities_board (brand_id, created_at DESC);
CREATE INDEX opportunities_board_newest_ready_idx
    ON opportunities_board (brand_id, created_at DESC) WHERE state = 'ready';
CREATE INDEX opportunities_board_snapshot_id_idx ON opportunities_board (snapshot_id);
"""

_OPPORTUNITY = """
CREATE TABLE opportunity (
    board_id UUID NOT NULL,
    id UUID NOT NULL,
    brand_id UUID NOT NULL,
    position INTEGER NOT NULL,
    score INTEGER NOT NULL,
    opportunity_json JSONB NOT NULL,
    CONSTRAINT opportunity_pkey PRIMARY KEY (board_id, id),
    CONSTRAINT opportunity_score_check CHECK (score BETWEEN 1 AND 100),
    CONSTRAINT opportunity_evidence_check
        CHECK (COALESCE(jsonb_array_length(opportunity_json -> 'evidence_ids'), 0) >= 1),
    CONSTRAINT opportunity_board_id_id_brand_id_key UNIQUE (board_id, id, brand_id),
    CONSTRAINT opportunity_board_fkey
        FOREIGN KEY(board_id, brand_id) REFERENCES opportunities_board (id, brand_id) ON DELETE CASCADE,
    CONSTRAINT opportunity_brand_id_fkey FOREIGN KEY(brand_id) REFERENCES brand (id) ON DELETE CASCADE
);
CREATE INDEX opportunity_brand_id_id_idx ON opportunity (brand_id, id);
"""

_OPPORTUNITY_CITATION = """
CREATE TABLE opportunity_citation (
    board_id UUID NOT NULL,
    opportunity_id UUID NOT NULL,
    position INTEGER NOT NULL,
    brand_id UUID NOT NULL,
    evidence_id UUID NOT NULL,
    CONSTRAINT opportunity_citation_pkey PRIMARY KEY (board_id, opportunity_id, position),
    CONSTRAINT opportunity_citation_opportunity_fkey
        FOREIGN KEY(board_id, opportunity_id, brand_id) REFERENCES opportunity (board_id, id, brand_id)
        ON DELETE CASCADE,
    CONSTRAINT opportunity_citation_brand_id_fkey FOREIGN KEY(brand_id) REFERENCES brand (id) ON DELETE CASCADE,
    CONSTRAINT opportunity_citation_evidence_id_fkey
        FOREIGN KEY(evidence_id) REFERENCES evidence_item (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX opportunity_citation_brand_id_idx ON opportunity_citation (brand_id);
CREATE INDEX opportunity_citation_evidence_id_idx ON opportunity_citation (evidence_id);
"""

_OPPORTUNITY_DECISION = """
CREATE TABLE opportunity_decision (
    id UUID NOT NULL,
    brand_id UUID NOT NULL,
    opportunity_id UUID NOT NULL,
    decision_type VARCHAR(32) NOT NULL,
    reason TEXT,
    snoozed_until timestamptz,
    recorded_at timestamptz NOT NULL,
    recorded_by TEXT NOT NULL,
    CONSTRAINT opportunity_decision_pkey PRIMARY KEY (id),
    CONSTRAINT opportunity_decision_snoozed_until_check
        CHECK ((decision_type = 'opportunity_snoozed') = (snoozed_until IS NOT NULL)),
    CONSTRAINT opportunity_decision_brand_id_fkey FOREIGN KEY(brand_id) REFERENCES brand (id) ON DELETE CASCADE,
    CONSTRAINT opportunity_decision_decision_type_check
        CHECK (decision_type IN ('opportunity_pinned', 'opportunity_snoozed', 'opportunity_ignored',
          'opportunity_restored'))
);
CREATE INDEX opportunity_decision_brand_id_opportunity_id_recorded_at_idx
    ON opportunity_decision (brand_id, opportunity_id, recorded_at);
"""

_TABLES = (_BOARD_GENERATION, _OPPORTUNITIES_BOARD, _OPPORTUNITY, _OPPORTUNITY_CITATION, _OPPORTUNITY_DECISION)

_NEVER_CHANGED = ("opportunities_board", "opportunity", "opportunity_citation", "opportunity_decision")

_RULES = """
CREATE FUNCTION refuse_board_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a % is never changed: generate a new board, or record another decision', TG_TABLE_NAME;
END
$$;

CREATE FUNCTION check_board_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    meant uuid := COALESCE(NEW.id, OLD.id);
    named uuid[];
    dangling uuid;
BEGIN
    IF TG_TABLE_NAME = 'opportunity' THEN
        meant := COALESCE(NEW.board_id, OLD.board_id);
    END IF;
    SELECT opportunity_ids INTO named FROM opportunities_board WHERE id = meant;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT COALESCE(listed.id, opportunity.id) INTO dangling
    FROM unnest(named) WITH ORDINALITY AS listed (id, place)
    FULL JOIN (SELECT id, position FROM opportunity WHERE board_id = meant) AS opportunity
        ON opportunity.id = listed.id AND opportunity.position = listed.place - 1
    WHERE listed.id IS NULL OR opportunity.id IS NULL
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'board % is not whole: its list and its opportunities differ in %', meant, dangling;
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION check_opportunity_is_cited() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    board uuid := COALESCE(NEW.board_id, OLD.board_id);
    meant uuid;
    named text[];
    cited text[];
BEGIN
    IF TG_TABLE_NAME = 'opportunity' THEN
        meant := COALESCE(NEW.id, OLD.id);
    ELSE
        meant := COALESCE(NEW.opportunity_id, OLD.opportunity_id);
    END IF;
    SELECT ARRAY(SELECT jsonb_array_elements_text(opportunity_json -> 'evidence_ids')) INTO named
    FROM opportunity WHERE board_id = board AND id = meant;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT COALESCE(array_agg(evidence_item.id::text ORDER BY citation.position), '{}') INTO cited
    FROM opportunity_citation AS citation
    JOIN evidence_item ON evidence_item.id = citation.evidence_id AND evidence_item.brand_id = citation.brand_id
    WHERE citation.board_id = board AND citation.opportunity_id = meant;
    IF cited <> named THEN
        RAISE EXCEPTION 'opportunity % cites % and has citations of %', meant, named, cited;
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER board_is_whole AFTER INSERT ON opportunities_board
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_board_is_whole();
CREATE CONSTRAINT TRIGGER board_is_whole AFTER INSERT OR DELETE ON opportunity
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_board_is_whole();
CREATE CONSTRAINT TRIGGER opportunity_is_cited AFTER INSERT ON opportunity
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_opportunity_is_cited();
CREATE CONSTRAINT TRIGGER opportunity_is_cited AFTER INSERT OR DELETE ON opportunity_citation
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_opportunity_is_cited();
"""


def upgrade() -> None:
    """Adds the tables, and the triggers that keep boards whole and as they were written."""
    for table in _TABLES:
        op.execute(table)
    op.execute(_RULES)
    for name in _NEVER_CHANGED:
        op.execute(
            f"CREATE TRIGGER {name}_is_immutable BEFORE UPDATE ON {name} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_board_update()"
        )


def downgrade() -> None:
    """Drops them."""
    for name in ("opportunity_decision", "opportunity_citation", "opportunity", "opportunities_board"):
        op.execute(f"DROP TABLE {name}")
    op.execute("DROP TABLE board_generation")
    op.execute("DROP FUNCTION check_opportunity_is_cited")
    op.execute("DROP FUNCTION check_board_is_whole")
    op.execute("DROP FUNCTION refuse_board_update")
