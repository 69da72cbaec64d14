"""Refreshes of stale brands: when they are due, spread out, and within the room and the day's budget."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from brandbrain_dagster.domain.ingestion.actor_run import ActorRunStatus
from brandbrain_dagster.stores.ledger import sources, stale_brands
from brandbrain_dagster.stores.ledger.compile_runs import COMPILES
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from brandbrain_dagster.use_cases.automatic_compiles import (
    LIVE_AT_MOST,
    EnqueuedBrands,
    RefreshBudget,
    refresh_stale_brands,
)
from tests.stores.ledger_rows import TENANT
from tests.use_cases.compiling import NOW, ready_brand, start
from tests.use_cases.refreshing import (
    add_actor_run,
    collected_brand,
    compiled_brand,
    compiles_of,
    start_rules,
    statements_of,
)
from tests.use_cases.replayed_brand import COMPANY, POSTS

FAR = 24 * 365 * 50
WAITING_BRANDS = """
CREATE TEMP TABLE n AS SELECT md5(i::text)::uuid AS id, i FROM generate_series(1, {count}) AS i;
INSERT INTO brand (id, tenant_id, name, slug, created_at) SELECT id, '{tenant}', 'Brand', 'brand-' || i, now() FROM n;
INSERT INTO compile_run (id, brand_id, status, sources_completed, sources_total, force_refresh, inputs_json,
        evidence_status_json, draft_json, qa_report_json, llm_usage_json, attempts, max_attempts, available_at,
        created_at)
    SELECT id, id, 'PENDING', 0, 0, false, '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', 0, 3, now(), now() FROM n;
DROP TABLE n;
"""


def at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def due_hours(
    ledger: Ledger, *, default_ttl: float = 24, disabled: frozenset[str] = frozenset(), hours: float = FAR
) -> Mapping[UUID, float]:
    """How many hours after `NOW` each brand is due for a refresh."""
    with ledger.read() as conn:
        stale = stale_brands.list_stale_brands(
            conn,
            now=at(hours),
            day_began_at=NOW,
            default_ttl_hours=default_ttl,
            disabled_capabilities=disabled,
            unknown_cost_usd=Decimal(0),
            limit=100,
        )
    return {entry.brand_id: (entry.due_at - NOW) / timedelta(hours=1) for entry in stale}


def tick(
    ledger: Ledger, *, hours: float = 100, daily_usd: str | None = None, max_run_usd: str | None = None
) -> EnqueuedBrands:
    """Looks for stale brands ``hours`` after `NOW`."""
    budget = RefreshBudget(
        daily_usd=None if daily_usd is None else Decimal(daily_usd),
        max_run_usd=None if max_run_usd is None else Decimal(max_run_usd),
    )
    return refresh_stale_brands(ledger=ledger, rules=start_rules(), budget=budget, now=at(hours), new_id=uuid4)


def test_brand_is_due_between_its_ttl_and_a_tenth_more(ledger: Ledger) -> None:
    brand_id = collected_brand(ledger)
    due = due_hours(ledger)[brand_id]
    assert 24 < due <= 26.4
    assert due_hours(ledger, hours=due - 0.01) == {}
    assert due_hours(ledger, hours=due + 0.01) == {brand_id: due}
    assert due_hours(ledger) == {brand_id: due}


def test_brands_that_were_collected_together_drift_apart(ledger: Ledger) -> None:
    for _ in range(12):
        collected_brand(ledger)
    hours = due_hours(ledger).values()
    assert len(hours) == 12
    assert all(24 < due <= 26.4 for due in hours)
    assert len({round(due, 3) for due in hours}) > 6


def test_brand_keeps_its_share_of_the_spread(ledger: Ledger) -> None:
    brand_id, (source,) = compiled_brand(ledger)
    add_actor_run(ledger, source, at=NOW)
    first = due_hours(ledger)[brand_id]
    add_actor_run(ledger, source, at=at(30))
    assert due_hours(ledger)[brand_id] == pytest.approx(first + 30)
    assert due_hours(ledger, default_ttl=48)[brand_id] == pytest.approx(2 * first + 30)


@pytest.mark.parametrize(
    ("settings", "hours"),
    [
        ({"ttl_hours": 2}, 2),
        ({"ttl_hours": 2.5}, 2.5),
        ({"ttl_hours": -1}, 24),
        ({"ttl_hours": "2"}, 24),
        ({"ttl_hours": True}, 24),
        ({"ttl_hours": None}, 24),
        ({}, 24),
    ],
)
def test_own_ttl_of_a_source_counts_where_it_is_a_number(
    ledger: Ledger, settings: dict[str, Any], hours: float
) -> None:
    brand_id = collected_brand(ledger, **settings)
    assert hours < due_hours(ledger)[brand_id] <= 1.1 * hours


def test_brand_is_due_with_its_first_source(ledger: Ledger) -> None:
    brand_id, (posts, company) = compiled_brand(ledger, POSTS, COMPANY)
    add_actor_run(ledger, posts)
    add_actor_run(ledger, company)
    with ledger.begin() as conn:
        sources.update_source_settings(conn, source_id=company.id, settings_json={"ttl_hours": 3}, now=NOW)
    assert 3 < due_hours(ledger)[brand_id] <= 3.3


def test_ttl_of_zero_makes_no_brand_stale(ledger: Ledger) -> None:
    brand_id = collected_brand(ledger, ttl_hours=0)
    assert due_hours(ledger) == {}
    other = collected_brand(ledger)
    assert due_hours(ledger, default_ttl=0) == {}
    assert set(due_hours(ledger)) == {other}
    assert tick(ledger).brand_ids == [other]
    assert len(compiles_of(ledger, brand_id)) == 1


@pytest.mark.parametrize(("settings", "hours"), [({}, 1), ({"ttl_hours": 4}, 1), ({"ttl_hours": 0.5}, 0.5)])
def test_empty_run_counts_as_fresh_for_an_hour_at_most(ledger: Ledger, settings: dict[str, Any], hours: float) -> None:
    brand_id = collected_brand(ledger, has_usable_rows=False, **settings)
    assert hours < due_hours(ledger)[brand_id] <= 1.1 * hours


@pytest.mark.parametrize(("settings", "hours"), [({}, 1), ({"ttl_hours": 4}, 1), ({"ttl_hours": 0.5}, 0.5)])
def test_source_that_never_answered_is_tried_again_an_hour_after_the_compile(
    ledger: Ledger, settings: dict[str, Any], hours: float
) -> None:
    brand_id, (source,) = compiled_brand(ledger, **settings)
    add_actor_run(ledger, source, status=ActorRunStatus.FAILED)
    assert due_hours(ledger)[brand_id] == pytest.approx(hours)


def test_source_that_keeps_failing_is_tried_again_an_hour_after_the_compile(ledger: Ledger) -> None:
    brand_id, (source,) = compiled_brand(ledger)
    add_actor_run(ledger, source, at=at(-100))
    add_actor_run(ledger, source, status=ActorRunStatus.FAILED)
    assert due_hours(ledger)[brand_id] == pytest.approx(1)


def test_failed_refresh_is_not_repeated_within_the_hour(ledger: Ledger) -> None:
    brand_id = collected_brand(ledger)
    assert tick(ledger, hours=30).brand_ids == [brand_id]
    with ledger.begin() as conn:
        run = compiles_of(ledger, brand_id)[0]
        COMPILES.finish_failed(conn, work_id=run.id, lease_token=None, now=at(31), error="No.")
    assert tick(ledger, hours=31.9).brand_ids == ()
    assert tick(ledger, hours=32).brand_ids == [brand_id]


def test_source_that_is_off_makes_no_brand_stale(ledger: Ledger) -> None:
    brand_id, (posts, company) = compiled_brand(ledger, POSTS, COMPANY)
    add_actor_run(ledger, posts)
    add_actor_run(ledger, company)
    assert due_hours(ledger, disabled=frozenset({"instagram.posts", "linkedin.company_posts"})) == {}
    assert set(due_hours(ledger, disabled=frozenset({"instagram.posts"}))) == {brand_id}
    with ledger.begin() as conn:
        sources.update_source_enabled(conn, source_id=company.id, is_enabled=False, now=NOW)
    assert due_hours(ledger, disabled=frozenset({"instagram.posts"})) == {}


def test_brand_that_was_never_compiled_is_not_stale(ledger: Ledger) -> None:
    brand_id, (source,) = ready_brand(ledger, POSTS)
    add_actor_run(ledger, source)
    with ledger.begin() as conn:
        run = start(ledger, brand_id).compile_run_id
        COMPILES.finish_failed(conn, work_id=run, lease_token=None, now=NOW, error="No.")
    assert due_hours(ledger) == {}


def test_stale_brand_is_compiled_without_collecting_what_is_fresh(ledger: Ledger) -> None:
    brand_id = collected_brand(ledger)
    enqueued = tick(ledger)
    assert enqueued.brand_ids == [brand_id]
    assert enqueued.seen == "1 brands are stale and not being compiled"
    newest = compiles_of(ledger, brand_id)[0]
    assert (newest.status, newest.force_refresh, newest.available_at) == (WorkStatus.PENDING, False, at(100))


def test_brand_that_is_being_compiled_is_not_enqueued_again(ledger: Ledger) -> None:
    brand_id = collected_brand(ledger)
    tick(ledger)
    again = tick(ledger, hours=101)
    assert (again.brand_ids, again.seen) == ((), "no brand waits for a refresh")
    assert len(compiles_of(ledger, brand_id)) == 2


def test_longest_due_brand_is_refreshed_first(ledger: Ledger) -> None:
    ages = (2, 20, 5, 10)
    brands = {age: collected_brand(ledger, at=at(-age)) for age in ages}
    assert tick(ledger, hours=40).brand_ids == [brands[age] for age in sorted(ages, reverse=True)]


def test_budget_of_the_day_ends_the_refreshes_of_the_day(ledger: Ledger) -> None:
    oldest, middle, youngest = (collected_brand(ledger, at=at(-age), usd="1.00") for age in (20, 10, 5))
    enqueued = tick(ledger, hours=72, daily_usd="2.50")
    assert enqueued.brand_ids == [oldest, middle]
    assert enqueued.seen.endswith("1 wait for room in the queue or for tomorrow's budget")
    assert tick(ledger, hours=72, daily_usd="3.00").brand_ids == [youngest]


def test_budget_counts_what_was_spent_today_and_not_yesterday(ledger: Ledger) -> None:
    brand_id = collected_brand(ledger, at=at(-20), usd="1.00")
    _, (fresh,) = compiled_brand(ledger)
    add_actor_run(ledger, fresh, at=at(99), usd="5.00")
    assert tick(ledger, hours=100, daily_usd="5.99").brand_ids == []
    assert tick(ledger, hours=100 + 24 * 0.75, daily_usd="5.99").brand_ids == [brand_id]


def test_budget_counts_failed_runs(ledger: Ledger) -> None:
    brand_id, (source,) = compiled_brand(ledger)
    add_actor_run(ledger, source, usd="1.00")
    add_actor_run(ledger, source, at=at(99), status=ActorRunStatus.FAILED, usd="5.00")
    assert tick(ledger, hours=100, daily_usd="5.99").brand_ids == []
    assert tick(ledger, hours=100, daily_usd="6.00").brand_ids == [brand_id]


def test_budget_counts_what_is_being_compiled(ledger: Ledger) -> None:
    live, waiting = collected_brand(ledger, usd="2.00"), collected_brand(ledger, usd="1.00")
    start(ledger, live, now=at(99))
    assert tick(ledger, daily_usd="2.99").brand_ids == []
    assert tick(ledger, daily_usd="3.00").brand_ids == [waiting]


def test_unknown_cost_counts_as_the_most_that_a_run_may_charge(ledger: Ledger) -> None:
    brand_id = collected_brand(ledger, usd=None)
    assert tick(ledger, daily_usd="1.00", max_run_usd="1.01").brand_ids == []
    assert tick(ledger, daily_usd="1.00", max_run_usd="1.00").brand_ids == [brand_id]


def test_unknown_cost_of_a_run_that_is_over_is_not_zero(ledger: Ledger) -> None:
    brand_id = collected_brand(ledger, usd="1.00")
    _, (fresh,) = compiled_brand(ledger)
    add_actor_run(ledger, fresh, at=at(99), usd=None)
    assert tick(ledger, daily_usd="2.99", max_run_usd="2.00").brand_ids == []
    assert tick(ledger, daily_usd="3.00", max_run_usd="2.00").brand_ids == [brand_id]


def test_run_that_apify_never_started_cost_nothing(ledger: Ledger) -> None:
    brand_id = collected_brand(ledger, usd="1.00")
    _, (fresh,) = compiled_brand(ledger)
    add_actor_run(ledger, fresh, at=at(99.5), usd="0.00")
    add_actor_run(ledger, fresh, at=at(99), status=ActorRunStatus.FAILED, usd=None, was_started=False)
    assert tick(ledger, daily_usd="1.00", max_run_usd="2.00").brand_ids == [brand_id]


def test_brand_costs_what_its_stale_sources_cost_together(ledger: Ledger) -> None:
    brand_id, (posts, company) = compiled_brand(ledger, POSTS, COMPANY)
    add_actor_run(ledger, posts, usd="1.00")
    add_actor_run(ledger, company, usd="0.50")
    assert tick(ledger, daily_usd="1.49").brand_ids == []
    assert tick(ledger, daily_usd="1.50").brand_ids == [brand_id]


def test_full_queue_is_left_to_people(ledger: Ledger) -> None:
    oldest = collected_brand(ledger, at=at(-20))
    collected_brand(ledger)
    with ledger.begin() as conn:
        conn.exec_driver_sql(WAITING_BRANDS.format(count=LIVE_AT_MOST - 1, tenant=TENANT))
    assert tick(ledger).brand_ids == [oldest]
    full = tick(ledger)
    assert full.brand_ids == []
    assert full.seen.startswith("1 brands are stale")


def test_any_number_of_brands_is_found_in_one_query(ledger: Ledger) -> None:
    for _ in range(3):
        collected_brand(ledger)
    with statements_of(ledger) as sent:
        assert len(due_hours(ledger)) == 3
    assert len(sent) == 1
    with statements_of(ledger) as sent:
        assert tick(ledger, hours=1).brand_ids == ()
    assert len(sent) == 1
