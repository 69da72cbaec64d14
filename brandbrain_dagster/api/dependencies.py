"""What routes are given: the ledger, the settings, the clock, ids."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from brandbrain_dagster.settings import Settings
from brandbrain_dagster.stores.ledger.async_ledger import AsyncLedger
from brandbrain_dagster.stores.ledger.engine import Ledger


async def _ledger(request: Request) -> Ledger:
    ledger: Ledger = request.app.state.ledger
    return ledger


async def _async_ledger(request: Request) -> AsyncLedger:
    ledger: AsyncLedger = request.app.state.async_ledger
    return ledger


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def _now(request: Request) -> datetime:
    now: Callable[[], datetime] = request.app.state.now
    return now()


async def _fresh_id(request: Request) -> UUID:
    next_id: Callable[[], UUID] = request.app.state.new_id
    return next_id()


LedgerOfApp = Annotated[Ledger, Depends(_ledger)]
AsyncLedgerOfApp = Annotated[AsyncLedger, Depends(_async_ledger)]
SettingsOfApp = Annotated[Settings, Depends(_settings)]
Now = Annotated[datetime, Depends(_now)]
"""The time of the request."""
FreshId = Annotated[UUID, Depends(_fresh_id)]
"""An id that nothing has yet."""
