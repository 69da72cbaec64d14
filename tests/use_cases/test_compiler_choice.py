"""Which compiler the settings choose, and what it takes to draft with a configured model."""

from decimal import Decimal
from typing import Any

import pytest

from brandbrain_dagster.domain.compile.brand_inputs import configuration_hash
from brandbrain_dagster.domain.compile.compiler import Compiler
from brandbrain_dagster.domain.compile.extractive.compiler import ExtractiveCompiler
from brandbrain_dagster.errors import ConfigurationError
from brandbrain_dagster.resources.compile_rules import attempt_rules, chosen_compiler, start_rules
from brandbrain_dagster.settings import Settings, load_settings
from brandbrain_dagster.use_cases.compiler_choice import choose_compiler
from brandbrain_dagster.use_cases.language_model_choice import ModelChoice
from tests.unit.clients.llm_service import KEY, ChatService, calls, refuses
from tests.unit.compile.brands import roaster
from tests.unit.compile.llm_outputs import GOOD_OUTPUT, LIMITS, output_with
from tests.unit.compile.profiles import compile_inputs

ITEMS = roaster()
VARIABLES = ("BRANDBRAIN_LLM_MODEL", "BRANDBRAIN_LLM_BASE_URL", "OPENAI_API_KEY", "ANTHROPIC_API_KEY")


@pytest.fixture(autouse=True)
def _no_settings_of_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)


def configured(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load_settings()


def service_compiler(url: str) -> Compiler:
    return choose_compiler(ModelChoice(name="openai:gpt-5", base_url=url, api_keys={"openai": KEY}, limits=LIMITS))


def test_without_a_model_the_extractive_compiler_compiles() -> None:
    assert chosen_compiler(load_settings()).identity == ExtractiveCompiler().identity


def test_a_configured_model_is_everybodys_compiler_and_makes_brands_compile_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = configuration_hash(start_rules(load_settings()).compiler, frozenset())
    settings = configured(monkeypatch, BRANDBRAIN_LLM_MODEL="openai:gpt-5")
    identity = chosen_compiler(settings).identity
    assert (identity.name, identity.model) == ("llm", "openai:gpt-5")
    assert identity.prompt_version is not None
    assert start_rules(settings).compiler == attempt_rules(settings).compiler == identity
    assert configuration_hash(identity, frozenset()) != before
    other = configured(monkeypatch, BRANDBRAIN_LLM_MODEL="openai:gpt-5-mini")
    assert configuration_hash(chosen_compiler(other).identity, frozenset()) not in (
        before,
        configuration_hash(identity, frozenset()),
    )


@pytest.mark.parametrize("name", ["gpt-5", "openai:", "elsewhere:model", ":model", "cassette: "])
def test_a_model_without_a_known_provider_is_a_wrong_setting(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="BRANDBRAIN_LLM_MODEL"):
        configured(monkeypatch, BRANDBRAIN_LLM_MODEL=name)


@pytest.mark.parametrize("url", ["example.com/v1", "ftp://example.com", "https://user:secretpass@example.com"])
def test_an_address_that_is_none_or_holds_a_password_is_a_wrong_setting(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigurationError, match="BRANDBRAIN_LLM_BASE_URL") as caught:
        configured(monkeypatch, BRANDBRAIN_LLM_BASE_URL=url)
    assert "secretpass" not in str(caught.value)


def test_a_missing_key_is_told_of_in_a_draft_that_fell_back() -> None:
    compiler = choose_compiler(ModelChoice(name="anthropic:claude-opus-4-5", limits=LIMITS))
    draft = compiler.draft(compile_inputs(ITEMS))
    assert draft.document.meta.compiler.fallback_from == "llm"
    assert "ANTHROPIC_API_KEY" in draft.llm_usage["fallback_reason"]


def test_the_key_of_another_provider_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = configured(monkeypatch, BRANDBRAIN_LLM_MODEL="anthropic:claude-opus-4-5", OPENAI_API_KEY=KEY)
    draft = chosen_compiler(settings).draft(compile_inputs(ITEMS))
    assert "ANTHROPIC_API_KEY" in draft.llm_usage["fallback_reason"]


def test_a_choice_does_not_show_its_keys() -> None:
    choice = ModelChoice(name="openai:gpt-5", api_keys={"openai": KEY}, limits=LIMITS)
    assert KEY not in repr(choice)


def test_a_served_model_drafts_a_profile_after_one_correction() -> None:
    service = ChatService([calls(output_with("cta_policy.value", "gentle")), calls(GOOD_OUTPUT)])
    with service.running() as url:
        draft = service_compiler(url).draft(compile_inputs(ITEMS))
    assert draft.document.meta.compiler.name == "llm"
    assert [pillar.name.value for pillar in draft.document.pillars] == ["Espresso roasts", "Barista training"]
    assert "cta_policy.value is none of the allowed values." in service.asked[1]["messages"][-1]["content"]
    assert draft.llm_usage == {
        "model": "openai:gpt-5",
        "requests": 2,
        "input_tokens": 2000,
        "output_tokens": 400,
        "cost_usd": None,
    }


@pytest.mark.parametrize("reply", [refuses(429), refuses(500), calls("{"), calls(output_with("taboos", []))])
def test_a_served_model_that_fails_leaves_the_extractive_draft(reply: Any) -> None:
    with ChatService([reply]).running() as url:
        draft = service_compiler(url).draft(compile_inputs(ITEMS))
    plain = ExtractiveCompiler().draft(compile_inputs(ITEMS)).document
    assert draft.document.meta.compiler.fallback_from == "llm"
    assert draft.document.positioning == plain.positioning
    assert draft.document.pillars == plain.pillars
    assert draft.llm_usage["fallback_reason"]


def test_limits_come_from_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = configured(
        monkeypatch,
        BRANDBRAIN_LLM_MODEL="openai:local",
        BRANDBRAIN_LLM_MAX_TOKENS="5000",
        BRANDBRAIN_LLM_TIMEOUT_SECONDS="7.5",
        BRANDBRAIN_LLM_MAX_USD="0.25",
    )
    assert (settings.llm_max_tokens, settings.llm_timeout_seconds) == (5000, 7.5)
    assert settings.llm_max_usd == Decimal("0.25")
    service = ChatService([calls(GOOD_OUTPUT)])
    with service.running() as url:
        settings = configured(monkeypatch, BRANDBRAIN_LLM_BASE_URL=url, BRANDBRAIN_LLM_MAX_USD="")
        chosen_compiler(settings).draft(compile_inputs(ITEMS))
    assert service.asked[0]["max_completion_tokens"] == 5000
