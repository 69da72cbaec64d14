"""What the documents show as code: it parses, its commands are complete, its settings exist."""

import ast
import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import click
import pytest
import yaml

from brandbrain_dagster.cli.main import main
from tests.architecture.test_docs import DOCUMENTS, shell_lines
from tests.test_deploy import OTHER_VARIABLES, OUR_SETTINGS

_BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^(?:\S*/)?brandbrain\s+(.*)")
_VARIABLE = re.compile(r"\b(?:BRANDBRAIN|APIFY|CORS|OPENAI|ANTHROPIC|AWS|POSTGRES)_[A-Z0-9_]*[A-Z0-9]\b(?!_?…)")
_PARSERS: dict[str, Callable[[str], object]] = {"json": json.loads, "yaml": yaml.safe_load, "python": ast.parse}
_WITHOUT_PARSER = {"", "sh", "sql", "{toctree}"}
_OF_THE_EXAMPLE_PLATFORM = {"BRANDBRAIN_CAP_MASTODON"}
_OF_OTHERS = {"AWS_ALLOW_HTTP"}

BLOCKS = [
    pytest.param(language, text, id=f"{path.name}-{number}")
    for path in DOCUMENTS
    for number, (language, text) in enumerate(_BLOCK.findall(path.read_text(encoding="utf-8")))
]
SHELL_COMMANDS = sorted(
    {
        found[1]
        for path in DOCUMENTS
        for line in shell_lines(path.read_text(encoding="utf-8"))
        if (found := _COMMAND.match(line.removesuffix("&").strip()))
    }
)


@pytest.mark.parametrize(("language", "text"), BLOCKS)
def test_a_block_of_code_parses(language: str, text: str) -> None:
    if language in _PARSERS:
        _PARSERS[language](text)
    else:
        assert language in _WITHOUT_PARSER, f"say in this test how to parse {language}"


def problem_with_shell_command(words: list[str]) -> str | None:
    """Why click would refuse this command line; values that stand for others (``BRAND``, ``FILE``) are any text."""
    command: click.Command = main
    context = click.Context(main, info_name="brandbrain")
    try:
        while isinstance(command, click.Group):
            _, found, words = command.resolve_command(context, words)
            if found is None:
                return "there is no such command"
            command, context = found, click.Context(found, info_name=found.name, parent=context)
        given, left_over, _ = command.make_parser(context).parse_args(list(words))
    except click.UsageError as error:
        return error.format_message()
    missing = [
        param.name
        for param in command.params
        if param.required and not isinstance(given.get(str(param.name)), str | tuple)
    ]
    choices = {param.name: param.type.choices for param in command.params if isinstance(param.type, click.Choice)}
    wrong = [value for name, value in given.items() if name in choices and value not in choices[name]]
    return f"missing {missing}, too much {left_over}, wrong {wrong}" if missing or left_over or wrong else None


@pytest.mark.parametrize("command", SHELL_COMMANDS)
def test_a_shell_command_is_complete_and_click_takes_it(command: str) -> None:
    assert problem_with_shell_command(shlex.split(command, comments=True)) is None


@pytest.mark.parametrize(
    "command", ["compile", "compile a b", "frobnicate", "export x --format pdf", "api --port", "source add x y"]
)
def test_a_shell_command_that_click_refuses_is_noticed(command: str) -> None:
    assert problem_with_shell_command(command.split()) is not None


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_an_environment_variable_in_a_document_is_read_by_somebody(path: Path) -> None:
    known = OUR_SETTINGS | OTHER_VARIABLES | _OF_THE_EXAMPLE_PLATFORM | _OF_OTHERS
    assert set(_VARIABLE.findall(path.read_text(encoding="utf-8"))) <= known
