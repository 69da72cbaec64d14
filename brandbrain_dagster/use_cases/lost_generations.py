"""Generations whose process is gone: they go back to the queue, or leave a board that says so."""

from collections.abc import Sequence

from brandbrain_dagster.errors import WorkAbandonedError, WorkCancelledError
from brandbrain_dagster.stores.ledger.board_generations import GENERATIONS, BoardGeneration
from brandbrain_dagster.use_cases.attempt_generation import AttemptPorts, fail_generation
from brandbrain_dagster.use_cases.work_attempts import end_each

_AT_ONCE = 500
_SILENT = "The process of this generation showed no sign of life for as long as its lease lasts."
_DIED = "The Dagster run of this generation ended without finishing it: its process was killed."


def requeue_expired_generations(*, ports: AttemptPorts) -> Sequence[BoardGeneration]:
    """Ends the attempts whose lease has expired and returns their generations as they are now."""
    with ports.ledger.read() as conn:
        expired = GENERATIONS.list_expired(conn, now=ports.now(), limit=_AT_ONCE)
    return _fail_all(expired, WorkAbandonedError(_SILENT), ports)


def requeue_generations_of_run(
    dagster_run_id: str, *, was_cancelled: bool, ports: AttemptPorts
) -> Sequence[BoardGeneration]:
    """Ends what a Dagster run has left behind, which is over; returns the generations that were still its own.

    What was cancelled is not tried again.
    """
    with ports.ledger.read() as conn:
        left = GENERATIONS.list_of_dagster_run(conn, dagster_run_id=dagster_run_id)
    return _fail_all(left, WorkCancelledError() if was_cancelled else WorkAbandonedError(_DIED), ports)


def _fail_all(
    generations: Sequence[BoardGeneration], error: Exception, ports: AttemptPorts
) -> Sequence[BoardGeneration]:
    return end_each(generations, lambda left, token: fail_generation(left, error, lease_token=token, ports=ports))
