"""``brandbrain export`` and ``brandbrain check``."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from brandbrain_dagster.cli.main import main
from brandbrain_dagster.domain.export.token_bound import token_bound
from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.published_brand import ANSWERS, publish
from tests.stores.ledger_rows import add_brand


@pytest.fixture
def environment(tmp_path: Path, ledger_url: str, ledger: Ledger) -> dict[str, str]:
    """Where the brand acme has two profiles, and bare has none."""
    with ledger.begin() as conn:
        acme = add_brand(conn)
        add_brand(conn, "bare")
        publish(conn, acme)
        publish(conn, acme, {**ANSWERS, "tier0.who_for": "Hotels"})
    return {"BRANDBRAIN_HOME": str(tmp_path), "BRANDBRAIN_DATABASE_URL": ledger_url}


def run(environment: dict[str, str], *arguments: str, written: str | None = None) -> Result:
    return CliRunner().invoke(main, list(arguments), env=environment, input=written)


@pytest.mark.parametrize(
    ("as_format", "start"),
    [
        ("markdown", "# Brand Profile: Acme\n"),
        ("json", '{\n  "brand": {'),
        ("prompt", "You write for Acme."),
        ("jsonld", '{\n  "@context": "https://schema.org"'),
    ],
)
def test_newest_profile_is_printed_in_every_format(environment: dict[str, str], as_format: str, start: str) -> None:
    ended = run(environment, "export", "acme", "--format", as_format)
    assert ended.exit_code == 0, ended.output
    assert ended.stdout.startswith(start)
    assert "Hotels" in ended.stdout


def test_older_version_can_be_printed(environment: dict[str, str]) -> None:
    ended = run(environment, "export", "acme", "--version", "1")
    assert "Café owners" in ended.stdout


def test_prompt_is_printed_within_its_budget(environment: dict[str, str]) -> None:
    ended = run(environment, "export", "acme", "--format", "prompt", "--max-tokens", "300")
    assert token_bound(ended.stdout) <= 300


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("export", "bare"), "has no profile yet"),
        (("export", "nobody"), "There is no brand 'nobody'"),
        (("export", "acme", "--max-tokens", "300"), "goes with --format prompt"),
        (("export", "acme", "--format", "prompt", "--max-tokens", "3"), "cannot be left out"),
        (("export", "acme", "--format", "pdf"), "is not one of"),
        (("check", "-", "--brand", "bare"), "has no profile yet"),
        (("check", "-", "--brand", "acme", "--platform", "myspace"), "no platform 'myspace'"),
        (("check", "nowhere.txt", "--brand", "acme"), "nowhere.txt"),
        (("check", "-"), "--brand"),
    ],
)
def test_wrong_input_is_exit_code_2(environment: dict[str, str], arguments: tuple[str, ...], told: str) -> None:
    ended = run(environment, *arguments, written="We roast.")
    assert ended.exit_code == 2
    assert told in ended.stderr
    assert "Traceback" not in ended.output


def test_clean_draft_is_exit_code_0(environment: dict[str, str]) -> None:
    ended = run(environment, "check", "-", "--brand", "acme", written="We roasted it twenty times.")
    assert (ended.exit_code, ended.stdout) == (0, "")
    assert "For you to judge: no health claims" in ended.stderr


def test_draft_that_breaks_a_decision_is_exit_code_1_and_names_the_place(
    environment: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "draft.md"
    file.write_text("Our coffee\nis cheap. 🎉", encoding="utf-8")
    ended = run(environment, "check", str(file), "--brand", "acme")
    assert ended.exit_code == 1
    assert ended.stdout.startswith(f"{file}:2:4: error taboo_term: ")


def test_warnings_alone_are_exit_code_0(environment: dict[str, str]) -> None:
    ended = run(environment, "check", "-", "--brand", "acme", written="Sign up and book now!")
    assert ended.exit_code == 0
    assert "warning call_to_action" in ended.stdout


def test_rules_of_a_platform_count_where_the_draft_is_meant_for_it(environment: dict[str, str]) -> None:
    draft = "We wrote down how we test a roast, with five cups and no sugar: https://acme.example/test"
    assert run(environment, "check", "-", "--brand", "acme", written=draft).exit_code == 0
    ended = run(environment, "check", "-", "--brand", "acme", "--platform", "instagram", written=draft)
    assert ended.exit_code == 1
    assert "error link" in ended.stdout


def test_report_as_json_cites_rule_and_sources(environment: dict[str, str]) -> None:
    ended = run(environment, "check", "-", "--brand", "acme", "--json", written="cheap")
    assert ended.exit_code == 1
    report = json.loads(ended.stdout)
    assert (report["passes"], report["judge"]) == (False, ["no health claims"])
    (finding,) = report["findings"]
    assert finding["spans"] == [{"start": 0, "end": 5, "text": "cheap"}]
    assert finding["rule"]["path"] == "constraints.taboos"
    assert finding["rule"]["sources"] == [{"type": "answer", "id": "tier0.taboos"}]


def test_draft_that_is_no_text_is_exit_code_2(environment: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "draft.bin"
    file.write_bytes(b"\xff\xfe\x00")
    ended = run(environment, "check", str(file), "--brand", "acme")
    assert ended.exit_code == 2
    assert "UTF-8" in ended.stderr
