"""An API that is really served, over a ledger of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.api.profile_api import ProfileApi, running_api
from tests.stores.ledger_rows import add_brand


@pytest.fixture
def api(ledger_url: str, tmp_path: Path) -> Iterator[ProfileApi]:
    with running_api(ledger_url, home=tmp_path) as running:
        yield running


@pytest.fixture
def client(api: ProfileApi) -> httpx.Client:
    return api.client


@pytest.fixture
def brand(ledger: Ledger) -> Brand:
    with ledger.begin() as conn:
        return add_brand(conn)
