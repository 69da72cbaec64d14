"""A client of the site as a browser is one: it says where its forms come from, and keeps cookies."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from brandbrain_dagster.pages.site import create_site
from brandbrain_dagster.settings import Settings
from tests.api.profile_api import Clock, served
from tests.pages.html_document import Document, read_html


@dataclass(frozen=True)
class Site:
    """A running site, a client of it, and its insides."""

    app: FastAPI
    client: httpx.Client
    clock: Clock

    @property
    def origin(self) -> str:
        return str(self.client.base_url).rstrip("/")

    def page(self, path: str, *, status: int = 200) -> Document:
        """Loads a page."""
        answer = self.client.get(f"/brands{path}")
        assert answer.status_code == status, answer.text
        return read_html(answer.text)

    def send(self, path: str, form: Mapping[str, Any] | None = None, **headers: str) -> httpx.Response:
        """Sends a form of the site, without going where it leads."""
        sent = {"Origin": self.origin, "Content-Type": "application/x-www-form-urlencoded", **headers}
        return self.client.post(f"/brands{path}", data=form or {}, headers=sent)

    def query_count(self) -> int:
        count: int = self.app.state.async_ledger.query_count
        return count


@contextmanager
def running_site(ledger_url: str, **settings: Any) -> Iterator[Site]:
    clock = Clock()
    app = create_site(Settings(database_url=SecretStr(ledger_url), **settings), now=clock, new_id=uuid4)
    with socket.socket() as listening, served(app, listening):
        host, port = listening.getsockname()
        with httpx.Client(base_url=f"http://{host}:{port}", timeout=30) as client:
            yield Site(app=app, client=client, clock=clock)
