"""The asset check `costs_reconcile`, as a run evaluates it."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import dagster as dg
import pytest

from brandbrain_dagster.domain.ingestion.actor_run import UsageCertainty
from brandbrain_dagster.stores.ledger.brands import get_brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.dagster.brand_runs import Brands
from tests.stores.costing import add_charge
from tests.use_cases.collecting import INSTAGRAM
from tests.use_cases.replayed_brand import instagram_rows, write_rows
from tests.workplace import workplace


@pytest.fixture
def brands(tmp_path: Path, ledger: Ledger, ledger_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Brands]:
    write_rows(tmp_path / "data", INSTAGRAM, instagram_rows(3))
    with (
        workplace(tmp_path / "home", ledger_url, tmp_path / "data") as place,
        dg.DagsterInstance.ephemeral() as instance,
    ):
        for name, value in place.environment.items():
            monkeypatch.setenv(name, value)
        yield Brands(ledger=ledger, instance=instance, place=place)


def test_charges_of_a_brand_reconcile_with_those_of_runs_by_hand(brands: Brands, ledger: Ledger) -> None:
    (brand_id,) = brands.add(1)
    with ledger.begin() as conn:
        brand = get_brand(conn, brand_id=brand_id)
        add_charge(conn, brand, "0.5", certainty=UsageCertainty.ESTIMATED)
        add_charge(conn, brand, None)
    result = brands.run_batch(brands.enqueue([brand_id]))
    (check,) = [entry for entry in result.get_asset_check_evaluations() if entry.check_name == "costs_reconcile"]
    assert (check.passed, check.partition, check.severity) == (True, str(brand_id), dg.AssetCheckSeverity.WARN)
    charged = sum((run.usage_usd for run in brands.actor_runs(brand_id) if run.usage_usd is not None), Decimal(0))
    assert charged > Decimal("0.5")
    assert {name: value.value for name, value in check.metadata.items()} == {
        "charged_usd": float(charged),
        "unattributed_usd": 0.5,
        "runs_estimated": sum(run.usage_certainty is UsageCertainty.ESTIMATED for run in brands.actor_runs(brand_id)),
        "runs_unknown": 1,
    }
