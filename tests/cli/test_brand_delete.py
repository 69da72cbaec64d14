"""`brandbrain brand delete`: asks, erases, says what it erased."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from brandbrain_dagster.assets.brand_partitions import BRANDS
from brandbrain_dagster.cli.dagster_instance import dagster_instance
from brandbrain_dagster.cli.main import main
from brandbrain_dagster.settings import Settings
from tests.workplace import Workplace, workplace


@pytest.fixture
def place(tmp_path: Path, ledger_url: str) -> Iterator[Workplace]:
    (tmp_path / "data").mkdir()
    with workplace(tmp_path / "home", ledger_url, tmp_path / "data") as place:
        yield place


def run(place: Workplace, *arguments: str, answer: str = "") -> Result:
    return CliRunner().invoke(main, list(arguments), env=dict(place.environment), input=answer)


def test_brand_is_erased_only_after_a_yes(place: Workplace) -> None:
    run(place, "brand", "create", "Nova")
    refused = run(place, "brand", "delete", "nova", answer="n\n")
    assert refused.exit_code == 1
    assert "Erase Nova (nova)" in refused.stderr
    agreed = run(place, "brand", "delete", "nova", answer="y\n")
    assert agreed.stdout == "Erased Nova (nova): rows: 1 brand; 0 lake files.\n"
    assert run(place, "brand", "delete", "nova", "--yes").exit_code == 2


def test_partition_of_an_erased_brand_goes_too(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    created = json.loads(run(place, "brand", "create", "Nova", "--json").stdout)
    for name, value in place.environment.items():
        monkeypatch.setenv(name, value)
    with dagster_instance(Settings()) as instance:
        instance.add_dynamic_partitions(str(BRANDS.name), [created["id"], "another"])
        erased = json.loads(run(place, "brand", "delete", "nova", "--yes", "--json").stdout)
        assert erased["erased"]["partition"] is True
        assert erased["erased"]["rows"]["brand"] == 1
        assert instance.get_dynamic_partitions(str(BRANDS.name)) == ["another"]
