from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select

from brandbrain_dagster.domain.normalization.served_item import served_json
from brandbrain_dagster.domain.opportunities.evidence_preview import evidence_preview
from brandbrain_dagster.stores.ledger.all_tables import LEDGER_METADATA
from brandbrain_dagster.stores.ledger.engine import Ledger, open_ledger
from brandbrain_dagster.stores.ledger.evidence_items import upsert_evidence_items
from brandbrain_dagster.stores.ledger.migrate import alembic_config, is_current, upgrade_ledger
from brandbrain_dagster.stores.ledger.tables import evidence_item
from tests.fakes.evidence_items import make_item
from tests.stores.ledger_rows import NOW, add_brand, later

CATALOG = """
SELECT 'column', table_name, column_name, data_type || ' ' || is_nullable
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL
SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 't'
ORDER BY 1, 2, 3
"""


def catalog(conn: Connection) -> list[tuple[str, ...]]:
    rows = [tuple(row) for row in conn.exec_driver_sql(CATALOG)]
    return [row for row in rows if row[1] != "alembic_version"]


def test_migrated_schema_is_what_the_tables_say(ledger: Ledger, empty_database_url: str) -> None:
    from_tables = open_ledger(empty_database_url)
    with from_tables.begin() as conn:
        LEDGER_METADATA.create_all(conn)
        expected = catalog(conn)
    from_tables.close()
    with ledger.read() as conn:
        assert catalog(conn) == expected
        assert compare_metadata(MigrationContext.configure(conn), LEDGER_METADATA) == []


def test_ledger_is_current_only_after_its_upgrade(empty_database_url: str) -> None:
    ledger = open_ledger(empty_database_url)
    before = is_current(ledger)
    upgrade_ledger(ledger)
    after = is_current(ledger)
    ledger.close()
    assert (before, after) == (False, True)


def test_upgrade_may_run_in_several_places_at_once(empty_database_url: str) -> None:
    ledgers = [open_ledger(empty_database_url) for _ in range(4)]
    with ThreadPoolExecutor(len(ledgers)) as threads:
        list(threads.map(upgrade_ledger, ledgers))
    verdicts = [is_current(ledger) for ledger in ledgers]
    for ledger in ledgers:
        ledger.close()
    assert verdicts == [True] * 4


def test_upgrade_can_be_taken_back_and_repeated(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        before = catalog(conn)
        command.downgrade(alembic_config(conn), "base")
        assert catalog(conn) == []
    upgrade_ledger(ledger)
    with ledger.read() as conn:
        assert catalog(conn) == before


def test_items_that_were_there_before_their_previews_get_them(ledger: Ledger) -> None:
    texts = ["  We roast on Tuesdays. ", "", "a" * 300, "\tHello\n", "\n", "a" * 199 + "👩‍🍳"]
    items = [make_item(str(uuid4()), text=text, title="A title") for text in texts]
    rows = [(UUID(item.id), item.content_hash, served_json(item)) for item in items]
    shown = {item_id: evidence_preview(item_id, item).text_snippet for item_id, _, item in rows}
    kept = select(evidence_item.c.id, evidence_item.c.preview_json["text_snippet"].astext, evidence_item.c.updated_at)
    with ledger.begin() as conn:
        brand = add_brand(conn)
        upsert_evidence_items(conn, brand_id=brand.id, items=rows, now=NOW)
        command.downgrade(alembic_config(conn), "0006")
        command.upgrade(alembic_config(conn), "head")
        made = {item_id: snippet for item_id, snippet, _ in conn.execute(kept)}
        assert [made[item_id] for item_id, *_ in rows[:3]] == [shown[item_id] for item_id, *_ in rows[:3]]
        # How a text is cut and trimmed, the code knows better: it corrects what is cited again.
        upsert_evidence_items(conn, brand_id=brand.id, items=rows, now=later(1))
        assert set(conn.execute(kept)) == {(item_id, snippet, NOW) for item_id, snippet in shown.items()}


def test_dagster_schema_is_made_and_left_alone(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        conn.exec_driver_sql("CREATE TABLE dagster.runs (id int)")
        assert compare_metadata(MigrationContext.configure(conn), LEDGER_METADATA) == []
        command.downgrade(alembic_config(conn), "base")
        assert conn.exec_driver_sql("SELECT count(*) FROM dagster.runs").scalar() == 0
