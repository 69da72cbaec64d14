"""The API on a real port, for the tests of the profile's routes: its clock can be set, and its queries are counted."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import func, select
from starlette.applications import Starlette

from brandbrain_dagster.api.app import create_app
from brandbrain_dagster.settings import Settings
from brandbrain_dagster.stores.ledger.all_tables import LEDGER_METADATA
from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.stores.ledger_rows import NOW

_START_SECONDS = 20


@dataclass
class Clock:
    """The time as the API sees it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class ProfileApi:
    """A running API, a client of it, and its insides."""

    app: FastAPI
    client: httpx.Client
    clock: Clock

    def query_count(self) -> int:
        count: int = self.app.state.async_ledger.query_count
        return count

    @contextmanager
    def queries(self, at_most: int) -> Iterator[None]:
        """Fails when more queries are run within; the gate's own, which are rare, are out of the way by then."""
        self.client.get("/api/health")
        self.client.get(f"/api/brands/{uuid4()}")
        before = self.query_count()
        yield
        assert self.query_count() - before <= at_most


@contextmanager
def running_api(ledger_url: str, **settings: Any) -> Iterator[ProfileApi]:
    clock = Clock()
    app = create_app(Settings(database_url=SecretStr(ledger_url), **settings), now=clock, new_id=uuid4)
    with socket.socket() as listening, served(app, listening):
        host, port = listening.getsockname()
        with httpx.Client(base_url=f"http://{host}:{port}", timeout=30) as client:
            yield ProfileApi(app=app, client=client, clock=clock)


@contextmanager
def served(app: Starlette, listening: socket.socket) -> Iterator[None]:
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=5))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + _START_SECONDS
    while not server.started:
        assert thread.is_alive()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def profile_url(brand_id: object, rest: str) -> str:
    return f"/api/brands/{brand_id}/brandbrain/{rest}"


def row_counts(ledger: Ledger) -> dict[str, int]:
    """How many rows each table has."""
    with ledger.read() as conn:
        return {
            table.name: conn.scalars(select(func.count()).select_from(table)).one()
            for table in LEDGER_METADATA.sorted_tables
        }
