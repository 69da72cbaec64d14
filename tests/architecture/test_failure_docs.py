"""docs/failures.md quotes what the program says: every sentence of it stands in the code."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "failures.md").read_text(encoding="utf-8")
GAP = "…"
_SPOKEN_COLUMN = re.compile(r"^The (sentence|reason)")
_CODE = re.compile(r"(`+)(.+?)\1")
_TABLE = re.compile(r"((?:^\|.*\|$\n?)+)", re.MULTILINE)
_FEWEST_OWN_LETTERS = 6
"""A text with fewer of its own (“{a}: {b}”) could become any sentence."""


def quoted_sentences(document: str) -> list[str]:
    """What stands as code in the first column of every table of sentences."""
    found = []
    for table in _TABLE.findall(document):
        heading, _, *rows = table.splitlines()
        if _SPOKEN_COLUMN.match(heading.strip("| ")):
            found += [match[1].strip() for row in rows for match in _CODE.findall(row.split(" | ")[0])]
    return found


@cache
def texts_of_the_code() -> frozenset[str]:
    """Every text in the package, what is put into it at run time as a gap."""
    trees = [ast.parse(path.read_bytes()) for path in (ROOT / "brandbrain_dagster").rglob("*.py")]
    return frozenset(_text(node) for tree in trees for node in ast.walk(tree) if isinstance(node, ast.expr)) - {""}


def _text(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return re.sub(r"\{\w+\}", GAP, text)
        case ast.JoinedStr(values=parts):
            return "".join(_text(part) if isinstance(part, ast.Constant) else GAP for part in parts)
    return ""


@cache
def patterns_of_the_code() -> list[re.Pattern[str]]:
    """What the texts can become once their gaps are filled."""
    texts = [text for text in texts_of_the_code() if sum(map(str.isalpha, text)) >= _FEWEST_OWN_LETTERS]
    return [re.compile(".*".join(map(re.escape, re.split(f"(?:{GAP})+", text)))) for text in texts]


def problem_with(sentence: str) -> str | None:
    """Why the program could not say this: no text of it has that form, or no text has one of its parts."""
    if not any(pattern.fullmatch(sentence) for pattern in patterns_of_the_code()):
        return "no text of the code has this form"
    parts = [part.strip(" .;:,'()") for part in sentence.split(GAP)]
    unknown = [part for part in parts if not any(part in text for text in texts_of_the_code())]
    return f"not in the code: {'; '.join(unknown)}" if unknown else None


@pytest.mark.parametrize("sentence", quoted_sentences(DOCUMENT))
def test_a_quoted_sentence_stands_in_the_code(sentence: str) -> None:
    assert problem_with(sentence) is None


def test_a_sentence_that_nobody_says_is_noticed() -> None:
    assert problem_with("The moon is in the way of …; wait.") == "no text of the code has this form"
    assert problem_with("Could not …: Apify answered …; buy a new computer.") == "not in the code: buy a new computer"
    assert len(quoted_sentences(DOCUMENT)) > 60
