"""The Dagster instance of this machine: its home is made from the settings, its storage is the ledger's database."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from brandbrain_dagster.settings import Settings

_CONFIGURATION = Path(__file__).parents[1] / "dagster.yaml"


@contextmanager
def dagster_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """Yields the instance that the Dagster UI shows as well."""
    home = settings.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_CONFIGURATION, home / _CONFIGURATION.name)
    with dg.DagsterInstance.from_config(str(home)) as instance:
        yield instance
