"""The site, really served, over a ledger of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.pages.published import PROFILE, publish
from tests.pages.served_site import Site, running_site
from tests.stores.ledger_rows import add_brand


@pytest.fixture
def site(ledger_url: str, tmp_path: Path) -> Iterator[Site]:
    with running_site(ledger_url, home=tmp_path) as running:
        yield running


@pytest.fixture
def brand(ledger: Ledger) -> Brand:
    with ledger.begin() as conn:
        return add_brand(conn)


@pytest.fixture
def published(ledger: Ledger, brand: Brand) -> Brand:
    """A brand with a profile of one version."""
    with ledger.begin() as conn:
        publish(conn, brand, PROFILE)
    return brand
