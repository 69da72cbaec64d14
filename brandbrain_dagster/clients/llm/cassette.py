"""A language model that replays recorded answers: for trials and tests, without a provider, a key or a network."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from brandbrain_dagster.domain.compile.llm.language_model import (
    LanguageModelError,
    ModelRequest,
    ModelResponse,
    ModelUsage,
    ProblemsOf,
)


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded answer, ``<request hash>.json``; unknown tokens or costs are left out."""

    output: dict[str, Any]
    model: str
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: Decimal | None = None


@dataclass(frozen=True)
class CassetteModel:
    """Answers from the files of a folder."""

    folder: Path

    def complete(self, request: ModelRequest, problems_of: ProblemsOf) -> ModelResponse:
        """Returns the answer recorded for this very request.

        Raises:
            LanguageModelError: none is recorded, or the recorded one cannot be used.
        """
        try:
            recorded = msgspec.json.decode((self.folder / f"{request.hash}.json").read_bytes(), type=Recording)
        except FileNotFoundError:
            raise LanguageModelError(
                f"No answer is recorded for the request {request.hash}; record one under that name, ending in .json."
            ) from None
        except (OSError, msgspec.DecodeError):
            raise LanguageModelError(f"The recorded answer {request.hash}.json cannot be read.") from None
        usage = ModelUsage(
            model=recorded.model,
            requests=1,
            input_tokens=recorded.input_tokens,
            output_tokens=recorded.output_tokens,
            cost_usd=recorded.cost_usd,
        )
        problems = problems_of(recorded.output)
        if problems:
            raise LanguageModelError(f"The recorded answer {request.hash}.json cannot be used: {problems[0]}", usage)
        return ModelResponse(output=recorded.output, usage=usage)
