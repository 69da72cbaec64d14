"""From rows to evidence: identity, and merging of several sightings of the same thing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import msgspec

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, RawRef
from brandbrain_dagster.domain.evidence.identity import EvidenceIds, content_hash, evidence_key
from brandbrain_dagster.domain.normalization.row_reader import Refusal, RefusalKind, RowReader
from brandbrain_dagster.domain.platforms.capability import Capability, Sighting

NORMALIZER_VERSION = "1"
"""Part of every evidence item; raised whenever the same raw row would give another item."""


@dataclass(frozen=True, kw_only=True)
class RawRun:
    """The rows of one actor run, exactly as received, in dataset order (``item_index`` is the position)."""

    apify_run_id: str
    fetched_at: datetime
    capability: Capability
    identifier: str | None
    rows: Sequence[bytes]


@dataclass(frozen=True, kw_only=True)
class RefusedRow:
    """A row that did not become evidence; it stays in the raw items."""

    apify_run_id: str
    item_index: int
    kind: RefusalKind
    reason: str


@dataclass(kw_only=True)
class NormalizationCounts:
    """What became of the rows of one run; ``created`` and ``updated`` count evidence items of the brand."""

    apify_run_id: str
    rows: int = 0
    sightings: int = 0
    created: int = 0
    updated: int = 0
    refused: list[RefusedRow] = field(default_factory=list)

    @property
    def error_rows(self) -> list[RefusedRow]:
        """The actor's own error rows."""
        return [row for row in self.refused if row.kind == RefusalKind.ERROR_ROW]

    @property
    def quarantined(self) -> list[RefusedRow]:
        """Rows that should have been items and could not be read as such."""
        return [row for row in self.refused if row.kind not in (RefusalKind.ERROR_ROW, RefusalKind.NOT_AN_ITEM)]


def fold_run(items: dict[str, EvidenceItem], run: RawRun, *, brand_id: UUID) -> NormalizationCounts:
    """Folds one run into a brand's evidence (by id), in place, and returns what happened.

    Folding the same run again changes nothing.
    """
    counts = NormalizationCounts(apify_run_id=run.apify_run_id, rows=len(run.rows))
    reader = RowReader(run.capability.rows, run.identifier)
    ids = EvidenceIds(brand_id)
    brand = str(brand_id)
    created: set[str] = set()
    before: dict[str, str] = {}
    for index, raw in enumerate(run.rows):
        for found in reader.read(raw):
            if isinstance(found, Refusal):
                refused = RefusedRow(
                    apify_run_id=run.apify_run_id, item_index=index, kind=found.kind, reason=found.reason
                )
                counts.refused.append(refused)
                continue
            counts.sightings += 1
            item = _item(found, run, index, brand, ids)
            known = items.get(item.id)
            if known is not None and item.raw_refs[0] in known.raw_refs:
                continue  # this very row was folded before
            if known is None:
                created.add(item.id)
            elif item.id not in created:
                before.setdefault(item.id, known.content_hash)
            items[item.id] = merge_sightings(known, item) if known else _hashed(item)
    counts.created = len(created)
    counts.updated = sum(items[item_id].content_hash != content for item_id, content in before.items())
    return counts


def fold_runs(runs: Iterable[RawRun], *, brand_id: UUID) -> tuple[dict[str, EvidenceItem], list[NormalizationCounts]]:
    """Rebuilds a brand's evidence from all its runs, in the order of (fetched_at, run id)."""
    items: dict[str, EvidenceItem] = {}
    ordered = sorted(runs, key=lambda run: (run.fetched_at, run.apify_run_id))
    return items, [fold_run(items, run, brand_id=brand_id) for run in ordered]


def _item(sighting: Sighting, run: RawRun, index: int, brand_id: str, ids: EvidenceIds) -> EvidenceItem:
    capability = run.capability
    key = evidence_key(capability.platform, capability.content_type, sighting.external_id, sighting.canonical_url)
    return EvidenceItem(
        id=ids.id_of(key),
        brand_id=brand_id,
        platform=capability.platform,
        capability=capability.name,
        content_type=capability.content_type,
        external_id=sighting.external_id,
        canonical_url=sighting.canonical_url,
        published_at=sighting.published_at,
        author_ref=sighting.author_ref,
        title=sighting.title,
        text_primary=sighting.text_primary,
        text_secondary=sighting.text_secondary,
        hashtags=sighting.hashtags,
        metrics=sighting.metrics,
        media=sighting.media,
        flags=sighting.flags,
        language=sighting.language,
        raw_refs=[RawRef(run.apify_run_id, index)],
        first_seen_at=run.fetched_at,
        last_seen_at=run.fetched_at,
        content_hash="",
        normalizer_version=NORMALIZER_VERSION,
    )


def _hashed(item: EvidenceItem) -> EvidenceItem:
    msgspec.structs.force_setattr(item, "content_hash", content_hash(item))
    return item


def merge_sightings(older: EvidenceItem, newer: EvidenceItem) -> EvidenceItem:
    """Merges two sightings of the same item, given older first (seen times decide where they say otherwise).

    The newer one wins, but its blanks never erase the title, the secondary text (a transcript) or the publishing time;
    raw references accumulate, the seen times widen. Associative, so any grouping of the same order gives the same item.
    """
    if newer.last_seen_at < older.last_seen_at:
        older, newer = newer, older
    text_secondary = newer.text_secondary or older.text_secondary
    flags = newer.flags
    if text_secondary and older.flags.has_transcript and not newer.flags.has_transcript:
        flags = msgspec.structs.replace(flags, has_transcript=True, is_low_value=False)
    merged = msgspec.structs.replace(
        newer,
        title=newer.title or older.title,
        text_secondary=text_secondary,
        published_at=newer.published_at or older.published_at,
        flags=flags,
        raw_refs=sorted({*older.raw_refs, *newer.raw_refs}),
        first_seen_at=min(older.first_seen_at, newer.first_seen_at),
        last_seen_at=max(older.last_seen_at, newer.last_seen_at),
    )
    return _hashed(merged)


def by_id(items: Iterable[EvidenceItem]) -> dict[str, EvidenceItem]:
    """Returns the items under their ids."""
    return {item.id: item for item in items}


def total_counts(counts: Iterable[NormalizationCounts]) -> Mapping[str, int]:
    """Adds up what happened to the rows of several runs."""
    totals = {"rows": 0, "sightings": 0, "created": 0, "updated": 0, "error_rows": 0, "quarantined": 0}
    for one in counts:
        totals["rows"] += one.rows
        totals["sightings"] += one.sightings
        totals["created"] += one.created
        totals["updated"] += one.updated
        totals["error_rows"] += len(one.error_rows)
        totals["quarantined"] += len(one.quarantined)
    return totals
