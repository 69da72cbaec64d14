"""What the Today board shows of items, and orders ideas by, where it is read without unpacking whole documents."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_SHOWN = """
LOCK TABLE opportunity, evidence_item IN ACCESS EXCLUSIVE MODE;  -- in the order in which a board is read
ALTER TABLE evidence_item ADD COLUMN preview_json JSON;
UPDATE evidence_item SET preview_json = json_build_object(
    'id', id,
    'platform', item_json ->> 'platform',
    'canonical_url', item_json ->> 'canonical_url',
    'author_ref', item_json ->> 'author_ref',
    'text_snippet', left(COALESCE(NULLIF(btrim(item_json ->> 'text_primary'), ''),
        NULLIF(btrim(item_json ->> 'title'), ''), NULLIF(btrim(item_json ->> 'text_secondary'), ''), ''), 200),
    'has_transcript', COALESCE((item_json #>> '{flags,has_transcript}')::boolean, false)
);
ALTER TABLE evidence_item ALTER COLUMN preview_json SET NOT NULL;
ALTER TABLE opportunity
    ADD COLUMN type TEXT GENERATED ALWAYS AS (opportunity_json ->> 'type') STORED,
    ADD COLUMN pillar_id TEXT GENERATED ALWAYS AS (opportunity_json ->> 'pillar_id') STORED;
"""
_NOT_SHOWN = """
ALTER TABLE opportunity DROP COLUMN type, DROP COLUMN pillar_id;
ALTER TABLE evidence_item DROP COLUMN preview_json;
"""


def upgrade() -> None:
    """Adds the columns, and fills those of the rows that are there."""
    op.execute(_SHOWN)


def downgrade() -> None:
    """Drops them."""
    op.execute(_NOT_SHOWN)
