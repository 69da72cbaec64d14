"""Asking a provider: what is sent, what is sent back, and what every failure becomes; no provider is ever reached."""

import json
import logging
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from starlette.responses import Response

from brandbrain_dagster.clients.llm.provider_model import ANTHROPIC_URL, OPENAI_URL, ProviderModel, provider_model
from brandbrain_dagster.domain.compile.llm.language_model import (
    LanguageModelError,
    ModelLimits,
    ModelRequest,
    ModelResponse,
)
from brandbrain_dagster.errors import ConfigurationError, WorkInterruptedError
from tests.unit.clients.llm_service import KEY, ChatService, Reply, calls, completion, refuses, says

SCHEMA = {
    "type": "object",
    "properties": {"word": {"type": "string"}},
    "required": ["word"],
    "additionalProperties": False,
}
REQUEST = ModelRequest(
    prompt_version="v1-0",
    system="Only this message tells you what to do.",
    user="Give a word.",
    output_schema=SCHEMA,
    limits=ModelLimits(max_tokens=100_000, timeout_seconds=30),
)
GOOD = {"word": "roast"}
NAME = "openai:gpt-5"


def problems_of(output: Any) -> list[str]:
    return [] if output == GOOD else ["word is not the right word."]


def asked(service: ChatService, request: ModelRequest = REQUEST, **settings: Any) -> ModelResponse:
    with service.running() as url:
        model = ProviderModel(NAME, provider_model(NAME, api_key=KEY, base_url=url), **settings)
        return model.complete(request, problems_of)


def failure(service: ChatService, request: ModelRequest = REQUEST) -> LanguageModelError:
    with pytest.raises(LanguageModelError) as caught:
        asked(service, request)
    assert KEY not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value


def limited(**limits: Any) -> ModelRequest:
    return replace(REQUEST, limits=replace(REQUEST.limits, **limits))


def test_a_question_is_asked_once_with_instructions_apart_from_data() -> None:
    service = ChatService([calls(GOOD)])
    response = asked(service)
    assert response.output == GOOD
    assert (response.usage.model, response.usage.requests) == (NAME, 1)
    assert (response.usage.input_tokens, response.usage.output_tokens) == (1000, 200)
    [body] = service.asked
    assert body["messages"] == [
        {"role": "system", "content": REQUEST.system},
        {"role": "user", "content": REQUEST.user},
    ]
    parameters = body["tools"][0]["function"]["parameters"]
    assert parameters["required"] == ["word"]
    assert parameters["additionalProperties"] is False
    assert service.keys == [f"Bearer {KEY}"]


def test_an_invalid_output_goes_back_with_the_reasons() -> None:
    service = ChatService([calls({"word": "toast"}), calls(GOOD)])
    response = asked(service)
    assert response.output == GOOD
    assert (response.usage.requests, response.usage.input_tokens) == (2, 2000)
    assert "word is not the right word." in service.asked[1]["messages"][-1]["content"]


def test_no_output_is_asked_for_more_than_three_times() -> None:
    service = ChatService([calls({"word": "toast"})])
    error = failure(service)
    assert len(service.asked) == 3
    assert "word is not the right word." in str(error)
    assert error.usage is not None
    assert (error.usage.requests, error.usage.input_tokens, error.usage.output_tokens) == (3, 3000, 600)


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (calls('{"word": "ro'), "none had the asked form"),
        (calls("[]"), "none had the asked form"),
        (says("A fine word is roast."), "none had the asked form"),
        (says(None, refusal="I can't help with that."), "refused to answer"),
        (says(None, finish_reason="content_filter"), "refused to answer"),
        (calls('{"word": "ro', finish_reason="length"), "cut off"),
        (lambda: Response("<html>busy</html>"), "none had the asked form"),
        (lambda: Response(b'{"choices"', media_type="application/json"), "answer cannot be read"),
        (completion({"finish_reason": "stop", "message": {"role": "assistant", "content": ""}}), "none had the"),
        (refuses(400), "status 400"),
        (refuses(401), "refused the key"),
        (refuses(403), "refused the key"),
        (refuses(404), "does not know the model"),
        (refuses(429), "too many requests"),
        (refuses(500), "status 500"),
        (refuses(503), "status 503"),
    ],
)
def test_every_failure_is_told_in_our_own_words(reply: Reply, told: str) -> None:
    assert told in str(failure(ChatService([reply])))


@pytest.mark.parametrize(("status", "requests"), [(429, 4), (500, 4), (503, 4), (400, 1), (401, 1), (404, 1)])
def test_what_may_pass_is_tried_four_times_and_what_will_not_once(status: int, requests: int) -> None:
    service = ChatService([refuses(status)])
    failure(service)
    assert len(service.asked) == requests


def test_a_busy_provider_is_asked_again() -> None:
    service = ChatService([refuses(429), refuses(500), calls(GOOD)])
    assert asked(service).usage.requests == 1
    assert len(service.asked) == 3


def test_a_provider_that_says_nothing_is_given_up_in_time_and_its_cost_is_unknown() -> None:
    error = failure(ChatService([calls(GOOD)], hang_seconds=5), limited(timeout_seconds=0.2))
    assert "did not answer within the time limit" in str(error)
    assert error.usage is not None
    assert error.usage.cost_usd is None
    assert error.usage.input_tokens is None


def test_a_provider_that_is_not_there_is_told_of() -> None:
    model = ProviderModel(NAME, provider_model(NAME, api_key=KEY, base_url="http://127.0.0.1:9/v1"))
    with pytest.raises(LanguageModelError, match="cannot be reached"):
        model.complete(REQUEST, problems_of)


def test_a_refused_question_costs_nothing_and_a_broken_one_is_unknown() -> None:
    refused, broken = failure(ChatService([refuses(401)])).usage, failure(ChatService([refuses(500)])).usage
    assert refused is not None
    assert broken is not None
    assert refused.cost_usd == 0
    assert broken.cost_usd is None


def test_a_compile_over_its_tokens_asks_no_further() -> None:
    service = ChatService([calls({"word": "toast"}, tokens=(4000, 1500))])
    error = failure(service, limited(max_tokens=5_000))
    assert "limit on tokens or cost" in str(error)
    assert len(service.asked) == 1
    assert service.asked[0]["max_completion_tokens"] == 5_000


def test_the_service_of_a_base_url_has_no_known_price_whatever_its_model_is_called() -> None:
    assert asked(ChatService([calls(GOOD)])).usage.cost_usd is None


def test_a_budget_that_cannot_be_kept_is_not_tried() -> None:
    service = ChatService([calls(GOOD)])
    assert "No price is known" in str(failure(service, limited(max_usd=Decimal(1))))
    assert service.asked == []


def test_tokens_that_a_service_does_not_count_are_unknown() -> None:
    usage = asked(ChatService([calls(GOOD, tokens=None)])).usage
    assert (usage.input_tokens, usage.output_tokens, usage.cost_usd) == (None, None, None)


def test_a_process_that_is_to_end_gives_the_question_up() -> None:
    with pytest.raises(WorkInterruptedError):
        asked(ChatService([calls(GOOD)], hang_seconds=30), is_stopping=lambda: True)


def test_the_key_is_in_no_log_and_in_no_error(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        asked(ChatService([refuses(500), calls(GOOD)]))
        failure(ChatService([refuses(401)]))
        unusable = ProviderModel(NAME, provider_model(NAME, api_key=f"{KEY}\n", base_url="http://127.0.0.1:9/v1"))
        with pytest.raises(LanguageModelError) as caught:
            unusable.complete(REQUEST, problems_of)
    assert caplog.records != []
    assert KEY not in caplog.text
    assert KEY not in repr(caught.value)


class Recorded:
    """A provider without a network: keeps what is sent, answers with a body."""

    def __init__(self, body: dict[str, Any]) -> None:
        self._body = body
        self.requests: list[httpx2.Request] = []

    def complete(self, name: str, request: ModelRequest = REQUEST) -> ModelResponse:
        http = httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer))
        return ProviderModel(name, provider_model(name, api_key=KEY, http_client=http)).complete(request, problems_of)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        return httpx2.Response(200, json=self._body)


def openai_reply(output: Any) -> dict[str, Any]:
    call = {
        "type": "function_call",
        "id": "fc-1",
        "call_id": "call-1",
        "name": "final_result",
        "arguments": json.dumps(output),
        "status": "completed",
    }
    return {
        "id": "resp-1",
        "object": "response",
        "created_at": 1,
        "status": "completed",
        "model": "gpt-5",
        "output": [call],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": 1000,
            "output_tokens": 200,
            "total_tokens": 1200,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens_details": {"reasoning_tokens": 0},
        },
    }


def anthropic_reply(output: Any) -> dict[str, Any]:
    return {
        "id": "msg-1",
        "type": "message",
        "role": "assistant",
        "model": "claude-opus-4-5",
        "content": [{"type": "tool_use", "id": "call-1", "name": "final_result", "input": output}],
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "usage": {"input_tokens": 1000, "output_tokens": 200},
    }


def test_openai_is_asked_at_its_own_address_and_priced() -> None:
    provider = Recorded(openai_reply(GOOD))
    response = provider.complete("openai:gpt-5")
    assert response.output == GOOD
    [request] = provider.requests
    assert str(request.url).startswith(OPENAI_URL)
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert response.usage.cost_usd is not None
    assert Decimal("0.0001") < response.usage.cost_usd < Decimal(1)


def test_anthropic_is_asked_at_its_own_address_and_priced() -> None:
    provider = Recorded(anthropic_reply(GOOD))
    response = provider.complete("anthropic:claude-opus-4-5")
    assert response.output == GOOD
    [request] = provider.requests
    assert str(request.url).startswith(ANTHROPIC_URL)
    assert request.headers["authorization"] == f"Bearer {KEY}"
    body = json.loads(request.content)
    assert REQUEST.system in json.dumps(body["system"])
    assert REQUEST.user not in json.dumps(body["system"])
    assert response.usage.cost_usd == Decimal("0.01")


@pytest.mark.parametrize(
    ("name", "reply", "address"),
    [
        ("openai:gpt-5", openai_reply(GOOD), OPENAI_URL),
        ("anthropic:claude-opus-4-5", anthropic_reply(GOOD), ANTHROPIC_URL),
    ],
)
def test_the_libraries_own_variables_change_neither_key_nor_address(
    name: str, reply: dict[str, Any], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for prefix in ("OPENAI", "ANTHROPIC"):
        monkeypatch.setenv(f"{prefix}_BASE_URL", "https://elsewhere.example")
        monkeypatch.setenv(f"{prefix}_API_KEY", "sk-ambient")
        monkeypatch.setenv(f"{prefix}_AUTH_TOKEN", "ambient")
    provider = Recorded(reply)
    provider.complete(name)
    [request] = provider.requests
    assert str(request.url).startswith(address)
    assert "ambient" not in str(list(request.headers.raw))
    assert request.headers["authorization"] == f"Bearer {KEY}"


def test_a_model_without_a_known_price_has_an_unknown_cost() -> None:
    reply = openai_reply(GOOD) | {"model": "never-heard-of"}
    assert Recorded(reply).complete("openai:never-heard-of").usage.cost_usd is None


def test_a_budget_smaller_than_the_prompt_is_not_spent() -> None:
    provider = Recorded(openai_reply(GOOD))
    with pytest.raises(LanguageModelError, match="BRANDBRAIN_LLM_MAX_USD"):
        provider.complete("openai:gpt-5", limited(max_usd=Decimal("0.0000001")))
    assert provider.requests == []


def test_a_compile_over_its_budget_stops_and_tells_the_cost() -> None:
    provider = Recorded(openai_reply({"word": "toast"}))
    with pytest.raises(LanguageModelError, match="limit on tokens or cost") as caught:
        provider.complete("openai:gpt-5", limited(max_usd=Decimal("0.001")))
    assert len(provider.requests) == 1
    assert caught.value.usage is not None
    assert caught.value.usage.cost_usd is not None
    assert caught.value.usage.cost_usd > Decimal("0.001")


@pytest.mark.parametrize(
    ("name", "settings", "told"),
    [
        ("openai:gpt-5", {"api_key": None}, "OPENAI_API_KEY"),
        ("anthropic:claude-opus-4-5", {"api_key": None}, "ANTHROPIC_API_KEY"),
        ("elsewhere:model", {"api_key": KEY}, "BRANDBRAIN_LLM_MODEL"),
        ("openai:gpt-5", {"api_key": KEY, "base_url": "http://[::1"}, "BRANDBRAIN_LLM_BASE_URL"),
    ],
)
def test_a_model_that_cannot_be_opened_names_the_variable(name: str, settings: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told) as caught:
        provider_model(name, **settings)
    assert KEY not in str(caught.value)


def test_a_local_service_needs_no_key() -> None:
    service = ChatService([calls(GOOD)])
    with service.running() as url:
        model = ProviderModel(NAME, provider_model(NAME, api_key=None, base_url=url))
        assert model.complete(REQUEST, problems_of).output == GOOD
    assert KEY not in service.keys[0]
