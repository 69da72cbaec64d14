"""docs/configuration.md says what the code reads: every variable, its default, and no other."""

import re
from pathlib import Path

import pytest
from annotated_types import Ge, Gt, Le
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from brandbrain_dagster.domain.platforms.registry import CAPABILITIES
from brandbrain_dagster.settings import Settings, variable_of

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
SOURCE_SETTINGS = {"cap", "ttl_hours", "extra_start_urls"}
_BUDGET = "a budget is the owner's own business"
WITHOUT_UPPER_BOUND = {"max_run_usd": _BUDGET, "daily_budget_usd": _BUDGET, "llm_max_usd": _BUDGET}
_TABLE = re.compile(r"((?:^\|.*\|$\n?)+)", re.MULTILINE)
_CODE = re.compile(r"`([^`]*)`")


def documented_rows(first_column: str) -> dict[str, dict[str, str]]:
    """The rows of all tables whose first column has this heading: cells by heading, by the name in the first cell."""
    found: dict[str, dict[str, str]] = {}
    for table in _TABLE.findall(DOCUMENT):
        headings, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
        if headings[0] == first_column:
            found |= {row[0].strip("`"): dict(zip(headings, row, strict=True)) for row in rows}
    return found


def default_of(field: FieldInfo) -> str:
    """The default as the document writes it."""
    return "unset" if field.default is None else f"`{field.default}`"


VARIABLES = documented_rows("Variable")
FIELDS = Settings.model_fields
CAPS = {entry.cap_setting: entry.cap_default for entry in CAPABILITIES}
SWITCHES = {entry.enabling_setting: entry for entry in CAPABILITIES if entry.enabling_setting}


def test_the_documented_variables_are_those_the_code_reads() -> None:
    assert set(VARIABLES) == {*(variable_of(name) for name in FIELDS), *CAPS, *SWITCHES}


def test_no_other_text_of_the_document_names_an_unknown_variable() -> None:
    ours = ("BRANDBRAIN_", "APIFY_", "CORS_", "OPENAI_", "ANTHROPIC_")
    named = {name for name in re.findall(r"\b[A-Z]+_[A-Z_]+\b", DOCUMENT) if name.startswith(ours)}
    assert named == set(VARIABLES)


@pytest.mark.parametrize("name", FIELDS)
def test_a_setting_is_documented_with_its_default(name: str) -> None:
    assert VARIABLES[variable_of(name)]["Default"] == default_of(FIELDS[name])


@pytest.mark.parametrize("name", FIELDS)
def test_a_setting_has_a_description(name: str) -> None:
    assert (FIELDS[name].description or "").endswith("."), f"settings.py: give {name} a description that is a sentence"


@pytest.mark.parametrize("name", FIELDS)
def test_a_number_has_bounds_and_they_are_documented(name: str) -> None:
    field = FIELDS[name]
    if "int" not in str(field.annotation) and "float" not in str(field.annotation) and name not in WITHOUT_UPPER_BOUND:
        assert not any(isinstance(rule, Ge | Gt | Le) for rule in field.metadata)
        return
    lower = [rule.ge if isinstance(rule, Ge) else rule.gt for rule in field.metadata if isinstance(rule, Ge | Gt)]
    upper = [rule.le for rule in field.metadata if isinstance(rule, Le)]
    assert lower, f"settings.py: give {name} a lower bound"
    assert upper or name in WITHOUT_UPPER_BOUND, f"settings.py: give {name} an upper bound"
    documented = re.findall(r"\d+", VARIABLES[variable_of(name)]["Bound"])
    assert documented == [str(bound) for bound in (*lower, *upper)]


def test_a_secret_is_documented_as_one() -> None:
    secrets = {variable_of(name) for name, field in FIELDS.items() if SecretStr.__name__ in str(field.annotation)}
    assert secrets == {name for name, row in VARIABLES.items() if "secret" in row.get("Unit", "")}


@pytest.mark.parametrize("variable", CAPS)
def test_a_cap_is_documented_with_its_default_and_capabilities(variable: str) -> None:
    row = VARIABLES[variable]
    assert row["Default"] == f"`{CAPS[variable]}`"
    assert _CODE.findall(row["Capability"]) == [
        entry.dotted_name for entry in CAPABILITIES if entry.cap_setting == variable
    ]


@pytest.mark.parametrize("variable", SWITCHES)
def test_a_switch_is_documented_as_off_with_its_capability(variable: str) -> None:
    assert VARIABLES[variable]["Default"] == "off"
    assert VARIABLES[variable]["Capability"] == f"`{SWITCHES[variable].dotted_name}`"


def test_the_settings_of_a_source_are_documented() -> None:
    assert set(documented_rows("Setting")) == SOURCE_SETTINGS
