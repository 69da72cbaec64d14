"""What a brand has cost: Apify's charges and a language model's tokens, by the compile that caused them.

An actor run is allocated to the compile that started it. One that no compile of the brand started, by hand or for a
compile that is gone, is unattributed. Unknown is not zero: what is not known is counted, never added up as nothing.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec


class ActorCosts(msgspec.Struct, frozen=True, kw_only=True):
    """The charges of some actor runs, in US dollars.

    ``known_usd`` holds the estimated ones too (``estimated_count`` runs, Apify may still change them), but nothing of
    the ``unknown_count`` runs whose charge nobody knows, among them those that go on.
    """

    run_count: int = 0
    known_usd: Decimal = Decimal(0)
    estimated_count: int = 0
    unknown_count: int = 0

    def __add__(self, other: "ActorCosts") -> "ActorCosts":
        return ActorCosts(
            run_count=self.run_count + other.run_count,
            known_usd=self.known_usd + other.known_usd,
            estimated_count=self.estimated_count + other.estimated_count,
            unknown_count=self.unknown_count + other.unknown_count,
        )

    @property
    def usd(self) -> Decimal | None:
        """What is known of the charges; None when nothing is, which is not the same as no runs."""
        return None if self.unknown_count and self.unknown_count == self.run_count else self.known_usd

    def to_json(self) -> dict[str, Any]:
        """Returns the charges as plain JSON."""
        return {
            "usd": _number(self.usd),
            "runs": self.run_count,
            "runs_estimated": self.estimated_count,
            "runs_unknown": self.unknown_count,
        }


class ModelCosts(msgspec.Struct, frozen=True, kw_only=True):
    """What asking a language model took over some compiles or boards; ``unknown_count`` of them don't know their cost.

    ``asked_count`` is how many of them asked one.
    """

    asked_count: int = 0
    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    known_usd: Decimal = Decimal(0)
    unknown_count: int = 0

    def __add__(self, other: "ModelCosts") -> "ModelCosts":
        return ModelCosts(**{name: getattr(self, name) + getattr(other, name) for name in self.__struct_fields__})

    @property
    def usd(self) -> Decimal | None:
        """What is known of the cost; None when nothing is, which is not the same as nothing asked."""
        return None if self.unknown_count and self.unknown_count == self.asked_count else self.known_usd

    def to_json(self, noun: str) -> dict[str, Any]:
        """Returns the costs as plain JSON; ``noun`` is what asked, as a plural."""
        return {
            "usd": _number(self.usd),
            noun: self.asked_count,
            f"{noun}_unknown": self.unknown_count,
            "requests": self.requests,
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
        }


class ModelUsage(msgspec.Struct, frozen=True, kw_only=True):
    """What asking a language model took in one compile, as that recorded it; None is unknown."""

    model: str | None = None
    requests: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: Decimal | None = None

    def to_json(self) -> dict[str, Any]:
        """Returns the usage as plain JSON."""
        return {
            "model": self.model,
            "requests": self.requests,
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "usd": _number(self.cost_usd),
        }


class CompileCosts(msgspec.Struct, frozen=True, kw_only=True):
    """What one compile has cost, over all its attempts; ``model`` is None when no language model was asked."""

    compile_run_id: UUID
    status: str
    created_at: datetime
    actor_runs: ActorCosts
    model: ModelUsage | None

    def to_json(self) -> dict[str, Any]:
        """Returns the costs as plain JSON."""
        return {
            "compile_run_id": str(self.compile_run_id),
            "status": self.status,
            "created_at": self.created_at.isoformat(),
            "actor_runs": self.actor_runs.to_json(),
            "model": None if self.model is None else self.model.to_json(),
        }


class BrandCosts(msgspec.Struct, frozen=True, kw_only=True):
    """The costs of a brand, and of some of its ``compile_count`` compiles, newest first.

    ``model`` is what compiles asked of a language model, ``boards`` what generations of the Today board did.
    """

    allocated: ActorCosts
    unattributed: ActorCosts
    model: ModelCosts
    compile_count: int
    compiles: tuple[CompileCosts, ...]
    boards: ModelCosts = ModelCosts()

    @property
    def charged(self) -> ActorCosts:
        """The charges of all actor runs of the brand."""
        return self.allocated + self.unattributed

    def to_json(self) -> dict[str, Any]:
        """Returns the costs as plain JSON; amounts are numbers, in US dollars."""
        return {
            "actor_runs": {
                "charged": self.charged.to_json(),
                "allocated": self.allocated.to_json(),
                "unattributed": self.unattributed.to_json(),
            },
            "model": self.model.to_json("compiles"),
            "boards": self.boards.to_json("boards"),
            "compiles": [costs.to_json() for costs in self.compiles],
        }


def reconciliation_problem(costs: BrandCosts, charged: ActorCosts) -> str | None:
    """Returns what is wrong when the allocation loses or invents charges, or None.

    Args:
        costs: the allocation.
        charged: the brand's charges, read without it.
    """
    if costs.charged == charged:
        return None
    return (
        f"{costs.allocated.known_usd} USD of {costs.allocated.run_count} runs are allocated to compiles and "
        f"{costs.unattributed.known_usd} USD of {costs.unattributed.run_count} to none, but "
        f"{charged.known_usd} USD of {charged.run_count} were charged."
    )


def _number(usd: Decimal | None) -> float | None:
    return None if usd is None else float(usd)
