"""Which compiler compiles: the extractive one, or, where a language model is configured, the one that asks it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from brandbrain_dagster.clients.llm.cassette import CassetteModel
from brandbrain_dagster.domain.compile.compiler import Compiler
from brandbrain_dagster.domain.compile.extractive.compiler import ExtractiveCompiler
from brandbrain_dagster.domain.compile.llm.compiler import LlmCompiler
from brandbrain_dagster.domain.compile.llm.language_model import LanguageModel, ModelLimits
from brandbrain_dagster.errors import ConfigurationError

_CASSETTE = "cassette"


@dataclass(frozen=True, kw_only=True)
class ModelChoice:
    """The configured model: ``provider:model`` or ``cassette:folder``, where it is, keys by provider, and limits."""

    name: str
    limits: ModelLimits
    base_url: str | None = None
    api_keys: Mapping[str, str] = field(default_factory=dict, repr=False)


def choose_compiler(choice: ModelChoice | None, *, is_stopping: Callable[[], bool] = lambda: False) -> Compiler:
    """Returns the compiler; nothing of a provider is loaded before it drafts.

    ``is_stopping`` says whether the process is to end: then a question to a model is given up.
    """
    if choice is None:
        return ExtractiveCompiler()
    provider, _, model = choice.name.partition(":")
    if provider == _CASSETTE:
        folder = Path(model)
        return LlmCompiler(
            model=f"{_CASSETTE}:{folder.name}", limits=choice.limits, open_model=lambda: CassetteModel(folder)
        )
    return LlmCompiler(model=choice.name, limits=choice.limits, open_model=lambda: _opened(choice, is_stopping))


def _opened(choice: ModelChoice, is_stopping: Callable[[], bool]) -> LanguageModel:
    try:
        from brandbrain_dagster.clients.llm.provider_model import ProviderModel, provider_model  # noqa: PLC0415
    except ImportError:
        raise ConfigurationError(
            "BRANDBRAIN_LLM_MODEL is set and its libraries are not installed; install 'brandbrain-dagster[llm]'."
        ) from None
    provider = choice.name.partition(":")[0]
    model = provider_model(choice.name, api_key=choice.api_keys.get(provider), base_url=choice.base_url)
    return ProviderModel(choice.name, model, is_stopping=is_stopping)
