"""Which language model answers: a provider's, or recorded answers; a provider is loaded when it is asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from brandbrain_dagster.clients.llm.cassette import CassetteModel
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

    @property
    def public_name(self) -> str:
        """The name without the place of a folder."""
        provider, _, model = self.name.partition(":")
        return f"{_CASSETTE}:{Path(model).name}" if provider == _CASSETTE else self.name


def open_model(choice: ModelChoice, is_stopping: Callable[[], bool]) -> LanguageModel:
    """Returns the model; ``is_stopping`` says whether the process is to end: then a question is given up.

    Raises:
        ConfigurationError: its libraries are not installed, or its key is missing.
    """
    provider, _, model = choice.name.partition(":")
    if provider == _CASSETTE:
        return CassetteModel(Path(model))
    try:
        from brandbrain_dagster.clients.llm.provider_model import ProviderModel, provider_model  # noqa: PLC0415
    except ImportError:
        raise ConfigurationError(
            "BRANDBRAIN_LLM_MODEL is set and its libraries are not installed; install 'brandbrain-dagster[llm]'."
        ) from None
    opened = provider_model(choice.name, api_key=choice.api_keys.get(provider), base_url=choice.base_url)
    return ProviderModel(choice.name, opened, is_stopping=is_stopping)
