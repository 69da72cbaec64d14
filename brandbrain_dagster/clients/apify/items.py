"""One page of dataset rows, kept byte for byte."""

from collections.abc import Mapping
from dataclasses import dataclass

from brandbrain_dagster.clients.apify.failures import failure_from_body
from brandbrain_dagster.domain.evidence.dataset_rows import split_rows

_COUNT_HEADER = "X-Apify-Pagination-Count"


@dataclass(frozen=True)
class ItemsPage:
    """Rows as received. ``scanned_count`` is how far the next offset moves; it may exceed the number of rows."""

    rows: list[bytes]
    scanned_count: int


def items_page_from(action: str, headers: Mapping[str, str], body: bytes) -> ItemsPage:
    """Splits the body of a page into its rows.

    Raises:
        ApifyCallError: the body is not a JSON array in UTF-8.
    """
    try:
        rows = split_rows(body)
    except (ValueError, RecursionError) as cause:
        raise failure_from_body(action, str(cause)) from cause
    stated = headers.get(_COUNT_HEADER, "")
    stated_count = int(stated) if stated.isascii() and stated.isdigit() else 0
    return ItemsPage(rows=rows, scanned_count=max(stated_count, len(rows)))
