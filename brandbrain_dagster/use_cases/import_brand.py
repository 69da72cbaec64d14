"""Importing a brand from a file: the brand, its answers and its sources, all or nothing, as often as one likes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from brandbrain_dagster.domain.onboarding.brand_name import slug_of
from brandbrain_dagster.domain.onboarding.platform_rules import AnswerProblem
from brandbrain_dagster.errors import InvalidInputError
from brandbrain_dagster.stores.ledger import brands
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.use_cases.add_source import add_source
from brandbrain_dagster.use_cases.answer_onboarding import answer_onboarding
from brandbrain_dagster.use_cases.create_brand import DEFAULT_TENANT, create_brand


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
        return msgspec.json.decode(msgspec.json.encode(content), type=BrandFile)
    except (msgspec.ValidationError, TypeError) as error:
        raise InvalidInputError(f"The brand file cannot be used, correct it and try again: {error}.") from error


def import_brand(file: BrandFile, *, ledger: Ledger, now: datetime, new_id: Callable[[], UUID]) -> ImportedBrand:
    """Creates or updates the brand that has the file's slug.

    Raises:
        InvalidInputError: an answer, an identifier or a setting cannot be used; nothing was imported.
    """
    slug = file.brand.slug or slug_of(file.brand.name)
    with ledger.begin() as conn:
        known = brands.find_brand_by_slug(conn, tenant_id=DEFAULT_TENANT, slug=slug)
        brand = known or create_brand(
            conn,
            name=file.brand.name,
            slug=slug,
            website_url=file.brand.website_url,
            brand_id=new_id(),
            now=now,
        )
        warnings: tuple[AnswerProblem, ...] = ()
        if file.onboarding is not None:
            warnings = answer_onboarding(
                conn, brand_id=brand.id, tier=file.onboarding.tier, answers_json=file.onboarding.answers, now=now
            )
        added = [
            add_source(
                conn,
                brand_id=brand.id,
                platform=source.platform,
                capability=source.capability,
                identifier=source.identifier,
                settings_json=source.settings,
                source_id=new_id(),
                now=now,
            )[1]
            for source in file.sources
        ]
    return ImportedBrand(
        brand=brand,
        is_new=known is None,
        sources_added=sum(added),
        sources_known=len(added) - sum(added),
        warnings=warnings,
    )
