"""On large tables every query that a reader waits for goes by an index."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, Executable, event

from brandbrain_dagster.stores.ledger import (
    actor_runs,
    board_generations,
    boards,
    brands,
    bundles,
    compile_facts,
    compile_reports,
    compile_runs,
    costs,
    evidence_items,
    fleet_benchmarks,
    onboarding,
    override_changes,
    overrides,
    served_boards,
    served_compile_stories,
    served_diffs,
    served_evidence,
    served_evidence_pages,
    served_ideas,
    served_overrides_log,
    served_snapshots,
    served_standings,
    snapshots,
    sources,
    stale_boards,
)
from brandbrain_dagster.stores.ledger.board_generations import GENERATIONS
from brandbrain_dagster.stores.ledger.brand_scope import WHOLE_LEDGER, BrandScope
from brandbrain_dagster.stores.ledger.compile_runs import COMPILES
from brandbrain_dagster.stores.ledger.engine import Ledger, open_ledger
from brandbrain_dagster.stores.ledger.query_steps import take_steps
from brandbrain_dagster.stores.ledger.served_evidence_pages import EvidenceFilter
from tests.stores.ledger_rows import NOW, TENANT

FILL = """
CREATE TEMP TABLE n AS
    SELECT md5(i::text)::uuid AS id, i, '2026-01-01Z'::timestamptz + i * interval '1 s' AS at
    FROM generate_series(1, 20000) AS i;
INSERT INTO brand SELECT id, '00000000-0000-0000-0000-000000000001', 'Brand', 'brand-' || i, NULL, at, NULL FROM n;
INSERT INTO brand_onboarding SELECT id, 0, '{}', at FROM n;
INSERT INTO brand_overrides SELECT id, '{}', '{}', '{}', at FROM n;
INSERT INTO source_connection SELECT id, id, 'instagram', 'posts', 'acme', true, '{}', at, at FROM n;
INSERT INTO evidence_item SELECT id, id, 'hash', '{"platform": "web", "content_type": "web_page",
        "canonical_url": "https://acme.example"}', at, json_build_object('id', id, 'platform', 'web', 'canonical_url',
        'https://acme.example', 'author_ref', NULL, 'text_snippet', '', 'has_transcript', false) FROM n;
INSERT INTO evidence_bundle SELECT id, id, '{}', '{}', '{}', 'v1', at FROM n;
INSERT INTO feature_report SELECT id, id, id, '{}', at FROM n;
INSERT INTO compile_run (id, brand_id, status, sources_completed, sources_total, force_refresh, inputs_json,
        evidence_status_json, draft_json, qa_report_json, llm_usage_json, attempts, max_attempts, available_at,
        lease_token, lease_expires_at, created_at, finished_at)
    SELECT id, id, CASE i % 1000 WHEN 0 THEN 'PENDING' WHEN 1 THEN 'RUNNING' ELSE 'FAILED' END, 0, 0, false, '{}',
        '{}', '{}', '{}', '{}', 0, 3, at, CASE i % 1000 WHEN 1 THEN id END, CASE i % 1000 WHEN 1 THEN at END,
        at, CASE WHEN i % 1000 > 1 THEN at END FROM n;
INSERT INTO snapshot SELECT id, id, id, 1, 'v1', '{}', '{}', 'hash', at FROM n;
INSERT INTO apify_run (id, source_connection_id, brand_id, actor_id, input_json, start_nonce, apify_run_id, status,
        started_at, usage_usd, usage_certainty, created_at)
    SELECT id, id, id, 'actor', '{}', 'nonce', i, CASE WHEN i % 10 = 0 THEN 'RUNNING' ELSE 'SUCCEEDED' END, at, 1,
        CASE WHEN i % 10 = 1 THEN 'estimated' ELSE 'exact' END, at FROM n;
INSERT INTO overrides_log (brand_id, path, kind, old_json, new_json, changed_by, changed_at)
    SELECT id, 'voice.do', 'override', NULL, '1', 'a test', at FROM n;
INSERT INTO fleet_benchmark SELECT id, '{"version": "1", "platforms": {}}', at FROM n;
INSERT INTO board_generation (id, brand_id, snapshot_id, requested_by, llm_usage_json, status, attempts, max_attempts,
        available_at, created_at, finished_at)
    SELECT id, id, id, 'first_run', '{}', CASE i % 1000 WHEN 0 THEN 'PENDING' ELSE 'SUCCEEDED' END, 0, 3, at, at,
        CASE WHEN i % 1000 > 0 THEN at END FROM n;
INSERT INTO opportunities_board SELECT id, id, id, id, 'ready', 'generated', ARRAY[id], '{"state": "ready",
        "ready_reason": "generated", "evidence_ids": [], "gates_json": {}, "evidence_summary": null, "notes": [],
        "gate_config_version": "v1", "evidence_shortfall": null, "reason": null, "remediation": null,
        "total_candidates": 1, "source": null, "timings_ms": {}}', at FROM n;
INSERT INTO opportunity SELECT id, id, id, 0, 70, jsonb_build_object('id', id, 'title', 'Beans', 'angle', 'Beans',
        'why_now', '3 posts', 'type', 'trend', 'primary_channel', 'x', 'suggested_channels', '[]'::jsonb, 'score', 70,
        'score_breakdown', '{"clarity": 3, "strategic_fit": 3, "timeliness": 3, "differentiation": 3,
        "execution_readiness": 3}'::jsonb, 'score_explanation', '', 'pillar_id', NULL, 'persona', NULL, 'evidence_ids',
        jsonb_build_array(id), 'created_via', 'manual') FROM n;
INSERT INTO opportunity_citation SELECT id, id, 0, id, id FROM n;
INSERT INTO opportunity_decision SELECT id, id, id, 'opportunity_pinned', NULL, NULL, at, 'a test' FROM n;
DROP TABLE n;
"""

Read = Callable[[Connection, UUID], Any]
AsyncRead = Callable[["OnConnection", UUID], Coroutine[Any, Any, Any]]


class OnConnection:
    """Carries the API's queries out on a connection whose queries are recorded."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def fetch(self, statement: Executable, **parameters: Any) -> list[Any]:
        return list(self._conn.execute(statement, parameters).mappings())


def by_the_api(read: AsyncRead) -> Read:
    return lambda conn, key: asyncio.run(read(OnConnection(conn), key))


READS: dict[str, Read] = {
    "get_brand": lambda conn, key: brands.get_brand(conn, brand_id=key),
    "find_brand_by_slug": lambda conn, _: brands.find_brand_by_slug(conn, tenant_id=TENANT, slug="brand-7"),
    "resolve_brand by slug": lambda conn, _: brands.resolve_brand(conn, reference="brand-7"),
    "list_brands": lambda conn, _: brands.list_brands(conn, limit=20),
    "list_brands of a tenant": lambda conn, _: brands.list_brands(conn, tenant_id=TENANT, limit=20),
    "list_brands next page": lambda conn, key: brands.list_brands(conn, older_than=(NOW, key), limit=20),
    "get_onboarding": lambda conn, key: onboarding.get_onboarding(conn, brand_id=key),
    "get_overrides": lambda conn, key: overrides.get_overrides(conn, brand_id=key),
    "get_source": lambda conn, key: sources.get_source(conn, source_id=key),
    "list_sources": lambda conn, key: sources.list_sources(conn, brand_id=key),
    "list_sources enabled": lambda conn, key: sources.list_sources(conn, brand_id=key, enabled_only=True),
    "find_newest_succeeded": lambda conn, key: actor_runs.find_newest_succeeded(conn, source_id=key),
    "find_live": lambda conn, key: actor_runs.find_live(conn, source_id=key),
    "list_newest_by_source": lambda conn, key: actor_runs.list_newest_by_source(conn, brand_id=key),
    "list_latest_by_source": lambda conn, key: actor_runs.list_latest_by_source(conn, brand_id=key),
    "list_runs": lambda conn, key: actor_runs.list_runs(conn, brand_id=key, limit=20),
    "list_live_runs": lambda conn, key: actor_runs.list_live_runs(conn, brand_id=key),
    "list_unsettled": lambda conn, key: actor_runs.list_unsettled(conn, brand_id=key),
    "get_actor_run": lambda conn, key: actor_runs.get_actor_run(conn, run_id=key),
    "get_compile_run": lambda conn, key: compile_runs.get_compile_run(conn, compile_run_id=key),
    "find_live_compile_run": lambda conn, key: compile_runs.find_live_compile_run(conn, brand_id=key),
    "list_compile_runs": lambda conn, key: compile_runs.list_compile_runs(conn, brand_id=key, limit=20),
    "list_expired_compile_runs": lambda conn, _: COMPILES.list_expired(conn, now=NOW, limit=50),
    "list_due_compile_runs": lambda conn, _: COMPILES.list_due(conn, now=NOW, limit=50),
    "find_newest_start": lambda conn, _: COMPILES.find_newest_start(conn),
    "list_compile_runs_of_dagster_run": lambda conn, _: COMPILES.list_of_dagster_run(conn, dagster_run_id="run"),
    "find_live_generation": lambda conn, key: GENERATIONS.find_live(conn, brand_id=key),
    "get_generation": lambda conn, key: GENERATIONS.get(conn, work_id=key),
    "list_due_generations": lambda conn, _: GENERATIONS.list_due(conn, now=NOW, limit=50),
    "list_expired_generations": lambda conn, _: GENERATIONS.list_expired(conn, now=NOW, limit=50),
    "list_generations_of_dagster_run": lambda conn, _: GENERATIONS.list_of_dagster_run(conn, dagster_run_id="run"),
    "count_live_generations": lambda conn, _: stale_boards.count_live_generations(conn),
    "find_newest_board": lambda conn, key: boards.find_newest_board(conn, brand_id=key),
    "find_last_ready_board": lambda conn, key: boards.find_last_ready_board(conn, brand_id=key),
    "list_opportunities": lambda conn, key: boards.list_opportunities(conn, brand_id=key, ids=[key] * 5),
    "list_decisions": lambda conn, key: boards.list_decisions(conn, brand_id=key),
    "has_opportunity": lambda conn, key: boards.has_opportunity(conn, brand_id=key, opportunity_id=key),
    "list_dangling_ids": lambda conn, key: boards.list_dangling_ids(conn, board_id=key),
    "get_bundle": lambda conn, key: bundles.get_bundle(conn, bundle_id=key),
    "find_newest_bundle": lambda conn, key: bundles.find_newest_bundle(conn, brand_id=key),
    "find_feature_report": lambda conn, key: bundles.find_feature_report(conn, bundle_id=key),
    "list_evidence_items": lambda conn, key: evidence_items.list_evidence_items(conn, brand_id=key, ids=[key] * 50),
    "find_newest_fleet_benchmark": lambda conn, _: fleet_benchmarks.find_newest_fleet_benchmark(conn),
    "read_brand_costs": lambda conn, key: take_steps(conn, costs.read_brand_costs(key, WHOLE_LEDGER, limit=10)),
    "sum_charged": lambda conn, key: costs.sum_charged(conn, brand_id=key),
    "find_newest_snapshot": lambda conn, key: snapshots.find_newest_snapshot(conn, brand_id=key),
    "find_snapshot_of_compile": lambda conn, key: snapshots.find_snapshot_of_compile(conn, compile_run_id=key),
    "get_snapshot": lambda conn, key: snapshots.get_snapshot(conn, brand_id=key, version=1),
    "get_snapshot_by_id": lambda conn, key: snapshots.get_snapshot_by_id(conn, snapshot_id=key),
    "list_snapshots": lambda conn, key: snapshots.list_snapshots(conn, brand_id=key, limit=20),
    "read_compile_facts": lambda conn, key: take_steps(conn, compile_facts.read_compile_facts(key, WHOLE_LEDGER)),
    "find_compared_snapshots": by_the_api(
        lambda api, key: served_diffs.find_compared_snapshots(
            api, brand_id=key, from_id=key, to_id=key, scope=WHOLE_LEDGER
        )
    ),
    "list_origins": by_the_api(lambda api, key: served_evidence.list_origins(api, brand_id=key, apify_run_ids=["7"])),
    "find_today_facts": by_the_api(
        lambda api, key: served_boards.find_today_facts(api, brand_id=key, scope=WHOLE_LEDGER)
    ),
    "list_ideas": by_the_api(lambda api, key: served_ideas.list_ideas(api, board_id=key)),
    "read_evidence_summary": by_the_api(lambda api, key: served_ideas.read_evidence_summary(api, brand_id=key)),
    "list_overrides_log": by_the_api(
        lambda api, key: served_overrides_log.list_overrides_log(
            api, brand_id=key, scope=WHOLE_LEDGER, limit=20, offset=0
        )
    ),
    "find_newest_served": by_the_api(
        lambda api, key: served_snapshots.find_newest_served(
            api, brand_id=key, scope=WHOLE_LEDGER, parts=tuple(served_snapshots.INCLUDABLE_PARTS)
        )
    ),
    "find_served": by_the_api(
        lambda api, key: served_snapshots.find_served(api, brand_id=key, snapshot_id=key, scope=WHOLE_LEDGER)
    ),
    "list_history": by_the_api(
        lambda api, key: served_snapshots.list_history(api, brand_id=key, scope=WHOLE_LEDGER, limit=10, offset=0)
    ),
    "find_compile_report": by_the_api(
        lambda api, key: compile_reports.find_compile_report(api, brand_id=key, compile_run_id=key, scope=WHOLE_LEDGER)
    ),
    "find_served_overrides": by_the_api(
        lambda api, key: override_changes.find_served_overrides(api, brand_id=key, scope=WHOLE_LEDGER)
    ),
    "find_compile_story": by_the_api(
        lambda api, key: served_compile_stories.find_compile_story(
            api, brand_id=key, compile_run_id=key, scope=WHOLE_LEDGER
        )
    ),
    "list_evidence_page": by_the_api(
        lambda api, key: served_evidence_pages.list_evidence_page(
            api,
            brand_id=key,
            scope=WHOLE_LEDGER,
            meant=EvidenceFilter(platform="web", is_used=True),
            limit=20,
            offset=0,
        )
    ),
    "get_standing": by_the_api(lambda api, key: served_standings.get_standing(api, brand_id=key, scope=WHOLE_LEDGER)),
    "list_standings": by_the_api(
        lambda api, _: served_standings.list_standings(api, scope=WHOLE_LEDGER, search=None, older_than=None, limit=25)
    ),
    "list_standings of a search": by_the_api(
        lambda api, _: served_standings.list_standings(
            api, scope=BrandScope(tenant_id=TENANT), search="brand-7", older_than=(NOW, UUID(int=7)), limit=25
        )
    ),
    "list_served_evidence": by_the_api(
        lambda api, key: served_evidence.list_served_evidence(api, brand_id=key, ids=[key] * 50, scope=WHOLE_LEDGER)
    ),
}
OVER_ALL_BRANDS = {"list_brand_ids", "list_brands_with_orphans", "list_brands_with_stale_boards"}
"""Looks of sensors at everything there is: no reader waits for them."""
IN_TWO_QUERIES = {"find_newest_board", "find_last_ready_board", "list_dangling_ids"}
"""Reads of those who make boards; a reader's is `find_today_facts`."""


@pytest.fixture(scope="module")
def large_ledger(large_database_url: str) -> Iterator[Ledger]:
    ledger = open_ledger(large_database_url)
    with ledger.begin() as conn:
        conn.execution_options(no_parameters=True).exec_driver_sql(FILL)
        conn.exec_driver_sql("ANALYZE")
    yield ledger
    ledger.close()


@contextmanager
def recorded_queries(conn: Connection) -> Iterator[list[tuple[str, Any]]]:
    queries: list[tuple[str, Any]] = []

    def record(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        queries.append((statement, parameters))

    event.listen(conn, "before_cursor_execute", record)
    yield queries
    event.remove(conn, "before_cursor_execute", record)


@pytest.mark.parametrize("name", sorted(READS))
def test_read_goes_by_an_index(large_ledger: Ledger, name: str) -> None:
    with large_ledger.read() as conn:
        key = conn.exec_driver_sql("SELECT md5('7')::uuid").scalar_one()
        with recorded_queries(conn) as queries:
            READS[name](conn, key)
        assert len(queries) == (2 if name in IN_TWO_QUERIES else 1)
        for statement, parameters in queries:
            plan = "\n".join(conn.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars())
            assert "Seq Scan" not in plan, plan
            assert "Index" in plan, plan


def test_every_read_of_the_stores_is_looked_at() -> None:
    modules = (
        actor_runs,
        board_generations,
        boards,
        brands,
        bundles,
        compile_facts,
        compile_reports,
        compile_runs,
        costs,
        evidence_items,
        fleet_benchmarks,
        onboarding,
        override_changes,
        overrides,
        served_boards,
        served_compile_stories,
        served_diffs,
        served_evidence,
        served_evidence_pages,
        served_ideas,
        served_overrides_log,
        served_snapshots,
        served_standings,
        snapshots,
        sources,
        stale_boards,
    )
    reads = {
        name
        for module in modules
        for name, member in vars(module).items()
        if name.startswith(("get_", "find_", "list_", "read_")) and getattr(member, "__module__", "") == module.__name__
    }
    looked_at = {name.split()[0] for name in READS}
    assert reads - OVER_ALL_BRANDS <= looked_at
