"""A compile that crashes at each of its writes in turn: it ends well, publishes once, and pays for nothing twice.

Every statement that writes, both sides of every commit, and both sides of every lake file are crashed at, each in
three ways: the write fails, the store stays away until the attempt is over, and the process is killed. What follows is
what production does: the attempt's own end, the sensor that looks after lost work, or the next one who finds the brand
free.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from brandbrain_dagster.domain.ingestion.actor_run import TERMINAL_STATUSES, ActorRun, ActorRunStatus
from brandbrain_dagster.domain.normalization.evidence_frame import EVIDENCE_SCHEMA
from brandbrain_dagster.stores.lake.lake import RAW_ITEMS_PREFIX, Lake
from brandbrain_dagster.stores.ledger import actor_runs, compile_runs, snapshots
from brandbrain_dagster.stores.ledger.compile_runs import CompileRun
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from brandbrain_dagster.use_cases.lost_work import requeue_compiles_of_run, requeue_expired
from tests.fakes.crashing_compile import Attempt, attempt_compile
from tests.fakes.crashing_stores import Writes, fail
from tests.fakes.forked_attempts import killing
from tests.use_cases.collecting import INSTAGRAM, LINKEDIN, utc_now
from tests.use_cases.compiling import attempt_rules, ready_brand, start
from tests.use_cases.replayed_brand import COMPANY, POSTS, instagram_rows, linkedin_rows, write_rows
from tests.workplace import Workplace, workplace

ROWS = {INSTAGRAM: 8, LINKEDIN: 6}
ROUNDS_AT_MOST = 3
Crash = Callable[[Attempt, int], None]


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """One brand that is compiled over and over, each time from posts that have changed and with all sources anew."""

    brand_id: UUID
    ledger: Ledger
    lake: Lake
    data_dir: Path
    place: Workplace

    def start_compile(self) -> Attempt:
        number = len(self.versions)
        write_rows(self.data_dir, INSTAGRAM, [{**row, "likesCount": number} for row in instagram_rows(8)])
        write_rows(self.data_dir, LINKEDIN, [{**row, "text": f"News of day {number}"} for row in linkedin_rows(6)])
        started = start(self.ledger, self.brand_id, force_refresh=True, now=utc_now())
        return self.attempt_at(started.compile_run_id)

    def attempt_at(self, compile_run_id: UUID) -> Attempt:
        return Attempt(brand_id=self.brand_id, compile_run_id=compile_run_id, dagster_run_id=uuid4())

    def run(self, compile_run_id: UUID) -> CompileRun:
        with self.ledger.read() as conn:
            return compile_runs.get_compile_run(conn, compile_run_id=compile_run_id)

    @property
    def versions(self) -> list[int]:
        with self.ledger.read() as conn:
            return [snapshot.version for snapshot in snapshots.list_snapshots(conn, brand_id=self.brand_id)]

    def finish(self, compile_run_id: UUID) -> None:
        """Makes attempts, as whoever comes next would, until the compile is over."""
        for _ in range(ROUNDS_AT_MOST):
            if self.run(compile_run_id).status in {WorkStatus.SUCCEEDED, WorkStatus.FAILED}:
                return
            attempt_compile(self.attempt_at(compile_run_id), Writes())

    def assert_all_is_well(self, compile_run_id: UUID, *, compiles: int) -> None:
        run = self.run(compile_run_id)
        assert (run.status, run.lease_token) == (WorkStatus.SUCCEEDED, None), run.last_error
        with self.ledger.read() as conn:
            published = snapshots.list_snapshots(conn, brand_id=self.brand_id)
            live = compile_runs.find_live_compile_run(conn, brand_id=self.brand_id)
            actors = actor_runs.list_runs(conn, brand_id=self.brand_id)
        assert sorted(snapshot.version for snapshot in published) == list(range(1, compiles + 1))
        assert [snapshot.compile_run_id for snapshot in published].count(compile_run_id) == 1
        assert live is None
        assert self.place.started_runs == compiles * len(ROWS), "an actor run was paid for twice"
        assert {actor.status for actor in actors} <= TERMINAL_STATUSES
        collected = [a for a in actors if a.status is ActorRunStatus.SUCCEEDED and a.compile_run_id == compile_run_id]
        self._assert_lake_is_whole(collected)

    def _assert_lake_is_whole(self, collected: Sequence[ActorRun]) -> None:
        assert {actor.actor_id: actor.raw_item_count for actor in collected} == ROWS
        for actor in collected:
            file = self.lake.read_raw_run(
                brand_id=self.brand_id,
                source_connection_id=actor.source_connection_id,
                apify_run_id=str(actor.apify_run_id),
            )
            assert file is not None
            assert len(file.rows) == actor.raw_item_count == actor.normalized_item_count
        assert len(self.lake.list_paths(f"{RAW_ITEMS_PREFIX}/")) == self.place.started_runs
        evidence = self.lake.read_evidence(brand_id=self.brand_id)
        assert evidence is not None
        assert dict(evidence.schema) == dict(EVIDENCE_SCHEMA)
        assert evidence["id"].n_unique() == len(evidence) == sum(ROWS.values())


@pytest.fixture
def sweep(tmp_path: Path, ledger_url: str, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sweep]:
    with workplace(tmp_path / "home", ledger_url, tmp_path / "data") as place:
        for name, value in place.environment.items():
            monkeypatch.setenv(name, value)
        brand_id, _ = ready_brand(ledger, POSTS, COMPANY)
        lake = Lake(str(tmp_path / "home" / "lake"))
        yield Sweep(brand_id=brand_id, ledger=ledger, lake=lake, data_dir=tmp_path / "data", place=place)


def writes_of_a_compile(sweep: Sweep) -> list[str]:
    """Compiles undisturbed and returns the names of the moments at which a compile can crash."""
    attempt, writes = sweep.start_compile(), Writes()
    attempt_compile(attempt, writes)
    sweep.assert_all_is_well(attempt.compile_run_id, compiles=1)
    tables = {"apify_run", "compile_run", "evidence_bundle", "evidence_item", "feature_report", "snapshot"}
    written = {name.rpartition(" ")[2] for name in writes.names}
    assert written >= {*tables, "COMMIT", "raw_apify_items", "normalized_evidence"}
    return writes.names


def crash_at_every_write(sweep: Sweep, crash: Crash) -> None:
    """Crashes one compile after the other, each one write later than the one before, and looks what is left."""
    names = writes_of_a_compile(sweep)
    for number, name in enumerate(names):
        attempt = sweep.start_compile()
        try:
            crash(attempt, number)
            sweep.finish(attempt.compile_run_id)
            sweep.assert_all_is_well(attempt.compile_run_id, compiles=number + 2)
        except AssertionError as error:
            raise AssertionError(f"crashed at {number} of {len(names)}, {name}: {error}") from error


@pytest.mark.parametrize("stays_away", [False, True], ids=["once", "from_then_on"])
def test_compile_whose_write_fails_ends_well_wherever_that_is(sweep: Sweep, *, stays_away: bool) -> None:
    def crash(attempt: Attempt, number: int) -> None:
        writes = Writes(number, fail, stays_away=stays_away)
        attempt_compile(attempt, writes)
        assert writes.has_crashed
        # An attempt that could not tell the ledger of its end is found by its lease.
        in_an_hour = utc_now() + timedelta(hours=1)
        requeue_expired(ledger=sweep.ledger, rules=attempt_rules(), now=in_an_hour, jitter=lambda: 0.0)
        assert sweep.run(attempt.compile_run_id).status is not WorkStatus.RUNNING

    crash_at_every_write(sweep, crash)


@pytest.fixture
def killed(sweep: Sweep) -> Iterator[Crash]:
    """Makes an attempt in a process that is killed at a write."""
    environment = sweep.place.environment
    with killing("tests.fakes.crashing_compile", environment=environment, ledger=sweep.ledger) as kill_at:
        yield kill_at


def test_compile_whose_process_is_killed_ends_well_wherever_that_is(sweep: Sweep, killed: Crash) -> None:
    def crash(attempt: Attempt, number: int) -> None:
        killed(attempt, number)
        if number % 2:  # in turn: the failed Dagster run's sensor, or the next one who finds the brand free
            requeue_compiles_of_run(
                str(attempt.dagster_run_id),
                launched=[(attempt.compile_run_id, 0)],
                was_cancelled=False,
                ledger=sweep.ledger,
                rules=attempt_rules(),
                now=utc_now(),
                jitter=lambda: 0.0,
            )
            assert sweep.run(attempt.compile_run_id).status is not WorkStatus.RUNNING

    crash_at_every_write(sweep, crash)
