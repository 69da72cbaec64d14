"""Settings: the only reader of the environment. Units, bounds and defaults are in docs/configuration.md too."""

import os
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from brandbrain_dagster.domain.platforms.registry import CAPABILITIES
from brandbrain_dagster.errors import ConfigurationError

_TRUE = frozenset({"true", "1", "yes", "on"})

Hours = Annotated[float, Field(ge=0, le=24 * 365)]
Seconds = Annotated[float, Field(gt=0, le=24 * 3600)]


class Settings(BaseSettings):
    """What the environment says. A field is set by ``BRANDBRAIN_`` and its name, unless its alias says otherwise."""

    model_config = SettingsConfigDict(env_prefix="BRANDBRAIN_", env_ignore_empty=True, frozen=True, extra="ignore")

    home: Path = Field(
        default=Path(".brandbrain"), description="Folder of the embedded database, the local lake and Dagster's files."
    )
    database_url: SecretStr | None = Field(
        default=None, description="PostgreSQL to use instead of the embedded one, postgresql://user:password@host/db."
    )
    lake_url: str | None = Field(
        default=None, description="Folder or object store (s3://bucket/prefix) of the lake; default HOME/lake."
    )
    apify_token: SecretStr | None = Field(
        default=None, validation_alias="APIFY_TOKEN", description="Apify API token; sent as a bearer header only."
    )
    apify_api_base_url: str = Field(
        default="https://api.apify.com", validation_alias="APIFY_API_BASE_URL", description="Address of Apify's API."
    )
    apify_run_ttl_hours: Hours = Field(
        default=24, description="Hours for which a source's newest run counts as fresh; fractions allowed."
    )
    apify_poll_timeout_seconds: Seconds = Field(
        default=300, description="Seconds to wait for one actor run before it is aborted."
    )
    apify_concurrency: int = Field(default=16, ge=1, le=256, description="Actor runs that may go on at the same time.")
    max_run_usd: Decimal | None = Field(
        default=None, gt=0, description="Most US dollars one actor run may charge; default no bound of ours."
    )
    llm_model: Annotated[str, Field(pattern=r"^(openai|anthropic|cassette):\S")] | None = Field(
        default=None, description="Language model that drafts, provider:model; default none: the extractive compiler."
    )
    llm_base_url: Annotated[str, Field(pattern=r"^https?://[^@\s]+$")] | None = Field(
        default=None, description="Address of a service with OpenAI's chat API, for openai: models; default OpenAI's."
    )
    openai_api_key: SecretStr | None = Field(
        default=None, validation_alias="OPENAI_API_KEY", description="Key for openai: models; sent to no other place."
    )
    anthropic_api_key: SecretStr | None = Field(
        default=None, validation_alias="ANTHROPIC_API_KEY", description="Key for anthropic: models."
    )
    llm_max_tokens: int = Field(
        default=200_000, ge=1_000, le=10_000_000, description="Most tokens, prompts and answers, of one compile."
    )
    llm_timeout_seconds: Seconds = Field(
        default=180, description="Seconds that one compile may wait for the language model, repetitions included."
    )
    llm_max_usd: Decimal | None = Field(
        default=None,
        gt=0,
        description="Most US dollars one compile's language model may cost; default no bound of ours.",
    )
    max_normalized_items: int = Field(default=40, ge=1, le=1000, description="Most evidence items in one bundle.")
    min_evidence_items: int = Field(
        default=8, ge=1, le=1000, description="Fewest evidence items that a board is made from."
    )
    board_platforms: str = Field(
        default="instagram,tiktok", description="Comma-separated platforms of which a board needs at least one."
    )
    board_synthesis: Literal["auto", "deterministic", "off"] = Field(
        default="auto",
        description="auto words ideas with the language model where one is configured; off runs the gates only.",
    )
    refresh_boards: bool = Field(
        default=True,
        description="Whether a new snapshot makes the brand's board anew, where it has one, when automation is on.",
    )
    compile_max_attempts: int = Field(default=3, ge=1, le=20, description="Attempts at one compile before it fails.")
    compile_backoff_seconds: Seconds = Field(
        default=30, description="Seconds before the second attempt at a compile; doubled for each further one."
    )
    lease_seconds: Seconds = Field(
        default=600, description="Seconds after which a running compile that shows no sign of life may be taken over."
    )
    daily_budget_usd: Decimal | None = Field(
        default=None, gt=0, description="Most US dollars that automatic refreshes may charge per UTC day; default none."
    )
    queue_poll_seconds: Seconds = Field(
        default=2, description="Seconds between two looks of a waiting worker at the compile queue."
    )
    input_debounce_seconds: Annotated[float, Field(ge=0, le=24 * 3600)] = Field(
        default=60, description="Seconds after the last edit of a brand's inputs before it is compiled by itself."
    )
    automation: bool = Field(
        default=False, description="Whether the sensors that spend money are on from the start, as under brandbrain up."
    )
    warm_worker: bool = Field(
        default=True, description="Whether a worker run is kept waiting, so that compiles start at once."
    )
    public_url: Annotated[str, Field(pattern=r"^https?://[^@\s]+$")] = Field(
        default="http://127.0.0.1:8000", description="Address of the API and its pages, for links that lead there."
    )
    dagster_url: Annotated[str, Field(pattern=r"^https?://[^@\s]+$")] | None = Field(
        default=None, description="Address of the Dagster UI, for links that lead there; default none: no such links."
    )
    api_connections: int = Field(
        default=4, ge=1, le=64, description="Connections to PostgreSQL that one API process answers most requests over."
    )
    api_tokens: SecretStr | None = Field(
        default=None, description="Comma-separated tokens that may use the whole API, beside those that are created."
    )
    mcp_token: SecretStr | None = Field(
        default=None, description="Token of the agent that starts brandbrain mcp; needed once there are tokens."
    )
    cors_allowed_origins: str = Field(
        default="http://localhost:3000",
        validation_alias="CORS_ALLOWED_ORIGINS",
        description="Comma-separated origins of the web pages that may call the API.",
    )

    @cached_property
    def caps(self) -> Mapping[str, int]:
        """Most items per run, by dotted capability name.

        Raises:
            ConfigurationError: a cap in the environment is no whole number above zero.
        """
        return {entry.dotted_name: _cap(entry.cap_setting, entry.cap_default) for entry in CAPABILITIES}

    @cached_property
    def disabled_capabilities(self) -> frozenset[str]:
        """Dotted names of the unvalidated capabilities that the environment does not switch on."""
        return frozenset(
            entry.dotted_name
            for entry in CAPABILITIES
            if entry.enabling_setting and os.environ.get(entry.enabling_setting, "").strip().lower() not in _TRUE
        )

    @property
    def accepted_api_tokens(self) -> frozenset[str]:
        """The tokens that ``api_tokens`` lists."""
        listed = self.api_tokens.get_secret_value() if self.api_tokens else ""
        return frozenset(token.strip() for token in listed.split(",") if token.strip())

    @cached_property
    def required_board_platforms(self) -> tuple[str, ...]:
        """The platforms that ``board_platforms`` lists.

        Raises:
            ConfigurationError: one of them is no platform.
        """
        named = {name.strip() for name in self.board_platforms.split(",") if name.strip()}
        known = {entry.platform for entry in CAPABILITIES}
        if not named <= known:
            raise ConfigurationError(
                f"BRANDBRAIN_BOARD_PLATFORMS names {', '.join(sorted(named - known))}; "
                f"use some of {', '.join(sorted(known))}."
            )
        return tuple(sorted(named))

    def brand_page(self, brand_id: UUID) -> str:
        """Returns the address of a brand's page."""
        return f"{self.public_url.rstrip('/')}/brands/{brand_id}"

    def runs_of_brand(self, brand_id: UUID) -> str | None:
        """Returns where the Dagster UI shows how a brand's profile was made; None where it is not known."""
        page = f"assets/brandbrain_snapshot?view=partitions&partition={brand_id}"
        return f"{self.dagster_url.rstrip('/')}/{page}" if self.dagster_url else None

    @property
    def lake_location(self) -> str:
        """Where the lake is."""
        return self.lake_url or str(self.home.expanduser().resolve() / "lake")

    @property
    def dagster_home(self) -> Path:
        """Folder of Dagster's own files."""
        return self.home.expanduser().resolve() / "dagster"


def load_settings() -> Settings:
    """Reads the environment.

    Raises:
        ConfigurationError: a variable is wrong; the text names every one that is.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        problems = [f"{_variable(problem['loc'][0])}: {problem['msg'].lower()}" for problem in error.errors()]
        raise ConfigurationError(
            f"The environment is not usable, correct it and try again: {'; '.join(problems)}."
        ) from None
    _ = settings.caps, settings.required_board_platforms
    return settings


def variable_of(field_name: str) -> str:
    """Returns the name of the environment variable of a field."""
    alias = Settings.model_fields[field_name].validation_alias
    return alias if isinstance(alias, str) else f"BRANDBRAIN_{field_name.upper()}"


def _variable(location: object) -> str:
    name = str(location)
    return variable_of(name) if name in Settings.model_fields else name


def _cap(variable: str, default: int) -> int:
    text = os.environ.get(variable, "").strip()
    if not text:
        return default
    if not text.isdecimal() or int(text) < 1:
        raise ConfigurationError(
            f"{variable} is '{text}'; set it to a whole number above zero, or unset it for {default}."
        )
    return int(text)
