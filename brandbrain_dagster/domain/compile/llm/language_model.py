"""A language model as the domain sees it: one typed question, one typed answer, and what they cost.

Not here: who answers (``clients.llm``), and what is asked (``prompt``).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from brandbrain_dagster.domain.compile.canonical_json import canonical_hash

OUTPUT_RETRIES = 2
"""How often a model is told what is wrong with its output and asked again."""

ProblemsOf = Callable[[Any], Sequence[str]]
"""Returns a sentence for everything that is wrong with an output; none means that it may be used."""


@dataclass(frozen=True, kw_only=True)
class ModelLimits:
    """What one question may take, its repetitions included.

    ``max_tokens`` counts prompt and answer together; ``max_usd`` None is no bound of ours.
    """

    max_tokens: int
    timeout_seconds: float
    max_usd: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class ModelRequest:
    """A question: instructions, the text they are about, and the JSON Schema of the output."""

    prompt_version: str
    system: str
    user: str
    output_schema: Mapping[str, Any]
    limits: ModelLimits

    @property
    def hash(self) -> str:
        """SHA-256 (hex) of what is asked; the limits don't change that."""
        return canonical_hash(
            {
                "prompt_version": self.prompt_version,
                "system": self.system,
                "user": self.user,
                "output_schema": self.output_schema,
            }
        )


@dataclass(frozen=True, kw_only=True)
class ModelUsage:
    """What a question took. ``requests`` counts the answers that came; unknown tokens or costs are None, never 0."""

    model: str
    requests: int
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: Decimal | None

    def to_json(self, *, fallback_reason: str | None = None) -> dict[str, Any]:
        """Returns ``llm_usage_json``; a reason says why the answer could not be used."""
        usage = {
            "model": self.model,
            "requests": self.requests,
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "cost_usd": None if self.cost_usd is None else float(self.cost_usd),
        }
        return usage if fallback_reason is None else {**usage, "fallback_reason": fallback_reason}


def nothing_asked(model: str) -> ModelUsage:
    """Returns the usage of a question that was never sent: it certainly cost nothing."""
    return ModelUsage(model=model, requests=0, input_tokens=0, output_tokens=0, cost_usd=Decimal(0))


@dataclass(frozen=True, kw_only=True)
class ModelResponse:
    """An answer in which nothing was found wrong: plain JSON values."""

    output: Mapping[str, Any]
    usage: ModelUsage


class LanguageModelError(Exception):
    """No usable answer came; ``str(error)`` says why, safe to show: neither a key nor a provider's words are in it."""

    def __init__(self, reason: str, usage: ModelUsage | None = None) -> None:
        super().__init__(reason)
        self.usage = usage
        """What asking took all the same; None where nothing was sent."""


class LanguageModel(Protocol):
    """Answers questions with JSON of a given schema."""

    def complete(self, request: ModelRequest, problems_of: ProblemsOf) -> ModelResponse:
        """Returns an output without problems; one that has some is asked for again, at most `OUTPUT_RETRIES` times.

        Raises:
            LanguageModelError: none came, within the limits.
        """


def checked_answer(model: LanguageModel, request: ModelRequest, problems_of: ProblemsOf) -> ModelResponse:
    """Asks, and trusts no implementation of the protocol: what it returns is checked once more.

    Raises:
        LanguageModelError: no usable answer came, within the limits.
    """
    response = model.complete(request, problems_of)
    problems = problems_of(response.output)
    if problems:
        raise LanguageModelError(f"The model's answer cannot be used: {problems[0]}", response.usage)
    return response


def usage_without_answer(error: Exception, model: str) -> dict[str, Any]:
    """Returns ``llm_usage_json`` of a question that ended in an error."""
    usage = error.usage if isinstance(error, LanguageModelError) else None
    return (usage or nothing_asked(model)).to_json(fallback_reason=str(error))
