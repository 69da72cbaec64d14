"""The kinds of columns that the ledger's tables are made of."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    DateTime,
    Enum,
    ForeignKey,
    Integer,
    Text,
    Uuid,
)
from sqlalchemy import literal_column as literal
from sqlalchemy.dialects.postgresql import JSONB

from brandbrain_dagster.stores.ledger.work_status import WorkStatus


def enum_of(values: type[StrEnum], name: str) -> Enum:
    """Text with a check that lists the enum's values, read back as the enum."""
    return Enum(
        values,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def id_column() -> Column[Any]:
    """The primary key."""
    return Column("id", Uuid, primary_key=True)


def brand_id_column(*, primary_key: bool = False) -> Column[Any]:
    """The brand that a row belongs to, and is deleted with."""
    return Column(
        "brand_id",
        Uuid,
        ForeignKey("brand.id", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
        autoincrement=False,
    )


def json_column(name: str) -> Column[Any]:
    """JSON that is always there, empty or not."""
    return Column(name, JSONB, nullable=False)


def time_column(name: str, *, nullable: bool = False) -> Column[Any]:
    """A time with its zone."""
    return Column(name, DateTime(timezone=True), nullable=nullable)


def work_columns() -> list[Column[Any] | CheckConstraint]:
    """What a row of work has that waits, is taken under a lease, and ends: see `work_queue`."""
    return [
        Column("status", enum_of(WorkStatus, "status"), nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("max_attempts", Integer, nullable=False),
        time_column("available_at"),
        Column("lease_token", Uuid),
        time_column("lease_expires_at", nullable=True),
        Column("dagster_run_id", Text),
        Column("last_error", Text),
        Column("error", Text),
        time_column("created_at"),
        time_column("started_at", nullable=True),
        time_column("finished_at", nullable=True),
        CheckConstraint("attempts BETWEEN 0 AND max_attempts AND max_attempts >= 1", name="attempts"),
        CheckConstraint(
            "(status = 'RUNNING') = (lease_token IS NOT NULL) "
            "AND (status = 'RUNNING') = (lease_expires_at IS NOT NULL)",
            name="lease",
        ),
        CheckConstraint("(status IN ('SUCCEEDED', 'FAILED')) = (finished_at IS NOT NULL)", name="finished"),
    ]


def one_of(column: Column[Any], values: Iterable[StrEnum]) -> ColumnElement[bool]:
    """``column IN (…)`` with the values in the SQL text, so that PostgreSQL can match it to a partial index."""
    return column.in_([literal(f"'{value}'") for value in sorted(values)])
