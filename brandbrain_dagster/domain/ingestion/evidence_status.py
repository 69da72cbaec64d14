"""What became of each source in one compile: ``evidence_status_json``."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self
from uuid import UUID


class Disposition(StrEnum):
    """The list of ``evidence_status_json`` that a source is in."""

    REUSED = "reused"
    REFRESHED = "refreshed"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class SourceOutcome:
    """What became of one source; None means that it does not apply or is not known.

    ``source`` is ``platform.capability``. ``usage_usd`` is what this compile spent on the source, so a reused run has
    none. The counts of items are filled in by normalization.
    """

    disposition: Disposition
    source: str
    source_connection_id: UUID
    identifier: str
    reason: str
    apify_run_id: str | None = None
    apify_run_status: str | None = None
    run_age_hours: float | None = None
    raw_items_count: int | None = None
    item_count: int | None = None
    quarantined_count: int | None = None
    normalized_created: int | None = None
    normalized_updated: int | None = None
    usage_usd: Decimal | None = None
    error: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Returns the entry with the keys that apply."""
        entry: dict[str, Any] = {
            "source": self.source,
            "source_connection_id": str(self.source_connection_id),
            "identifier": self.identifier,
            "reason": self.reason,
        }
        optional = {name: getattr(self, name) for name in _OPTIONAL_KEYS}
        optional["run_age_hours"] = None if self.run_age_hours is None else round(self.run_age_hours, 2)
        optional["usage_usd"] = None if self.usage_usd is None else float(self.usage_usd)
        return entry | {name: value for name, value in optional.items() if value is not None}

    @classmethod
    def from_json(cls, disposition: Disposition, entry: Mapping[str, Any]) -> Self:
        """Reads an entry of the list ``disposition``."""
        usage = entry.get("usage_usd")
        return cls(
            disposition=disposition,
            source=entry["source"],
            source_connection_id=UUID(entry["source_connection_id"]),
            identifier=entry["identifier"],
            reason=entry["reason"],
            usage_usd=None if usage is None else Decimal(str(usage)),
            **{name: entry.get(name) for name in _OPTIONAL_KEYS if name != "usage_usd"},
        )


_OPTIONAL_KEYS = (
    "apify_run_id",
    "apify_run_status",
    "run_age_hours",
    "raw_items_count",
    "item_count",
    "quarantined_count",
    "normalized_created",
    "normalized_updated",
    "usage_usd",
    "error",
)


@dataclass(frozen=True)
class EvidenceStatus:
    """What became of every source of a brand, in the order of the sources."""

    outcomes: tuple[SourceOutcome, ...] = ()

    def of(self, disposition: Disposition) -> tuple[SourceOutcome, ...]:
        """Returns the outcomes of one list."""
        return tuple(outcome for outcome in self.outcomes if outcome.disposition is disposition)

    def to_json(self) -> dict[str, list[dict[str, Any]]]:
        """Returns ``evidence_status_json``: always the four lists."""
        return {disposition.value: [entry.to_json() for entry in self.of(disposition)] for disposition in Disposition}

    @classmethod
    def from_json(cls, status: Mapping[str, Any]) -> Self:
        """Reads ``evidence_status_json``; a list that is not there is empty."""
        return cls(
            tuple(
                SourceOutcome.from_json(disposition, entry)
                for disposition in Disposition
                for entry in status.get(disposition.value, [])
            )
        )
