"""``brandbrain api``: serve the HTTP API and the brand pages."""

import gc
import signal
import sys
from ipaddress import ip_address

import click
import uvicorn
from fastapi import FastAPI

from brandbrain_dagster.api.request_log import SERVER_LOG
from brandbrain_dagster.cli.command import new_id, now, opened_ledger, reports_errors
from brandbrain_dagster.errors import ConfigurationError
from brandbrain_dagster.pages.site import create_site
from brandbrain_dagster.settings import load_settings
from brandbrain_dagster.stores.ledger.api_tokens import has_api_tokens

_GRACE_SECONDS = 10
"""How long requests under way, and streams of events, may go on after a SIGTERM."""


def served_app(*, is_insecure: bool = False) -> FastAPI:
    """Returns the API and the pages for the settings of the environment, for a process that does nothing else."""
    site = create_site(load_settings(), now=now, new_id=new_id, is_insecure=is_insecure)
    gc.collect()
    gc.freeze()  # what lives as long as the process is not looked through again whenever answers leave garbage
    return site


def served_app_without_tokens() -> FastAPI:
    """Returns the same, serving other machines without any token too."""
    return served_app(is_insecure=True)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port to listen on.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that serve.")
@click.option("--insecure", is_flag=True, help="Serve other machines although there is no token.")
@reports_errors
def command(host: str, port: int, workers: int, *, insecure: bool) -> None:
    """Serve the HTTP API and the brand pages until told to stop."""
    with opened_ledger() as (settings, ledger), ledger.read() as conn:
        is_closed = bool(settings.accepted_api_tokens) or has_api_tokens(conn)
    if not (is_loopback(host) or insecure or is_closed):
        raise ConfigurationError(
            f"There is no token yet, so the API will not listen on {host} for everybody: "
            "make one with 'brandbrain token create', or say --insecure."
        )
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(0))  # uvicorn raises it again when all is served
    app = served_app_without_tokens if insecure else served_app
    click.echo(f"Serving the brands at http://{host}:{port}/brands, the API at http://{host}:{port}/api/docs", err=True)
    uvicorn.run(
        f"{__name__}:{app.__name__}",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        access_log=False,
        log_config=SERVER_LOG,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


def is_loopback(host: str) -> bool:
    """Tells whether only this machine can reach what listens there; a name could lead anywhere."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
