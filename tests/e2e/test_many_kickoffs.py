"""Two hundred brands kicked off at once, with a daemon killed in the middle: each is compiled once, none is lost."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import httpx

from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.use_cases.import_brand import import_brand, read_brand_file
from tests.everything_up import everything_up, processes_of, wait_for
from tests.use_cases.collecting import INSTAGRAM
from tests.use_cases.replayed_brand import instagram_rows, write_rows
from tests.workplace import ANSWERS, workplace

BRANDS = 200
LATE_BRANDS = 20
"""Brands of another tenant, which come last to the queue."""
COUNTS = """
SELECT count(*), count(*) FILTER (WHERE status = 'SUCCEEDED'), count(DISTINCT brand_id), max(attempts) FROM compile_run
"""
LOST_WITH_THE_DAEMON = (
    "The Dagster run of this compile ended without finishing it: its process was killed, or could not start."
)
"""Of a run that the daemon was about to launch when it died: none of its compiles had begun."""
LATE_AND_LAST = """
SELECT min(finished_at) FILTER (WHERE brand_id = ANY(%(late)s)),
    max(finished_at) FILTER (WHERE brand_id <> ALL(%(late)s))
FROM compile_run
"""


def add_brands(ledger: Ledger) -> list[UUID]:
    """The last ones belong to another tenant."""
    sources = [{"platform": "instagram", "capability": "posts", "identifier": "nova"}]
    added = []
    for number in range(BRANDS):
        content = {"brand": {"name": f"Nova {number}"}, "onboarding": {"answers": ANSWERS}, "sources": sources}
        file = read_brand_file(content)
        added.append(import_brand(file, ledger=ledger, now=datetime.now(UTC), new_id=uuid4).brand.id)
    with ledger.begin() as conn:
        late = {"tenant": uuid4(), "late": added[-LATE_BRANDS:]}
        conn.exec_driver_sql("UPDATE brand SET tenant_id = %(tenant)s WHERE id = ANY(%(late)s)", late)
    return added


def test_two_hundred_kickoffs_are_each_compiled_once(tmp_path: Path, ledger_url: str, ledger: Ledger) -> None:
    write_rows(tmp_path / "data", INSTAGRAM, instagram_rows(12))
    brand_ids = add_brands(ledger)

    def counts() -> tuple[int, int, int, int]:
        with ledger.read() as conn:
            runs, succeeded, brands, attempts = conn.exec_driver_sql(COUNTS).one()
        return runs, succeeded, brands, attempts

    with (
        workplace(tmp_path / "home", ledger_url, tmp_path / "data", run_seconds=0.1) as place,
        everything_up(place) as (api, _),
    ):

        def kick_off(brand_id: UUID) -> httpx.Response:
            return api.post(f"/brands/{brand_id}/brandbrain/compile")

        with ThreadPoolExecutor(16) as threads:
            assert {response.status_code for response in threads.map(kick_off, brand_ids)} == {202}
        wait_for(lambda: counts()[1] > LATE_BRANDS)
        (daemon, *_) = processes_of(place, named="daemon run")
        os.kill(daemon, signal.SIGKILL)
        wait_for(lambda: counts()[1] == BRANDS)
        with ledger.read() as conn:
            repeated = set(conn.exec_driver_sql("SELECT last_error FROM compile_run WHERE attempts > 1").scalars())
        assert repeated <= {LOST_WITH_THE_DAEMON}
        assert counts()[:3] == (BRANDS, BRANDS, BRANDS)
        assert place.started_runs == BRANDS
    with ledger.read() as conn:
        assert conn.exec_driver_sql("SELECT count(*), max(version) FROM snapshot").one() == (BRANDS, 1)
        late = {"late": brand_ids[-LATE_BRANDS:]}
        first_late, last_of_the_others = conn.exec_driver_sql(LATE_AND_LAST, late).one()
    assert first_late < last_of_the_others, "the tenant that came last had to wait for everybody else"
