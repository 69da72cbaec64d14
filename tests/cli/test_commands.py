"""The commands as a person types them, on a real ledger."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from brandbrain_dagster.cli.main import main
from tests.use_cases.collecting import INSTAGRAM
from tests.use_cases.replayed_brand import NO_ITEMS, instagram_rows, write_rows
from tests.workplace import Workplace, brand_file, workplace


@pytest.fixture
def place(tmp_path: Path, ledger_url: str) -> Iterator[Workplace]:
    write_rows(tmp_path / "data", INSTAGRAM, instagram_rows(12))
    with workplace(tmp_path / "home", ledger_url, tmp_path / "data") as place:
        yield place


def run(place: Workplace, *arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), env=dict(place.environment))


def run_json(place: Workplace, *arguments: str) -> Any:
    result = run(place, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_brand_is_created_listed_and_not_created_twice(place: Workplace) -> None:
    created = run_json(place, "brand", "create", "Café Nova", "--website", "https://Nova.example/")
    assert (created["slug"], created["website_url"]) == ("café-nova", "https://nova.example")
    assert [brand["id"] for brand in run_json(place, "brand", "list")] == [created["id"]]
    again = run(place, "brand", "create", "Café Nova")
    assert again.exit_code == 2
    assert "café-nova" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("brand", "create", " "), "cannot be a brand's name"),
        (("brand", "create", "Nova", "--website", "http://localhost"), "not a public web site"),
        (("brand", "show", "nobody"), "There is no brand 'nobody'"),
        (("status", "nobody"), "There is no brand 'nobody'"),
        (("compile", "nobody"), "There is no brand 'nobody'"),
        (("sql", "DROP TABLE evidence"), "give one SELECT"),
        (("normalize", "instagram.stories", "pyproject.toml"), "use one of"),
        (("normalize", "instagram.posts", "Makefile"), "neither a JSON array nor JSON lines"),
    ],
)
def test_wrong_input_is_answered_with_one_sentence_and_exit_code_2(
    place: Workplace, arguments: tuple[str, ...], told: str
) -> None:
    result = run(place, *arguments)
    assert result.exit_code == 2
    assert told in result.stderr
    assert "Traceback" not in result.output
    assert result.stderr.startswith("Error: ")


def test_source_added_twice_is_one_source(place: Workplace) -> None:
    run_json(place, "brand", "create", "Nova")
    first = run_json(place, "source", "add", "nova", "instagram.posts", "@Nova", "--cap", "3")
    second = run_json(place, "source", "add", "nova", "instagram.posts", "https://www.instagram.com/nova/")
    assert (first["is_new"], second["is_new"]) == (True, False)
    assert first["id"] == second["id"]
    listed = run_json(place, "source", "list", "nova")
    assert [(source["identifier"], source["settings_json"]) for source in listed] == [("nova", {"cap": 3})]


def test_source_of_another_platform_is_refused(place: Workplace) -> None:
    run_json(place, "brand", "create", "Nova")
    result = run(place, "source", "add", "nova", "instagram.posts", "https://www.tiktok.com/@nova")
    assert result.exit_code == 2
    assert "not an address on instagram.com" in result.stderr


def test_import_creates_then_updates_and_warns_of_what_it_drops(place: Workplace, tmp_path: Path) -> None:
    rules = {"tier2.platform_rules.instagram": {"cadence_per_week": 3, "mood": "sunny"}}
    file = brand_file(tmp_path / "nova.yaml", "nova", [("instagram", "posts", "nova")], **rules)
    first = run(place, "brand", "import", str(file))
    assert first.exit_code == 0
    assert "Created Nova" in first.stdout
    assert "mood is not a known rule" in first.stderr
    second = run_json(place, "brand", "import", str(file))
    assert (second["is_new"], second["sources_added"], second["sources_known"]) == (False, 0, 1)


def test_import_again_takes_over_a_changed_name_and_changed_settings(place: Workplace, tmp_path: Path) -> None:
    source = {"platform": "instagram", "capability": "posts", "identifier": "nova"}
    file = tmp_path / "nova.yaml"
    for name, settings in (("Nova", {"cap": 5}), ("Nova Two", {"ttl_hours": 2})):
        content = {"brand": {"name": name, "slug": "nova"}, "sources": [{**source, "settings": settings}]}
        file.write_text(yaml.safe_dump(content), encoding="utf-8")
        run_json(place, "brand", "import", str(file))
    assert [brand["name"] for brand in run_json(place, "brand", "list")] == ["Nova Two"]
    assert [listed["settings_json"] for listed in run_json(place, "source", "list", "nova")] == [{"ttl_hours": 2}]


def test_import_of_a_nul_character_is_refused(place: Workplace, tmp_path: Path) -> None:
    file = brand_file(tmp_path / "nova.yaml", "nova", [], **{"tier0.edge": ["a\0b"]})
    result = run(place, "brand", "import", str(file))
    assert result.exit_code == 2
    assert "NUL" in result.stderr


def test_import_of_wrong_answers_imports_nothing(place: Workplace, tmp_path: Path) -> None:
    file = brand_file(tmp_path / "nova.yaml", "nova", [], **{"tier0.cta_posture": "pushy"})
    result = run(place, "brand", "import", str(file))
    assert result.exit_code == 2
    assert "tier0.cta_posture" in result.stderr
    assert run_json(place, "brand", "list") == []


def test_key_pages_are_written_through_to_the_web_source(place: Workplace, tmp_path: Path) -> None:
    pages = [f"https://nova.example/{name}" for name in ("about", "prices", "contact")]
    sources = [("web", "crawl_pages", "https://nova.example")]
    file = brand_file(tmp_path / "nova.yaml", "nova", sources, **{"tier1.key_pages": pages})
    run_json(place, "brand", "import", str(file))
    (source,) = run_json(place, "source", "list", "nova")
    assert source["settings_json"]["extra_start_urls"] == pages[:2]


def test_compile_without_answers_says_everything_that_is_missing(place: Workplace) -> None:
    run_json(place, "brand", "create", "Nova")
    result = run(place, "compile", "nova")
    assert result.exit_code == 2
    for missing in ("tier0.what_we_do", "tier0.who_for", "tier0.primary_goal", "tier0.cta_posture", "source"):
        assert missing in result.stderr


def test_compile_shows_the_profile_then_says_that_nothing_changed(place: Workplace, tmp_path: Path) -> None:
    file = brand_file(tmp_path / "nova.yaml", "nova", [("instagram", "posts", "nova")])
    run_json(place, "brand", "import", str(file))
    first = run(place, "compile", "nova")
    assert first.exit_code == 0, first.output
    assert "We mend bicycles." in first.stdout
    assert "Actor runs started: 1; spent: 0.0200 USD. Profile version 1." in first.stdout
    second = run_json(place, "compile", "nova")
    assert (second["status"], second["actor_runs"], second["snapshot"]["version"]) == ("UNCHANGED", 0, 1)
    third = run_json(place, "compile", "nova", "--force-refresh")
    assert (third["status"], third["actor_runs"], third["snapshot"]["version"]) == ("SUCCEEDED", 1, 2)
    assert place.started_runs == 2
    shown = run_json(place, "brand", "show", "nova")
    assert shown["latest"]["snapshot_json"]["meta"]["evidence_summary"]["by_platform"] == {"instagram": 8}
    status = run_json(place, "status", "nova")
    assert (status["snapshot"]["version"], status["actor_runs"], status["sources"][0]["next_action"]) == (2, 2, "reuse")
    (counted,) = run_json(place, "sql", "SELECT count(*) AS items, sum(metrics.likes) AS likes FROM evidence")
    assert counted == {"items": 8, "likes": sum(range(8))}
    (runs,) = run_json(place, "sql", "SELECT count(*) AS runs FROM actor_runs WHERE status = 'SUCCEEDED'")
    assert runs == {"runs": 2}


def test_answers_that_change_make_a_new_profile_from_the_same_evidence(place: Workplace, tmp_path: Path) -> None:
    file = brand_file(tmp_path / "nova.yaml", "nova", [("instagram", "posts", "nova")])
    run_json(place, "brand", "import", str(file))
    run_json(place, "compile", "nova")
    file = brand_file(tmp_path / "nova.yaml", "nova", [], **{"tier0.edge": ["We come to your door."]})
    run_json(place, "brand", "import", str(file))
    compiled = run_json(place, "compile", "nova")
    assert compiled["snapshot"]["snapshot_json"]["positioning"]["differentiators"]["value"] == ["We come to your door."]
    assert (compiled["actor_runs"], place.started_runs) == (0, 1)


def test_account_that_is_private_is_a_failed_source_with_the_actors_words(place: Workplace, tmp_path: Path) -> None:
    write_rows(tmp_path / "data", INSTAGRAM, NO_ITEMS)
    file = brand_file(tmp_path / "nova.yaml", "nova", [("instagram", "posts", "nova")])
    run_json(place, "brand", "import", str(file))
    compiled = run_json(place, "compile", "nova")
    (failed,) = compiled["evidence_status"]["failed"]
    assert "Empty or private data" in failed["error"]
    assert compiled["status"] == "SUCCEEDED"


def test_normalize_prints_items_on_stdout_and_counts_on_stderr(place: Workplace, tmp_path: Path) -> None:
    rows = [*instagram_rows(2), instagram_rows(1)[0], *NO_ITEMS, {"id": "9"}]
    file = tmp_path / "rows.json"
    file.write_text(json.dumps(rows))
    result = run(place, "normalize", "instagram.posts", str(file), "--identifier", "nova")
    assert result.exit_code == 0
    items = [json.loads(line) for line in result.stdout.splitlines()]
    assert [item["external_id"] for item in items] == ["0", "1"]
    assert items[1]["metrics"] == {"likes": 1, "comments": 0, "views": None}
    assert items[0]["raw_refs"] == [
        {"apify_run_id": "rows", "item_index": 0},
        {"apify_run_id": "rows", "item_index": 2},
    ]
    assert items[0]["flags"]["is_own_account"] is True
    assert "5 rows: 2 items, 1 repeated sightings, 1 error rows, 1 quarantined" in result.stderr
    assert "wrong_shape" in result.stderr


def test_normalize_reads_json_lines_with_a_broken_row(place: Workplace, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_bytes(b"\n".join([json.dumps(instagram_rows(1)[0]).encode(), b'{"id": "1", ', b"\xff\xfe"]))
    result = run(place, "normalize", "instagram.posts", str(file), "--format", "table")
    assert result.exit_code == 0
    assert "2 x invalid_json" in result.stderr or result.stderr.count("invalid_json") == 2
    assert "https://www.instagram.com/p/c0/" in result.stdout


def test_normalize_reads_an_array_with_nan_and_half_an_emoji(place: Workplace, tmp_path: Path) -> None:
    row = json.dumps({**instagram_rows(1)[0], "likesCount": float("nan"), "caption": "half \ud83d"})
    file = tmp_path / "rows.json"
    file.write_text(f"[{row}]")
    result = run(place, "normalize", "instagram.posts", str(file))
    assert result.exit_code == 0, result.output
    item = json.loads(result.stdout)
    assert (item["metrics"]["likes"], item["text_primary"]) == (None, "half ")


def test_normalize_gives_the_same_bytes_for_the_same_file(place: Workplace, tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    file.write_text(json.dumps(instagram_rows(5)))
    outputs = {run(place, "normalize", "instagram.posts", str(file)).stdout for _ in range(2)}
    assert len(outputs) == 1


def test_doctor_finds_everything_well_and_shows_no_secret(place: Workplace) -> None:
    result = run(place, "doctor")
    assert result.exit_code == 0, result.output
    for subject in ("database", "lake", "apify"):
        assert subject in result.stdout
    assert place.environment["APIFY_TOKEN"] not in result.output


def test_doctor_names_what_is_broken_and_goes_on(place: Workplace) -> None:
    broken = place.with_environment(
        BRANDBRAIN_DATABASE_URL="postgresql://nobody:hunter2@127.0.0.1:9/none", BRANDBRAIN_LAKE_URL="gopher://lake"
    )
    result = run(broken, "doctor")
    assert result.exit_code == 1
    assert "hunter2" not in result.output
    assert [line.split()[:2] for line in result.stdout.splitlines() if line.startswith("broken")] == [
        ["broken", "database"],
        ["broken", "lake"],
    ]


@pytest.mark.parametrize(("name", "value"), [("BRANDBRAIN_CAP_IG_POSTS", "many"), ("BRANDBRAIN_CAP_WEB", "0")])
def test_wrong_cap_is_named_at_the_start(place: Workplace, name: str, value: str) -> None:
    result = run(place.with_environment(**{name: value}), "brand", "list")
    assert result.exit_code == 2
    assert name in result.stderr


def test_wrong_settings_are_all_named(place: Workplace) -> None:
    wrong = place.with_environment(BRANDBRAIN_APIFY_RUN_TTL_HOURS="-1", BRANDBRAIN_LEASE_SECONDS="soon")
    result = run(wrong, "brand", "list")
    assert result.exit_code == 2
    assert "BRANDBRAIN_APIFY_RUN_TTL_HOURS" in result.stderr
    assert "BRANDBRAIN_LEASE_SECONDS" in result.stderr


def test_database_that_is_away_is_exit_code_3(place: Workplace) -> None:
    away = place.with_environment(BRANDBRAIN_DATABASE_URL="postgresql://nobody:hunter2@127.0.0.1:9/none")
    result = run(away, "brand", "list")
    assert result.exit_code == 3
    assert "hunter2" not in result.output
