"""The documents: links lead somewhere, commands exist, and no path of anybody's machine is in them."""

import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest

from brandbrain_dagster.cli.main import main

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```(?:sh|bash|console)?\n(.*?)^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_MACHINE_PATH = re.compile(r"(?<![\w.~*-])/(?:work|tmp|root|home)/")

document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)


def shell_lines(text: str) -> list[str]:
    """Every line of the fenced shell blocks, continued lines joined."""
    return [line.strip() for block in _FENCE.findall(text) for line in block.replace("\\\n", " ").splitlines()]


def brandbrain_commands(text: str) -> list[list[str]]:
    """The arguments of every ``brandbrain`` command, in shell blocks and in inline code."""
    found = []
    for line in [*shell_lines(text), *_CODE.findall(text)]:
        words = shlex.split(line.split(" &")[0], comments=True) if re.match(r"(\S*/)?brandbrain(\s|$)", line) else []
        found += [words[1:]] if words else []
    return found


def problem_with(arguments: list[str]) -> str | None:
    """Why click would not know these arguments; only names are looked up, nothing is run."""
    command: click.Command = main
    rest = list(arguments)
    context = click.Context(main, info_name="brandbrain")
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        found = command.get_command(context, rest[0])
        if found is None:
            return f"there is no command '{rest[0]}'"
        command, rest = found, rest[1:]
    known = {name for parameter in command.params for name in parameter.opts} | {"--help"}
    unknown = [word for word in rest if word.startswith("--") and word.partition("=")[0] not in known]
    return f"there is no option {', '.join(unknown)}" if unknown else None


def slug_of(heading: str) -> str:
    """A heading's anchor, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@document
def test_a_relative_link_leads_to_a_file_and_a_heading_that_exist(path: Path) -> None:
    for link in _LINK.findall(path.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        file, _, anchor = link.partition("#")
        target = path.parent / file if file else path
        assert target.exists(), f"{path.name}: {link} leads nowhere"
        if anchor:
            headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in map(slug_of, headings), f"{path.name}: {link} names no heading"


@document
def test_a_brandbrain_command_exists_with_its_options(path: Path) -> None:
    commands = brandbrain_commands(path.read_text(encoding="utf-8"))
    problems = [f"brandbrain {' '.join(words)}: {problem_with(words)}" for words in commands if problem_with(words)]
    assert problems == []


def test_the_command_check_notices_what_does_not_exist() -> None:
    assert problem_with(["brand", "frobnicate"]) == "there is no command 'frobnicate'"
    assert problem_with(["compile", "darnaby", "--fast"]) == "there is no option --fast"
    assert problem_with(["compile", "darnaby", "--force-refresh"]) is None


@document
def test_a_make_target_exists(path: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    text = path.read_text(encoding="utf-8")
    named = {
        match[1] for line in [*shell_lines(text), *_CODE.findall(text)] if (match := re.match(r"make ([a-z]+)", line))
    }
    assert named <= targets


@document
def test_a_file_named_in_the_document_exists(path: Path) -> None:
    for name in _CODE.findall(path.read_text(encoding="utf-8")):
        if re.fullmatch(r"(brandbrain_dagster|tests|docs|demo)/[\w/.-]+", name) and "mastodon" not in name:
            assert (ROOT / name).exists(), f"{path.name}: there is no {name}"


def test_the_behaviour_map_names_files_that_exist() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").partition("## Where to find it")[2]
    for name in _CODE.findall(text):
        if name.endswith(".py"):
            pattern = re.sub(r"<\w+>", "*", name)
            assert any((ROOT / "brandbrain_dagster").glob(pattern)), f"architecture.md: there is no {name}"


def test_no_tracked_text_names_a_path_of_a_machine() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "docs", "README.md", "brandbrain_dagster"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("not a git working copy")
    files = [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).exists() and not name.endswith(".png")]
    assert files
    named = [str(path.relative_to(ROOT)) for path in files if _MACHINE_PATH.search(path.read_text(encoding="utf-8"))]
    assert named == []
