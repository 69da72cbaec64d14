"""What people decide about an idea: recorded once and for all, or refused with a sentence."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from brandbrain_dagster.domain.opportunities.decisions import DecisionType
from brandbrain_dagster.domain.opportunities.opportunity import Opportunity
from brandbrain_dagster.stores.ledger.board_tables import opportunity_decision
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.api.profile_api import ProfileApi, row_counts
from tests.api.tenants import OTHER_TENANT, add_token
from tests.stores.board_rows import add_board, add_evidence, make_board, make_idea
from tests.stores.ledger_rows import NOW, add_brand, add_snapshot, later


@pytest.fixture
def idea(ledger: Ledger, brand: Brand) -> Opportunity:
    """The idea on the brand's board."""
    with ledger.begin() as conn:
        add_snapshot(conn, brand, snapshot_json={})
        idea = make_idea(brand, "Beans of the month", add_evidence(conn, brand))
        add_board(conn, brand, make_board([idea]))
    return idea


def decide(api: ProfileApi, brand_id: object, opportunity_id: object, **body: Any) -> httpx.Response:
    return api.client.post(f"/api/brands/{brand_id}/opportunities/{opportunity_id}/decision", json=body)


def shown(api: ProfileApi, brand: Brand) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.client.get(f"/api/brands/{brand.id}/today").json()["opportunities"]
    return found


def recorded(ledger: Ledger) -> list[Any]:
    with ledger.read() as conn:
        return list(conn.execute(select(opportunity_decision).order_by(opportunity_decision.c.recorded_at)))


def test_decision_is_recorded_with_who_and_when(
    api: ProfileApi, ledger: Ledger, brand: Brand, idea: Opportunity
) -> None:
    answer = decide(api, brand.id, idea.id, decision_type="opportunity_pinned", reason="Fits the launch")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "accepted",
        "decision_type": "opportunity_pinned",
        "object_id": str(idea.id),
        "recorded_at": NOW.isoformat(),
    }
    (row,) = recorded(ledger)
    assert (row.brand_id, row.opportunity_id, row.decision_type) == (brand.id, idea.id, DecisionType.PINNED)
    assert (row.reason, row.snoozed_until, row.recorded_at, row.recorded_by) == ("Fits the launch", None, NOW, "anyone")


def test_decisions_add_up_and_can_be_taken_back(
    api: ProfileApi, ledger: Ledger, brand: Brand, idea: Opportunity
) -> None:
    until = "2026-03-02T13:00:00+01:00"
    told = []
    decisions: list[dict[str, Any]] = [
        {"decision_type": "opportunity_pinned"},
        {"decision_type": "opportunity_snoozed", "snoozed_until": until},
        {"decision_type": "opportunity_restored"},
        {"decision_type": "opportunity_ignored", "snoozed_until": None},
        {"decision_type": "opportunity_restored", "reason": None},
    ]
    for seconds, decision in enumerate(decisions):
        api.clock.now = later(seconds)
        assert decide(api, brand.id, idea.id, **decision).status_code == 200
        told.append([found["is_pinned"] for found in shown(api, brand)])
    assert told == [[True], [], [False], [], [False]]
    assert [row.snoozed_until for row in recorded(ledger)][:2] == [None, datetime(2026, 3, 2, 12, tzinfo=UTC)]
    assert len(recorded(ledger)) == 5


def test_slash_at_the_end_of_a_decision_is_accepted(api: ProfileApi, brand: Brand, idea: Opportunity) -> None:
    path = f"/api/brands/{brand.id}/opportunities/{idea.id}/decision/"
    assert api.client.post(path, json={"decision_type": "opportunity_ignored"}).status_code == 200
    assert shown(api, brand) == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"decision_type": None},
        {"decision_type": "pinned"},
        {"decision_type": 1},
        {"decision_type": ["opportunity_pinned"]},
        {"decision_type": "opportunity_pinned", "reason": 1},
        {"decision_type": "opportunity_pinned", "reason": "x" * 2001},
        {"decision_type": "opportunity_snoozed", "snoozed_until": 1772366400},
        {"decision_type": "opportunity_snoozed", "snoozed_until": "tomorrow"},
        {"decision_type": "opportunity_snoozed", "snoozed_until": "2026-03-02"},
        {"decision_type": "opportunity_snoozed", "snoozed_until": "2026-02-30T00:00:00Z"},
        {"decision_type": "opportunity_snoozed", "snoozed_until": ""},
    ],
)
def test_malformed_decision_is_refused(
    api: ProfileApi, ledger: Ledger, brand: Brand, idea: Opportunity, body: dict[str, Any]
) -> None:
    answer = decide(api, brand.id, idea.id, **body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert recorded(ledger) == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"decision_type": "opportunity_snoozed"}, "is missing"),
        ({"decision_type": "opportunity_snoozed", "snoozed_until": None}, "is missing"),
        ({"decision_type": "opportunity_snoozed", "snoozed_until": NOW.isoformat()}, "must lie ahead"),
        ({"decision_type": "opportunity_snoozed", "snoozed_until": "2026-02-28T00:00:00Z"}, "must lie ahead"),
        ({"decision_type": "opportunity_snoozed", "snoozed_until": "0001-01-01T00:00:00+14:00"}, "must lie ahead"),
        ({"decision_type": "opportunity_snoozed", "snoozed_until": "9999-12-31T23:59:59-12:00"}, "must lie ahead"),
        ({"decision_type": "opportunity_snoozed", "snoozed_until": "2026-04-01T00:00:00"}, "time zone"),
        ({"decision_type": "opportunity_pinned", "snoozed_until": later(60).isoformat()}, "opportunity_snoozed alone"),
        ({"decision_type": "opportunity_ignored", "snoozed_until": later(60).isoformat()}, "opportunity_snoozed alone"),
    ],
)
def test_unacceptable_decision_is_refused(
    api: ProfileApi, ledger: Ledger, brand: Brand, idea: Opportunity, body: dict[str, Any], says: str
) -> None:
    answer = decide(api, brand.id, idea.id, **body)
    assert answer.status_code == 422
    assert says in answer.json()["error"]
    assert recorded(ledger) == []


def test_last_time_that_can_be_named_is_kept(api: ProfileApi, brand: Brand, idea: Opportunity) -> None:
    until = "9998-12-31T23:59:59-12:00"
    assert decide(api, brand.id, idea.id, decision_type="opportunity_snoozed", snoozed_until=until).status_code == 200
    assert shown(api, brand) == []


def test_idea_of_another_brand_is_absent(api: ProfileApi, ledger: Ledger, brand: Brand, idea: Opportunity) -> None:
    with ledger.begin() as conn:
        other = add_brand(conn, "other")
    before = row_counts(ledger)
    for brand_id, opportunity_id in ((other.id, idea.id), (brand.id, uuid4())):
        answer = decide(api, brand_id, opportunity_id, decision_type="opportunity_pinned")
        assert (answer.status_code, answer.json()) == (404, {"error": "Opportunity not found"})
    assert row_counts(ledger) == before


def test_brand_of_another_tenant_is_absent_for_decisions(
    api: ProfileApi, ledger: Ledger, brand: Brand, idea: Opportunity
) -> None:
    api.client.headers.update(add_token(ledger, tenant_id=OTHER_TENANT)[0])
    answer = decide(api, brand.id, idea.id, decision_type="opportunity_pinned")
    assert (answer.status_code, answer.json()) == (404, {"error": "Brand not found"})
    assert recorded(ledger) == []


def test_who_decides_is_the_token(api: ProfileApi, ledger: Ledger, brand: Brand, idea: Opportunity) -> None:
    headers, token = add_token(ledger)
    api.client.headers.update(headers)
    assert decide(api, brand.id, idea.id, decision_type="opportunity_pinned").status_code == 200
    assert [row.recorded_by for row in recorded(ledger)] == [f"token {token.id}"]


@pytest.mark.parametrize("name", ["brand_id", "opportunity_id"])
def test_malformed_id_of_a_decision_is_refused(api: ProfileApi, brand: Brand, name: str) -> None:
    ids: dict[str, UUID | str] = {"brand_id": brand.id, "opportunity_id": uuid4()} | {name: "x"}
    answer = decide(api, **ids, decision_type="opportunity_pinned")
    assert (answer.status_code, answer.json()) == (400, {"error": f"Invalid {name}"})
