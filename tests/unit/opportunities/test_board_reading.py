"""What a reader meets: every pairing of a live generation, the newest board and the last ready one."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brandbrain_dagster.domain.opportunities.board import BoardState, GenerationStage
from brandbrain_dagster.domain.opportunities.board_reading import (
    PATIENCE,
    LiveGeneration,
    NewestBoard,
    ReadState,
    ReadyBoard,
    read_state,
)

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
EARLIER, LATER = NOW - timedelta(days=2), NOW - timedelta(days=1)
JOB, GOOD, BAD = UUID(int=1), UUID(int=2), UUID(int=3)
READY = NewestBoard(id=GOOD, state=BoardState.READY, reason=None)
READY_AND_CURRENT = ReadyBoard(id=GOOD, newer_snapshot_at=None, newer_board_at=None)
READY_BEFORE_A_FAILURE = ReadyBoard(id=GOOD, newer_snapshot_at=None, newer_board_at=LATER)
FAILED = NewestBoard(id=BAD, state=BoardState.ERROR, reason="The synthesis broke.")
INSUFFICIENT = NewestBoard(id=BAD, state=BoardState.INSUFFICIENT_EVIDENCE, reason="3 items of 8.")


def waiting(*, due: datetime = NOW) -> LiveGeneration:
    return LiveGeneration(id=JOB, stage=None, available_at=due, lease_expires_at=None)


def running(*, lease_expires_at: datetime = NOW) -> LiveGeneration:
    return LiveGeneration(
        id=JOB, stage=GenerationStage.SYNTHESIZING, available_at=EARLIER, lease_expires_at=lease_expires_at
    )


def read(
    live: LiveGeneration | None = None, newest: NewestBoard | None = None, last_ready: ReadyBoard | None = None
) -> ReadState:
    return read_state(live=live, newest=newest, last_ready=last_ready, now=NOW)


def test_nothing_at_all_is_not_generated_yet() -> None:
    answer = read()
    assert answer == ReadState(
        state=BoardState.NOT_GENERATED_YET, reason=None, told_by=None, shown_from=None, stale_since=None
    )
    assert not answer.stale
    assert not answer.degraded


@pytest.mark.parametrize(("live", "stage"), [(waiting(), None), (running(), GenerationStage.SYNTHESIZING)])
@pytest.mark.parametrize("newest", [None, READY, FAILED, INSUFFICIENT])
def test_a_live_generation_is_shown_as_generating_with_its_job(
    live: LiveGeneration, stage: GenerationStage | None, newest: NewestBoard | None
) -> None:
    answer = read(live, newest)
    assert (answer.state, answer.job_id, answer.progress_stage) == (BoardState.GENERATING, JOB, stage)
    assert answer.reason is None
    assert not answer.degraded


def test_what_was_good_is_shown_while_the_next_board_is_made() -> None:
    answer = read(running(), READY, READY_AND_CURRENT)
    assert (answer.shown_from, answer.told_by, answer.stale) == (GOOD, GOOD, False)


@pytest.mark.parametrize("newest", [READY, FAILED, INSUFFICIENT])
def test_generating_is_not_shown_after_the_work_ended(newest: NewestBoard) -> None:
    answer = read(None, newest, READY_AND_CURRENT)
    assert answer.state is newest.state
    assert (answer.job_id, answer.progress_stage) == (None, None)


@pytest.mark.parametrize("newest", [FAILED, INSUFFICIENT])
def test_a_later_failure_does_not_hide_a_good_board(newest: NewestBoard) -> None:
    answer = read(None, newest, READY_BEFORE_A_FAILURE)
    assert (answer.state, answer.reason, answer.told_by) == (newest.state, newest.reason, BAD)
    assert (answer.shown_from, answer.stale, answer.stale_since) == (GOOD, True, LATER)
    assert answer.degraded


@pytest.mark.parametrize("newest", [FAILED, INSUFFICIENT])
def test_a_failure_without_a_good_board_shows_nothing_and_is_not_stale(newest: NewestBoard) -> None:
    answer = read(None, newest)
    assert (answer.shown_from, answer.stale, answer.degraded) == (None, False, True)


def test_a_newer_snapshot_makes_a_good_board_stale_and_it_stays_ready() -> None:
    answer = read(None, READY, ReadyBoard(id=GOOD, newer_snapshot_at=LATER, newer_board_at=None))
    assert (answer.state, answer.reason) == (BoardState.READY, None)
    assert (answer.stale, answer.stale_since, answer.degraded) == (True, LATER, False)


def test_stale_is_counted_from_the_first_thing_that_was_newer() -> None:
    shown = ReadyBoard(id=GOOD, newer_snapshot_at=EARLIER, newer_board_at=LATER)
    assert read(None, FAILED, shown).stale_since == EARLIER


@pytest.mark.parametrize(
    ("live", "told"),
    [
        (waiting(due=NOW - PATIENCE - timedelta(seconds=1)), "no worker has taken the work"),
        (running(lease_expires_at=NOW - PATIENCE - timedelta(seconds=1)), "its worker is gone"),
    ],
)
def test_work_that_nobody_does_is_an_error_that_says_what_to_start(live: LiveGeneration, told: str) -> None:
    answer = read(live, READY, READY_AND_CURRENT)
    assert (answer.state, answer.degraded) == (BoardState.ERROR, True)
    assert (answer.job_id, answer.progress_stage) == (None, None)
    assert answer.reason is not None
    assert told in answer.reason
    assert "brandbrain up" in answer.reason
    assert "stuck_job_timeout" in answer.reason
    assert (answer.shown_from, answer.stale_since) == (GOOD, live.lease_expires_at or live.available_at)


@pytest.mark.parametrize("live", [waiting(due=NOW - PATIENCE), running(lease_expires_at=NOW - PATIENCE)])
def test_patience_is_had_to_its_last_second(live: LiveGeneration) -> None:
    assert read(live).state is BoardState.GENERATING


def test_a_long_running_generation_whose_lease_is_renewed_is_not_stuck() -> None:
    live = LiveGeneration(id=JOB, stage=None, available_at=EARLIER, lease_expires_at=NOW + timedelta(minutes=5))
    assert read(live).state is BoardState.GENERATING


def test_an_attempt_that_is_put_off_is_not_stuck_before_it_is_due() -> None:
    assert read(waiting(due=NOW + timedelta(hours=1))).state is BoardState.GENERATING


TIMES = st.datetimes(datetime(2026, 3, 1), datetime(2026, 3, 20), timezones=st.just(UTC))  # noqa: DTZ001
LIVE = st.builds(
    LiveGeneration, id=st.just(JOB), stage=st.none(), available_at=TIMES, lease_expires_at=st.none() | TIMES
)


@given(LIVE, st.sampled_from([None, READY, FAILED, INSUFFICIENT]))
def test_no_generation_is_shown_as_generating_for_ever(live: LiveGeneration, newest: NewestBoard | None) -> None:
    much_later = datetime(2026, 4, 1, tzinfo=UTC)
    answer = read_state(live=live, newest=newest, last_ready=None, now=much_later)
    assert answer.state is BoardState.ERROR


@given(
    st.none() | LIVE,
    st.sampled_from([None, READY, FAILED, INSUFFICIENT]),
    st.builds(ReadyBoard, id=st.just(GOOD), newer_snapshot_at=st.none() | TIMES, newer_board_at=st.none() | TIMES),
)
def test_a_good_board_is_shown_whatever_else_there_is(
    live: LiveGeneration | None, newest: NewestBoard | None, last_ready: ReadyBoard
) -> None:
    assert read(live, newest, last_ready).shown_from == GOOD
