"""What sensors need around them."""

import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest


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
