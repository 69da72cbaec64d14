"""`brandbrain up`, used through HTTP alone: what is edited, grows old or is killed is current again by itself."""

import os
import signal
from pathlib import Path

from tests.e2e.brand_over_http import Brand
from tests.everything_up import everything_up, processes_of, wait_for
from tests.use_cases.collecting import INSTAGRAM
from tests.use_cases.replayed_brand import instagram_rows, write_rows
from tests.workplace import workplace

STOP_SECONDS = 30
"""How long everything may take to stop (quality bars)."""


def test_profile_stays_current_by_itself(tmp_path: Path, ledger_url: str) -> None:
    write_rows(tmp_path / "data", INSTAGRAM, instagram_rows(12))
    with (
        workplace(tmp_path / "home", ledger_url, tmp_path / "data", run_seconds=2) as place,
        everything_up(place) as (api, process),
    ):
        brand = Brand(api)
        brand.answer()
        source_id = brand.add_source()

        done = brand.wait_until_over(brand.compile())
        assert done["status"] == "SUCCEEDED"
        assert [entry["source"] for entry in done["evidence_status"]["refreshed"]] == ["instagram.posts"]
        assert brand.latest()["version"] == 1
        assert brand.compile()["status"] == "UNCHANGED"
        assert place.started_runs == 1

        brand.answer(**{"tier0.what_we_do": "We build cargo bicycles."})
        edited = brand.wait_for_version(2)
        assert edited["snapshot_json"]["positioning"]["what_we_do"]["value"] == "We build cargo bicycles."
        assert place.started_runs == 1, "fresh evidence was paid for again"

        killed = brand.compile(force_refresh=True)
        wait_for(lambda: brand.compile_status(killed)["status"] == "RUNNING" and place.started_runs == 2)
        for pid in processes_of(place, named="multiprocessing.spawn"):
            os.kill(pid, signal.SIGKILL)
        assert brand.wait_until_over(killed)["status"] == "SUCCEEDED"
        assert place.started_runs == 2, "the run of the killed process was paid for again"
        assert brand.latest()["version"] == 3

        seconds = {"ttl_hours": 3 / 3600}
        api.patch(f"/sources/{source_id}", json={"settings_json": seconds}).raise_for_status()
        brand.wait_for_version(4)
        assert place.started_runs >= 3

        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=STOP_SECONDS) == 0
        assert processes_of(place) == []
