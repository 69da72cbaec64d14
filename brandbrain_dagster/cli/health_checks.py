"""What ``brandbrain doctor`` looks at."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version

from brandbrain_dagster.errors import BrandBrainError
from brandbrain_dagster.resources.apify import ApifyResource
from brandbrain_dagster.resources.database import database_url
from brandbrain_dagster.settings import Settings, load_settings
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger import brands
from brandbrain_dagster.stores.ledger.engine import open_ledger
from brandbrain_dagster.stores.ledger.migrate import is_current, upgrade_ledger


class Health(StrEnum):
    """How a subject is: well, not set up (some work is impossible), or broken."""

    OK = "ok"
    MISSING = "missing"
    BROKEN = "broken"


@dataclass(frozen=True)
class Finding:
    """What was found, and what to do where it is not well."""

    subject: str
    health: Health
    text: str


def check_everything() -> list[Finding]:
    """Looks at the settings, the database, the lake, Apify and Dagster; what is broken does not stop the rest."""
    findings = [
        Finding("version", Health.OK, f"brandbrain {version('brandbrain-dagster')}, Dagster {version('dagster')}")
    ]
    try:
        settings = load_settings()
    except BrandBrainError as error:
        return [*findings, Finding("settings", Health.BROKEN, str(error))]
    findings.append(Finding("settings", Health.OK, f"home {settings.home.expanduser().resolve()}"))
    for look in (_database, _lake, _apify, _capabilities):
        try:
            findings += look(settings)
        except BrandBrainError as error:
            findings.append(Finding(look.__name__.strip("_"), Health.BROKEN, str(error)))
    return findings


def _database(settings: Settings) -> Iterator[Finding]:
    ledger = open_ledger(database_url(settings))
    if not is_current(ledger):
        upgrade_ledger(ledger)
    with ledger.read() as conn:
        count = len(brands.list_brands(conn))
        server = ".".join(str(part) for part in conn.dialect.server_version_info or ())
    ledger.close()
    kind = "embedded" if settings.database_url is None else "BRANDBRAIN_DATABASE_URL"
    yield Finding("database", Health.OK, f"PostgreSQL {server} ({kind}), tables up to date, {count} brands")


def _lake(settings: Settings) -> Iterator[Finding]:
    lake = Lake(settings.lake_location)
    lake.probe()
    kind = "folder" if settings.lake_url is None else "BRANDBRAIN_LAKE_URL"
    yield Finding("lake", Health.OK, f"readable and writable ({kind}) {settings.lake_location}")


def _apify(settings: Settings) -> Iterator[Finding]:
    if settings.apify_token is None:
        advice = "APIFY_TOKEN is not set: nothing can be collected from Apify itself; a local replay needs none"
        yield Finding("apify token", Health.MISSING, advice)
        if settings.apify_api_base_url == Settings.model_fields["apify_api_base_url"].default:
            return  # it answers nobody without a token

    async def ask() -> str:
        async with ApifyResource().client() as client:
            return (await client.get_current_user()).username

    yield Finding("apify", Health.OK, f"{settings.apify_api_base_url} answers, account {asyncio.run(ask())}")


def _capabilities(settings: Settings) -> Iterator[Finding]:
    for name in sorted(settings.disabled_capabilities):
        yield Finding("capability", Health.MISSING, f"{name} is switched off")
    caps = ", ".join(f"{name} {cap}" for name, cap in sorted(settings.caps.items()))
    yield Finding("caps", Health.OK, caps)
