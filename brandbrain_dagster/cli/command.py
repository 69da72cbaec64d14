"""What every command shares: errors as one sentence with an exit code, --json, and the open ledger."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from typing import Any, ParamSpec
from uuid import UUID, uuid4

import click

from brandbrain_dagster.errors import (
    BrandBrainError,
    CompileGatingError,
    ConfigurationError,
    ConflictError,
    InvalidInputError,
    NotFoundError,
)
from brandbrain_dagster.resources.database import open_current_ledger
from brandbrain_dagster.settings import Settings, load_settings
from brandbrain_dagster.stores.ledger.engine import Ledger

FAILED, WRONG_INPUT, OUT_OF_REACH = 1, 2, 3
"""Exit codes beside 0."""

_WRONG_INPUT = (InvalidInputError, NotFoundError, ConflictError, CompileGatingError, ConfigurationError)
_Args = ParamSpec("_Args")

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


def reports_errors(run: Callable[_Args, None]) -> Callable[_Args, None]:
    """Turns deliberate errors into one sentence on stderr and an exit code."""

    @wraps(run)
    def reporting(*args: _Args.args, **kwargs: _Args.kwargs) -> None:
        try:
            run(*args, **kwargs)
        except BrandBrainError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(WRONG_INPUT if isinstance(error, _WRONG_INPUT) else OUT_OF_REACH if error.is_transient else FAILED)

    return reporting


@contextmanager
def opened_ledger() -> Iterator[tuple[Settings, Ledger]]:
    """Yields the settings and the ledger, with its tables up to date."""
    settings = load_settings()
    ledger = open_current_ledger(settings)
    try:
        yield settings, ledger
    finally:
        ledger.close()


def print_json(value: Any) -> None:
    """Prints a value as JSON on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Prints rows as a plain table: readable in a terminal, and by other tools."""
    shown = [["" if value is None else str(value) for value in row] for row in rows]
    widths = [max(len(name), *(len(row[index]) for row in shown), 0) for index, name in enumerate(columns)]
    for row in [list(columns), *shown]:
        click.echo("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


def now() -> datetime:
    """Returns the time, in UTC."""
    return datetime.now(UTC)


def new_id() -> UUID:
    """Returns a new random id."""
    return uuid4()
