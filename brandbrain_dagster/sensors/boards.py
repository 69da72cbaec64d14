"""Sensors of the Today board: `board_worker_sensor` and `stale_boards_sensor`."""

from datetime import timedelta

import dagster as dg

from brandbrain_dagster.jobs.compile_worker import compile_worker
from brandbrain_dagster.jobs.generate_boards import generate_boards
from brandbrain_dagster.resources.board_rules import generation_rules
from brandbrain_dagster.sensors.opened_ledger import CLOCK, SPENDING, opened_ledger
from brandbrain_dagster.sensors.run_counts import STARTED, UNDER_WAY, count_runs
from brandbrain_dagster.stores.ledger.board_generations import GENERATIONS
from brandbrain_dagster.use_cases.automatic_boards import refresh_stale_boards

_POLLS_LEFT_TO_WORKER = 5


@dg.sensor(
    job=generate_boards,
    minimum_interval_seconds=5,
    default_status=SPENDING,
    description="Launches a run for boards that wait in the queue and that no worker takes.",
)
def board_worker_sensor(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Leaves what is due to a warm worker first."""
    has_worker = count_runs(context.instance, compile_worker, STARTED) > 0
    with opened_ledger() as (settings, ledger), ledger.read() as conn:
        grace = timedelta(seconds=_POLLS_LEFT_TO_WORKER * settings.queue_poll_seconds if has_worker else 0)
        due = GENERATIONS.list_due(conn, now=CLOCK.now() - grace, limit=1)
    if not due:
        return dg.SkipReason("no board waits that a worker would not take")
    if count_runs(context.instance, generate_boards, UNDER_WAY):
        return dg.SkipReason("a run that generates boards is under way")
    return dg.RunRequest()


@dg.sensor(
    minimum_interval_seconds=10,
    default_status=SPENDING,
    description="Enqueues a new board of every brand that has one from an older snapshot.",
)
def stale_boards_sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """A board that was never asked for is not made: the first look at it does that."""
    with opened_ledger() as (settings, ledger):
        if not settings.refresh_boards:
            return dg.SkipReason("boards are not refreshed by themselves (BRANDBRAIN_REFRESH_BOARDS)")
        enqueued = refresh_stale_boards(
            ledger=ledger, rules=generation_rules(settings), now=CLOCK.now(), new_id=CLOCK.new_id
        )
    return dg.SkipReason(f"{enqueued} boards were older than their brand's newest snapshot")
