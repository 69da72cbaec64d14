"""A home of its own for a benchmark: an embedded ledger, a served replay of Apify, and brands with two sources."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import uvicorn

from brandbrain_dagster.apify_replay.app import create_replay
from brandbrain_dagster.apify_replay.serve import HOST
from brandbrain_dagster.domain.platforms import instagram, linkedin
from brandbrain_dagster.resources.database import open_current_ledger
from brandbrain_dagster.settings import load_settings
from brandbrain_dagster.stores.ledger.embedded_server import release_embedded_server
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.use_cases.import_brand import import_brand, read_brand_file

ANSWERS = {
    "tier0.what_we_do": "We mend bicycles.",
    "tier0.who_for": "People who ride to work.",
    "tier0.primary_goal": "More bookings.",
    "tier0.cta_posture": "soft",
}


@contextmanager
def served_replay(data_dir: Path) -> Iterator[str]:
    """Serves a replay from a thread; gives its address."""
    for actor_id, rows in ((instagram.POSTS.actor_id, instagram_rows(8)), (linkedin.COMPANY_POSTS.actor_id, news(6))):
        (data_dir / actor_id).mkdir(parents=True)
        (data_dir / actor_id / "default.json").write_text(json.dumps(rows), encoding="utf-8")
    config = uvicorn.Config(create_replay(data_dir), host=HOST, port=0, log_level="critical", lifespan="off")
    server, listener = uvicorn.Server(config), config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://{HOST}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def instagram_rows(count: int) -> list[dict[str, Any]]:
    return [
        {
            "id": str(number),
            "type": "Image",
            "shortCode": f"c{number}",
            "url": f"https://www.instagram.com/p/c{number}/",
            "caption": f"Wheel {number} is true again! Book your spring check before Friday. #bikes #repair",
            "timestamp": f"2026-01-{number + 1:02}T07:00:00.000Z",
            "ownerUsername": "nova",
            "likesCount": number,
            "commentsCount": 0,
        }
        for number in range(count)
    ]


def news(count: int) -> list[dict[str, Any]]:
    return [
        {
            "activity_urn": str(7_300_000_000_000_000_000 + number),
            "full_urn": f"urn:li:activity:{7_300_000_000_000_000_000 + number}",
            "post_url": f"https://www.linkedin.com/posts/nova_activity-{7_300_000_000_000_000_000 + number}",
            "text": f"How do you keep {number * 10} company bikes rolling? Our mechanics share what they check first.",
            "post_type": "regular",
            "posted_at": {"timestamp": 1_740_000_000_000 + number},
            "author": {"name": "Nova", "company_url": "https://www.linkedin.com/company/nova"},
            "stats": {"total_reactions": number},
        }
        for number in range(count)
    ]


@contextmanager
def opened_home(home: Path) -> Iterator[Ledger]:
    """Makes a home the one that the settings name, and opens its ledger."""
    os.environ["BRANDBRAIN_HOME"] = str(home)
    ledger = open_current_ledger(load_settings())
    try:
        yield ledger
    finally:
        ledger.close()
        release_embedded_server(home)


def import_brands(ledger: Ledger, count: int) -> list[UUID]:
    sources = [
        {"platform": platform, "capability": capability, "identifier": "nova"}
        for platform, capability in (("instagram", "posts"), ("linkedin", "company_posts"))
    ]
    files = [
        read_brand_file({"brand": {"name": f"Nova {n}"}, "onboarding": {"answers": ANSWERS}, "sources": sources})
        for n in range(count)
    ]
    return [import_brand(file, ledger=ledger, now=datetime.now(UTC), new_id=uuid4).brand.id for file in files]
