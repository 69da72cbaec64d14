"""The sensors of boards, and those that find lost ones, evaluated as the daemon does, on a real ledger."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import dagster as dg
import pytest

from brandbrain_dagster.domain.opportunities.board import BoardState
from brandbrain_dagster.sensors.boards import board_worker_sensor, stale_boards_sensor
from brandbrain_dagster.sensors.lost_work import lost_work_sensor
from brandbrain_dagster.settings import load_settings
from brandbrain_dagster.stores.ledger.board_generations import GENERATIONS
from brandbrain_dagster.stores.ledger.compile_runs import COMPILES
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from tests.dagster.sensing import add_run, tick
from tests.dagster.test_lost_work_sensors import end_run
from tests.stores.ledger_rows import add_compile
from tests.use_cases.boarded_brand import BoardedBrand, boarded_brand
from tests.use_cases.collecting import utc_now

pytestmark = pytest.mark.usefixtures("environment")


@pytest.fixture
def kiln(ledger: Ledger, tmp_path: Path) -> BoardedBrand:
    """A brand with a profile; sensors see it at their own time, which is much later than the brand's."""
    brand = boarded_brand(ledger, tmp_path / "lake")
    brand.publish()
    return brand


def waits(kiln: BoardedBrand, *, seconds: float) -> UUID:
    """Asks for a board that many seconds ago."""
    kiln.now = utc_now() - timedelta(seconds=seconds)
    return kiln.ask()


def compile_of(kiln: BoardedBrand, *, is_running: bool) -> UUID:
    """Adds a compile that is live."""
    with kiln.ledger.begin() as conn:
        run = add_compile(conn, kiln.brand)
        if is_running:
            COMPILES.claim(
                conn, work_id=run.id, lease_token=uuid4(), now=utc_now(), lease_seconds=600, dagster_run_id=None
            )
    return run.id


def test_board_whose_lease_expired_goes_back_to_the_queue(kiln: BoardedBrand, instance: dg.DagsterInstance) -> None:
    waiting = kiln.ask()
    kiln.begin(waiting, uuid4())
    assert tick(lost_work_sensor, instance).skip_message.startswith("1 leases had expired")
    generation = kiln.generation(waiting)
    assert (generation.status, generation.attempts) == (WorkStatus.PENDING, 1)
    assert "no sign of life" in str(generation.last_error)


def test_board_of_a_living_process_is_left_to_it(kiln: BoardedBrand, instance: dg.DagsterInstance) -> None:
    waiting = waits(kiln, seconds=0)
    kiln.begin(waiting, uuid4())
    assert tick(lost_work_sensor, instance).skip_message.startswith("0 leases had expired")
    assert kiln.generation(waiting).status is WorkStatus.RUNNING


def test_board_of_a_run_that_failed_goes_back_to_the_queue(kiln: BoardedBrand, instance: dg.DagsterInstance) -> None:
    run = add_run(instance, "compile_worker", dg.DagsterRunStatus.STARTED)
    waiting = kiln.ask()
    kiln.begin(waiting, UUID(run.run_id))
    end_run(instance, run, is_cancelled=False)
    generation = kiln.generation(waiting)
    assert (generation.status, generation.attempts, generation.error) == (WorkStatus.PENDING, 1, None)
    assert "was killed" in str(generation.last_error)
    assert kiln.board_count() == 0


def test_board_of_a_run_that_was_cancelled_ends_with_an_error_board(
    kiln: BoardedBrand, instance: dg.DagsterInstance
) -> None:
    run = add_run(instance, "generate_boards", dg.DagsterRunStatus.STARTED)
    waiting = kiln.ask()
    kiln.begin(waiting, UUID(run.run_id))
    end_run(instance, run, is_cancelled=True)
    generation = kiln.generation(waiting)
    assert (generation.status, generation.attempts, generation.error) == (WorkStatus.FAILED, 1, "cancelled")
    stored = kiln.newest_board()
    assert (stored.generation_id, stored.board.state, stored.board.reason) == (waiting, BoardState.ERROR, "cancelled")


def test_board_of_another_run_is_left_to_it(kiln: BoardedBrand, instance: dg.DagsterInstance) -> None:
    run = add_run(instance, "generate_boards", dg.DagsterRunStatus.STARTED)
    waiting = kiln.ask()
    taken = kiln.begin(waiting, uuid4())
    for is_cancelled in (False, True):
        end_run(instance, run, is_cancelled=is_cancelled)
    assert kiln.generation(waiting) == taken


def test_board_that_has_just_become_due_is_left_to_a_worker(kiln: BoardedBrand, instance: dg.DagsterInstance) -> None:
    waits(kiln, seconds=0)
    assert tick(board_worker_sensor, instance).run_requests
    add_run(instance, "compile_worker", dg.DagsterRunStatus.STARTED)
    seen = tick(board_worker_sensor, instance)
    assert (seen.run_requests, seen.skip_message) == ([], "no board waits that a worker would not take")


def test_board_that_a_worker_does_not_take_gets_a_run_of_its_own(
    kiln: BoardedBrand, instance: dg.DagsterInstance
) -> None:
    add_run(instance, "compile_worker", dg.DagsterRunStatus.STARTED)
    waits(kiln, seconds=6 * load_settings().queue_poll_seconds)
    (request,) = tick(board_worker_sensor, instance).run_requests
    assert request.job_name in {None, "generate_boards"}


def test_worker_that_is_only_starting_takes_no_board(kiln: BoardedBrand, instance: dg.DagsterInstance) -> None:
    add_run(instance, "compile_worker", dg.DagsterRunStatus.STARTING)
    waits(kiln, seconds=0)
    assert tick(board_worker_sensor, instance).run_requests


@pytest.mark.parametrize("is_running", [True, False], ids=["running", "waiting"])
def test_board_waits_for_a_compile_that_is_under_way(
    kiln: BoardedBrand, instance: dg.DagsterInstance, *, is_running: bool
) -> None:
    waits(kiln, seconds=3600)
    compile_run_id = compile_of(kiln, is_running=is_running)
    assert bool(tick(board_worker_sensor, instance).run_requests) == (not is_running)
    with kiln.ledger.begin() as conn:
        COMPILES.finish_failed(conn, work_id=compile_run_id, lease_token=None, now=utc_now(), error="cancelled")
    assert tick(board_worker_sensor, instance).run_requests


def test_board_of_another_brand_does_not_wait_for_a_compile(
    ledger: Ledger, kiln: BoardedBrand, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    other = boarded_brand(ledger, tmp_path / "lake", "other")
    other.publish()
    compile_of(kiln, is_running=True)
    waits(other, seconds=0)
    assert tick(board_worker_sensor, instance).run_requests


@pytest.mark.parametrize("is_running", [True, False], ids=["running", "waiting"])
def test_board_is_not_refreshed_while_a_compile_is_live(
    kiln: BoardedBrand, instance: dg.DagsterInstance, *, is_running: bool
) -> None:
    kiln.generate()
    kiln.publish()
    compile_run_id = compile_of(kiln, is_running=is_running)
    assert tick(stale_boards_sensor, instance).skip_message.startswith("0 boards")
    with kiln.ledger.begin() as conn:
        assert GENERATIONS.find_live(conn, brand_id=kiln.brand.id) is None
        COMPILES.finish_failed(conn, work_id=compile_run_id, lease_token=None, now=utc_now(), error="cancelled")
    assert tick(stale_boards_sensor, instance).skip_message.startswith("1 boards")
