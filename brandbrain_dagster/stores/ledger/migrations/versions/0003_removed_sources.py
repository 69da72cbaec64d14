"""Sources that were removed but are kept, because actor runs and evidence lead back to them."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the mark."""
    op.execute("ALTER TABLE source_connection ADD COLUMN removed_at timestamptz")
    op.execute(
        "ALTER TABLE source_connection ADD CONSTRAINT source_connection_removed_check "
        "CHECK (removed_at IS NULL OR NOT is_enabled)"
    )


def downgrade() -> None:
    """Takes the mark away; what was removed is only disabled then."""
    op.execute("ALTER TABLE source_connection DROP COLUMN removed_at")
