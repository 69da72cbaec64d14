"""Who words the ideas of a board: our own sentences, or the language model where one is configured."""

from collections.abc import Callable

from brandbrain_dagster.domain.opportunities.llm.synthesizer import LlmSynthesizer
from brandbrain_dagster.domain.opportunities.synthesizer import DeterministicSynthesizer, Synthesizer
from brandbrain_dagster.use_cases.language_model_choice import ModelChoice, open_model


def choose_synthesizer(choice: ModelChoice | None, *, is_stopping: Callable[[], bool]) -> Synthesizer:
    """Returns the synthesizer; ``is_stopping`` says whether the process is to end."""
    if choice is None:
        return DeterministicSynthesizer()
    return LlmSynthesizer(
        model=choice.public_name, limits=choice.limits, open_model=lambda: open_model(choice, is_stopping)
    )
