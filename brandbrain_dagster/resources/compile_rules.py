"""What compiles go by, as the settings say: one place for the CLI, the API, the sensors and the runs."""

from collections.abc import Callable

from brandbrain_dagster.domain.compile.compiler import Compiler
from brandbrain_dagster.domain.compile.llm.language_model import ModelLimits
from brandbrain_dagster.settings import Settings
from brandbrain_dagster.use_cases.attempt_compile import AttemptRules
from brandbrain_dagster.use_cases.compiler_choice import choose_compiler
from brandbrain_dagster.use_cases.language_model_choice import ModelChoice
from brandbrain_dagster.use_cases.start_compile import StartRules


def chosen_compiler(settings: Settings, *, is_stopping: Callable[[], bool] = lambda: False) -> Compiler:
    """Returns the compiler of all brands; ``is_stopping`` makes it give up asking a language model."""
    return choose_compiler(model_choice(settings), is_stopping=is_stopping)


def start_rules(settings: Settings) -> StartRules:
    """Returns what starting a compile goes by."""
    return StartRules(
        ttl_hours=settings.apify_run_ttl_hours,
        disabled_capabilities=settings.disabled_capabilities,
        compiler=chosen_compiler(settings).identity,
        max_attempts=settings.compile_max_attempts,
    )


def attempt_rules(settings: Settings) -> AttemptRules:
    """Returns what attempts at a compile go by."""
    return AttemptRules(
        lease_seconds=settings.lease_seconds,
        max_attempts=settings.compile_max_attempts,
        backoff_seconds=settings.compile_backoff_seconds,
        compiler=chosen_compiler(settings).identity,
        disabled_capabilities=settings.disabled_capabilities,
    )


def model_choice(settings: Settings) -> ModelChoice | None:
    """Returns the language model that is configured, if one is."""
    if settings.llm_model is None:
        return None
    keys = {"openai": settings.openai_api_key, "anthropic": settings.anthropic_api_key}
    return ModelChoice(
        name=settings.llm_model,
        base_url=settings.llm_base_url,
        api_keys={provider: key.get_secret_value() for provider, key in keys.items() if key is not None},
        limits=ModelLimits(
            max_tokens=settings.llm_max_tokens,
            timeout_seconds=settings.llm_timeout_seconds,
            max_usd=settings.llm_max_usd,
        ),
    )
