"""Reading the inputs of a brand's compile from the ledger."""

from uuid import UUID

from sqlalchemy import Connection

from brandbrain_dagster.domain.compile.brand_inputs import BrandInputs, used_sources
from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.stores.ledger import brands, onboarding, overrides, sources


def list_active_sources(
    conn: Connection, *, brand_id: UUID, disabled_capabilities: frozenset[str]
) -> list[SourceConnection]:
    """Returns the enabled sources of capabilities that are switched on."""
    enabled = sources.list_sources(conn, brand_id=brand_id, enabled_only=True)
    return [source for source in enabled if source.name not in disabled_capabilities]


def read_brand_inputs(conn: Connection, *, brand_id: UUID, disabled_capabilities: frozenset[str]) -> BrandInputs:
    """Reads the inputs of one brand as they are now."""
    decided = overrides.get_overrides(conn, brand_id=brand_id)
    active = list_active_sources(conn, brand_id=brand_id, disabled_capabilities=disabled_capabilities)
    return BrandInputs(
        answers_json=onboarding.get_onboarding(conn, brand_id=brand_id).answers_json,
        overrides_json=decided.overrides_json,
        pinned_paths=decided.pinned_paths,
        sources=used_sources(active),
        pinned_values=decided.pinned_values_json,
        brand_name=brands.get_brand(conn, brand_id=brand_id).name,
    )
