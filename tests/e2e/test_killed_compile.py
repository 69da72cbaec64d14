"""Compiles that are killed: the next one goes on where the dead one was, and nothing is paid for twice."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from brandbrain_dagster.apify_replay.faults import Endpoint, Fault, FaultKind, FaultPlan
from brandbrain_dagster.stores.ledger import actor_runs, brands, compile_runs, snapshots
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from tests.use_cases.collecting import INSTAGRAM
from tests.use_cases.replayed_brand import instagram_rows, write_rows
from tests.workplace import Workplace, brand_file, workplace

COMMAND = [sys.executable, "-m", "brandbrain_dagster"]
PATIENCE_SECONDS = 60


def start(place: Workplace, *arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [*COMMAND, *arguments], env=dict(place.environment), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def run_json(place: Workplace, *arguments: str) -> Any:
    done = subprocess.run(
        [*COMMAND, *arguments, "--json"], env=dict(place.environment), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def wait_until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)


def kill(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.communicate()


def test_compile_killed_while_it_waits_is_taken_over_and_its_run_attached_to(
    tmp_path: Path, ledger_url: str, ledger: Ledger
) -> None:
    write_rows(tmp_path / "data", INSTAGRAM, instagram_rows(12))
    with workplace(tmp_path / "home", ledger_url, tmp_path / "data", run_seconds=3) as place:
        file = brand_file(tmp_path / "nova.yaml", "nova", [("instagram", "posts", "nova")])
        run_json(place, "brand", "import", str(file))
        first = start(place, "compile", "nova")
        wait_until(lambda: place.started_runs == 1)
        kill(first)
        compiled = run_json(place, "compile", "nova")
        assert place.started_runs == 1
    assert (compiled["status"], compiled["attempts"], compiled["snapshot"]["version"]) == ("SUCCEEDED", 2, 1)
    _assert_one_of_everything(ledger)


@pytest.mark.parametrize("kind", [FaultKind.HANG, FaultKind.DROP])
def test_compile_killed_between_start_and_record_finds_its_run_again(
    tmp_path: Path, ledger_url: str, ledger: Ledger, kind: FaultKind
) -> None:
    write_rows(tmp_path / "data", INSTAGRAM, instagram_rows(12))
    plan = FaultPlan([Fault(endpoint=Endpoint.START, kind=kind, is_after=True)])
    with workplace(tmp_path / "home", ledger_url, tmp_path / "data", faults=plan, run_seconds=2) as place:
        file = brand_file(tmp_path / "nova.yaml", "nova", [("instagram", "posts", "nova")])
        run_json(place, "brand", "import", str(file))
        first = start(place, "compile", "nova")
        wait_until(lambda: place.started_runs == 1)
        kill(first)
        compiled = run_json(place, "compile", "nova")
        assert place.started_runs == 1
    assert compiled["status"] == "SUCCEEDED"
    _assert_one_of_everything(ledger)


def test_two_compiles_at_once_are_one_compile(tmp_path: Path, ledger_url: str, ledger: Ledger) -> None:
    write_rows(tmp_path / "data", INSTAGRAM, instagram_rows(12))
    with workplace(tmp_path / "home", ledger_url, tmp_path / "data", run_seconds=2) as place:
        file = brand_file(tmp_path / "nova.yaml", "nova", [("instagram", "posts", "nova")])
        run_json(place, "brand", "import", str(file))
        first = start(place, "compile", "nova", "--json")
        wait_until(lambda: place.started_runs == 1)
        second = run_json(place, "compile", "nova")
        output, errors = first.communicate()
        assert first.returncode == 0, errors.decode()
        assert place.started_runs == 1
    assert json.loads(output)["compile_run_id"] == second["compile_run_id"]
    _assert_one_of_everything(ledger)


def _assert_one_of_everything(ledger: Ledger) -> None:
    with ledger.read() as conn:
        brand = brands.resolve_brand(conn, reference="nova")
        (run,) = compile_runs.list_compile_runs(conn, brand_id=brand.id)
        assert run.status is WorkStatus.SUCCEEDED
        assert len(snapshots.list_snapshots(conn, brand_id=brand.id)) == 1
        assert len(actor_runs.list_runs(conn, brand_id=brand.id)) == 1
