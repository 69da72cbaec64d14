"""Where brands stand among all: the figures of the fleet."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_FLEET_BENCHMARK = """
CREATE TABLE fleet_benchmark (
    id UUID NOT NULL,
    figures_json JSONB NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT fleet_benchmark_pkey PRIMARY KEY (id)
);
CREATE INDEX fleet_benchmark_created_at_idx ON fleet_benchmark (created_at DESC);
"""


def upgrade() -> None:
    """Adds the table."""
    op.execute(_FLEET_BENCHMARK)


def downgrade() -> None:
    """Drops it."""
    op.execute("DROP TABLE fleet_benchmark")
