"""The queries that the documents give for watching a ledger run on one, and change nothing."""

import re
from pathlib import Path

from sqlalchemy import text

from brandbrain_dagster.stores.ledger.engine import Ledger

DOCUMENT = Path(__file__).parents[2] / "docs" / "operations.md"
_BLOCK = re.compile(r"^```sql\n(SELECT.*?);\n```", re.MULTILINE | re.DOTALL)


def test_the_queries_for_alerts_run_on_a_ledger(ledger: Ledger) -> None:
    queries = _BLOCK.findall(DOCUMENT.read_text(encoding="utf-8"))
    assert len(queries) >= 3
    with ledger.read() as conn:
        columns = [tuple(conn.execute(text(query)).keys()) for query in queries]
    assert columns == [("kind", "due", "since"), ("error", "count"), ("usd", "of_unknown_cost")]
