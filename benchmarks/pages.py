"""How long does the server take for a brand's pages, and what do they weigh?

Brands with 20 snapshots each, whose profile is a real one, compiled from 40 evidence items. The site runs in a process
of its own on an embedded PostgreSQL; another one loads the pages over connections that stay open, and measures.
Measured with one visitor, then with four at once, and the list of brands with ten times as many brands. Run it from the
repository: ``python benchmarks/pages.py --help``.
"""

import argparse
import json
import statistics
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import md5
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import msgspec
from api import Figures, Load, measured, server
from sqlalchemy import text

from brandbrain_dagster.domain.bundling.criteria import BundleCriteria
from brandbrain_dagster.domain.compile.brand_inputs import BrandInputs
from brandbrain_dagster.domain.compile.extractive.compiler import ExtractiveCompiler
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.features.feature_report import build_feature_report
from brandbrain_dagster.domain.ingestion.evidence_status import EvidenceStatus
from brandbrain_dagster.stores.ledger.embedded_server import embedded_database_url, release_embedded_server
from brandbrain_dagster.stores.ledger.engine import Ledger, open_ledger
from brandbrain_dagster.stores.ledger.evidence_items import upsert_evidence_items
from brandbrain_dagster.stores.ledger.migrate import upgrade_ledger
from brandbrain_dagster.use_cases.bundle_brand import bundle_of_items
from brandbrain_dagster.use_cases.compile_profile import CompileFacts, compile_profile

P95_MS = 50
MOST_BYTES = 100_000
"""Of a page with its stylesheet and script; the charts have a page of their own (quality bars)."""

SNAPSHOTS, ITEMS, PROFILED = 20, 40, 20
GOLDEN = Path(__file__).parents[1] / "tests" / "golden"
PAGES = {
    "profile": "/brands/{brand}",
    "platforms": "/brands/{brand}/platforms",
    "evidence": "/brands/{brand}/evidence",
    "sources": "/brands/{brand}/sources",
    "answers": "/brands/{brand}/answers",
    "history": "/brands/{brand}/history",
    "costs": "/brands/{brand}/costs",
    "list": "/brands",
    "search": "/brands?q=d-99",
}
FILL = """
CREATE TEMP TABLE made AS
    SELECT md5('brand' || i)::uuid AS id, i, CAST(:now AS timestamptz) + i * interval '1 second' AS at
    FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS i;
INSERT INTO brand (id, tenant_id, name, slug, created_at)
    SELECT id, '00000000-0000-0000-0000-000000000001', 'Brand ' || i, 'brand-' || i, at FROM made;
INSERT INTO brand_onboarding SELECT id, 2, CAST(:answers AS jsonb), at FROM made;
INSERT INTO source_connection (id, brand_id, platform, capability, identifier, is_enabled, settings_json, created_at,
        updated_at)
    SELECT md5(id || capability)::uuid, id, platform, capability, 'acme', true, '{}', at, at FROM made CROSS JOIN
    (VALUES ('instagram', 'posts'), ('instagram', 'reels'), ('linkedin', 'company_posts'), ('web', 'crawl_pages'))
    AS kind (platform, capability);
INSERT INTO apify_run (id, source_connection_id, brand_id, actor_id, input_json, start_nonce, apify_run_id, status,
        started_at, has_usable_rows, usage_usd, usage_certainty, created_at)
    SELECT md5(source_connection.id || '-' || n)::uuid, source_connection.id, brand_id, 'actor', '{}', '',
        source_connection.id || '-' || n, 'SUCCEEDED', at, true, 0.02, 'exact', at
    FROM source_connection JOIN made ON made.id = brand_id CROSS JOIN generate_series(1, 5) AS n;
INSERT INTO evidence_bundle (id, brand_id, criteria_json, item_ids, item_hashes, summary_json, evidence_version,
        created_at)
    SELECT id, id, '{}', CAST(:item_ids AS uuid[]), CAST(:item_hashes AS text[]), '{}', 'v1', at FROM made;
INSERT INTO feature_report SELECT id, id, id, CAST(:stats AS jsonb), at FROM made WHERE i <= CAST(:profiled AS int);
INSERT INTO compile_run (id, brand_id, status, sources_completed, sources_total, force_refresh, input_hash, inputs_json,
        evidence_status_json, bundle_id, feature_report_id, draft_json, qa_report_json, llm_usage_json, attempts,
        max_attempts, available_at, created_at, finished_at)
    SELECT md5(made.id || '-' || version)::uuid, made.id, 'SUCCEEDED', 4, 4, false, 'hash', '{}', '{}', made.id,
        CASE WHEN i <= CAST(:profiled AS int) THEN made.id END, '{}', '{}', '{}', 1, 3, at, at, at
    FROM made CROSS JOIN generate_series(1, CAST(:snapshots AS int)) AS version;
INSERT INTO snapshot SELECT md5(made.id || '-' || version)::uuid, made.id, md5(made.id || '-' || version)::uuid,
        version, 'v1', CASE WHEN i <= CAST(:profiled AS int) THEN CAST(:profile AS jsonb) ELSE '{}' END, '{}', 'hash',
        at
    FROM made CROSS JOIN generate_series(1, CAST(:snapshots AS int)) AS version;
DROP TABLE made;
"""


@dataclass(frozen=True)
class Made:
    """A profile and what it was made of, as JSON."""

    profile: str
    stats: str
    answers: str
    items: Sequence[EvidenceItem]


def made_profile(now: datetime) -> Made:
    """Compiles a profile of 40 items: those of the golden brand, and as many again with other words in them."""
    golden = json.loads(max(GOLDEN.glob("*.json")).read_text(encoding="utf-8"))
    known = msgspec.convert(golden["items"], list[EvidenceItem])
    items = [
        msgspec.structs.replace(
            known[number % len(known)],
            id=str(_id(f"item-{number}")),
            external_id=f"item-{number}",
            canonical_url=f"https://posts.example/{number}",
            published_at=now - timedelta(days=number),
            text_primary=f"{known[number % len(known)].text_primary} Number {number}.",
        )
        for number in range(ITEMS)
    ]
    inputs = BrandInputs.from_json(golden["inputs"])
    bundle = bundle_of_items(_id("brand"), items, inputs=inputs, criteria=BundleCriteria(caps_used={}))
    stats = build_feature_report(bundle.items)
    facts = CompileFacts(
        inputs=inputs,
        bundle=bundle,
        stats=stats,
        feature_report_id=_id("report"),
        evidence_status=EvidenceStatus.from_json({}),
        compiled_at=now,
    )
    profile = compile_profile(facts, ExtractiveCompiler()).snapshot_json
    encoded = [msgspec.json.encode(part).decode() for part in (profile, stats, golden["inputs"]["answers"])]
    return Made(profile=encoded[0], stats=encoded[1], answers=encoded[2], items=items)


def fill(ledger: Ledger, made: Made, first: int, last: int, now: datetime) -> None:
    """Adds brands; the first few have a whole profile, and the very first its evidence too."""
    parameters = {
        "first": first,
        "last": last,
        "now": now,
        "answers": made.answers,
        "profile": made.profile,
        "stats": made.stats,
        "item_ids": [item.id for item in made.items],
        "item_hashes": [item.content_hash for item in made.items],
        "profiled": PROFILED,
        "snapshots": SNAPSHOTS,
    }
    with ledger.begin() as conn:
        for statement in FILL.split(";\n"):
            if statement.strip():
                named = {name: value for name, value in parameters.items() if f":{name}" in statement}
                conn.execute(text(statement), named)
        if first == 1:
            items = [(UUID(item.id), item.content_hash, msgspec.to_builtins(item)) for item in made.items]
            upsert_evidence_items(conn, brand_id=_id("brand1"), items=items, now=now)
    with ledger.begin() as conn:
        conn.exec_driver_sql("ANALYZE")


def _id(name: str) -> UUID:
    return UUID(md5(name.encode(), usedforsecurity=False).hexdigest())


def weights(port: int, brand: str) -> dict[str, int]:
    """Bytes of each page, with the stylesheet and the script that all of them share."""

    def size(path: str) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
            return len(answer.read())

    own = sum(size(f"/brands/static/{name}") for name in ("style.css", "script.js"))
    return {name: own + size(path.format(brand=brand)) for name, path in PAGES.items()}


def print_rounds(brands: int, visitors: int, found: dict[str, list[Figures]], bytes_of: dict[str, int]) -> bool:
    """Prints medians of the rounds; returns whether the bar holds: with one visitor nobody waits for another one."""
    holds = True
    for name, figures in found.items():
        p50, p95, per_second = (
            statistics.median(getattr(entry, field) for entry in figures) for field in ("p50", "p95", "per_second")
        )
        is_kept = visitors > 1 or p95 <= P95_MS
        holds &= is_kept
        judged = f"p95 <= {P95_MS} ms: {'holds' if is_kept else 'MISSED'}" if visitors == 1 else ""
        figures_told = f"{bytes_of[name] / 1000:8.1f}{p50:9.2f}{p95:9.2f}{per_second:8.0f}"
        print(f"{brands:7,}{visitors:10}  {name:11}{figures_told}  {judged}")
    return holds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--brands", type=int, default=1_000)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    now = datetime.now(UTC)
    made = made_profile(now)
    with TemporaryDirectory() as folder:
        home = Path(folder)
        ledger = open_ledger(embedded_database_url(home))
        upgrade_ledger(ledger)
        print(f"{'brands':>7}{'visitors':>10}  {'page':11}{'kB':>8}{'p50 ms':>9}{'p95 ms':>9}{'req/s':>8}")
        filled, holds = 0, True
        with server(["-m", "brandbrain_dagster", "api"], {"BRANDBRAIN_HOME": folder}, home / "site.log") as port:
            for count, names in (
                (arguments.brands, tuple(PAGES)),
                (10 * arguments.brands, ("profile", "list", "search")),
            ):
                fill(ledger, made, filled + 1, count, now)
                filled = count
                bytes_of = weights(port, str(_id("brand1")))
                for visitors in (1, 4):
                    found: dict[str, list[Figures]] = {name: [] for name in names}
                    for _ in range(arguments.rounds):
                        for name in names:
                            load = Load(name, "GET", PAGES[name], visitors, arguments.requests, [str(_id("brand1"))])
                            found[name].append(measured(load, port))
                    holds &= print_rounds(count, visitors, found, bytes_of)
        ledger.close()
        release_embedded_server(home)
    heaviest = max((weight, name) for name, weight in bytes_of.items() if name != "platforms")
    verdict = "holds" if heaviest[0] <= MOST_BYTES else "MISSED"
    print(f"heaviest page without charts: {heaviest[1]}, {heaviest[0] / 1000:.1f} kB (<= 100 kB: {verdict})")
    print("All bars hold." if holds and heaviest[0] <= MOST_BYTES else "A bar was missed.")


if __name__ == "__main__":
    main()
