"""A source connection: one place to collect from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class SourceConnection:
    """One (platform, capability, identifier) of a brand; ``identifier`` is the normalized one.

    ``settings_json`` may hold ``cap`` (lowers the environment's), ``ttl_hours`` and, for the web, ``extra_start_urls``.
    A source that was removed is kept, disabled, for as long as evidence leads back to it.
    """

    id: UUID
    brand_id: UUID
    platform: str
    capability: str
    identifier: str
    is_enabled: bool
    settings_json: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
    removed_at: datetime | None = None

    @property
    def name(self) -> str:
        """``platform.capability``, the name used in settings, reports and commands."""
        return f"{self.platform}.{self.capability}"


@dataclass(frozen=True, kw_only=True)
class ConnectedSource:
    """As much of a source connection as a compile depends on."""

    platform: str
    capability: str
    identifier: str
    settings_json: Mapping[str, Any]

    @property
    def name(self) -> str:
        """``platform.capability``."""
        return f"{self.platform}.{self.capability}"
