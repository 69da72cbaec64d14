"""A brand with a profile and evidence that is enough for a board, generations of it, and what became of them."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.normalization.evidence_frame import frame_from_items
from brandbrain_dagster.domain.opportunities.candidate import Candidate, Wording
from brandbrain_dagster.domain.opportunities.context import BoardContext
from brandbrain_dagster.domain.opportunities.decisions import Decision, DecisionType
from brandbrain_dagster.domain.opportunities.gate_config import default_gate_config
from brandbrain_dagster.domain.opportunities.synthesizer import DeterministicSynthesizer, Synthesizer, Worded
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger import board_generations, boards
from brandbrain_dagster.stores.ledger.async_ledger import AsyncLedger
from brandbrain_dagster.stores.ledger.board_generations import GENERATIONS, BoardGeneration
from brandbrain_dagster.stores.ledger.board_tables import RequestedBy
from brandbrain_dagster.stores.ledger.boards import StoredBoard
from brandbrain_dagster.stores.ledger.brand_scope import WHOLE_LEDGER
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.use_cases.attempt_generation import GenerationRules, begin_generation, fail_generation
from brandbrain_dagster.use_cases.generate_board import GenerationPorts, generate_board
from brandbrain_dagster.use_cases.today_board import Today, read_today
from tests.stores.ledger_rows import add_brand, add_snapshot, add_source
from tests.unit.compile.profiles import compile_profile
from tests.unit.opportunities.told_brand import GLAZES, NOW, REPAIRS, theme

ANSWERS = {"tier0.who_for": "people with one good cup", "tier1.pillars_seed": ["glazing", "repairs"]}
LEASE_SECONDS = 600.0
BACKOFF_SECONDS = 30.0
MAX_ATTEMPTS = 3
OUR_WORDS = DeterministicSynthesizer()


def telling_items() -> list[EvidenceItem]:
    """Two themes, one of them rising: enough for a handful of ideas."""
    return [
        *theme(GLAZES, "glazing", days=(1, 5, 9, 16, 20, 24), likes=(250, 240, 260, 90, 100, 90)),
        *theme(REPAIRS, "repairs", days=(2, 6, 10, 17, 21, 25), likes=(100, 105, 95, 100, 105, 95)),
    ]


@dataclass
class Reworded:
    """Words candidates deterministically, and then has a test change the words, or do something meanwhile."""

    change: Callable[[Wording], Wording] = lambda wording: wording
    meanwhile: Callable[[], object] = lambda: None
    source: str = "reworded"
    seen: list[Sequence[Candidate]] = field(default_factory=list)

    def word(self, candidates: Sequence[Candidate], context: BoardContext) -> Worded:
        self.seen.append(candidates)
        drafts = OUR_WORDS.word(candidates, context).wordings
        self.meanwhile()
        return Worded(wordings={key: self.change(wording) for key, wording in drafts.items()}, source=self.source)


@dataclass(kw_only=True)
class BoardedBrand:
    """One brand whose boards are generated; ``now`` can be set."""

    ledger: Ledger
    lake: Lake
    brand: Brand
    now: datetime = NOW
    items: Sequence[EvidenceItem] = ()

    def write_evidence(self, items: Iterable[EvidenceItem]) -> None:
        """Replaces the evidence."""
        self.items = [msgspec.structs.replace(item, brand_id=str(self.brand.id)) for item in items]
        self.lake.write_evidence(brand_id=self.brand.id, frame=frame_from_items(self.items))

    def publish(self, **answers: Any) -> UUID:
        """Publishes a profile of the evidence and these answers (``tier0__taboos`` is tier0.taboos)."""
        given = {name.replace("__", "."): value for name, value in answers.items()}
        return self.publish_profile(compile_profile(self.items, ANSWERS | given))

    def publish_profile(self, profile: dict[str, Any]) -> UUID:
        with self.ledger.begin() as conn:
            return add_snapshot(conn, self.brand, snapshot_json=profile, now=self.now).id

    def ports(self, *, synthesizer: Synthesizer | None = OUR_WORDS, **changed: Any) -> GenerationPorts:
        rules = GenerationRules(
            lease_seconds=LEASE_SECONDS,
            max_attempts=MAX_ATTEMPTS,
            backoff_seconds=BACKOFF_SECONDS,
            gates=default_gate_config(8, ("instagram", "tiktok")),
            disabled_capabilities=changed.pop("disabled", frozenset()),
        )
        values: dict[str, Any] = {
            "ledger": self.ledger,
            "rules": rules,
            "now": lambda: self.now,
            "new_id": uuid4,
            "jitter": lambda: 0.0,
            "lake": self.lake,
            "synthesizer": synthesizer,
        }
        return GenerationPorts(**(values | changed))

    def ask(self, requested_by: RequestedBy = RequestedBy.REGENERATE) -> UUID:
        """Asks for a board; returns the generation's id."""
        with self.ledger.begin() as conn:
            generation, _ = board_generations.insert_generation(
                conn,
                generation_id=uuid4(),
                brand_id=self.brand.id,
                requested_by=requested_by,
                max_attempts=MAX_ATTEMPTS,
                now=self.now,
            )
        return generation.id

    def begin(self, generation_id: UUID, lease_token: UUID) -> BoardGeneration:
        """Begins an attempt; the lease token is the Dagster run's id, too."""
        return begin_generation(
            generation_id, lease_token=lease_token, dagster_run_id=str(lease_token), ports=self.ports()
        )

    def generate(self, *, synthesizer: Synthesizer | None = OUR_WORDS, **ports: Any) -> StoredBoard:
        """Asks for a board and makes it; a minute later is now."""
        token = uuid4()
        generation = self.begin(self.ask(), token)
        stored = generate_board(generation, lease_token=token, ports=self.ports(synthesizer=synthesizer, **ports))
        self.now += timedelta(minutes=1)
        return stored

    def fail(self, generation: BoardGeneration, error: Exception, *, jitter: float = 0.0) -> BoardGeneration:
        """Ends the attempt that holds the lease."""
        assert generation.lease_token is not None
        ports = self.ports(jitter=lambda: jitter)
        return fail_generation(generation, error, lease_token=generation.lease_token, ports=ports)

    def generation(self, generation_id: UUID) -> BoardGeneration:
        with self.ledger.read() as conn:
            return GENERATIONS.get(conn, work_id=generation_id)

    def newest_board(self) -> StoredBoard:
        with self.ledger.read() as conn:
            board = boards.find_newest_board(conn, brand_id=self.brand.id)
        assert board is not None
        return board

    def board_count(self) -> int:
        with self.ledger.read() as conn:
            return int(conn.exec_driver_sql("SELECT count(*) FROM opportunities_board").scalar_one())

    def decide(self, opportunity_id: UUID, decision_type: DecisionType) -> None:
        until = self.now + timedelta(days=3) if decision_type is DecisionType.SNOOZED else None
        with self.ledger.begin() as conn:
            boards.insert_decision(
                conn,
                decision_id=uuid4(),
                brand_id=self.brand.id,
                opportunity_id=opportunity_id,
                decision=Decision(decision_type=decision_type, snoozed_until=until, recorded_at=self.now),
                reason=None,
                recorded_by="a test",
            )

    def today(self) -> Today:
        """Reads the board as the API does."""

        async def read() -> Today:
            ledger = AsyncLedger(self.ledger.engine.url.render_as_string(hide_password=False), pool_size=1)
            await ledger.open()
            try:
                return await read_today(ledger, brand_id=self.brand.id, scope=WHOLE_LEDGER, now=self.now)
            finally:
                await ledger.close()

        return asyncio.run(read())


def boarded_brand(ledger: Ledger, folder: Path, slug: str = "kiln") -> BoardedBrand:
    """Adds a brand with evidence and no profile yet."""
    with ledger.begin() as conn:
        brand = add_brand(conn, slug)
        add_source(conn, brand, slug)
    made = BoardedBrand(ledger=ledger, lake=Lake(str(folder)), brand=brand)
    made.write_evidence(telling_items())
    return made
