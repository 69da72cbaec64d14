"""The tables that the API's requests need: who may call, what was answered before, and who changed an override."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from brandbrain_dagster.stores.ledger.columns import brand_id_column, id_column, time_column
from brandbrain_dagster.stores.ledger.tables import metadata

api_token = Table(
    "api_token",
    metadata,
    id_column(),
    Column("tenant_id", Uuid, nullable=False),
    Column("brand_id", Uuid, ForeignKey("brand.id", ondelete="CASCADE"), index=True),
    Column("token_hash", Text, nullable=False),
    Column("is_read_only", Boolean, nullable=False),
    time_column("created_at"),
    time_column("revoked_at", nullable=True),
    UniqueConstraint("token_hash"),
)

idempotency_key = Table(
    "idempotency_key",
    metadata,
    brand_id_column(primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request_hash", Text, nullable=False),
    Column("status_code", Integer, nullable=False),
    Column("body", Text, nullable=False),
    time_column("created_at"),
)
Index(None, idempotency_key.c.created_at)

overrides_log = Table(
    "overrides_log",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    brand_id_column(),
    Column("path", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("old_json", JSONB),
    Column("new_json", JSONB),
    Column("changed_by", Text, nullable=False),
    time_column("changed_at"),
    CheckConstraint("kind IN ('override', 'pin')", name="kind"),
)
Index(None, overrides_log.c.brand_id, overrides_log.c.id.desc())
