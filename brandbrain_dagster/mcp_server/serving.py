"""Serving the MCP server: over standard input and output for one caller, or over HTTP with the API's own gate."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from mcp.server import Server
from mcp.server.stdio import stdio_server
from starlette.applications import Starlette
from starlette.middleware import Middleware

from brandbrain_dagster.api.access import ANYONE, Caller
from brandbrain_dagster.api.access_gate import AccessGate, KnownTokens
from brandbrain_dagster.errors import ConfigurationError
from brandbrain_dagster.mcp_server.profile_reads import BoardReading
from brandbrain_dagster.mcp_server.server import CallerOf, Context, create_mcp_server
from brandbrain_dagster.resources.board_gates import gate_config
from brandbrain_dagster.settings import Settings
from brandbrain_dagster.stores.ledger.async_ledger import AsyncLedger
from brandbrain_dagster.stores.ledger.query_steps import FetchesRows

MCP_PATH = "/mcp"


async def serve_on_stdio(settings: Settings, database_url: str, *, now: Callable[[], datetime]) -> None:
    """Serves the program that started this one, until it closes standard input.

    Raises:
        ConfigurationError: BRANDBRAIN_MCP_TOKEN is not in force, or missing though there are tokens.
    """
    ledger = AsyncLedger(database_url)
    await ledger.open()
    try:
        caller_of = caller_by_token(settings, ledger, now=now)
        await caller_of(None)
        server: Server[Any] = create_mcp_server(ledger, caller_of, _board_reading(settings, now))
        async with stdio_server() as (reading, writing):
            await server.run(reading, writing, server.create_initialization_options())
    finally:
        await ledger.close()


def caller_by_token(settings: Settings, ledger: FetchesRows, *, now: Callable[[], datetime]) -> CallerOf:
    """Returns what finds out who the program at standard input is: by its token, as the API does, at every request."""
    tokens = KnownTokens(settings.accepted_api_tokens, now=now)
    given = settings.mcp_token.get_secret_value() if settings.mcp_token else None

    async def caller_of(_context: Context | None) -> Caller:
        if given is None:
            if await tokens.is_open(ledger):
                return ANYONE
            raise ConfigurationError(
                "There are tokens, so agents need one too: make it with 'brandbrain token create --read-only' and give "
                "it in BRANDBRAIN_MCP_TOKEN."
            )
        caller = await tokens.caller_with(given.encode(), ledger)
        if caller is None:
            raise ConfigurationError(
                "The token in BRANDBRAIN_MCP_TOKEN is not known or was revoked: make another with 'brandbrain token "
                "create --read-only'."
            )
        return caller

    return caller_of


def create_http_app(settings: Settings, database_url: str, *, now: Callable[[], datetime], host: str) -> Starlette:
    """Returns the server as a web application at `MCP_PATH`, without sessions: every request is answered by itself."""
    ledger = AsyncLedger(database_url)
    server = create_mcp_server(ledger, _caller_of_request, _board_reading(settings, now))
    inner = server.streamable_http_app(
        streamable_http_path=MCP_PATH, json_response=True, stateless_http=True, host=host
    )

    @asynccontextmanager
    async def connections(app: Starlette) -> AsyncIterator[None]:
        await ledger.open()
        try:
            async with inner.router.lifespan_context(app):
                yield
        finally:
            await ledger.close()

    tokens = KnownTokens(settings.accepted_api_tokens, now=now)
    gate = Middleware(AccessGate, tokens=tokens, allowed_origins=frozenset[str](), only_reads=True)
    app = Starlette(routes=inner.routes, middleware=[gate], lifespan=connections)
    app.state.async_ledger = ledger
    return app


async def _caller_of_request(context: Context | None) -> Caller:
    """The gate has found out who calls and left it in the request."""
    assert context is not None  # noqa: S101
    assert context.request is not None  # noqa: S101
    caller: Caller = context.request.state.caller
    return caller


def _board_reading(settings: Settings, now: Callable[[], datetime]) -> BoardReading:
    in_force = gate_config(settings)
    return BoardReading(now, in_force.version)
