"""Language models that say what a test has them say."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from brandbrain_dagster.domain.compile.llm.language_model import (
    OUTPUT_RETRIES,
    LanguageModelError,
    ModelRequest,
    ModelResponse,
    ModelUsage,
    ProblemsOf,
)

MODEL = "openai:fake"


class ScriptedModel:
    """Gives the outputs one after the other, the last one again and again, until one has no problems."""

    def __init__(self, *outputs: Any) -> None:
        self._outputs = list(outputs)
        self.requests: list[ModelRequest] = []
        self.problems: list[Sequence[str]] = []

    def complete(self, request: ModelRequest, problems_of: ProblemsOf) -> ModelResponse:
        self.requests.append(request)
        for number in range(OUTPUT_RETRIES + 1):
            output = self._outputs[min(number, len(self._outputs) - 1)]
            self.problems.append(problems_of(output))
            if not self.problems[-1]:
                return ModelResponse(output=output, usage=usage(number + 1))
        raise LanguageModelError(self.problems[-1][0], usage(OUTPUT_RETRIES + 1))


class CarelessModel:
    """Returns its output unchecked, as an implementation of the protocol must not."""

    def __init__(self, output: dict[str, Any]) -> None:
        self._output = output

    def complete(self, request: ModelRequest, problems_of: ProblemsOf) -> ModelResponse:
        return ModelResponse(output=self._output, usage=usage(1))


class SilentModel:
    """Has nothing to say."""

    def __init__(self, error: LanguageModelError) -> None:
        self._error = error

    def complete(self, request: ModelRequest, problems_of: ProblemsOf) -> ModelResponse:
        raise self._error


def usage(requests: int) -> ModelUsage:
    return ModelUsage(
        model="fake-1",
        requests=requests,
        input_tokens=1000 * requests,
        output_tokens=200 * requests,
        cost_usd=Decimal("0.01") * requests,
    )
