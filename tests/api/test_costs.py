"""GET costs: what was charged, what it was for, and what nobody knows."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from brandbrain_dagster.domain.ingestion.actor_run import UsageCertainty
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.api.profile_api import ProfileApi
from tests.stores.costing import add_charge, add_ended_compile
from tests.stores.ledger_rows import NOW, add_brand

USAGE = {"model": "m", "requests": 2, "input_tokens": 900, "output_tokens": 100, "cost_usd": 0.0125}
NOTHING = {"usd": 0.0, "runs": 0, "runs_estimated": 0, "runs_unknown": 0}


def costs_url(brand_id: object) -> str:
    return f"/api/brands/{brand_id}/costs"


@pytest.fixture
def compiles(ledger: Ledger, brand: Brand) -> list[UUID]:
    """Compiles of the brand, newest first, with charges of every kind."""
    with ledger.begin() as conn:
        older = add_ended_compile(conn, brand)
        newer = add_ended_compile(conn, brand, llm_usage=USAGE, now=NOW + timedelta(microseconds=5))
        add_charge(conn, brand, "0.1", compile_run_id=newer)
        add_charge(conn, brand, "0.2", compile_run_id=newer, certainty=UsageCertainty.ESTIMATED)
        add_charge(conn, brand, None, compile_run_id=older)
        add_charge(conn, brand, "0.05")
        add_charge(conn, add_brand(conn, "other"), "99")
    return [newer, older]


def test_costs_are_shown_by_compile_and_in_all(api: ProfileApi, brand: Brand, compiles: list[UUID]) -> None:
    with api.queries(at_most=1):
        answer = api.client.get(costs_url(brand.id))
    assert answer.status_code == 200
    of_model = {"requests": 2, "input_tokens": 900, "output_tokens": 100, "usd": 0.0125}
    assert answer.json() == {
        "brand_id": str(brand.id),
        "actor_runs": {
            "charged": {"usd": 0.35, "runs": 4, "runs_estimated": 1, "runs_unknown": 1},
            "allocated": {"usd": 0.3, "runs": 3, "runs_estimated": 1, "runs_unknown": 1},
            "unattributed": {"usd": 0.05, "runs": 1, "runs_estimated": 0, "runs_unknown": 0},
        },
        "model": {**of_model, "compiles": 1, "compiles_unknown": 0},
        "boards": {
            "usd": 0.0,
            "boards": 0,
            "boards_unknown": 0,
            "requests": 0,
            "input_tokens": 0,
            "output_tokens": 0,
        },
        "compiles": [
            {
                "compile_run_id": str(compiles[0]),
                "status": "FAILED",
                "created_at": "2026-03-01T12:00:00.000005+00:00",
                "actor_runs": {"usd": 0.3, "runs": 2, "runs_estimated": 1, "runs_unknown": 0},
                "model": {**of_model, "model": "m"},
            },
            {
                "compile_run_id": str(compiles[1]),
                "status": "FAILED",
                "created_at": "2026-03-01T12:00:00+00:00",
                "actor_runs": {"usd": None, "runs": 1, "runs_estimated": 0, "runs_unknown": 1},
                "model": None,
            },
        ],
        "page": 1,
        "page_size": 10,
        "total": 2,
    }


def test_brand_that_was_never_compiled_has_cost_nothing(api: ProfileApi, brand: Brand) -> None:
    answer = api.client.get(costs_url(brand.id)).json()
    assert answer["actor_runs"] == {"charged": NOTHING, "allocated": NOTHING, "unattributed": NOTHING}
    assert (answer["model"]["usd"], answer["compiles"], answer["total"]) == (0.0, [], 0)


@pytest.mark.parametrize(
    ("query", "page", "page_size", "shown"),
    [
        ("page=2&page_size=1", 2, 1, [1]),
        ("page=3&page_size=1", 3, 1, []),
        ("page=-4&page_size=0", 1, 1, [0]),
        ("page_size=999", 1, 50, [0, 1]),
    ],
)
def test_compiles_are_paged_and_the_sums_are_not(
    api: ProfileApi, brand: Brand, compiles: list[UUID], query: str, page: int, page_size: int, shown: list[int]
) -> None:
    answer = api.client.get(f"{costs_url(brand.id)}?{query}").json()
    assert (answer["page"], answer["page_size"], answer["total"]) == (page, page_size, 2)
    assert [entry["compile_run_id"] for entry in answer["compiles"]] == [str(compiles[number]) for number in shown]
    assert answer["actor_runs"]["charged"]["usd"] == 0.35


@pytest.mark.parametrize(("name", "given"), [("page", "one"), ("page_size", "1.5")])
def test_page_that_is_no_number_is_refused(api: ProfileApi, brand: Brand, name: str, given: str) -> None:
    answer = api.client.get(costs_url(brand.id), params={name: given})
    assert (answer.status_code, answer.json()) == (400, {"error": f"{name} must be a whole number"})


def test_brand_that_is_not_there_has_no_costs(api: ProfileApi) -> None:
    absent = api.client.get(costs_url(uuid4()))
    assert (absent.status_code, absent.json()) == (404, {"error": "Brand not found"})
    malformed = api.client.get(costs_url("x"))
    assert (malformed.status_code, malformed.json()) == (400, {"error": "Invalid brand_id"})


def test_answer_is_what_the_description_says(api: ProfileApi, brand: Brand, compiles: list[UUID]) -> None:
    description = api.client.get("/api/openapi.json").json()
    operation = description["paths"]["/api/brands/{brand_id}/costs"]["get"]
    shape = operation["responses"]["200"]["content"]["application/json"]["schema"]
    answer = api.client.get(costs_url(brand.id)).json()
    checker = FormatChecker()
    validator = Draft202012Validator({**shape, "components": description["components"]}, format_checker=checker)
    validator.validate(answer)
    described = description["components"]["schemas"]
    assert set(answer) == set(described["BrandCostsShape"]["properties"])
    assert set(answer["compiles"][0]) == set(described["CompileCostsShape"]["properties"])
    assert set(answer["compiles"][0]["model"]) == set(described["ModelUsageShape"]["properties"])
    assert set(answer["actor_runs"]["charged"]) == set(described["ActorCostsShape"]["properties"])
    assert set(answer["model"]) == set(described["ModelCostsShape"]["properties"])
    assert set(answer["boards"]) == set(described["BoardCostsShape"]["properties"])
