"""``brandbrain mcp``: profiles for agents, over the Model Context Protocol."""

import asyncio
from importlib.util import find_spec

import click
import uvicorn

from brandbrain_dagster.cli.api import is_loopback
from brandbrain_dagster.cli.command import now, opened_ledger, reports_errors
from brandbrain_dagster.errors import ConfigurationError
from brandbrain_dagster.resources.database import database_url
from brandbrain_dagster.settings import Settings
from brandbrain_dagster.stores.ledger.api_tokens import has_api_tokens


@click.command("mcp")
@click.option("--http", "over_http", is_flag=True, help="Serve streamable HTTP instead of standard input and output.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on, with --http.")
@click.option("--port", type=click.IntRange(0, 65535), default=8002, show_default=True, help="Port, with --http.")
@reports_errors
def command(host: str, port: int, *, over_http: bool) -> None:
    """Serve profiles to agents, read-only: as a program that an agent starts, or over HTTP.

    The tokens of the API say which brands an agent sees: BRANDBRAIN_MCP_TOKEN holds that of an agent that starts this
    program, over HTTP each request carries its own.
    """
    if find_spec("mcp") is None:
        raise ConfigurationError("Serving agents needs the extra mcp: install 'brandbrain-dagster[mcp]'.")
    with opened_ledger() as (settings, ledger), ledger.read() as conn:
        is_closed = bool(settings.accepted_api_tokens) or has_api_tokens(conn)
    if not over_http:
        _serve_stdio(settings)
        return
    if not (is_loopback(host) or is_closed):
        raise ConfigurationError(
            f"There is no token yet, so profiles are not served on {host} for everybody: "
            "make one with 'brandbrain token create'."
        )
    _serve_http(settings, host, port)


def _serve_stdio(settings: Settings) -> None:
    from brandbrain_dagster.mcp_server.serving import serve_on_stdio  # noqa: PLC0415 (of the extra)

    asyncio.run(serve_on_stdio(settings, database_url(settings), now=now))


def _serve_http(settings: Settings, host: str, port: int) -> None:
    from brandbrain_dagster.mcp_server.serving import MCP_PATH, create_http_app  # noqa: PLC0415 (of the extra)

    app = create_http_app(settings, database_url(settings), now=now, host=host)
    click.echo(f"Serving agents at http://{host}:{port}{MCP_PATH}", err=True)
    uvicorn.run(app, host=host, port=port, access_log=False, log_level="warning", server_header=False)
