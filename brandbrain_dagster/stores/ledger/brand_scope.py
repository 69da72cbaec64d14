"""Which brand a caller means and may see, as part of a query: one out of reach is as absent as one that never was."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Uuid, bindparam

from brandbrain_dagster.errors import NotFoundError
from brandbrain_dagster.stores.ledger.tables import brand


@dataclass(frozen=True, kw_only=True)
class BrandScope:
    """Whose brands may be seen: a tenant's, one brand alone, or (both None) all."""

    tenant_id: UUID | None = None
    only_brand_id: UUID | None = None

    def parameters(self, brand_id: UUID) -> dict[str, UUID | None]:
        """Returns what `IS_VISIBLE_BRAND` leaves open."""
        return {"brand_id": brand_id, "tenant_id": self.tenant_id, "only_brand_id": self.only_brand_id}


def absent_brand() -> NotFoundError:
    """Returns the error for a brand that is not there or out of reach: nobody can tell which."""
    return NotFoundError("Brand not found")


WHOLE_LEDGER = BrandScope()
"""Nothing is out of reach: for those who may use the database anyway."""

_tenant_id = bindparam("tenant_id", type_=Uuid())
_only_brand_id = bindparam("only_brand_id", type_=Uuid())

IS_VISIBLE_BRAND = (
    (brand.c.id == bindparam("brand_id", type_=Uuid()))
    & brand.c.deleted_at.is_(None)
    & (_tenant_id.is_(None) | (brand.c.tenant_id == _tenant_id))
    & (_only_brand_id.is_(None) | (brand.c.id == _only_brand_id))
)
"""True of the brand ``brand_id``, if it is within the scope; see `BrandScope.parameters`."""
