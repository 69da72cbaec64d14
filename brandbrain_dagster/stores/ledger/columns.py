"""The kinds of columns that the ledger's tables are made of."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Column, DateTime, Enum, ForeignKey, Uuid
from sqlalchemy.dialects.postgresql import JSONB


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
