"""The JSON of brands, their answers and their sources, as it is sent and as OpenAPI describes it."""

from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from brandbrain_dagster.api.bodies import RequestShape, WholeNumber
from brandbrain_dagster.api.profile_shapes import OverridesShape
from brandbrain_dagster.api.times import Time
from brandbrain_dagster.domain.ingestion.actor_run import ActorRunStatus
from brandbrain_dagster.domain.ingestion.freshness import FreshnessAction
from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.onboarding import Onboarding
from brandbrain_dagster.use_cases.source_evidence import SourceEvidence


class BrandShape(BaseModel):
    """A brand."""

    id: UUID
    name: str
    slug: str
    website_url: str | None
    created_at: Time

    @classmethod
    def of(cls, brand: Brand) -> Self:
        """Returns the brand as it is shown."""
        return cls(
            id=brand.id,
            name=brand.name,
            slug=brand.slug,
            website_url=brand.website_url,
            created_at=brand.created_at,
        )


class BrandToCreate(RequestShape):
    """A brand to create; the slug is made from the name when none is given."""

    name: str = Field(max_length=200, examples=["Darnaby"], json_schema_extra={"pattern": r"\S"})
    website_url: str | None = Field(default=None, examples=["https://www.darnaby.example"])
    slug: str | None = Field(default=None, examples=["darnaby"])

    @field_validator("name")
    @classmethod
    def _not_blank(cls, name: str) -> str:
        if not name.strip():
            raise PydanticCustomError("blank", "must not be blank")
        return name


class ProblemShape(BaseModel):
    """Something about a part of what was sent."""

    code: str
    message: str
    path: str


class OnboardingShape(BaseModel):
    """The answers by question; before the first answer tier 0, none, and null."""

    brand_id: UUID
    tier: int
    answers_json: dict[str, Any]
    updated_at: Time | None

    @classmethod
    def of(cls, onboarding: Onboarding, **more: Any) -> Self:
        """Returns the onboarding as it is shown."""
        return cls(
            brand_id=onboarding.brand_id,
            tier=onboarding.tier,
            answers_json=dict(onboarding.answers_json),
            updated_at=onboarding.updated_at,
            **more,
        )


class AnsweredShape(OnboardingShape):
    """The answers as they were stored, and what of them is ignored."""

    warnings: list[ProblemShape]


class AnswersToStore(RequestShape):
    """All answers by question; they replace those there are."""

    tier: WholeNumber = Field(ge=0, le=2, description="The highest tier that is complete.")
    answers_json: dict[str, Any] = Field(
        examples=[{"tier0.what_we_do": "We repair knitwear by hand.", "tier0.cta_posture": "soft"}]
    )


class EvidenceStatusShape(BaseModel):
    """The newest run of a source, and what the next compile would do."""

    has_evidence: bool
    latest_run_id: UUID | None
    latest_run_status: ActorRunStatus | None
    latest_run_age_hours: float | None
    next_action: FreshnessAction = Field(json_schema_extra={"enum": ["reuse", "refresh"]})
    ttl_hours: float


class SourceShape(BaseModel):
    """A place that a brand is collected from; ``evidence_status`` where it was asked for."""

    id: UUID
    brand_id: UUID
    platform: str
    capability: str
    identifier: str
    is_enabled: bool
    settings_json: dict[str, Any] | None
    created_at: Time
    evidence_status: EvidenceStatusShape | None = None

    @classmethod
    def of(cls, source: SourceConnection, evidence: SourceEvidence | None = None) -> Self:
        """Returns the source as it is shown."""
        asked_for = {} if evidence is None else {"evidence_status": EvidenceStatusShape(**vars(evidence))}
        return cls(
            id=source.id,
            brand_id=source.brand_id,
            platform=source.platform,
            capability=source.capability,
            identifier=source.identifier,
            is_enabled=source.is_enabled,
            settings_json=dict(source.settings_json) or None,
            created_at=source.created_at,
            **asked_for,
        )


class SourceToAdd(RequestShape):
    """A source to add; the identifier is a handle, a slug or an address, as people write it."""

    platform: str = Field(examples=["instagram"])
    capability: str = Field(examples=["posts"])
    identifier: str = Field(examples=["@darnaby"])
    settings_json: dict[str, Any] | None = None


def _without_default(schema: dict[str, Any]) -> None:
    del schema["default"]


class SourceChanges(RequestShape):
    """What to change of a source; what is not named stays."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": [name]} for name in ("identifier", "is_enabled", "settings_json")]}
    )

    identifier: str = Field(default="", json_schema_extra=_without_default)
    is_enabled: bool = Field(default=True, json_schema_extra=_without_default)
    settings_json: dict[str, Any] | None = Field(default=None, json_schema_extra=_without_default)


class LatestShape(BaseModel):
    """The newest version of the profile, without the profile."""

    snapshot_id: UUID
    created_at: Time
    has_data: bool


class BootstrapShape(BaseModel):
    """Everything that a brand's page needs first."""

    brand: BrandShape
    onboarding: OnboardingShape
    sources: list[SourceShape]
    overrides: OverridesShape
    latest: LatestShape | None
