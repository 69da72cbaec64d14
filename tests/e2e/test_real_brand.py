"""The whole way on real rows: a Dutch brand on Instagram and LinkedIn, from a replayed Apify to a published profile."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema
import pytest
from click.testing import CliRunner

from brandbrain_dagster.cli.main import main
from brandbrain_dagster.domain.compile.citations import cited_evidence
from brandbrain_dagster.domain.compile.snapshot_schema import snapshot_json_schema
from brandbrain_dagster.stores.lake.lake import EVIDENCE_PREFIX, Lake
from brandbrain_dagster.stores.ledger import actor_runs, brands, evidence_items
from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.shared_data import SHARED_DATA
from tests.workplace import Workplace, brand_file, workplace

SOURCES = [("instagram", "posts", "https://www.instagram.com/goeduitje/"), ("linkedin", "company_posts", "goeduitje")]


@pytest.fixture
def place(tmp_path: Path, ledger_url: str) -> Iterator[Workplace]:
    if not (SHARED_DATA / "apify").is_dir():
        pytest.skip("the real rows are not beside this repository")
    with workplace(tmp_path / "home", ledger_url, SHARED_DATA / "apify") as place:
        file = brand_file(tmp_path / "goeduitje.yaml", "goeduitje", SOURCES)
        run_json(place, "brand", "import", str(file))
        yield place


def run_json(place: Workplace, *arguments: str) -> Any:
    result = CliRunner().invoke(main, [*arguments, "--json"], env=dict(place.environment))
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_real_rows_become_a_published_profile_whose_citations_lead_back_to_them(
    place: Workplace, ledger: Ledger
) -> None:
    compiled = run_json(place, "compile", "goeduitje")
    counts = {outcome["source"]: outcome["item_count"] for outcome in compiled["evidence_status"]["refreshed"]}
    assert counts == {"instagram.posts": 8, "linkedin.company_posts": 6}
    profile = compiled["snapshot"]["snapshot_json"]
    jsonschema.validate(profile, snapshot_json_schema())
    assert profile["meta"]["evidence_summary"]["by_platform"] == {"instagram": 8, "linkedin": 6}
    assert len(profile["pillars"]) >= 3
    cited = {source["id"]: source for _, source in cited_evidence(profile)}
    assert len(cited) >= 8
    lake = Lake(str(place.home / "lake"))
    with ledger.read() as conn:
        brand = brands.resolve_brand(conn, reference="goeduitje")
        served = evidence_items.list_evidence_items(conn, brand_id=brand.id, ids=[UUID(item_id) for item_id in cited])
        source_of = {
            run.apify_run_id: run.source_connection_id for run in actor_runs.list_runs(conn, brand_id=brand.id)
        }
    assert {str(item_id) for item_id in served} == set(cited)
    for item in served.values():
        for ref in item["raw_refs"]:
            stored = lake.read_raw_run(
                brand_id=brand.id,
                source_connection_id=source_of[ref["apify_run_id"]],
                apify_run_id=ref["apify_run_id"],
            )
            assert stored is not None
            row = json.loads(stored.rows[ref["item_index"]])
            assert item["external_id"] in (row.get("id"), row.get("activity_urn"))


def test_second_compile_within_the_ttl_starts_no_actor_run(place: Workplace) -> None:
    run_json(place, "compile", "goeduitje")
    assert run_json(place, "compile", "goeduitje")["status"] == "UNCHANGED"
    assert place.started_runs == 2


def test_evidence_file_that_was_deleted_is_rebuilt_from_raw_to_the_same_bytes(place: Workplace) -> None:
    run_json(place, "compile", "goeduitje")
    run_json(place, "compile", "goeduitje", "--force-refresh")
    (file,) = (place.home / "lake" / EVIDENCE_PREFIX).rglob("*.parquet")
    before = file.read_bytes()
    file.unlink()
    rebuild(place)
    assert file.read_bytes() == before


def rebuild(place: Workplace) -> None:
    """Another answer makes a compile with the same evidence."""
    answers = {"tier0.edge": ["We cook with newcomers."]}
    file = brand_file(place.home.parent / "goeduitje.yaml", "goeduitje", [], **answers)
    run_json(place, "brand", "import", str(file))
    assert run_json(place, "compile", "goeduitje")["actor_runs"] == 0
