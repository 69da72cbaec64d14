"""Pages of a list: a cursor says where the page before ended, so that what is added meanwhile moves nothing."""

import re
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlencode
from uuid import UUID

from brandbrain_dagster.api.errors import RefusedRequestError

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 200

CURSOR_PATTERN = r"^[0-9]{1,17}-[0-9a-f]{32}$"
"""Microseconds since 1970, and an id."""

_START = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Position = tuple[datetime, UUID]
"""The time and the id of the last entry of a page."""


def clamped(limit: int) -> int:
    """Returns the limit, brought to 1..200."""
    return max(1, min(limit, LARGEST_LIMIT))


def position_of(cursor: str | None) -> Position | None:
    """Returns where a page starts; None is the first page.

    Raises:
        RefusedRequestError: the cursor is not one of ours.
    """
    if cursor is None:
        return None
    if re.fullmatch(CURSOR_PATTERN, cursor) is None:
        raise RefusedRequestError(HTTPStatus.BAD_REQUEST, "Invalid cursor")
    microseconds, _, entry_id = cursor.partition("-")
    return _START + int(microseconds) * _MICROSECOND, UUID(entry_id)


def cursor_of(last: Position) -> str:
    """Returns the cursor of the page after the entry ``last``."""
    time, entry_id = last
    return f"{(time - _START) // _MICROSECOND}-{entry_id.hex}"


def link_to_next(path: str, *, limit: int, last: Position) -> str:
    """Returns the ``Link`` header for the page after the entry ``last``."""
    return f'<{path}?{urlencode({"limit": limit, "cursor": cursor_of(last)})}>; rel="next"'
