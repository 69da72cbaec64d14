"""How fast is the API of the profile, and how near does it come to a bare handler of the same bytes?

The API runs in a process of its own as it does in earnest; beside it one that holds nothing but Starlette, asyncpg and
the one query. Both read the same database. A third process sends the requests over connections that stay open, and
measures. Rounds of the two servers alternate; what is printed are medians of the rounds. Run it from the repository:
``python benchmarks/api.py --help``.
"""

import argparse
import asyncio
import hashlib
import json
import os
import random
import socket
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any
from uuid import UUID

import asyncpg
import uvicorn
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brandbrain_dagster.domain.compile.brand_inputs import BrandInputs, UsedSource, input_hash
from brandbrain_dagster.domain.compile.extractive.compiler import ExtractiveCompiler
from brandbrain_dagster.stores.ledger.embedded_server import embedded_database_url, release_embedded_server
from brandbrain_dagster.stores.ledger.engine import Ledger, asyncpg_url, open_ledger
from brandbrain_dagster.stores.ledger.migrate import upgrade_ledger

SNAPSHOTS_PER_BRAND = 20
SNAPSHOT_BYTES = 10_000
IDEAS_PER_BOARD = 50
LEAST_SHARE = 0.6
"""Of the bare handler's throughput (quality bars)."""
P95_MS = {
    "GET latest": 10,
    "GET history": 15,
    "GET overrides": 15,
    "GET status": 15,
    "GET today": 15,
    "PATCH overrides": 20,
    "POST compile, enqueued": 30,
    "POST compile, UNCHANGED": 30,
}
"""At 16 connections (quality bars)."""

ANSWERS = {
    "tier0.what_we_do": "We mend bicycles.",
    "tier0.who_for": "People who ride to work.",
    "tier0.primary_goal": "More bookings.",
    "tier0.cta_posture": "soft",
}

PROFILE = {
    "positioning": {"what_we_do": {"value": "We mend bicycles."}, "who_for": {"value": "People who ride to work."}},
    "voice": {"tone_tags": {"value": ["warm", "plain"]}, "cta_policy": {"value": "soft"}},
    "constraints": {"taboos": {"value": ["speed"]}},
    "pillars": [
        {"id": f"pillar-{number}", "name": {"value": "Repairs"}, "description": {"value": None}, "share": 0.25}
        for number in range(4)
    ],
    "meta": {"content_goal": "More bookings."},
}
BOARD: dict[str, Any] = {
    "evidence_summary": {
        "total_items": 50,
        "platforms": {"instagram": 50},
        "items_with_text": 50,
        "items_with_transcript": 50,
        "transcript_coverage": 1.0,
        "newest_published_at": "2026-01-02T00:00:00Z",
        "oldest_published_at": "2026-01-01T00:00:00Z",
    },
    "gate_config_version": "v1",
    "evidence_shortfall": None,
    "reason": None,
    "remediation": None,
    "total_candidates": 60,
    "notes": [],
    "source": "deterministic",
    "timings_ms": {"scoring": 5},
}
IDEA = {
    "title": "Five things that wear out a bicycle chain in winter",
    "angle": "Show a worn chain beside a new one, and how to tell them apart with a ruler.",
    "why_now": "4 posts on winter repairs in 14 days drew 2.3 times the usual comments, the last of them 3 days ago.",
    "primary_channel": "instagram",
    "suggested_channels": ["instagram", "tiktok"],
    "score_breakdown": dict.fromkeys(
        ("clarity", "strategic_fit", "timeliness", "differentiation", "execution_readiness"), 3
    ),
    "score_explanation": "Clear, close to what the brand stands for, timely, and easy to make from what is there.",
    "persona": "People who ride to work.",
    "created_via": "ai_suggested",
}

FILL = """
CREATE TEMP TABLE made AS
    SELECT md5('brand' || i)::uuid AS id, i FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS i;
CREATE TEMP TABLE document AS SELECT n, jsonb_build_object('parts', (
        SELECT jsonb_agg(jsonb_build_object('value', md5(n || '-' || part), 'confidence', 0.5, 'locked', false))
        FROM generate_series(1, CAST(:parts AS int)) AS part
    )) AS body FROM generate_series(1, 50) AS n;
INSERT INTO brand (id, tenant_id, name, slug, created_at)
    SELECT id, CAST(:tenant AS uuid), 'Brand', 'brand-' || i, :now FROM made;
INSERT INTO brand_onboarding SELECT id, 0, CAST(:answers AS jsonb), :now FROM made;
INSERT INTO brand_overrides SELECT id, '{"voice.do": ["Be kind"]}', '{voice.do}', '{}', :now FROM made;
INSERT INTO source_connection (id, brand_id, platform, capability, identifier, is_enabled, settings_json, created_at,
        updated_at) SELECT id, id, 'instagram', 'posts', 'acme', true, '{}', :now, :now FROM made;
INSERT INTO apify_run (id, source_connection_id, brand_id, actor_id, input_json, start_nonce, apify_run_id, status,
        started_at, has_usable_rows, usage_certainty, created_at)
    SELECT id, id, id, 'actor', '{}', '', id, 'SUCCEEDED', :now, true, 'unknown', :now FROM made;
INSERT INTO compile_run (id, brand_id, status, sources_completed, sources_total, force_refresh, input_hash, inputs_json,
        evidence_status_json, draft_json, qa_report_json, llm_usage_json, attempts, max_attempts, available_at,
        created_at, finished_at)
    SELECT md5(made.id || '-' || version)::uuid, made.id, 'SUCCEEDED', 1, 1, false,
        CASE WHEN i % 2 = 0 THEN CAST(:input_hash AS text) END, '{}', '{}', '{}', '{}', '{}', 1, 3, :now, :now, :now
    FROM made CROSS JOIN generate_series(1, CAST(:snapshots AS int)) AS version;
INSERT INTO snapshot SELECT md5(made.id || '-' || version)::uuid, made.id, md5(made.id || '-' || version)::uuid,
        version, '1', body || CAST(:profile AS jsonb) || jsonb_build_object('number', version), '{}', 'hash', :now
    FROM made CROSS JOIN generate_series(1, CAST(:snapshots AS int)) AS version
    JOIN document ON n = 1 + (i + version) % 50;
INSERT INTO evidence_item SELECT md5(made.id || '-item-' || n)::uuid, made.id, 'hash', item, :now, json_build_object(
        'id', md5(made.id || '-item-' || n)::uuid, 'platform', 'instagram', 'canonical_url', item ->> 'canonical_url',
        'author_ref', 'acme', 'text_snippet', left(item ->> 'text_primary', 200), 'has_transcript', true)
    FROM made CROSS JOIN generate_series(1, 50) AS n CROSS JOIN LATERAL (SELECT jsonb_build_object(
        'platform', 'instagram', 'canonical_url', 'https://www.instagram.com/p/' || n || '/', 'author_ref', 'acme',
        'title', NULL, 'text_primary', (SELECT string_agg(md5(n || '-' || part), ' ')
        FROM generate_series(1, 12) AS part), 'text_secondary', NULL, 'published_at', CAST(:now AS timestamptz),
        'flags', '{"has_transcript": true}'::jsonb) AS item) AS made_of ORDER BY i, n;
INSERT INTO board_generation (id, brand_id, snapshot_id, requested_by, llm_usage_json, status, attempts, max_attempts,
        available_at, created_at, finished_at)
    SELECT made.id, made.id, snapshot.id, 'first_run', '{}', 'SUCCEEDED', 1, 3, :now, :now, :now
    FROM made JOIN snapshot ON snapshot.brand_id = made.id AND version = CAST(:snapshots AS int);
INSERT INTO opportunities_board SELECT board_generation.id, brand_id, board_generation.id, snapshot_id, 'ready',
        'generated', (SELECT array_agg(md5(brand_id || '-idea-' || n)::uuid ORDER BY n)
        FROM generate_series(1, CAST(:ideas AS int)) AS n), CAST(:board AS jsonb), :now
    FROM board_generation JOIN made ON made.id = brand_id;
INSERT INTO opportunity SELECT made.id, md5(made.id || '-idea-' || n)::uuid, made.id, n - 1, 40 + n,
        CAST(:idea AS jsonb) || jsonb_build_object('id', md5(made.id || '-idea-' || n)::uuid, 'score', 40 + n,
        'pillar_id', 'pillar-' || n % 4, 'type', CASE n % 3 WHEN 0 THEN 'trend' ELSE 'evergreen' END, 'evidence_ids',
        jsonb_build_array(md5(made.id || '-item-' || n)::uuid, md5(made.id || '-item-' || 1 + n % 50)::uuid,
        md5(made.id || '-item-' || 1 + (n + 1) % 50)::uuid))
    FROM made CROSS JOIN generate_series(1, CAST(:ideas AS int)) AS n ORDER BY i, n;
INSERT INTO opportunity_citation SELECT board_id, opportunity.id, place - 1, brand_id, cited::uuid FROM opportunity
    JOIN made ON made.id = brand_id
    CROSS JOIN jsonb_array_elements_text(opportunity_json -> 'evidence_ids') WITH ORDINALITY AS cited (cited, place)
    ORDER BY i, opportunity.position, place;
INSERT INTO opportunity_decision SELECT md5(made.id || '-decision-' || n)::uuid, made.id,
        md5(made.id || '-idea-' || n)::uuid, CASE n % 2 WHEN 0 THEN 'opportunity_pinned' ELSE 'opportunity_ignored' END,
        NULL, NULL, :now, 'a person' FROM made CROSS JOIN generate_series(1, 4) AS n;
DROP TABLE made, document;
"""
NEWEST = """
SELECT id, version, created_at, compile_run_id, CAST(snapshot_json AS text) AS snapshot_json
FROM snapshot WHERE brand_id = $1 ORDER BY version DESC LIMIT 1
"""


@dataclass(frozen=True)
class Load:
    """What one round of requests is: a template of requests, and the brands that they go to in turn."""

    name: str
    method: str
    path: str
    connections: int
    requests: int
    brands: Sequence[str]
    bodies: Sequence[str] = ("",)
    status: int = 200


@dataclass(frozen=True)
class Figures:
    """Of one round: milliseconds, and requests per second."""

    p50: float
    p95: float
    per_second: float


class Connection(asyncio.Protocol):
    """One HTTP/1.1 connection that stays open: sends a request, waits for the whole answer."""

    def __init__(self) -> None:
        self._received = b""
        self._answer: asyncio.Future[int] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Is called by asyncio."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Is called by asyncio; whoever waits for an answer is told."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError())

    def data_received(self, data: bytes) -> None:
        """Is called by asyncio; an answer that is whole ends the waiting."""
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0 or self._answer is None:
            return
        head = self._received[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._received) >= end + 4 + length:
            self._received = b""
            self._answer.set_result(int(head[9:12]))

    async def send(self, request: bytes) -> int:
        """Returns the status of the answer."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer


async def send_load(load: Load, port: int) -> Figures:
    order = random.Random(7).sample(load.brands, len(load.brands))
    requests = iter([_request(load, order[number % len(order)], number) for number in range(load.requests)])
    seconds: list[float] = []

    async def work(connection: Connection) -> None:
        for request in requests:
            started = perf_counter()
            status = await connection.send(request)
            seconds.append(perf_counter() - started)
            assert status == load.status, f"{load.name}: {status}"

    loop = asyncio.get_running_loop()
    opened = [await loop.create_connection(Connection, "127.0.0.1", port) for _ in range(load.connections)]
    started = perf_counter()
    await asyncio.gather(*(work(connection) for _, connection in opened))
    took = perf_counter() - started
    for transport, _ in opened:
        transport.close()
    ordered = sorted(seconds)
    return Figures(
        p50=ordered[len(ordered) // 2] * 1000,
        p95=ordered[int(len(ordered) * 0.95)] * 1000,
        per_second=len(ordered) / took,
    )


def _request(load: Load, brand: str, number: int) -> bytes:
    body = load.bodies[number % len(load.bodies)]
    path = load.path.format(brand=brand, compile=_id(f"{brand}-{SNAPSHOTS_PER_BRAND}"))
    head = f"{load.method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    elif load.method != "GET":
        head += "Content-Length: 0\r\n"
    return f"{head}\r\n{body}".encode()


def _id(name: str) -> UUID:
    """The id that the database made of a name."""
    return UUID(hashlib.md5(name.encode(), usedforsecurity=False).hexdigest())


def bare_app(database_url: str) -> Starlette:
    """Serves the same bytes by the shortest way that there is with these libraries."""

    @asynccontextmanager
    async def pool(app: Starlette) -> Any:
        async with asyncpg.create_pool(asyncpg_url(database_url), min_size=8, max_size=8) as connections:
            app.state.pool = connections
            yield

    async def latest(request: Request) -> Response:
        brand_id = request.path_params["brand_id"]
        row = await request.app.state.pool.fetchrow(NEWEST, UUID(brand_id))
        return Response(
            f'{{"snapshot_id":"{row["id"]}","brand_id":"{brand_id}","version":{row["version"]},'
            f'"created_at":"{row["created_at"].isoformat()}","compile_run_id":"{row["compile_run_id"]}",'
            f'"snapshot_json":{row["snapshot_json"]}}}',
            media_type="application/json",
        )

    return Starlette(routes=[Route("/api/brands/{brand_id}/brandbrain/latest", latest)], lifespan=pool)


@contextmanager
def server(arguments: list[str], environment: dict[str, str], log: Path) -> Iterator[int]:
    """Runs a server in a process of its own; gives its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [sys.executable, *arguments, "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=output, stderr=output)
        try:
            wait_until_answering(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(timeout=60)


def wait_until_answering(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Waits until somebody listens on the port."""
    for _ in range(300):
        assert process.poll() is None, "a server ended; see its log"
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            sleep(0.1)
        else:
            return
    raise TimeoutError("a server does not answer")


def fill(ledger: Ledger, first: int, last: int) -> None:
    """Adds brands; the inputs of those with an even number are those of their newest snapshot."""
    source = UsedSource(platform="instagram", capability="posts", identifier="acme", settings={})
    inputs = BrandInputs(
        answers_json=ANSWERS, overrides_json={"voice.do": ["Be kind"]}, pinned_paths=["voice.do"], sources=[source]
    )
    parameters = {
        "first": first,
        "last": last,
        "parts": SNAPSHOT_BYTES // 80,
        "tenant": str(UUID(int=0)),
        "now": datetime.now(UTC) - timedelta(hours=1),
        "answers": json.dumps(ANSWERS),
        "input_hash": input_hash(inputs.to_json(ExtractiveCompiler().identity)),
        "snapshots": SNAPSHOTS_PER_BRAND,
        "profile": json.dumps(PROFILE),
        "ideas": IDEAS_PER_BOARD,
        "board": json.dumps(BOARD),
        "idea": json.dumps(IDEA),
    }
    with ledger.begin() as conn:
        for statement in FILL.split(";\n"):
            if statement.strip():
                used = {name: value for name, value in parameters.items() if f":{name}" in statement}
                conn.execute(text(statement), used)
    with ledger.session() as conn:
        conn.exec_driver_sql("VACUUM ANALYZE")


def loads(brand_count: int, requests: int) -> list[Load]:
    """Every row of the table but the first two, which the bare handler answers too."""
    ids = [str(_id(f"brand{number}")) for number in range(1, brand_count + 1)]
    profile = "/api/brands/{brand}/brandbrain/"
    patches = [json.dumps({"overrides_json": {f"custom.field{number}": number}}) for number in range(100)]
    status = profile + "compile/{compile}/status"
    changed, unchanged = ids[0::2], ids[1::2]
    return [
        Load("GET latest", "GET", profile + "latest", 1, requests // 4, ids),
        Load("GET latest", "GET", profile + "latest", 16, requests, ids),
        Load("GET history", "GET", profile + "history", 16, requests, ids),
        Load("GET overrides", "GET", profile + "overrides", 16, requests, ids),
        Load("GET status", "GET", status, 16, requests, ids),
        Load("GET today", "GET", "/api/brands/{brand}/today", 16, requests, ids),
        Load("PATCH overrides", "PATCH", profile + "overrides", 16, requests // 2, changed, patches),
        Load(
            "POST compile, enqueued",
            "POST",
            profile + "compile",
            16,
            min(requests // 2, len(changed)),
            changed,
            status=202,
        ),
        Load("POST compile, UNCHANGED", "POST", profile + "compile", 16, requests // 2, unchanged),
    ]


def measured(load: Load, port: int) -> Figures:
    """Sends the load from a process of its own."""
    sender = [sys.executable, __file__, "--send", "--port", str(port)]
    found = subprocess.run(sender, input=json.dumps(asdict(load)), capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    return Figures(**json.loads(found.stdout))


def compare(ledger: Ledger, all_loads: list[Load], api: int, bare: int, rounds: int) -> None:
    """Measures all rounds, those of the two servers in turn, and prints the medians."""
    figures: dict[tuple[str, int, str], list[Figures]] = defaultdict(list)
    for _ in range(rounds):
        for load in all_loads:
            key = (load.name, load.connections)
            if load.name == "GET latest":
                figures[*key, "bare"].append(measured(load, bare))
            figures[*key, "api"].append(measured(load, api))
            forget_enqueued(ledger)
    print(f"{'':26}{'connections':>12}{'p50 ms':>9}{'p95 ms':>9}{'req/s':>9}{'of bare':>9}  bar")
    for (name, connections, of), found in figures.items():
        middle = _median(found)
        label = name if of == "api" else f"{name} (bare)"
        line = f"{label:26}{connections:12}{middle.p50:9.2f}{middle.p95:9.2f}{middle.per_second:9.0f}"
        print(line + _judged(name, connections, middle, figures) if of == "api" else line)


def forget_enqueued(ledger: Ledger) -> None:
    """Takes back what a round has enqueued, so that the next one finds the same."""
    with ledger.begin() as conn:
        conn.exec_driver_sql("DELETE FROM compile_run WHERE status = 'PENDING'")


def _median(found: Sequence[Figures]) -> Figures:
    return Figures(*(statistics.median(getattr(one, field.name) for one in found) for field in fields(Figures)))


def _judged(name: str, connections: int, middle: Figures, figures: Mapping[tuple[str, int, str], list[Figures]]) -> str:
    bare = figures.get((name, connections, "bare"))
    share = "" if bare is None else f"{middle.per_second / _median(bare).per_second:.2f}"
    if connections == 1:
        return f"{share:>9}"
    most = P95_MS[name]
    holds = middle.p95 <= most and (bare is None or middle.per_second >= LEAST_SHARE * _median(bare).per_second)
    also = "" if bare is None else f", {LEAST_SHARE:.2f} of bare"
    return f"{share:>9}  p95 <= {most} ms{also}: {'holds' if holds else 'MISSED'}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--brands", type=int, nargs="*", default=[1_000, 10_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=4_000, help="requests of one round at 16 connections")
    parser.add_argument("--only", default="", help="measure the rows whose name begins with this")
    for hidden in ("--send", "--serve-bare"):
        parser.add_argument(hidden, action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.send:
        load = Load(**json.load(sys.stdin))
        print(json.dumps(asdict(asyncio.run(send_load(load, chosen.port)))))
    elif chosen.serve_bare:
        uvicorn.run(bare_app(os.environ["BRANDBRAIN_DATABASE_URL"]), port=chosen.port, log_level="error")
    else:
        run(chosen)


def run(chosen: argparse.Namespace) -> None:
    """Fills a ledger step by step, and measures at each."""
    with TemporaryDirectory(prefix="brandbrain-bench-") as folder:
        home = Path(folder)
        url = embedded_database_url(home)
        ledger = open_ledger(url)
        upgrade_ledger(ledger)
        environment = {"BRANDBRAIN_DATABASE_URL": url, "BRANDBRAIN_HOME": folder}
        filled = 0
        for brand_count in sorted(chosen.brands):
            fill(ledger, filled + 1, brand_count)
            filled = brand_count
            print(f"\n{brand_count:,} brands x {SNAPSHOTS_PER_BRAND} snapshots, medians of {chosen.rounds} rounds")
            bare_server = server([__file__, "--serve-bare"], environment, home / "bare.log")
            api_server = server(["-m", "brandbrain_dagster", "api"], environment, home / "api.log")
            with bare_server as bare, api_server as api:
                all_loads = [load for load in loads(brand_count, chosen.requests) if load.name.startswith(chosen.only)]
                for load in all_loads:  # warms up connections, plans and caches
                    measured(replace(load, requests=200), api)
                    if load.name == "GET latest":
                        measured(replace(load, requests=200), bare)
                forget_enqueued(ledger)
                compare(ledger, all_loads, api, bare, chosen.rounds)
        ledger.close()
        release_embedded_server(home)


if __name__ == "__main__":
    main()
