"""The shapes of what is answered about costs, as OpenAPI describes them. Nothing is checked against them here."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from brandbrain_dagster.stores.ledger.work_status import WorkStatus

_USD = Field(ge=0, description="US dollars as far as known; null when nothing is known, which is not zero.")


class ActorCostsShape(BaseModel):
    """What Apify charged for some actor runs; an estimate may still change, an unknown charge is not in the sum."""

    usd: float | None = _USD
    runs: int
    runs_estimated: int
    runs_unknown: int


class ChargesShape(BaseModel):
    """Allocated to the compiles that started the runs, plus unattributed, is what was charged."""

    charged: ActorCostsShape
    allocated: ActorCostsShape
    unattributed: ActorCostsShape


class ModelCostsShape(BaseModel):
    """What asking a language model took, over the compiles that asked one."""

    usd: float | None = _USD
    compiles: int
    compiles_unknown: int
    requests: int
    input_tokens: int
    output_tokens: int


class BoardCostsShape(BaseModel):
    """What asking a language model took, over the generations of the Today board that asked one."""

    usd: float | None = _USD
    boards: int
    boards_unknown: int
    requests: int
    input_tokens: int
    output_tokens: int


class ModelUsageShape(BaseModel):
    """What asking a language model took in one compile; null is unknown."""

    model: str | None
    requests: int | None
    input_tokens: int | None
    output_tokens: int | None
    usd: float | None = _USD


class CompileCostsShape(BaseModel):
    """What one compile has cost, over all its attempts; ``model`` is null when none was asked."""

    compile_run_id: UUID
    status: WorkStatus
    created_at: datetime
    actor_runs: ActorCostsShape
    model: ModelUsageShape | None


class BrandCostsShape(BaseModel):
    """The costs of a brand, and a page of its compiles, newest first."""

    brand_id: UUID
    actor_runs: ChargesShape
    model: ModelCostsShape
    boards: BoardCostsShape
    compiles: list[CompileCostsShape]
    page: int
    page_size: int
    total: int
