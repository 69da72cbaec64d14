"""The API's tokens. Only their hashes are kept: a token that is lost cannot be shown again, only replaced."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Connection, Text, bindparam, func, insert, select, update

from brandbrain_dagster.errors import NotFoundError
from brandbrain_dagster.stores.ledger.query_steps import FetchesRows
from brandbrain_dagster.stores.ledger.request_tables import api_token


@dataclass(frozen=True, kw_only=True)
class ApiToken:
    """What a token may do: everything of its tenant, or of one brand alone; or only read it."""

    id: UUID
    tenant_id: UUID
    brand_id: UUID | None
    is_read_only: bool
    created_at: datetime
    revoked_at: datetime | None


_COLUMNS = [column for column in api_token.c if column is not api_token.c.token_hash]
_active_token = select(*_COLUMNS).where(
    api_token.c.token_hash == bindparam("token_hash", type_=Text()), api_token.c.revoked_at.is_(None)
)
_any_token = select(select(api_token.c.id).exists())


def token_hash(token: str | bytes) -> str:
    """Returns what is kept of a token: it has too much chance in it for anybody to guess it from a plain hash."""
    return sha256(token.encode() if isinstance(token, str) else token).hexdigest()


def insert_api_token(
    conn: Connection,
    *,
    token_id: UUID,
    tenant_id: UUID,
    brand_id: UUID | None,
    token: str,
    is_read_only: bool,
    now: datetime,
) -> ApiToken:
    """Keeps a token's hash and what the token may do."""
    values = {"id": token_id, "tenant_id": tenant_id, "brand_id": brand_id, "is_read_only": is_read_only}
    statement = insert(api_token).values(**values, token_hash=token_hash(token), created_at=now).returning(*_COLUMNS)
    return ApiToken(**conn.execute(statement).mappings().one())


def list_api_tokens(conn: Connection) -> list[ApiToken]:
    """Returns the tokens that are in force, newest first."""
    statement = select(*_COLUMNS).where(api_token.c.revoked_at.is_(None))
    ordered = statement.order_by(api_token.c.created_at.desc(), api_token.c.id)
    return [ApiToken(**row) for row in conn.execute(ordered).mappings()]


def revoke_api_token(conn: Connection, *, token_id: UUID, now: datetime) -> ApiToken:
    """Takes a token out of force for good; one that is revoked already stays as it was.

    Raises:
        NotFoundError: there is no such token.
    """
    revoked_at = func.coalesce(api_token.c.revoked_at, now)
    statement = update(api_token).where(api_token.c.id == token_id).values(revoked_at=revoked_at).returning(*_COLUMNS)
    row = conn.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"There is no token with the id {token_id}; 'brandbrain token list' shows those there are.")
    return ApiToken(**row)


def has_api_tokens(conn: Connection) -> bool:
    """Returns whether a token was ever made: an API whose last token is revoked is closed, not open."""
    return bool(conn.execute(_any_token).scalar_one())


async def find_active_token(ledger: FetchesRows, *, hash_of_token: str) -> ApiToken | None:
    """Returns the token with this hash, if it is in force."""
    rows = await ledger.fetch(_active_token, token_hash=hash_of_token)
    return ApiToken(**rows[0]) if rows else None


async def has_tokens(ledger: FetchesRows) -> bool:
    """Returns the same as `has_api_tokens`, on the event loop."""
    rows = await ledger.fetch(_any_token)
    return bool(rows[0][0])
