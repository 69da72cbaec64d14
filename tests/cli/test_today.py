"""``brandbrain today``."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from brandbrain_dagster.cli.main import main
from brandbrain_dagster.domain.opportunities.board import BoardState
from brandbrain_dagster.domain.opportunities.decisions import DecisionType
from brandbrain_dagster.stores.ledger.brand_lock import brand_lock
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from tests.unit.opportunities.told_brand import NOW
from tests.use_cases.boarded_brand import BoardedBrand, boarded_brand, telling_items
from tests.use_cases.collecting import utc_now

FAILED, WRONG_INPUT = 1, 2


@pytest.fixture
def environment(tmp_path: Path, ledger_url: str) -> dict[str, str]:
    return {"BRANDBRAIN_HOME": str(tmp_path), "BRANDBRAIN_DATABASE_URL": ledger_url}


@pytest.fixture
def bare(ledger: Ledger, tmp_path: Path) -> BoardedBrand:
    """A brand with evidence of these days and no profile."""
    brand = boarded_brand(ledger, tmp_path / "lake")
    brand.now = utc_now()

    def of_now(moment: datetime | None) -> datetime | None:
        return moment and moment + (brand.now - NOW)

    brand.write_evidence(
        msgspec.structs.replace(item, published_at=of_now(item.published_at), last_seen_at=brand.now)
        for item in telling_items()
    )
    return brand


@pytest.fixture
def kiln(bare: BoardedBrand) -> BoardedBrand:
    """The same with a profile."""
    bare.publish()
    return bare


def run(environment: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(main, ["today", "kiln", *arguments], env=environment)


def run_json(environment: dict[str, str], *arguments: str) -> Any:
    ended = run(environment, "--json", *arguments)
    assert ended.exit_code == 0, ended.output
    return json.loads(ended.stdout)


def fail_one(kiln: BoardedBrand) -> None:
    generation = kiln.begin(kiln.ask(), kiln.brand.id)
    kiln.fail(generation, ValueError())


def test_first_look_makes_the_board(environment: dict[str, str], kiln: BoardedBrand) -> None:
    ended = run(environment)
    assert ended.exit_code == 0, ended.output
    ideas = kiln.newest_board().board.opportunities
    assert ideas
    assert all(idea.title in ended.stdout for idea in ideas)
    run(environment)
    assert kiln.board_count() == 1


def test_board_is_made_anew_where_that_is_asked_for(environment: dict[str, str], kiln: BoardedBrand) -> None:
    first = run_json(environment)
    second = run_json(environment, "--regenerate")
    assert second["meta"]["board_id"] != first["meta"]["board_id"]
    assert (second["meta"]["state"], kiln.board_count()) == ("ready", 2)


def test_board_that_failed_does_not_hide_the_good_one(environment: dict[str, str], kiln: BoardedBrand) -> None:
    good = kiln.generate()
    fail_one(kiln)
    ended = run(environment, "--json")
    assert ended.exit_code == FAILED
    today = json.loads(ended.stdout)
    assert (today["meta"]["state"], today["meta"]["stale"], today["meta"]["degraded"]) == ("error", True, True)
    assert today["meta"]["reason"] == "Internal error: ValueError."
    assert {idea["id"] for idea in today["opportunities"]} == {str(idea.id) for idea in good.board.opportunities}
    assert {idea["board_id"] for idea in today["opportunities"]} == {str(good.id)}
    told = run(environment)
    assert told.exit_code == FAILED
    assert "Internal error: ValueError." in told.stdout
    assert all(idea.title in told.stdout for idea in good.board.opportunities)


def test_board_that_failed_is_not_made_again_by_looking(environment: dict[str, str], kiln: BoardedBrand) -> None:
    fail_one(kiln)
    assert run(environment).exit_code == FAILED
    assert kiln.board_count() == 1
    assert run_json(environment, "--regenerate")["meta"]["state"] == "ready"


def test_ignored_idea_is_left_out_and_a_pinned_one_comes_first(environment: dict[str, str], kiln: BoardedBrand) -> None:
    best, *_, last = kiln.generate().board.opportunities
    kiln.decide(best.id, DecisionType.IGNORED)
    kiln.decide(last.id, DecisionType.PINNED)
    today = run_json(environment)
    assert today["opportunities"][0]["id"] == str(last.id)
    assert today["opportunities"][0]["is_pinned"] is True
    assert str(best.id) not in {idea["id"] for idea in today["opportunities"]}
    assert best.title not in run(environment).stdout


def test_board_of_a_brand_that_somebody_works_on_has_to_wait(environment: dict[str, str], kiln: BoardedBrand) -> None:
    kiln.generate()
    with brand_lock(kiln.ledger, kiln.brand.id) as is_held_by_them:
        assert is_held_by_them
        ended = run(environment, "--regenerate")
    assert ended.exit_code == WRONG_INPUT
    assert "Somebody works on Kiln" in ended.stderr
    assert ended.stdout == ""
    with kiln.ledger.read() as conn:
        statuses = list(conn.exec_driver_sql("SELECT status FROM board_generation ORDER BY created_at").scalars())
    assert statuses == [WorkStatus.SUCCEEDED, WorkStatus.PENDING]


def test_brand_without_a_profile_is_told_what_to_do(environment: dict[str, str], bare: BoardedBrand) -> None:
    ended = run(environment)
    assert ended.exit_code == WRONG_INPUT
    assert "compile it first" in ended.stderr
    assert ended.stderr.startswith("Error: ")
    assert (ended.stdout, bare.board_count()) == ("", 0)


def test_brand_that_is_not_there_is_wrong_input(environment: dict[str, str]) -> None:
    ended = run(environment)
    assert (ended.exit_code, ended.stderr.startswith("Error: There is no brand 'kiln'")) == (WRONG_INPUT, True)


def test_too_little_evidence_is_no_failure_of_the_command(environment: dict[str, str], kiln: BoardedBrand) -> None:
    kiln.write_evidence(list(kiln.items)[:3])
    today = run_json(environment)
    assert today["meta"]["state"] == BoardState.INSUFFICIENT_EVIDENCE
    assert today["meta"]["evidence_shortfall"]["found_items"] == 3
    assert today["meta"]["remediation"] in " ".join(run(environment).stdout.split())
