"""A generation that crashes at each of its writes in turn leaves one board, of the right state, its attempts counted.

The writes include every stage's, so that a process is killed in each of them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from brandbrain_dagster.domain.opportunities.board import BoardState, GenerationStage
from brandbrain_dagster.resources.board_rules import board_attempt_ports
from brandbrain_dagster.resources.clock import ClockResource
from brandbrain_dagster.settings import load_settings
from brandbrain_dagster.stores.ledger import board_generations, boards
from brandbrain_dagster.stores.ledger.board_generations import GENERATIONS, BoardGeneration
from brandbrain_dagster.stores.ledger.board_tables import RequestedBy
from brandbrain_dagster.stores.ledger.boards import StoredBoard
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from brandbrain_dagster.use_cases.attempt_generation import AttemptPorts
from brandbrain_dagster.use_cases.lost_generations import requeue_expired_generations, requeue_generations_of_run
from tests.fakes.crashing_board import BoardAttempt, attempt_generation
from tests.fakes.crashing_compile import Attempt, attempt_compile
from tests.fakes.crashing_stores import Writes, fail
from tests.fakes.forked_attempts import killing
from tests.use_cases.collecting import INSTAGRAM, utc_now
from tests.use_cases.compiling import ready_brand, start
from tests.use_cases.replayed_brand import POSTS, write_rows
from tests.use_cases.themed_rows import themed_rows
from tests.workplace import Workplace, workplace

ATTEMPTS = 3
Crash = Callable[[BoardAttempt, int], None]
COUNTS = """
SELECT (SELECT count(*) FROM opportunities_board WHERE brand_id = %(brand)s),
    (SELECT count(*) FROM opportunities_board WHERE generation_id = %(generation)s),
    (SELECT count(*) FROM board_generation WHERE brand_id = %(brand)s AND status IN ('PENDING', 'RUNNING'))
"""


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """A brand with a profile whose board is generated over and over."""

    brand_id: UUID
    ledger: Ledger
    place: Workplace

    def ask(self) -> BoardAttempt:
        with self.ledger.begin() as conn:
            generation, _ = board_generations.insert_generation(
                conn,
                generation_id=uuid4(),
                brand_id=self.brand_id,
                requested_by=RequestedBy.REGENERATE,
                max_attempts=ATTEMPTS,
                now=utc_now(),
            )
        return self.attempt_at(generation.id)

    def attempt_at(self, generation_id: UUID) -> BoardAttempt:
        return BoardAttempt(brand_id=self.brand_id, generation_id=generation_id, dagster_run_id=uuid4())

    def generation(self, generation_id: UUID) -> BoardGeneration:
        with self.ledger.read() as conn:
            return GENERATIONS.get(conn, work_id=generation_id)

    def newest_board(self) -> StoredBoard:
        with self.ledger.read() as conn:
            board = boards.find_newest_board(conn, brand_id=self.brand_id)
        assert board is not None
        return board

    def ports(self, *, later: timedelta = timedelta()) -> AttemptPorts:
        return AttemptPorts(
            ledger=self.ledger,
            rules=board_attempt_ports(load_settings(), ledger=self.ledger, clock=ClockResource()).rules,
            now=lambda: utc_now() + later,
            new_id=uuid4,
            jitter=lambda: 0.0,
        )

    def finish(self, generation_id: UUID) -> None:
        """Makes attempts, as whoever comes next would, until the generation is over."""
        for _ in range(ATTEMPTS):
            if self.generation(generation_id).status in {WorkStatus.SUCCEEDED, WorkStatus.FAILED}:
                return
            attempt_generation(self.attempt_at(generation_id), Writes())

    def assert_all_is_well(self, generation_id: UUID, *, generations: int) -> None:
        generation = self.generation(generation_id)
        assert (generation.status, generation.lease_token) == (WorkStatus.SUCCEEDED, None), generation.last_error
        assert 1 <= generation.attempts <= 2
        with self.ledger.read() as conn:
            ids = {"brand": self.brand_id, "generation": generation_id}
            assert tuple(conn.exec_driver_sql(COUNTS, ids).one()) == (generations, 1, 0)
        stored = self.newest_board()
        assert (stored.generation_id, stored.board.state) == (generation_id, BoardState.READY)
        assert stored.board.opportunities
        with self.ledger.read() as conn:
            assert boards.list_dangling_ids(conn, board_id=stored.id) == []


@pytest.fixture
def sweep(tmp_path: Path, ledger_url: str, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sweep]:
    write_rows(tmp_path / "data", INSTAGRAM, themed_rows(utc_now() - timedelta(hours=3)))
    with workplace(tmp_path / "home", ledger_url, tmp_path / "data") as place:
        for name, value in place.environment.items():
            monkeypatch.setenv(name, value)
        brand_id, _ = ready_brand(ledger, POSTS)
        compile_run_id = start(ledger, brand_id, now=utc_now()).compile_run_id
        attempt_compile(Attempt(brand_id=brand_id, compile_run_id=compile_run_id, dagster_run_id=uuid4()), Writes())
        yield Sweep(brand_id=brand_id, ledger=ledger, place=place)


def crash_at_every_write(sweep: Sweep, crash: Crash) -> None:
    """Crashes one generation after the other, each one write later than the one before, and looks what is left."""
    attempt, writes = sweep.ask(), Writes()
    attempt_generation(attempt, writes)
    sweep.assert_all_is_well(attempt.generation_id, generations=1)
    written = [name.rpartition(" ")[2] for name in writes.names]
    assert {"board_generation", "opportunities_board", "opportunity", "opportunity_citation"} <= set(written)
    assert written.count("board_generation") >= len(GenerationStage)
    for number, name in enumerate(writes.names):
        attempt = sweep.ask()
        try:
            crash(attempt, number)
            sweep.finish(attempt.generation_id)
            sweep.assert_all_is_well(attempt.generation_id, generations=number + 2)
        except AssertionError as error:
            raise AssertionError(f"crashed at {number} of {len(writes.names)}, {name}: {error}") from error


@pytest.mark.parametrize("stays_away", [False, True], ids=["once", "from_then_on"])
def test_generation_whose_write_fails_leaves_one_board_wherever_that_is(sweep: Sweep, *, stays_away: bool) -> None:
    def crash(attempt: BoardAttempt, number: int) -> None:
        writes = Writes(number, fail, stays_away=stays_away)
        attempt_generation(attempt, writes)
        assert writes.has_crashed
        # An attempt that could not tell the ledger of its end is found by its lease.
        requeue_expired_generations(ports=sweep.ports(later=timedelta(hours=1)))
        assert sweep.generation(attempt.generation_id).status is not WorkStatus.RUNNING

    crash_at_every_write(sweep, crash)


@pytest.fixture
def killed(sweep: Sweep) -> Iterator[Crash]:
    """Makes an attempt in a process that is killed at a write."""
    environment = sweep.place.environment
    with killing("tests.fakes.crashing_board", environment=environment, ledger=sweep.ledger) as kill_at:
        yield kill_at


def test_generation_whose_process_is_killed_leaves_one_board_wherever_that_is(sweep: Sweep, killed: Crash) -> None:
    def crash(attempt: BoardAttempt, number: int) -> None:
        killed(attempt, number)
        if number % 2:  # in turn: the failed Dagster run's sensor, or the next one who finds the brand free
            requeue_generations_of_run(str(attempt.dagster_run_id), was_cancelled=False, ports=sweep.ports())
            assert sweep.generation(attempt.generation_id).status is not WorkStatus.RUNNING

    crash_at_every_write(sweep, crash)


def test_generation_killed_at_every_attempt_leaves_an_error_board_with_its_diagnostics(
    sweep: Sweep, killed: Crash
) -> None:
    attempt_generation(sweep.ask(), Writes())
    good = sweep.newest_board()
    asked = sweep.ask()
    for _ in range(ATTEMPTS):
        attempt = sweep.attempt_at(asked.generation_id)
        killed(attempt, 4)
    requeue_generations_of_run(str(attempt.dagster_run_id), was_cancelled=False, ports=sweep.ports())
    generation = sweep.generation(asked.generation_id)
    assert (generation.status, generation.attempts) == (WorkStatus.FAILED, ATTEMPTS)
    stored = sweep.newest_board()
    assert (stored.generation_id, stored.board.state) == (generation.id, BoardState.ERROR)
    assert stored.board.diagnostics == {
        "error": "stuck_job_timeout",
        "job_id": str(generation.id),
        "attempts": ATTEMPTS,
        "last_worker": str(attempt.dagster_run_id),
    }
    with sweep.ledger.read() as conn:
        last_ready = boards.find_last_ready_board(conn, brand_id=sweep.brand_id)
    assert last_ready == good


def test_finished_generation_is_not_opened_again(sweep: Sweep) -> None:
    asked = sweep.ask()
    attempt_generation(asked, Writes())
    attempt_generation(sweep.attempt_at(asked.generation_id), Writes())
    sweep.assert_all_is_well(asked.generation_id, generations=1)
