"""Everything that a brand's page needs first, in one request."""

from fastapi import APIRouter

from brandbrain_dagster.api.access import BrandId, CallerOfRequest
from brandbrain_dagster.api.brand_shapes import (
    BootstrapShape,
    BrandShape,
    LatestShape,
    OnboardingShape,
    SourceShape,
)
from brandbrain_dagster.api.dependencies import LedgerOfApp
from brandbrain_dagster.api.profile_shapes import OverridesShape
from brandbrain_dagster.stores.ledger.onboarding import get_onboarding
from brandbrain_dagster.stores.ledger.overrides import get_overrides
from brandbrain_dagster.stores.ledger.snapshots import find_newest_snapshot
from brandbrain_dagster.stores.ledger.sources import list_sources
from brandbrain_dagster.stores.ledger.visible_brands import get_visible_brand

router = APIRouter(tags=["brands"])


@router.get("/api/brands/{brand_id}/bootstrap", response_model_exclude_unset=True)
def get_bootstrap(brand_id: BrandId, caller: CallerOfRequest, ledger: LedgerOfApp) -> BootstrapShape:
    """The brand, its answers, sources and overrides, and whether there is a profile."""
    with ledger.read() as conn:
        brand = get_visible_brand(conn, brand_id=brand_id, scope=caller.scope())
        onboarding = get_onboarding(conn, brand_id=brand_id)
        listed = list_sources(conn, brand_id=brand_id)
        overrides = get_overrides(conn, brand_id=brand_id)
        newest = find_newest_snapshot(conn, brand_id=brand_id)
    latest = None
    if newest is not None:
        has_data = bool(newest.snapshot_json)
        latest = LatestShape(snapshot_id=newest.id, created_at=newest.created_at, has_data=has_data)
    return BootstrapShape(
        brand=BrandShape.of(brand),
        onboarding=OnboardingShape.of(onboarding),
        sources=[SourceShape.of(source) for source in listed],
        overrides=OverridesShape(
            brand_id=brand_id,
            overrides_json=dict(overrides.overrides_json),
            pinned_paths=list(overrides.pinned_paths),
            updated_at=overrides.updated_at,
        ),
        latest=latest,
    )
