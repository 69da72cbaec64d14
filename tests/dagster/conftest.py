"""What sensors need around them."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.dagster.brand_runs import Brands
from tests.use_cases.collecting import INSTAGRAM, utc_now
from tests.use_cases.replayed_brand import instagram_rows, write_rows
from tests.use_cases.themed_rows import themed_rows
from tests.workplace import workplace


@pytest.fixture
def environment(tmp_path: Path, ledger_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("BRANDBRAIN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BRANDBRAIN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BRANDBRAIN_DATABASE_URL", ledger_url)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def run_seconds() -> float:
    """How long an actor run takes."""
    return 0.0


@pytest.fixture
def brands(
    tmp_path: Path, ledger: Ledger, ledger_url: str, run_seconds: float, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Brands]:
    write_rows(tmp_path / "data", INSTAGRAM, instagram_rows(3))
    monkeypatch.setenv("BRANDBRAIN_LEASE_SECONDS", "3")
    with ExitStack() as stack:
        place = stack.enter_context(
            workplace(tmp_path / "home", ledger_url, tmp_path / "data", run_seconds=run_seconds)
        )
        for name, value in place.environment.items():
            monkeypatch.setenv(name, value)
        instance = stack.enter_context(dg.DagsterInstance.ephemeral())
        yield Brands(ledger=ledger, instance=instance, place=place)


@pytest.fixture
def themed(brands: Brands) -> Brands:
    """Brands whose posts are enough for a board."""
    rows = themed_rows(utc_now() - timedelta(hours=3))
    write_rows(brands.place.home.parent / "data", INSTAGRAM, rows)
    return brands
