"""``brandbrain token``: create, list, revoke the API's tokens."""

from secrets import token_urlsafe
from typing import Any
from uuid import UUID

import click

from brandbrain_dagster.cli.command import (
    json_option,
    new_id,
    now,
    opened_ledger,
    print_json,
    print_table,
    reports_errors,
)
from brandbrain_dagster.stores.ledger import api_tokens, brands
from brandbrain_dagster.stores.ledger.api_tokens import ApiToken
from brandbrain_dagster.use_cases.create_brand import DEFAULT_TENANT

_RECOGNIZABLE = "brandbrain_"
"""What every token starts with, so that scanners for leaked secrets know one when they see it."""
_TOKEN_BYTES = 32


@click.group()
def command() -> None:
    """Create, list and revoke the tokens of the API."""


def _as_json(token: ApiToken) -> dict[str, Any]:
    return {
        "id": str(token.id),
        "tenant_id": str(token.tenant_id),
        "brand_id": str(token.brand_id) if token.brand_id else None,
        "is_read_only": token.is_read_only,
        "created_at": token.created_at.isoformat(),
    }


@command.command("create")
@click.option(
    "--tenant", type=click.UUID, default=DEFAULT_TENANT, show_default=True, help="Tenant whose brands it sees."
)
@click.option("--brand", help="The one brand it sees, by its slug or id; all of the tenant's if not given.")
@click.option("--read-only", is_flag=True, help="It may read and not write.")
@json_option
@reports_errors
def create(tenant: UUID, brand: str | None, *, read_only: bool, as_json: bool) -> None:
    """Create a token and print it; only its hash is kept, so it is never shown again."""
    secret = _RECOGNIZABLE + token_urlsafe(_TOKEN_BYTES)
    with opened_ledger() as (_, ledger), ledger.begin() as conn:
        only_brand = brands.resolve_brand(conn, reference=brand, tenant_id=tenant) if brand else None
        token = api_tokens.insert_api_token(
            conn,
            token_id=new_id(),
            tenant_id=tenant,
            brand_id=only_brand.id if only_brand else None,
            token=secret,
            is_read_only=read_only,
            now=now(),
        )
    if as_json:
        print_json({**_as_json(token), "token": secret})
    else:
        click.echo(f"Created token {token.id}. Keep it safe: it is not shown again.", err=True)
        click.echo(secret)


@command.command("list")
@json_option
@reports_errors
def list_all(*, as_json: bool) -> None:
    """List the tokens in force, newest first, without the tokens themselves."""
    with opened_ledger() as (_, ledger), ledger.read() as conn:
        listed = api_tokens.list_api_tokens(conn)
    if as_json:
        print_json([_as_json(token) for token in listed])
    elif listed:
        rows = [(t.id, t.tenant_id, t.brand_id, "read" if t.is_read_only else "write", t.created_at) for t in listed]
        print_table(["id", "tenant", "brand", "may", "created"], rows)
    else:
        click.echo("There is no token in force; make one with: brandbrain token create")


@command.command("revoke")
@click.argument("token_id", type=click.UUID)
@reports_errors
def revoke(token_id: UUID) -> None:
    """Take the token TOKEN_ID out of force; the API refuses it within five seconds."""
    with opened_ledger() as (_, ledger), ledger.begin() as conn:
        api_tokens.revoke_api_token(conn, token_id=token_id, now=now())
    click.echo(f"Revoked token {token_id}.")
