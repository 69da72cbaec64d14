"""A replayed brand: rows in the actors' own shapes, and what became of collecting them."""

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import UUID

from starlette.applications import Starlette

from brandbrain_dagster.domain.ingestion.actor_run import ActorRun
from brandbrain_dagster.domain.ingestion.evidence_status import EvidenceStatus
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger import actor_runs
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.use_cases.collect_brand import collect_brand
from tests.fakes.fake_apify import in_process_client, replay_of
from tests.use_cases.collecting import INSTAGRAM, LINKEDIN, ports_for

POSTS = ("instagram", "posts", "nova")
COMPANY = ("linkedin", "company_posts", "nova")
NO_ITEMS = [
    {"url": "https://www.instagram.com/nova/", "error": "no_items", "errorDescription": "Empty or private data"}
]


def instagram_rows(count: int) -> list[dict[str, Any]]:
    return [
        {
            "id": str(number),
            "type": "Image",
            "shortCode": f"c{number}",
            "url": f"https://www.instagram.com/p/c{number}/",
            "caption": f"Post {number}",
            "timestamp": "2026-01-01T00:00:00.000Z",
            "ownerUsername": "nova",
            "likesCount": number,
            "commentsCount": 0,
        }
        for number in range(count)
    ]


def linkedin_rows(count: int) -> list[dict[str, Any]]:
    return [
        {
            "activity_urn": str(7_300_000_000_000_000_000 + number),
            "full_urn": f"urn:li:activity:{7_300_000_000_000_000_000 + number}",
            "post_url": f"https://www.linkedin.com/posts/nova_activity-{7_300_000_000_000_000_000 + number}",
            "text": f"News {number}",
            "post_type": "regular",
            "posted_at": {"timestamp": 1_740_000_000_000 + number},
            "author": {"name": "Nova", "company_url": "https://www.linkedin.com/company/nova"},
            "stats": {"total_reactions": 1},
        }
        for number in range(count)
    ]


def write_rows(data_dir: Path, actor_id: str, rows: list[dict[str, Any]]) -> None:
    (data_dir / actor_id).mkdir(parents=True, exist_ok=True)
    (data_dir / actor_id / "default.json").write_text(json.dumps(rows))


def collect(
    app: Starlette, ledger: Ledger, lake: Lake, brand_id: UUID, *, force_refresh: bool = False, **ports: Any
) -> EvidenceStatus:
    async def main() -> EvidenceStatus:
        async with in_process_client(app) as apify:
            return await collect_brand(
                brand_id,
                force_refresh=force_refresh,
                compile_run_id=None,
                ports=ports_for(ledger, lake, apify, **ports),
            )

    return asyncio.run(main())


def runs_of(ledger: Ledger, brand_id: UUID) -> list[ActorRun]:
    with ledger.begin() as conn:
        return list(actor_runs.list_runs(conn, brand_id=brand_id))


def dispositions(status: EvidenceStatus) -> dict[str, str]:
    return {outcome.source: outcome.disposition.value for outcome in status.outcomes}


def started_count(app: Starlette) -> int:
    return replay_of(app).runs.started_count


def write_brand(data_dir: Path) -> Path:
    write_rows(data_dir, INSTAGRAM, instagram_rows(9))
    write_rows(data_dir, LINKEDIN, linkedin_rows(9))
    return data_dir
