"""The API's description of itself: it is complete, and what it says is true."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from jsonschema import Draft202012Validator

from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.api import schemathesis_hooks
from tests.api.operations import OPERATIONS
from tests.api.profile_api import ProfileApi, running_api
from tests.published_brand import publish
from tests.stores.board_rows import add_board, add_evidence, make_board, make_idea
from tests.stores.ledger_rows import add_source
from tests.workplace import ANSWERS

ROOT = Path(__file__).parents[2]
TOKEN = "of-the-test"
MOST_EXAMPLES = 15
"""Per operation and phase: about ten seconds in all."""

CONTRACT = """
GET /api/health
GET /api/brands
POST /api/brands
GET /api/brands/{brand_id}
DELETE /api/brands/{brand_id}
GET /api/brands/{brand_id}/bootstrap
GET /api/brands/{brand_id}/costs
GET /api/brands/{brand_id}/onboarding
PUT /api/brands/{brand_id}/onboarding
GET /api/brands/{brand_id}/sources
POST /api/brands/{brand_id}/sources
PATCH /api/sources/{source_id}
DELETE /api/sources/{source_id}
POST /api/brands/{brand_id}/brandbrain/compile
GET /api/brands/{brand_id}/brandbrain/compile/{compile_run_id}/status
GET /api/brands/{brand_id}/brandbrain/compile/{compile_run_id}/events
GET /api/brands/{brand_id}/brandbrain/latest
GET /api/brands/{brand_id}/brandbrain/history
GET /api/brands/{brand_id}/brandbrain/snapshots/{snapshot_id}
GET /api/brands/{brand_id}/brandbrain/overrides
PATCH /api/brands/{brand_id}/brandbrain/overrides
GET /api/brands/{brand_id}/brandbrain/export
GET /api/brands/{brand_id}/brandbrain/evidence
GET /api/brands/{brand_id}/brandbrain/evidence/{evidence_id}
GET /api/brands/{brand_id}/today
POST /api/brands/{brand_id}/today/regenerate
POST /api/brands/{brand_id}/opportunities/{opportunity_id}/decision
GET /api/schemas/snapshot/v1
"""


@pytest.fixture
def guarded(ledger_url: str, tmp_path: Path) -> Iterator[ProfileApi]:
    with running_api(ledger_url, home=tmp_path, api_tokens=TOKEN) as running:
        running.client.headers["Authorization"] = f"Bearer {TOKEN}"
        yield running


def test_every_call_of_the_contract_is_described() -> None:
    assert set(CONTRACT.split("\n")) - {""} <= {str(operation) for operation in OPERATIONS}


def test_every_error_has_the_one_body(client: httpx.Client) -> None:
    description = client.get("/api/openapi.json").json()
    assert description["openapi"].startswith("3.1.")
    for operations in description["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                found = response
                if "$ref" in response:
                    found = description["components"]["responses"][response["$ref"].rpartition("/")[2]]
                if status >= "4":
                    assert found["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Error"}


def test_what_refers_to_a_shape_finds_it(client: httpx.Client) -> None:
    answer = client.get("/api/openapi.json")
    schemas = answer.json()["components"]["schemas"]
    assert set(re.findall(r'"#/components/schemas/([^"]+)"', answer.text)) == set(schemas)
    assert "#/$defs" not in answer.text
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)


def check_with_schemathesis(api: ProfileApi, folder: Path, *options: str, config: str = "") -> None:
    """Sends what the description allows, and what it forbids, and compares the answers with it."""
    file = folder / "schemathesis.toml"
    file.write_text(
        "[generation]\n"
        "allow-x00 = false\n"  # PostgreSQL keeps no such text: refused everywhere, and no schema can say so
        "[checks.positive_data_acceptance]\n"
        'expected-statuses = ["2xx", 304, 404, 409, 422]\n'  # 422: what only a reader of the text can tell
        f"{config}"
    )
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(file), "run", "--checks", "all"]
    command += ["--max-examples", str(MOST_EXAMPLES), "--seed", "1", "--continue-on-failure", "--no-color"]
    command += ["--header", f"Authorization: Bearer {TOKEN}", "--request-timeout", "20", *options]
    command += [f"{api.client.base_url}/api/openapi.json"]
    hooks = {"PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": schemathesis_hooks.__name__}
    ended = subprocess.run(
        command, cwd=folder, env={**os.environ, **hooks}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout[-20_000:] + ended.stderr


def test_schemathesis_finds_nothing_with_what_it_makes_itself(guarded: ProfileApi, tmp_path: Path) -> None:
    check_with_schemathesis(guarded, tmp_path)


def test_schemathesis_finds_nothing_about_a_brand_that_is_there(
    guarded: ProfileApi, tmp_path: Path, ledger: Ledger, brand: Brand
) -> None:
    with ledger.begin() as conn:
        source = add_source(conn, brand)
        snapshot = publish(conn, brand)
        idea = make_idea(brand, "Beans of the month", add_evidence(conn, brand))
        add_board(conn, brand, make_board([idea]))
    answered = {"tier": 0, "answers_json": ANSWERS}
    assert guarded.client.put(f"/api/brands/{brand.id}/onboarding", json=answered).is_success
    started = guarded.client.post(f"/api/brands/{brand.id}/brandbrain/compile")
    assert started.status_code == 202
    ids = {
        "brand_id": brand.id,
        "source_id": source.id,
        "snapshot_id": snapshot.id,
        "opportunity_id": idea.id,
        "compile_run_id": started.json()["compile_run_id"],
    }
    parameters = "[parameters]\n" + "".join(f'{name} = "{found}"\n' for name, found in ids.items())
    kept = ("--exclude-path-regex", "/events$", "--exclude-method", "DELETE", "--phases", "examples,coverage,fuzzing")
    check_with_schemathesis(guarded, tmp_path, *kept, config=parameters)
