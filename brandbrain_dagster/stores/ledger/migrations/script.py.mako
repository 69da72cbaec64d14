"""${message}."""

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the change."""
    ${upgrades if upgrades else "raise NotImplementedError"}


def downgrade() -> None:
    """Takes the change back."""
    ${downgrades if downgrades else "raise NotImplementedError"}
