"""Creating a brand."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from brandbrain_dagster.domain.onboarding.brand_name import checked_slug, slug_of
from brandbrain_dagster.domain.platforms.web import normalize_web_identifier
from brandbrain_dagster.stores.ledger import brands
from brandbrain_dagster.stores.ledger.brands import Brand

DEFAULT_TENANT = UUID("00000000-0000-0000-0000-000000000001")
"""The tenant of brands that are made where there is only one."""


def create_brand(
    conn: Connection,
    *,
    name: str,
    slug: str | None,
    website_url: str | None,
    brand_id: UUID,
    now: datetime,
    tenant_id: UUID = DEFAULT_TENANT,
) -> Brand:
    """Creates a brand; the slug is made from the name when none is given.

    Raises:
        InvalidInputError: the name, the slug or the address cannot be used.
        ConflictError: there is a brand with this slug.
    """
    return brands.insert_brand(
        conn,
        brand_id=brand_id,
        tenant_id=tenant_id,
        name=name.strip(),
        slug=checked_slug(slug) if slug else slug_of(name),
        website_url=normalize_web_identifier(website_url) if website_url else None,
        now=now,
    )
