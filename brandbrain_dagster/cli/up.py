"""``brandbrain up``: everything in one process tree."""

import fcntl
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from brandbrain_dagster.cli.command import reports_errors
from brandbrain_dagster.cli.dagster_home import prepare_dagster_home, write_workspace
from brandbrain_dagster.cli.process_tree import ChildKeepsDyingError, ProcessTree
from brandbrain_dagster.cli.up_programs import (
    HOST,
    Ports,
    accepts_connections,
    find_free_port,
    first_programs,
    is_free,
    later_programs,
)
from brandbrain_dagster.errors import ConflictError, LedgerUnavailableError
from brandbrain_dagster.resources.database import open_current_ledger
from brandbrain_dagster.settings import Settings, load_settings, variable_of
from brandbrain_dagster.stores.ledger.embedded_server import embedded_database_url, release_embedded_server

_LOOK_SECONDS = 0.2
_DATABASE_LOOK_SECONDS = 1.0

_port = click.IntRange(1, 65535)


@click.command()
@click.option("--api-port", type=_port, default=8000, show_default=True, help="Port of the API on 127.0.0.1.")
@click.option("--ui-port", type=_port, default=3000, show_default=True, help="Port of the Dagster UI on 127.0.0.1.")
@click.option("--no-ui", is_flag=True, help="Leave out the Dagster UI.")
@click.option("--verbose", is_flag=True, help="Print the logs of all processes.")
@reports_errors
def command(api_port: int, ui_port: int, *, no_ui: bool, verbose: bool) -> None:
    """Run everything on this machine: database, API, Dagster's code server, daemon and UI. Stop it with Ctrl-C.

    Compiles are queued, retried, and started by themselves when inputs change or sources grow old.
    """
    settings = load_settings()
    home = settings.home.expanduser().resolve()
    with _stop_requests() as requests, _taken(home) as lock:
        ports = _checked_ports(api_port, None if no_ui else ui_port)
        click.echo(f"Starting in {home}; logs are in {home / 'logs'}.")
        with _database_kept_up(settings):
            open_current_ledger(settings).close()
            tree = ProcessTree(
                home / "logs",
                variables=_variables(settings, home, ports),
                lock=lock,
                tell=click.echo,
                tells_logs=verbose,
            )
            try:
                _run(tree, ports, write_workspace(prepare_dagster_home(settings), port=ports.code), requests)
            except ChildKeepsDyingError as error:
                raise click.ClickException(str(error)) from error
            finally:
                tree.stop()
    click.echo("Stopped.")


def _run(tree: ProcessTree, ports: Ports, workspace: Path, requests: list[int]) -> None:
    """Starts everything, says where it is, and keeps it alive until somebody asks to stop."""
    for program in first_programs(ports):
        tree.start(program)
    _look_after(tree, requests, until=lambda: accepts_connections(ports.code))
    for program in () if requests else later_programs(ports, workspace):
        tree.start(program)
    _look_after(tree, requests, until=tree.answers)
    if not requests:
        click.echo(f"API: http://{HOST}:{ports.api}")
        click.echo(f"Brand pages: http://{HOST}:{ports.api}/brands")
        if ports.ui is not None:
            click.echo(f"Dagster UI: http://{HOST}:{ports.ui}")
        click.echo("Ready; stop it with Ctrl-C.")
    _look_after(tree, requests, until=lambda: False)


def _look_after(tree: ProcessTree, requests: list[int], *, until: Callable[[], bool]) -> None:
    while not requests and not until():
        tree.look_after()
        time.sleep(_LOOK_SECONDS)


def _checked_ports(api_port: int, ui_port: int | None) -> Ports:
    for port, option in ((api_port, "--api-port"), (ui_port, "--ui-port")):
        if port is not None and not is_free(port):
            raise ConflictError(f"Port {port} of {HOST} is in use; free it, or name another one with {option}.")
    return Ports(api=api_port, ui=ui_port, code=find_free_port())


def _variables(settings: Settings, home: Path, ports: Ports) -> dict[str, str]:
    """What the children need beside the environment: the same folders wherever they run, and what is on unless set."""
    unless_set = {
        "automation": "true",
        "public_url": f"http://{HOST}:{ports.api}",
        **({} if ports.ui is None else {"dagster_url": f"http://{HOST}:{ports.ui}"}),
    }
    return {
        "BRANDBRAIN_HOME": str(home),
        "DAGSTER_HOME": str(settings.dagster_home),
        **{variable_of(name): value for name, value in unless_set.items() if name not in settings.model_fields_set},
    }


@contextmanager
def _stop_requests() -> Iterator[list[int]]:
    """Yields the signals received that ask to stop; that they are handled here also undoes an inherited "ignore"."""
    received: list[int] = []
    signals = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # nohup means to go on
        signals.append(signal.SIGHUP)
    before = {number: signal.signal(number, lambda signalled, _: received.append(signalled)) for number in signals}
    try:
        yield received
    finally:
        for number, action in before.items():
            signal.signal(number, action)


@contextmanager
def _taken(home: Path) -> Iterator[int]:
    """Keeps every other ``brandbrain up`` out of this home; yields the open file that the lock belongs to."""
    home.mkdir(parents=True, exist_ok=True)
    lock = os.open(home / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConflictError(
                f"Another 'brandbrain up' runs in {home}, or has not quite stopped; stop it first, "
                "or set BRANDBRAIN_HOME to another folder."
            ) from None
        yield lock
    finally:
        os.close(lock)


@contextmanager
def _database_kept_up(settings: Settings) -> Iterator[None]:
    """Brings the embedded server back whenever it was killed; a configured server is its owner's business."""
    if settings.database_url is not None:
        yield
        return
    over = threading.Event()

    def look_again() -> None:
        while not over.wait(_DATABASE_LOOK_SECONDS):
            try:
                embedded_database_url(settings.home)
            except LedgerUnavailableError as error:
                click.echo(f"Error: {error}", err=True)

    watch = threading.Thread(target=look_again, name="database")
    watch.start()
    try:
        yield
    finally:
        over.set()
        watch.join()
        release_embedded_server(settings.home)
