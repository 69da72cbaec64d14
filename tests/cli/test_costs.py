"""``brandbrain costs``."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from brandbrain_dagster.cli.main import main
from brandbrain_dagster.domain.ingestion.actor_run import UsageCertainty
from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.stores.costing import add_charge, add_ended_compile
from tests.stores.ledger_rows import add_brand, later

UNKNOWN_USAGE = {"model": "m", "requests": 1, "input_tokens": 12000, "output_tokens": None, "cost_usd": None}


@pytest.fixture
def environment(tmp_path: Path, ledger_url: str) -> dict[str, str]:
    return {"BRANDBRAIN_HOME": str(tmp_path), "BRANDBRAIN_DATABASE_URL": ledger_url}


@pytest.fixture
def compile_ids(ledger: Ledger) -> list[str]:
    """Compiles of the brand acme, newest first, with charges of every kind."""
    with ledger.begin() as conn:
        brand = add_brand(conn)
        older = add_ended_compile(conn, brand)
        newer = add_ended_compile(conn, brand, llm_usage=UNKNOWN_USAGE, now=later(60))
        add_charge(conn, brand, "0.25", compile_run_id=newer, certainty=UsageCertainty.ESTIMATED)
        add_charge(conn, brand, None, compile_run_id=older)
        add_charge(conn, brand, "0.05")
    return [str(newer), str(older)]


def shown(environment: dict[str, str], *arguments: str) -> str:
    ended = CliRunner().invoke(main, ["costs", "acme", *arguments], env=environment)
    assert ended.exit_code == 0, ended.output
    return ended.stdout


def test_costs_are_a_table_that_says_what_it_leaves_out(environment: dict[str, str], compile_ids: list[str]) -> None:
    heading, *lines = shown(environment, "--limit", "2").splitlines()
    assert heading.split("  ")[0] == "compile"
    cells = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in lines]
    assert cells == [
        [compile_ids[0], "2026-03-01 12:01", "FAILED", "0.2500~", "1", "unknown", "12,000 in, ? out"],
        [compile_ids[1], "2026-03-01 12:00", "FAILED", "unknown", "1"],
        ["all compiles", "0.2500~+?", "2", "unknown", "12,000 in, 0 out"],
        ["no compile", "0.0500", "1"],
        ["in all", "0.3000~+?", "3", "unknown", "12,000 in, 0 out"],
        ["~ holds estimates: 1 runs, until Apify has settled them."],
        ["+? leaves something out: 1 runs of unknown cost, which is not zero."],
        ["The model's cost is unknown for 1 compiles, which is not zero."],
    ]


def test_compiles_that_are_not_shown_are_counted(environment: dict[str, str], compile_ids: list[str]) -> None:
    text = shown(environment, "--limit", "1")
    assert "1 of 2 compiles are shown" in text
    assert compile_ids[1] not in text
    assert "0.3000" in text


def test_costs_as_json_are_those_of_the_api(environment: dict[str, str], compile_ids: list[str]) -> None:
    costs: Any = json.loads(shown(environment, "--json"))
    assert [entry["compile_run_id"] for entry in costs["compiles"]] == compile_ids
    assert costs["actor_runs"]["charged"] == {"usd": 0.3, "runs": 3, "runs_estimated": 1, "runs_unknown": 1}
    assert costs["actor_runs"]["unattributed"]["usd"] == 0.05
    assert (costs["model"]["usd"], costs["model"]["compiles_unknown"], costs["total"]) == (None, 1, 2)


def test_brand_that_is_not_there_is_wrong_input(environment: dict[str, str]) -> None:
    ended = CliRunner().invoke(main, ["costs", "nobody"], env=environment)
    assert (ended.exit_code, ended.stderr.startswith("Error: There is no brand 'nobody'")) == (2, True)
