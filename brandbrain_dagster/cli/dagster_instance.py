"""The Dagster instance of this machine: its home is made from the settings, its storage is the ledger's database."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from brandbrain_dagster.cli.dagster_home import prepare_dagster_home
from brandbrain_dagster.settings import Settings


@contextmanager
def dagster_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """Yields the instance that the Dagster UI shows as well."""
    with dg.DagsterInstance.from_config(str(prepare_dagster_home(settings))) as instance:
        yield instance
