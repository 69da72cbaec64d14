"""Reading: whatever is asked, nothing is written, not even a row's lock."""

from uuid import uuid4

from sqlalchemy import func, literal_column, select

from brandbrain_dagster.domain.evidence.evidence_item import RawRef
from brandbrain_dagster.domain.normalization.served_item import served_json
from brandbrain_dagster.stores.ledger.all_tables import LEDGER_METADATA
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.evidence_items import upsert_evidence_items
from tests.api.profile_api import ProfileApi
from tests.fakes.evidence_items import make_item
from tests.published_brand import publish
from tests.stores.ledger_rows import NOW, add_finished_run, add_source

ASKED = {"include": "full", "include_evidence": "true"}


def row_versions(ledger: Ledger) -> dict[str, list[str]]:
    """Every row of every table by place, writer and last locker: a write that changes no value shows too."""
    version = func.concat_ws(" ", *(literal_column(name) for name in ("ctid", "xmin", "xmax"))).label("version")
    with ledger.read() as conn:
        return {
            table.name: list(conn.scalars(select(version).select_from(table).order_by(version)))
            for table in LEDGER_METADATA.sorted_tables
        }


def test_no_read_of_the_api_writes_anything(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    evidence_id = uuid4()
    item = make_item(str(evidence_id), brand_id=str(brand.id), raw_refs=[RawRef("run", 7)])
    with ledger.begin() as conn:
        add_finished_run(conn, add_source(conn, brand))
        snapshot = publish(conn, brand)
        upsert_evidence_items(conn, brand_id=brand.id, items=[(evidence_id, "hash", served_json(item))], now=NOW)
    ids = {
        "brand_id": brand.id,
        "snapshot_id": snapshot.id,
        "from_id": snapshot.id,
        "to_id": snapshot.id,
        "compile_run_id": snapshot.compile_run_id,
        "evidence_id": evidence_id,
    }
    operations = api.app.openapi()["paths"].items()
    reads = [path.format(**ids) for path, methods in operations if "get" in methods]
    assert len(reads) >= 15
    # The first look at a board asks for it, which is the one write that a read makes.
    assert api.client.get(f"/api/brands/{brand.id}/today").status_code == 200
    before = row_versions(ledger)
    for _ in range(2):
        for path in reads:
            answer = api.client.get(path, params=ASKED | {"ids": str(evidence_id)})
            assert answer.status_code == 200, (path, answer.text)
    assert row_versions(ledger) == before


def test_write_shows_in_the_versions_of_rows(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    before = row_versions(ledger)
    for statement in ("UPDATE brand SET name = name", "SELECT 1 FROM brand FOR SHARE"):
        with ledger.begin() as conn:
            conn.exec_driver_sql(statement)
        after = row_versions(ledger)
        assert after != before
        before = after
