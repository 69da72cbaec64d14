"""How far work is, as server-sent events: what is told of its row, at every change until it is over."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import anyio
import asyncpg
from sse_starlette import EventSourceResponse, ServerSentEvent

from brandbrain_dagster.api.replies import json_bytes
from brandbrain_dagster.errors import LedgerUnavailableError, NotFoundError
from brandbrain_dagster.stores.ledger.work_status import LIVE, WorkStatus

_LOOK_SECONDS = 0.25
"""How often a stream looks whether the work has moved on."""

ReadRow = Callable[[], Awaitable[asyncpg.Record]]
TellRow = Callable[[asyncpg.Record], dict[str, Any]]


async def stream_changes(read: ReadRow, tell: TellRow) -> EventSourceResponse:
    """Streams what ``tell`` makes of the row, which has a ``status``; it ends with the work, or with the row.

    Raises:
        NotFoundError: there is no such row.
    """
    shutdown = anyio.Event()
    return EventSourceResponse(
        _changes(await read(), read, tell, shutdown),
        headers={"Cache-Control": "no-store"},
        shutdown_event=shutdown,
        shutdown_grace_period=2 * _LOOK_SECONDS,
    )


async def _changes(
    row: asyncpg.Record, read: ReadRow, tell: TellRow, shutdown: anyio.Event
) -> AsyncIterator[ServerSentEvent]:
    """No connection is held between two looks; while the database is away, nothing changes."""
    told = b""
    while not shutdown.is_set():
        event = json_bytes(tell(row))
        if event != told:
            told = event
            yield ServerSentEvent(data=event.decode())
        if WorkStatus(row["status"]) not in LIVE:
            return
        await asyncio.sleep(_LOOK_SECONDS)
        try:
            row = await read()
        except LedgerUnavailableError:
            continue
        except NotFoundError:  # the brand was deleted
            return
