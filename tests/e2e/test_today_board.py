"""The Today board, used through HTTP alone under `brandbrain up`."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.e2e.brand_over_http import Brand
from tests.everything_up import everything_up
from tests.use_cases.collecting import INSTAGRAM, utc_now
from tests.use_cases.replayed_brand import write_rows
from tests.use_cases.themed_rows import themed_rows
from tests.workplace import workplace

LOOKS = 100


def test_board_is_made_at_the_first_look_and_kept_current(tmp_path: Path, ledger_url: str, ledger: Ledger) -> None:
    write_rows(tmp_path / "data", INSTAGRAM, themed_rows(utc_now() - timedelta(hours=3)))
    with (
        workplace(tmp_path / "home", ledger_url, tmp_path / "data") as place,
        everything_up(place) as (api, _),
    ):
        brand = Brand(api)
        brand.answer()
        brand.add_source()
        assert brand.today()["meta"]["state"] == "not_generated_yet"
        assert brand.wait_until_over(brand.compile())["status"] == "SUCCEEDED"

        with ThreadPoolExecutor(16) as threads:
            states = set(threads.map(lambda _: brand.today()["meta"]["state"], range(LOOKS)))
        assert states <= {"generating", "ready"}
        first = brand.wait_for_board()
        assert first["meta"]["state"] == "ready"
        assert len(first["opportunities"]) >= 3
        with ledger.read() as conn:
            assert conn.exec_driver_sql("SELECT count(*) FROM board_generation").scalar_one() == 1

        last = first["opportunities"][-1]
        decided = api.post(
            f"/brands/{brand.id}/opportunities/{last['id']}/decision", json={"decision_type": "opportunity_pinned"}
        )
        assert decided.status_code == 200
        assert brand.today()["opportunities"][0]["id"] == last["id"]

        brand.answer(**{"tier0.what_we_do": "We build cargo bicycles."})
        brand.wait_for_version(2)
        second = brand.wait_for_board(other_than=first["meta"]["board_id"])
        assert second["meta"]["state"] == "ready"
        assert second["meta"]["stale"] is False
        assert second["opportunities"][0]["id"] == last["id"]
