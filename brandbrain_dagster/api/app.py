"""The HTTP API, put together: layers, routes, and the connections that live as long as the app."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from importlib.metadata import version
from uuid import UUID

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from brandbrain_dagster.api.access_gate import AccessGate, KnownTokens
from brandbrain_dagster.api.beside import Beside
from brandbrain_dagster.api.body_limit import BodyLimit
from brandbrain_dagster.api.errors import answer_errors_of
from brandbrain_dagster.api.openapi import describe_api
from brandbrain_dagster.api.request_figures import RequestFigures
from brandbrain_dagster.api.request_journal import RequestJournal
from brandbrain_dagster.api.request_log import request_log
from brandbrain_dagster.api.routes import (
    bootstrap,
    brands,
    compiles,
    costs,
    diffs,
    documents,
    evidence,
    exports,
    health,
    onboarding,
    overrides,
    snapshots,
    sources,
    today,
)
from brandbrain_dagster.resources.database import database_url
from brandbrain_dagster.settings import Settings
from brandbrain_dagster.stores.ledger.async_ledger import AsyncLedger
from brandbrain_dagster.stores.ledger.engine import open_ledger

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_REQUEST_HEADERS = ("Authorization", "Content-Type", "Idempotency-Key", "If-None-Match", "X-Request-ID")
_ANSWER_HEADERS = ("ETag", "Link", "Location", "Retry-After", "X-Request-ID")

_ROUTES = (
    snapshots,
    compiles,
    today,
    overrides,
    diffs,
    evidence,
    exports,
    bootstrap,
    brands,
    onboarding,
    sources,
    costs,
    health,
    documents,
)
"""The busiest first: routes are tried in this order."""


def create_app(
    settings: Settings,
    *,
    now: Callable[[], datetime],
    new_id: Callable[[], UUID],
    is_insecure: bool = False,
    beside: Mapping[str, ASGIApp] | None = None,
) -> FastAPI:
    """Returns the API. ``is_insecure``: without any token it serves other machines too, not this one alone.

    ``beside`` are applications by the first segment of their addresses, which let nobody in but by gates of their own.
    """
    app = FastAPI(
        title="BrandBrain",
        version=version("brandbrain-dagster"),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_connections,
        middleware=_layers(
            settings,
            now=now,
            new_id=new_id,
            is_insecure=is_insecure,
            figures=(figures := RequestFigures()),
            beside=beside or {},
        ),
    )
    app.state.settings = settings
    app.state.now = now
    app.state.new_id = new_id
    app.state.figures = figures
    answer_errors_of(app)
    for routes in _ROUTES:
        app.router.routes.extend(routes.router.routes)  # in one flat list: each level of routers costs a search
    describe_api(app)
    return app


def _layers(
    settings: Settings,
    *,
    now: Callable[[], datetime],
    new_id: Callable[[], UUID],
    is_insecure: bool,
    figures: RequestFigures,
    beside: Mapping[str, ASGIApp],
) -> list[Middleware]:
    """From the outside in: what is refused by an inner layer is still logged, and readable by web pages."""
    origins = _listed(settings.cors_allowed_origins)
    return [
        Middleware(RequestJournal, figures=figures, log=request_log(), new_id=new_id),
        Middleware(Beside, applications=beside),
        Middleware(
            CORSMiddleware,
            allow_origins=sorted(origins),
            allow_credentials=True,
            allow_methods=_METHODS,
            allow_headers=_REQUEST_HEADERS,
            expose_headers=_ANSWER_HEADERS,
        ),
        Middleware(
            AccessGate,
            tokens=KnownTokens(settings.accepted_api_tokens, now=now),
            allowed_origins=origins,
            is_insecure=is_insecure,
        ),
        Middleware(BodyLimit),
    ]


@asynccontextmanager
async def _connections(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    url = await run_in_threadpool(database_url, settings)
    app.state.ledger = open_ledger(url)
    app.state.async_ledger = AsyncLedger(url, pool_size=settings.api_connections)
    await app.state.async_ledger.open()
    try:
        yield
    finally:
        await app.state.async_ledger.close()
        app.state.ledger.close()


def _listed(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(",") if part.strip())
