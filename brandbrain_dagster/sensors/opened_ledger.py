"""The ledger for the length of a tick, and whether sensors are on from the start."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from brandbrain_dagster.resources.clock import ClockResource
from brandbrain_dagster.resources.database import open_current_ledger
from brandbrain_dagster.settings import Settings, load_settings
from brandbrain_dagster.stores.ledger.engine import Ledger

CLOCK = ClockResource()

FREE_OF_CHARGE = dg.DefaultSensorStatus.RUNNING
"""Status of a sensor that never starts anything that costs money."""

SPENDING = dg.DefaultSensorStatus.RUNNING if load_settings().automation else dg.DefaultSensorStatus.STOPPED
"""Status of a sensor whose work may cost money: on under `brandbrain up`, off under a bare `dagster dev`."""


@contextmanager
def opened_ledger() -> Iterator[tuple[Settings, Ledger]]:
    """Yields the settings and the ledger."""
    settings = load_settings()
    ledger = open_current_ledger(settings)
    try:
        yield settings, ledger
    finally:
        ledger.close()
