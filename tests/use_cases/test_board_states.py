"""The states of the Today board as one table: each way to a state, what is stored then, and what a reader meets."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from brandbrain_dagster.domain.opportunities.board import BoardState, ReadyReason
from brandbrain_dagster.domain.opportunities.synthesizer import Synthesizer
from brandbrain_dagster.errors import InvalidInputError, LakeError, WorkCancelledError, WorkInterruptedError
from brandbrain_dagster.stores.ledger.board_generations import GENERATIONS
from brandbrain_dagster.stores.ledger.board_tables import RequestedBy
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from brandbrain_dagster.use_cases.automatic_boards import refresh_stale_boards
from brandbrain_dagster.use_cases.generate_board import generate_board
from brandbrain_dagster.use_cases.lost_generations import requeue_expired_generations
from tests.unit.compile.profiles import compile_profile
from tests.use_cases.boarded_brand import OUR_WORDS, BoardedBrand, Reworded, boarded_brand, telling_items

Step = Callable[[BoardedBrand], object]
MINUTE = timedelta(minutes=1)
WORDLESS = Reworded(lambda wording: replace(wording, angle="No."))
IDEAS = 4
"""What the brand's evidence gives; all of them are shown."""


def profile(brand: BoardedBrand) -> None:
    brand.publish()


def profile_without_pillars(brand: BoardedBrand) -> None:
    brand.publish_profile(compile_profile((), {"tier0.what_we_do": "We mend cups."}))


def first_look(brand: BoardedBrand) -> None:
    brand.ask(RequestedBy.FIRST_RUN)


def ask(brand: BoardedBrand) -> None:
    brand.ask()


def refresh(brand: BoardedBrand) -> None:
    refresh_stale_boards(ledger=brand.ledger, rules=brand.ports().rules, now=brand.now, new_id=uuid4)


def live(brand: BoardedBrand) -> UUID:
    with brand.ledger.read() as conn:
        generation = GENERATIONS.find_live(conn, brand_id=brand.brand.id)
    assert generation is not None
    return generation.id


def take(brand: BoardedBrand) -> None:
    brand.begin(live(brand), uuid4())


def make(synthesizer: Synthesizer | None = OUR_WORDS) -> Step:
    def step(brand: BoardedBrand) -> None:
        token = uuid4()
        generation = brand.begin(live(brand), token)
        generate_board(generation, lease_token=token, ports=brand.ports(synthesizer=synthesizer))

    return step


def fail(error: Exception) -> Step:
    def step(brand: BoardedBrand) -> None:
        brand.fail(brand.begin(live(brand), uuid4()), error)

    return step


def lose_lease(brand: BoardedBrand) -> None:
    """The process goes silent, and its lease ends."""
    take(brand)
    brand.now += timedelta(seconds=brand.ports().rules.lease_seconds)
    assert len(requeue_expired_generations(ports=brand.ports())) == 1


def wait(minutes: float) -> Step:
    def step(brand: BoardedBrand) -> None:
        brand.now += minutes * MINUTE

    return step


def lose_evidence(brand: BoardedBrand) -> None:
    brand.write_evidence(telling_items()[:3])


BREAKS, IS_WRONG = LakeError("The disk is full."), InvalidInputError("The profile cannot be read.")
STOPPED, CANCELLED = WorkInterruptedError("Stopped."), WorkCancelledError()
READY = (profile, first_look, make())
"""A good board, from the first look on."""


@dataclass(frozen=True, kw_only=True)
class Stored:
    """The newest generation, how many boards there are, and the newest of them."""

    status: str | None = None
    attempts: int | None = None
    boards: int = 0
    state: str | None = None
    ready_reason: str | None = None
    ideas: int = 0


@dataclass(frozen=True, kw_only=True)
class Met:
    """What a reader meets; ``generating`` is whether the answer names the live generation."""

    state: str
    stale: bool = False
    degraded: bool = False
    generating: bool = False
    ideas: int = 0


NOTHING = Stored()
GOOD = Stored(status="SUCCEEDED", attempts=1, boards=1, state="ready", ready_reason="generated", ideas=IDEAS)
FAILED = Stored(status="FAILED", attempts=1, boards=1, state="error")
SHORT = replace(GOOD, state="insufficient_evidence", ready_reason=None, ideas=0)
ABSENT = Met(state="not_generated_yet")
GENERATING = Met(state="generating", generating=True)
SHOWN = Met(state="ready", ideas=IDEAS)
BROKEN = Met(state="error", degraded=True)
BROKEN_OVER_GOOD = Met(state="error", degraded=True, stale=True, ideas=IDEAS)


def second(status: str, attempts: int) -> Stored:
    """A second generation over a good board, which has not ended with a board (yet)."""
    return replace(GOOD, status=status, attempts=attempts)


TABLE: dict[str, tuple[tuple[Step, ...], Stored, Met]] = {
    "no profile": ((), NOTHING, ABSENT),
    "profile and no look": ((profile,), NOTHING, ABSENT),
    "asked for": ((profile, first_look), Stored(status="PENDING", attempts=0), GENERATING),
    "taken": ((profile, first_look, take), Stored(status="RUNNING", attempts=1), GENERATING),
    "generated": (READY, GOOD, SHOWN),
    "generated without a valid candidate": (
        (profile, ask, make(WORDLESS)),
        replace(GOOD, ready_reason="no_valid_candidates", ideas=0),
        Met(state="ready"),
    ),
    "generated of an empty profile": (
        (profile_without_pillars, ask, make()),
        replace(GOOD, ready_reason="empty_brand_context", ideas=0),
        Met(state="ready"),
    ),
    "generated with synthesis switched off": (
        (profile, ask, make(None)),
        replace(GOOD, ready_reason="gates_only_no_synthesis", ideas=0),
        Met(state="ready"),
    ),
    "too little evidence": (
        (profile, lose_evidence, ask, make()),
        SHORT,
        Met(state="insufficient_evidence", degraded=True),
    ),
    "too little evidence, later": (
        (profile, lose_evidence, ask, make(), wait(60), refresh),
        SHORT,
        Met(state="insufficient_evidence", degraded=True),
    ),
    "enough evidence again": ((profile, ask, make(None), ask, make()), replace(GOOD, boards=2), SHOWN),
    "failed for good": ((profile, ask, fail(IS_WRONG)), FAILED, BROKEN),
    "failed for good, a while later": ((profile, ask, fail(IS_WRONG), wait(60), refresh), FAILED, BROKEN),
    "failed on an error of ours": ((profile, ask, fail(ValueError("oops"))), FAILED, BROKEN),
    "cancelled": ((profile, ask, fail(CANCELLED)), FAILED, BROKEN),
    "waits to be tried again": ((profile, ask, fail(BREAKS)), Stored(status="PENDING", attempts=1), GENERATING),
    "waits after a lost lease": ((profile, ask, lose_lease), Stored(status="PENDING", attempts=1), GENERATING),
    "handed back": ((profile, ask, fail(STOPPED)), Stored(status="PENDING", attempts=1), GENERATING),
    "tried again": ((profile, ask, fail(BREAKS), wait(1), make()), replace(GOOD, attempts=2), SHOWN),
    "handed back three times, and made": (
        (profile, ask, fail(STOPPED), fail(STOPPED), fail(STOPPED), make()),
        replace(GOOD, attempts=4),
        SHOWN,
    ),
    "out of attempts": (
        (profile, ask, fail(BREAKS), fail(BREAKS), fail(BREAKS)),
        replace(FAILED, attempts=3),
        BROKEN,
    ),
    "out of attempts, all killed": (
        (profile, ask, lose_lease, lose_lease, lose_lease),
        replace(FAILED, attempts=3),
        BROKEN,
    ),
    "asked for again": ((*READY, ask), second("PENDING", 0), replace(GENERATING, ideas=IDEAS)),
    "taken again": ((*READY, ask, take), second("RUNNING", 1), replace(GENERATING, ideas=IDEAS)),
    "regenerated": ((*READY, ask, make()), replace(GOOD, boards=2), SHOWN),
    "failed after a good board": ((*READY, ask, fail(IS_WRONG)), replace(FAILED, boards=2), BROKEN_OVER_GOOD),
    "failed twice after a good board": (
        (*READY, ask, fail(IS_WRONG), ask, fail(CANCELLED)),
        replace(FAILED, boards=3),
        BROKEN_OVER_GOOD,
    ),
    "out of attempts after a good board": (
        (*READY, ask, lose_lease, fail(BREAKS), fail(BREAKS)),
        replace(FAILED, attempts=3, boards=2),
        BROKEN_OVER_GOOD,
    ),
    "asked for again after a failure": (
        (*READY, ask, fail(IS_WRONG), ask),
        replace(FAILED, status="PENDING", attempts=0, boards=2),
        Met(state="generating", stale=True, generating=True, ideas=IDEAS),
    ),
    "good again after a failure": (
        (*READY, ask, fail(IS_WRONG), ask, make()),
        replace(GOOD, boards=3),
        SHOWN,
    ),
    "too little evidence after a good board": (
        (*READY, lose_evidence, ask, make()),
        replace(SHORT, boards=2),
        Met(state="insufficient_evidence", stale=True, degraded=True, ideas=IDEAS),
    ),
    "nothing valid after a good board": (
        (*READY, ask, make(WORDLESS)),
        replace(GOOD, boards=2, ready_reason="no_valid_candidates", ideas=0),
        Met(state="ready"),
    ),
    "new profile": ((*READY, profile), GOOD, replace(SHOWN, stale=True)),
    "new profile, being refreshed": (
        (*READY, profile, refresh),
        second("PENDING", 0),
        replace(GENERATING, stale=True, ideas=IDEAS),
    ),
    "new profile, refreshed": ((*READY, profile, refresh, make()), replace(GOOD, boards=2), SHOWN),
    "new profile, refreshed in vain": (
        (*READY, profile, refresh, fail(IS_WRONG), refresh),
        replace(FAILED, boards=2),
        BROKEN_OVER_GOOD,
    ),
    "new profile while one is waiting": ((*READY, ask, profile, make()), replace(GOOD, boards=2), SHOWN),
    "never taken": (
        (profile, ask, wait(10.1)),
        Stored(status="PENDING", attempts=0),
        BROKEN,
    ),
    "not taken yet": ((profile, ask, wait(8)), Stored(status="PENDING", attempts=0), GENERATING),
    "abandoned and not found": (
        (*READY, ask, take, wait(20.1)),
        second("RUNNING", 1),
        BROKEN_OVER_GOOD,
    ),
    "taken late after all": ((profile, ask, wait(30), make()), GOOD, SHOWN),
}

_NEWEST = """
SELECT generation.status, generation.attempts, (SELECT count(*) FROM opportunities_board), board.state,
    board.ready_reason, (SELECT count(*) FROM opportunity WHERE board_id = board.id)
FROM (VALUES (1)) AS one
LEFT JOIN LATERAL (SELECT * FROM board_generation ORDER BY created_at DESC LIMIT 1) AS generation ON true
LEFT JOIN LATERAL (SELECT * FROM opportunities_board ORDER BY created_at DESC LIMIT 1) AS board ON true
"""


def stored(brand: BoardedBrand) -> Stored:
    with brand.ledger.read() as conn:
        status, attempts, boards, state, ready_reason, ideas = conn.exec_driver_sql(_NEWEST).one()
    return Stored(status=status, attempts=attempts, boards=boards, state=state, ready_reason=ready_reason, ideas=ideas)


@pytest.mark.parametrize("name", TABLE)
def test_board_is_in_the_state_that_its_history_says(ledger: Ledger, tmp_path: Path, name: str) -> None:
    steps, kept, met = TABLE[name]
    brand = boarded_brand(ledger, tmp_path / "lake")
    for step in steps:
        step(brand)
        brand.now += MINUTE
    assert stored(brand) == kept
    today = brand.today()
    state = today.state
    seen = Met(
        state=state.state,
        stale=state.stale,
        degraded=state.degraded,
        generating=state.job_id is not None and state.job_id == live(brand),
        ideas=len(today.opportunities),
    )
    assert seen == met


def test_table_tells_of_every_state_and_reason() -> None:
    rows = [kept for _, kept, _ in TABLE.values()]
    assert {met.state for _, _, met in TABLE.values()} == set(BoardState)
    assert {row.ready_reason for row in rows} == {None, *ReadyReason}
    assert {row.status for row in rows} == {None, *WorkStatus}
