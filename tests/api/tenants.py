"""Tokens and brands of several tenants."""

from uuid import UUID, uuid4

from brandbrain_dagster.stores.ledger.api_tokens import ApiToken, insert_api_token
from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.stores.ledger_rows import NOW, TENANT

OTHER_TENANT = UUID(int=2)


def add_token(
    ledger: Ledger,
    *,
    tenant_id: UUID = TENANT,
    brand_id: UUID | None = None,
    is_read_only: bool = False,
    token: str | None = None,
) -> tuple[dict[str, str], ApiToken]:
    """Makes a token; returns the headers that carry it, and what is kept of it."""
    secret = token or uuid4().hex
    with ledger.begin() as conn:
        kept = insert_api_token(
            conn,
            token_id=uuid4(),
            tenant_id=tenant_id,
            brand_id=brand_id,
            token=secret,
            is_read_only=is_read_only,
            now=NOW,
        )
    return {"Authorization": f"Bearer {secret}"}, kept
