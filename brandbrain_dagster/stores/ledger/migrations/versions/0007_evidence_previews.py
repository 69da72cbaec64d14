"""What the Today board shows of an item, where it is read without unpacking the whole item."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_PREVIEWS = """
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
"""


def upgrade() -> None:
    """Adds the column, and fills it in the rows that are there."""
    op.execute(_PREVIEWS)


def downgrade() -> None:
    """Drops it."""
    op.execute("ALTER TABLE evidence_item DROP COLUMN preview_json")
