"""Which compiles are launched when: never twice within a launch's life, and never forgotten."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from brandbrain_dagster.stores.ledger.work_queue import DueWork
from brandbrain_dagster.use_cases.plan_launches import (
    ALONE_AT_MOST,
    BRANDS_PER_RUN,
    WAITING_AT_MOST,
    LaunchPlan,
    plan_launches,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LIFE = timedelta(seconds=600)


def due(number: int, *, attempts: int = 0, at: datetime = NOW) -> DueWork:
    return DueWork(id=UUID(int=number), brand_id=UUID(int=10_000 + number), attempts=attempts, available_at=at)


def queue(count: int) -> list[DueWork]:
    return [due(number) for number in range(count)]


def plan(
    entries: Sequence[DueWork], cursor: Mapping[str, Any] | None = None, *, seconds: float = 0, grace: float = 0
) -> LaunchPlan:
    """Plans ``seconds`` after `NOW`; the cursor goes through JSON, as Dagster keeps it."""
    return plan_launches(
        entries,
        cursor=json.loads(json.dumps(dict(cursor or {}))),
        worker_grace=timedelta(seconds=grace),
        launch_life=LIFE,
        now=NOW + timedelta(seconds=seconds),
    )


def sizes(planned: LaunchPlan) -> list[int]:
    return [len(launch.compiles) for launch in planned.launches]


def run_keys(planned: LaunchPlan) -> list[str]:
    return [launch.run_key for launch in planned.launches]


def test_empty_queue_launches_nothing() -> None:
    planned = plan([])
    assert (planned.launches, planned.cursor) == ((), {})


def test_few_compiles_get_a_run_each() -> None:
    for count in range(1, ALONE_AT_MOST + 1):
        assert sizes(plan(queue(count))) == [1] * count


def test_many_compiles_share_runs_in_the_order_of_the_queue() -> None:
    entries = queue(2 * BRANDS_PER_RUN + 1)
    planned = plan(entries)
    assert sizes(planned) == [BRANDS_PER_RUN, BRANDS_PER_RUN, 1]
    assert [entry for launch in planned.launches for entry in launch.compiles] == entries
    assert sizes(plan(queue(ALONE_AT_MOST + 1))) == [ALONE_AT_MOST + 1]


def test_what_was_launched_is_not_launched_again_while_the_launch_lives() -> None:
    entries = queue(3)
    first = plan(entries)
    almost_over = LIFE.total_seconds() - 1
    again = plan([*entries, due(3)], first.cursor, seconds=almost_over)
    assert [entry.id for launch in again.launches for entry in launch.compiles] == [UUID(int=3)]
    assert set(again.cursor) == {*first.cursor, f"{UUID(int=3)}:0"}


def test_forgotten_launch_is_repeated_under_another_key() -> None:
    planned, keys = plan(queue(1)), set()
    for turn in range(1, 4):
        keys.update(run_keys(planned))
        planned = plan(queue(1), planned.cursor, seconds=turn * LIFE.total_seconds())
        assert sizes(planned) == [1]
    assert keys.isdisjoint(run_keys(planned))
    assert len(keys) == 3


def test_forgotten_batch_is_repeated_under_another_key() -> None:
    first = plan(queue(5))
    again = plan(queue(5), first.cursor, seconds=LIFE.total_seconds())
    assert sizes(again) == [5]
    assert run_keys(first) != run_keys(again)


def test_forgotten_launch_that_finds_no_room_keeps_its_count() -> None:
    """A run key that was used before would be swallowed without a word."""
    planned = plan([due(0)])
    used = run_keys(planned)
    others = [due(number) for number in range(1, WAITING_AT_MOST + 1)]
    over = LIFE.total_seconds()
    full = plan([*others, due(0)], planned.cursor, seconds=over)
    assert UUID(int=0) not in {entry.id for launch in full.launches for entry in launch.compiles}
    (launch,) = plan([due(0)], full.cursor, seconds=over + 5).launches
    assert launch.run_key not in used


def test_next_attempt_is_launched_at_once_under_another_key() -> None:
    first = plan([due(1)])
    second = plan([due(1, attempts=1)], first.cursor, seconds=1)
    assert sizes(second) == [1]
    assert set(run_keys(first)).isdisjoint(run_keys(second))


def test_compile_is_left_to_a_waiting_worker_first() -> None:
    assert plan(queue(1), seconds=5.9, grace=6).launches == ()
    assert sizes(plan(queue(1), seconds=6, grace=6)) == [1]


def test_grace_counts_from_when_each_compile_was_due() -> None:
    late = due(2, at=NOW + timedelta(seconds=5))
    (launch,) = plan([due(1), late], seconds=6, grace=6).launches
    assert launch.compiles == (due(1),)


def test_launches_that_nobody_took_are_bounded() -> None:
    entries = queue(WAITING_AT_MOST + 100)
    first = plan(entries)
    assert sum(sizes(first)) == WAITING_AT_MOST
    assert plan(entries, first.cursor, seconds=1).launches == ()
    taken = plan(entries[30:], first.cursor, seconds=2)
    assert sum(sizes(taken)) == 30
    assert taken.launches[0].compiles[0] == entries[WAITING_AT_MOST]


def test_cursor_forgets_what_is_due_no_more() -> None:
    first = plan(queue(4))
    assert len(first.cursor) == 4
    assert set(plan(queue(1), first.cursor, seconds=1).cursor) == {f"{UUID(int=0)}:0"}
    assert plan([], first.cursor, seconds=1).cursor == {}


@dataclass
class Launcher:
    """The queue, the sensor's cursor, and Dagster, which swallows a run key that it knows."""

    entries: list[DueWork] = field(default_factory=list)
    cursor: Mapping[str, Any] = field(default_factory=dict)
    now: datetime = NOW
    keys: set[str] = field(default_factory=set)
    launched_at: dict[tuple[UUID, int], datetime] = field(default_factory=dict)

    def tick(self, grace: timedelta) -> None:
        ordered = sorted(self.entries, key=lambda entry: entry.id.int * 7919 % 1009)  # as with many tenants
        planned = plan_launches(ordered, cursor=self.cursor, worker_grace=grace, launch_life=LIFE, now=self.now)
        self.cursor = json.loads(json.dumps(planned.cursor))
        for launch in planned.launches:
            assert launch.run_key not in self.keys
            assert 1 <= len(launch.compiles) <= BRANDS_PER_RUN
            self.keys.add(launch.run_key)
            for entry in launch.compiles:
                self._note(entry, grace)
        self._nothing_is_forgotten(grace)

    def _note(self, entry: DueWork, grace: timedelta) -> None:
        last = self.launched_at.get((entry.id, entry.attempts))
        assert last is None or self.now - last >= LIFE
        assert self.now - entry.available_at >= grace
        self.launched_at[entry.id, entry.attempts] = self.now

    def _nothing_is_forgotten(self, grace: timedelta) -> None:
        living = {
            (entry.id, entry.attempts)
            for entry in self.entries
            if self.now - self.launched_at.get((entry.id, entry.attempts), self.now - LIFE) < LIFE
        }
        assert len(living) <= WAITING_AT_MOST
        left = [
            entry
            for entry in self.entries
            if entry.available_at <= self.now - grace and (entry.id, entry.attempts) not in living
        ]
        assert not left or len(living) == WAITING_AT_MOST


STEPS = st.tuples(
    st.sampled_from(["enqueue", "take", "fail", "wait"]),
    st.sampled_from([1, 3, 60, 300]),
    st.sampled_from([0, 6]),
    st.sampled_from([timedelta(seconds=5), LIFE / 2, LIFE]),
)


@given(st.lists(STEPS, max_size=12))
@settings(max_examples=150)
def test_every_due_compile_is_launched_exactly_once_for_each_attempt_and_life(
    steps: list[tuple[str, int, int, timedelta]],
) -> None:
    launcher, count = Launcher(), 0
    for step, size, grace, pause in steps:
        if step == "enqueue":
            launcher.entries += [due(count + number, at=launcher.now) for number in range(size)]
            count += size
        elif step == "take":
            del launcher.entries[:size]
        elif step == "fail":
            failed = [
                replace(entry, attempts=entry.attempts + 1, available_at=launcher.now)
                for entry in launcher.entries[:size]
            ]
            launcher.entries[:size] = failed
        else:
            launcher.now += timedelta(seconds=10 * size)
        launcher.tick(timedelta(seconds=grace))
        launcher.now += pause


def test_worker_that_gets_on_is_left_alone() -> None:
    entries = queue(3)

    def launched(newest_start: datetime | None) -> int:
        planned = plan_launches(
            entries,
            cursor={},
            worker_grace=timedelta(seconds=6),
            launch_life=LIFE,
            now=NOW + timedelta(seconds=60),
            newest_start=newest_start,
        )
        return sum(sizes(planned))

    assert launched(NOW + timedelta(seconds=55)) == 0
    assert launched(NOW + timedelta(seconds=54)) == launched(None) == 3
