"""What asks language models is loaded when one is asked, and never before."""

import subprocess
import sys

import pytest

PROVIDERS = {"pydantic_ai", "openai", "anthropic", "genai_prices", "httpx2", "tiktoken"}
_DRAFTED = """
from brandbrain_dagster.resources.compile_rules import chosen_compiler, start_rules
from brandbrain_dagster.settings import load_settings
from tests.unit.compile.brands import roaster
from tests.unit.compile.profiles import compile_inputs
settings = load_settings()
start_rules(settings)
draft = chosen_compiler(settings).draft(compile_inputs(roaster()))
assert draft.document.meta.compiler.name == "extractive"
"""


def loaded_after(program: str, **variables: str) -> set[str]:
    """The packages that a fresh interpreter has loaded after a program, in an environment without settings."""
    listed = f"{program}\nimport sys; print('\\nloaded', *sorted({{name.partition('.')[0] for name in sys.modules}}))"
    ended = subprocess.run(
        [sys.executable, "-c", listed], capture_output=True, text=True, check=True, env={"PYTHONPATH": ".", **variables}
    )
    return set(ended.stdout.rpartition("\nloaded ")[2].split())


@pytest.mark.parametrize(
    "program",
    [
        "import brandbrain_dagster.api.app, brandbrain_dagster.cli.api",
        "import brandbrain_dagster.definitions",
        "from brandbrain_dagster.cli.main import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass",
        _DRAFTED,
    ],
    ids=["api", "definitions", "help", "extractive draft"],
)
def test_nothing_of_a_provider_is_loaded_without_a_question(program: str) -> None:
    loaded = loaded_after(program)
    assert "brandbrain_dagster" in loaded
    assert loaded & PROVIDERS == set()


def test_choosing_a_model_loads_nothing_of_its_provider_either() -> None:
    program = (
        "from brandbrain_dagster.resources.compile_rules import start_rules\n"
        "from brandbrain_dagster.settings import load_settings\n"
        "assert start_rules(load_settings()).compiler.name == 'llm'"
    )
    assert loaded_after(program, BRANDBRAIN_LLM_MODEL="openai:gpt-5") & PROVIDERS == set()


def test_the_list_names_what_asking_loads() -> None:
    assert loaded_after("import brandbrain_dagster.clients.llm.provider_model") >= PROVIDERS - {"tiktoken"}


def test_without_the_extra_a_configured_model_is_told_how_to_get_it() -> None:
    program = """
import sys
sys.modules["pydantic_ai"] = None
from brandbrain_dagster.domain.compile.llm.language_model import ModelLimits
from brandbrain_dagster.use_cases.compiler_choice import choose_compiler
from brandbrain_dagster.use_cases.language_model_choice import ModelChoice
from tests.unit.compile.brands import roaster
from tests.unit.compile.profiles import compile_inputs
choice = ModelChoice(name="openai:gpt-5", limits=ModelLimits(max_tokens=9000, timeout_seconds=1))
draft = choose_compiler(choice).draft(compile_inputs(roaster()))
assert draft.llm_usage["fallback_reason"].endswith("install 'brandbrain-dagster[llm]'."), draft.llm_usage
assert draft.document.meta.compiler.fallback_from == "llm"
"""
    assert "brandbrain_dagster" in loaded_after(program)
