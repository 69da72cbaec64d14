"""How the evidence status of a compile looks in the Dagster UI."""

from collections.abc import Mapping

import dagster as dg

from brandbrain_dagster.domain.ingestion.evidence_status import Disposition, EvidenceStatus, SourceOutcome

_CONSOLE = "https://console.apify.com/actors/runs/"
_COLUMNS = ("source", "identifier", "outcome", "rows", "items", "quarantined", "usd", "why", "run")


def evidence_status_metadata(status: EvidenceStatus) -> Mapping[str, dg.MetadataValue]:
    """Returns the table of sources, what they cost, and how many ended how."""
    counts = {f"sources_{name.value}": dg.MetadataValue.int(len(status.of(name))) for name in Disposition}
    spent = [outcome.usage_usd for outcome in status.outcomes if outcome.usage_usd is not None]
    return {
        "evidence_status": dg.MetadataValue.table([_record(outcome) for outcome in status.outcomes], schema=_SCHEMA),
        "cost_usd": dg.MetadataValue.float(float(sum(spent))),
        **counts,
    }


_SCHEMA = dg.TableSchema(columns=[dg.TableColumn(name) for name in _COLUMNS])


def _record(outcome: SourceOutcome) -> dg.TableRecord:
    run = f"{_CONSOLE}{outcome.apify_run_id}" if outcome.apify_run_id else ""
    return dg.TableRecord(
        {
            "source": outcome.source,
            "identifier": outcome.identifier,
            "outcome": outcome.disposition.value,
            "rows": _shown(outcome.raw_items_count),
            "items": _shown(outcome.item_count),
            "quarantined": _shown(outcome.quarantined_count),
            "usd": _shown(None if outcome.usage_usd is None else float(outcome.usage_usd)),
            "why": outcome.error or outcome.reason,
            "run": run,
        }
    )


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
