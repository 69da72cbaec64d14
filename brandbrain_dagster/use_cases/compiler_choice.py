"""Which compiler compiles: the extractive one, or, where a language model is configured, the one that asks it."""

from collections.abc import Callable

from brandbrain_dagster.domain.compile.compiler import Compiler
from brandbrain_dagster.domain.compile.extractive.compiler import ExtractiveCompiler
from brandbrain_dagster.domain.compile.llm.compiler import LlmCompiler
from brandbrain_dagster.use_cases.language_model_choice import ModelChoice, open_model


def choose_compiler(choice: ModelChoice | None, *, is_stopping: Callable[[], bool] = lambda: False) -> Compiler:
    """Returns the compiler; ``is_stopping`` says whether the process is to end."""
    if choice is None:
        return ExtractiveCompiler()
    return LlmCompiler(
        model=choice.public_name, limits=choice.limits, open_model=lambda: open_model(choice, is_stopping)
    )
