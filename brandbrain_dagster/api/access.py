"""Who calls, and what the caller may see. The caller is found out before any route runs: see `access_gate`."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request

from brandbrain_dagster.stores.ledger.brand_scope import BrandScope

BrandId = Annotated[UUID, Path(description="The brand.")]
"""A path parameter; a malformed one is answered with 400 ``Invalid brand_id``."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who calls: ``name`` is for logs. Without tenant and brand all brands are in reach, with a brand only that one."""

    name: str
    tenant_id: UUID | None = None
    brand_id: UUID | None = None
    is_read_only: bool = False

    def scope(self) -> BrandScope:
        """Returns which brands the caller may see."""
        return BrandScope(tenant_id=self.tenant_id, only_brand_id=self.brand_id)


ANYONE = Caller(name="anyone")
"""Whoever calls an API that has no tokens."""

TOKEN_OF_SETTINGS = Caller(name="token of the settings")
"""Whoever calls with one of the tokens in BRANDBRAIN_API_TOKENS."""


async def caller_of(request: Request) -> Caller:
    """Returns the caller of a request that has passed the gate."""
    caller: Caller = request.state.caller
    return caller


CallerOfRequest = Annotated[Caller, Depends(caller_of)]
