"""A provider's language model through pydantic-ai: typed output, retries with reasons, limits, tokens and cost.

Importing this module loads pydantic-ai and the providers' libraries: it is done when a model is first asked.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import httpx2
from genai_prices import Usage as PricedUsage
from genai_prices import calc_price
from pydantic_ai import Agent, ModelRetry, StructuredDict
from pydantic_ai.exceptions import AgentRunError, UserError
from pydantic_ai.models import Model
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RunUsage, UsageLimits

from brandbrain_dagster.clients.llm.failures import is_all_counted, sentence_of
from brandbrain_dagster.domain.compile.llm.language_model import (
    OUTPUT_RETRIES,
    LanguageModelError,
    ModelLimits,
    ModelRequest,
    ModelResponse,
    ModelUsage,
    ProblemsOf,
)
from brandbrain_dagster.errors import ConfigurationError, WorkInterruptedError

OPENAI_URL = "https://api.openai.com/v1"
ANTHROPIC_URL = "https://api.anthropic.com"
ANSWER_TOKENS = 16_384
"""Most tokens of one answer: several times what a whole draft takes."""
CLIENT_RETRIES = 3
"""How often the provider's own client repeats a request after 429, 5xx or a broken connection."""
_SERVICE = "configured-service"
"""Name of the service behind a base URL: that of no provider with prices, so that only its address can tell them."""
_CHARACTERS_PER_TOKEN = 6
"""More than any tokenizer packs into a token of common text, so that an estimate from it is a lower bound."""
_LOOK_SECONDS = 0.5


def provider_model(
    name: str, *, api_key: str | None, base_url: str | None = None, http_client: httpx2.AsyncClient | None = None
) -> Model:
    """Returns the model of ``provider:model``; ``base_url`` is that of a service with OpenAI's chat API.

    Such a service may need no key. ``http_client`` is there for tests.

    Raises:
        ConfigurationError: a key is missing, the address is none, or the provider is none of ours.
    """
    provider, _, model = name.partition(":")
    if provider == "openai" and base_url is not None:
        service = OpenAICompatibleProvider(
            _SERVICE, base_url=_checked_url(base_url), api_key=api_key, http_client=http_client
        )
        return OpenAIChatModel(model, provider=service)
    if provider not in ("openai", "anthropic"):
        raise ConfigurationError(f"'{provider}' is no provider of BRANDBRAIN_LLM_MODEL; take openai or anthropic.")
    if api_key is None:
        variable = f"{provider.upper()}_API_KEY"
        raise ConfigurationError(f"BRANDBRAIN_LLM_MODEL is set and {variable} is not; set it to the provider's key.")
    if provider == "openai":
        return OpenAIResponsesModel(
            model, provider=OpenAIProvider(base_url=OPENAI_URL, api_key=api_key, http_client=http_client)
        )
    return AnthropicModel(
        model, provider=AnthropicProvider(api_key=api_key, base_url=ANTHROPIC_URL, http_client=http_client)
    )


def _checked_url(base_url: str) -> str:
    try:
        httpx2.URL(base_url)
    except httpx2.InvalidURL:
        raise ConfigurationError("BRANDBRAIN_LLM_BASE_URL is no address; correct it, or unset it.") from None
    return base_url


class ProviderModel:
    """Asks a model of pydantic-ai; every question has an event loop of its own, so any thread may ask.

    ``name`` is what people call the model. ``is_stopping`` is looked at while waiting: when the process is to end, the
    question is given up.
    """

    def __init__(self, name: str, model: Model, *, is_stopping: Callable[[], bool] = lambda: False) -> None:
        self._name = name
        self._model = model
        self._is_stopping = is_stopping

    def complete(self, request: ModelRequest, problems_of: ProblemsOf) -> ModelResponse:
        """Returns an output without problems.

        Raises:
            LanguageModelError: none came, within the limits; it tells the tokens and cost that were spent.
            WorkInterruptedError: the process is to end.
        """
        self._refuse_unaffordable(request)
        return asyncio.run(self._complete(request, problems_of))

    async def _complete(self, request: ModelRequest, problems_of: ProblemsOf) -> ModelResponse:
        spent = RunUsage()
        rejected: list[str] = []
        agent = Agent(
            self._model,
            output_type=StructuredDict(dict(request.output_schema), name="profile_draft"),
            instructions=request.system,
            retries={"output": OUTPUT_RETRIES},
            model_settings=_settings(request.limits),
        )

        @agent.output_validator
        def refuse_problems(output: dict[str, Any]) -> dict[str, Any]:
            problems = problems_of(output)
            if problems:
                rejected[:] = problems[:1]
                raise ModelRetry("Correct these problems:\n" + "\n".join(f"- {problem}" for problem in problems))
            return output

        limits = UsageLimits(
            request_limit=OUTPUT_RETRIES + 1,
            total_tokens_limit=request.limits.max_tokens,
            cost_limit=request.limits.max_usd,
        )
        asking = agent.run(
            request.user, usage=spent, usage_limits=limits, timeout=request.limits.timeout_seconds, infer_name=False
        )
        try:
            async with agent:
                output: Mapping[str, Any] = (await self._unless_stopped(asking)).output
        except (AgentRunError, UserError) as error:
            sentence = sentence_of(error, rejected[0] if rejected else None)
            is_complete = is_all_counted(error, answered=spent.requests)
            raise LanguageModelError(sentence, self._usage(spent, is_complete=is_complete)) from None
        return ModelResponse(output=dict(output), usage=self._usage(spent, is_complete=True))

    async def _unless_stopped(self, asking: Any) -> Any:
        task = asyncio.ensure_future(asking)
        while not (await asyncio.wait({task}, timeout=_LOOK_SECONDS))[0]:
            if self._is_stopping():
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, AgentRunError):
                    await task
                raise WorkInterruptedError("The work was stopped while a language model was asked; try again.")
        return task.result()

    def _usage(self, spent: RunUsage, *, is_complete: bool) -> ModelUsage:
        """Tokens and cost are known only if every request that may be charged was answered, counted and priced."""
        is_known = is_complete and not spent.unmeasured_requests
        cost_usd = spent.cost if spent.requests else Decimal(0)
        return ModelUsage(
            model=self._name,
            requests=spent.requests,
            input_tokens=spent.input_tokens if is_known else None,
            output_tokens=spent.output_tokens if is_known else None,
            cost_usd=cost_usd if is_known else None,
        )

    def _refuse_unaffordable(self, request: ModelRequest) -> None:
        """A limit in dollars that cannot be kept is not tried: no price is known, or the prompt alone costs more."""
        if request.limits.max_usd is None:
            return
        tokens = (len(request.system) + len(request.user)) // _CHARACTERS_PER_TOKEN
        least = self._price_of_input(tokens)
        if least is None:
            raise LanguageModelError(
                "No price is known for the model, so BRANDBRAIN_LLM_MAX_USD cannot be kept; unset it to go without."
            )
        if least > request.limits.max_usd:
            raise LanguageModelError("The prompt alone would cost more than BRANDBRAIN_LLM_MAX_USD; raise it.")

    def _price_of_input(self, tokens: int) -> Decimal | None:
        address = self._model.base_url
        if address is None:
            return None
        try:
            price = calc_price(PricedUsage(input_tokens=tokens), self._model.model_name, provider_api_url=address)
        except LookupError:
            return None
        return price.total_price


def _settings(limits: ModelLimits) -> ModelSettings:
    return ModelSettings(
        max_tokens=min(ANSWER_TOKENS, limits.max_tokens), timeout=limits.timeout_seconds, max_retries=CLIENT_RETRIES
    )
