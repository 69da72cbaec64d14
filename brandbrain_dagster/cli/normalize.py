"""``brandbrain normalize``: what a dataset file becomes."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import click
import msgspec

from brandbrain_dagster.cli.command import print_json, print_table, reports_errors
from brandbrain_dagster.domain.evidence.dataset_rows import split_rows
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.normalization.served_item import served_json
from brandbrain_dagster.domain.normalization.sightings import NormalizationCounts, RawRun, fold_run
from brandbrain_dagster.domain.platforms.registry import capability_by_name
from brandbrain_dagster.errors import InvalidInputError

_NO_BRAND = UUID(int=0)
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for the brand and the time of fetching, which a file does not know; so the same file gives the same output."""


@click.command()
@click.argument("capability")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "output_format", type=click.Choice(["jsonl", "table"]), default="jsonl", show_default=True)
@click.option("--identifier", help="The source's identifier, to tell the brand's own items from other people's.")
@click.option("--brand-id", type=click.UUID, default=_NO_BRAND, help="The brand whose ids the items get.")
@click.option("--fetched-at", type=click.DateTime(), default=None, help="When the rows were fetched (UTC).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array, and the counts as JSON on stderr.")
@reports_errors
def command(
    capability: str,
    file: Path,
    *,
    output_format: str,
    identifier: str | None,
    brand_id: UUID,
    fetched_at: datetime | None,
    as_json: bool,
) -> None:
    """Print the evidence items that the rows of FILE become, read as CAPABILITY (such as instagram.reels).

    FILE holds a JSON array as Apify exports it, or JSON lines. Counts and reasons go to stderr.
    """
    entry = capability_by_name(capability)
    run = RawRun(
        apify_run_id=file.stem,
        fetched_at=fetched_at.replace(tzinfo=UTC) if fetched_at else _NO_TIME,
        capability=entry,
        identifier=entry.normalize_identifier(identifier) if identifier else None,
        rows=_rows(file),
    )
    items: dict[str, EvidenceItem] = {}
    counts = fold_run(items, run, brand_id=brand_id)
    _print_items(list(items.values()), output_format, as_json=as_json)
    _print_counts(counts, len(items), as_json=as_json)


def _rows(file: Path) -> list[bytes]:
    """Splits a file into its rows, byte for byte; a row that is no JSON stays one, to be counted as such.

    Raises:
        InvalidInputError: it is neither a JSON array or object nor JSON lines.
    """
    content = file.read_bytes().removeprefix(b"\xef\xbb\xbf").strip()
    if content.startswith(b"["):
        try:
            return split_rows(content)
        except (ValueError, RecursionError) as error:
            raise InvalidInputError(f"{file} starts like a JSON array but is not one: {error}.") from error
    lines = [line for line in content.splitlines() if line.strip()]
    if lines and not any(line.lstrip().startswith(b"{") for line in lines):
        raise InvalidInputError(f"{file} is neither a JSON array nor JSON lines; export the dataset as JSON or JSONL.")
    return [content] if _is_json(content) else lines


def _is_json(content: bytes) -> bool:
    try:
        msgspec.json.decode(content, type=msgspec.Raw)
    except (msgspec.MsgspecError, RecursionError):
        return False
    return True


def _print_items(items: list[EvidenceItem], output_format: str, *, as_json: bool) -> None:
    if as_json:
        print_json([served_json(item) for item in items])
    elif output_format == "table":
        rows = [
            (
                item.content_type,
                item.published_at,
                item.author_ref,
                item.text_primary[:60].replace("\n", " "),
                item.canonical_url,
            )
            for item in items
        ]
        print_table(["type", "published", "author", "text", "url"], rows)
    else:
        for item in items:
            click.echo(msgspec.json.encode(served_json(item)).decode())


def _print_counts(counts: NormalizationCounts, item_count: int, *, as_json: bool) -> None:
    reasons = Counter((row.kind.value, row.reason) for row in counts.refused)
    if as_json:
        refused = [{"kind": kind, "reason": reason, "count": count} for (kind, reason), count in reasons.most_common()]
        summary = {"rows": counts.rows, "items": item_count, "quarantined": len(counts.quarantined)}
        click.echo(msgspec.json.encode({**summary, "error_rows": len(counts.error_rows), "refused": refused}), err=True)
        return
    click.echo(
        f"{counts.rows} rows: {item_count} items, {counts.sightings - item_count} repeated sightings, "
        f"{len(counts.error_rows)} error rows, {len(counts.quarantined)} quarantined",
        err=True,
    )
    for (kind, reason), count in reasons.most_common():
        click.echo(f"  {count} x {kind}: {reason}", err=True)
