"""Importing a brand from a file: the brand, its answers and its sources, all or nothing, as often as one likes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from brandbrain_dagster.domain.onboarding.brand_name import slug_of
from brandbrain_dagster.domain.onboarding.platform_rules import AnswerProblem
from brandbrain_dagster.domain.platforms.web import normalize_web_identifier
from brandbrain_dagster.errors import InvalidInputError
from brandbrain_dagster.stores.ledger import brands, sources
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.use_cases.add_source import add_source
from brandbrain_dagster.use_cases.answer_onboarding import answer_onboarding
from brandbrain_dagster.use_cases.create_brand import DEFAULT_TENANT, create_brand

NewId = Callable[[], UUID]


class BrandSection(msgspec.Struct, forbid_unknown_fields=True):
    """The brand itself."""

    name: str
    slug: str | None = None
    website_url: str | None = None


class OnboardingSection(msgspec.Struct, forbid_unknown_fields=True):
    """The answers by question id, and the tier (0, 1 or 2) that is complete."""

    tier: Literal[0, 1, 2] = 0
    answers: dict[str, Any] = {}


class SourceSection(msgspec.Struct, forbid_unknown_fields=True):
    """One source."""

    platform: str
    capability: str
    identifier: str
    settings: dict[str, Any] = {}


class BrandFile(msgspec.Struct, forbid_unknown_fields=True):
    """A brand file: ``brand``, and where there are any ``onboarding`` and ``sources``."""

    brand: BrandSection
    onboarding: OnboardingSection | None = None
    sources: list[SourceSection] = []


@dataclass(frozen=True, kw_only=True)
class ImportedBrand:
    """What an import did."""

    brand: Brand
    is_new: bool
    sources_added: int
    sources_known: int
    warnings: tuple[AnswerProblem, ...]


def read_brand_file(content: Any) -> BrandFile:
    """Reads a decoded brand file; a date, which YAML makes of an unquoted text, is that text again.

    Raises:
        InvalidInputError: it has another shape; the text names the place.
    """
    try:
        encoded = msgspec.json.encode(content)
        if b"\\u0000" in encoded:
            raise InvalidInputError("The brand file holds a NUL character, which no text may have; remove it.")
        return msgspec.json.decode(encoded, type=BrandFile)
    except (msgspec.ValidationError, TypeError) as error:
        raise InvalidInputError(f"The brand file cannot be used, correct it and try again: {error}.") from error


def import_brand(file: BrandFile, *, ledger: Ledger, now: datetime, new_id: NewId) -> ImportedBrand:
    """Creates or updates the brand that has the file's slug.

    Raises:
        InvalidInputError: an answer, an identifier or a setting cannot be used; nothing was imported.
    """
    slug = file.brand.slug or slug_of(file.brand.name)
    with ledger.begin() as conn:
        known = brands.find_brand_by_slug(conn, tenant_id=DEFAULT_TENANT, slug=slug)
        brand = _brand(conn, file.brand, slug, known, now=now, new_id=new_id)
        warnings: tuple[AnswerProblem, ...] = ()
        if file.onboarding is not None:
            warnings = answer_onboarding(
                conn, brand_id=brand.id, tier=file.onboarding.tier, answers_json=file.onboarding.answers, now=now
            )
        added = [_add(conn, brand.id, section, now=now, new_id=new_id) for section in file.sources]
    return ImportedBrand(
        brand=brand,
        is_new=known is None,
        sources_added=sum(added),
        sources_known=len(added) - sum(added),
        warnings=warnings,
    )


def _brand(
    conn: Connection, section: BrandSection, slug: str, known: Brand | None, *, now: datetime, new_id: NewId
) -> Brand:
    """Creates the brand, or gives the known one the file's name and site."""
    if known is None:
        return create_brand(
            conn, name=section.name, slug=slug, website_url=section.website_url, brand_id=new_id(), now=now
        )
    slug_of(section.name)
    website_url = normalize_web_identifier(section.website_url) if section.website_url else None
    return brands.update_brand(conn, brand_id=known.id, name=section.name.strip(), website_url=website_url)


def _add(conn: Connection, brand_id: UUID, section: SourceSection, *, now: datetime, new_id: NewId) -> bool:
    """Adds the source, or gives the known one the file's settings; returns whether it is new."""
    source, is_new = add_source(
        conn,
        brand_id=brand_id,
        platform=section.platform,
        capability=section.capability,
        identifier=section.identifier,
        settings_json=section.settings,
        source_id=new_id(),
        now=now,
    )
    if not is_new:
        written_through = {key: value for key, value in source.settings_json.items() if key == "extra_start_urls"}
        settings_json = {**written_through, **section.settings}
        sources.update_source_settings(conn, source_id=source.id, settings_json=settings_json, now=now)
    return is_new
