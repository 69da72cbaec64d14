"""What PostgreSQL gathers into JSON, so that one query answers with rows of several tables."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, func, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by


def json_object(**values: ColumnElement[Any]) -> ColumnElement[Any]:
    """An object of these values; the names are part of the statement, so that no request has to send them."""
    return func.json_build_object(
        *(part for name, value in values.items() for part in (literal_column(f"'{name}'"), value))
    )


def json_values(rows: FromClause, names: Iterable[str]) -> ColumnElement[Any]:
    """The named columns of a row as a list, which is shorter than an object: what reads it knows their order."""
    return func.json_build_array(*(rows.c[name] for name in names))


def json_row(rows: Select[Any], name: str) -> ColumnElement[Any]:
    """The one row of a query as an object, or null; ``name`` is what the statement calls it."""
    return select(func.to_json(rows.subquery(name).table_valued())).scalar_subquery()


def json_list(value: ColumnElement[Any], *order: ColumnElement[Any]) -> ColumnElement[Any]:
    """The values of many rows as a list, in an order if one is given; of no rows an empty one."""
    listed = aggregate_order_by(value, *order) if order else value
    return func.coalesce(func.json_agg(listed), func.json_build_array())
