"""What a snapshot's history needs: the content of a bundle's items by hash, and pins that are kept without an edit."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the hashes, and counts a change of overrides or pins, but not of the values kept for pins, as an edit."""
    op.execute("ALTER TABLE evidence_bundle ADD COLUMN item_hashes TEXT[]")
    op.execute("DROP TRIGGER overrides_are_an_input ON brand_overrides")
    op.execute(
        "CREATE TRIGGER overrides_are_an_input "
        "AFTER INSERT OR UPDATE OF overrides_json, pinned_paths OR DELETE ON brand_overrides "
        "FOR EACH ROW EXECUTE FUNCTION note_changed_inputs()"
    )


def downgrade() -> None:
    """Takes them away again."""
    op.execute("DROP TRIGGER overrides_are_an_input ON brand_overrides")
    op.execute(
        "CREATE TRIGGER overrides_are_an_input AFTER INSERT OR UPDATE OR DELETE ON brand_overrides "
        "FOR EACH ROW EXECUTE FUNCTION note_changed_inputs()"
    )
    op.execute("ALTER TABLE evidence_bundle DROP COLUMN item_hashes")
