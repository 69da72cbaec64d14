"""The rules of a stored profile as the checks ask for them: by path, and those of the platform a draft is meant for."""

from collections.abc import Mapping
from typing import Any

from brandbrain_dagster.domain.compile.diff import field_at
from brandbrain_dagster.domain.compile.extractive.wording import platform_name
from brandbrain_dagster.domain.draft_check.finding import Rule
from brandbrain_dagster.errors import InvalidInputError

_RULES_QUESTION = "tier2.platform_rules"


class ProfileRules:
    """What a profile rules; without a platform only what it rules everywhere.

    Raises:
        InvalidInputError: the profile has no such platform.
    """

    def __init__(self, snapshot_json: Mapping[str, Any], platform: str | None) -> None:
        known = snapshot_json["platform_profiles"]
        if platform is not None and platform not in known:
            named = f"it has {', '.join(sorted(known))}" if known else "it has none yet"
            raise InvalidInputError(f"The profile has no platform {platform[:64]!r}; {named}.")
        self._snapshot_json = snapshot_json
        self._platform = platform

    @property
    def place(self) -> str:
        """Where the draft is meant for, as a sentence says it."""
        return f"on {platform_name(self._platform)}" if self._platform else "anywhere"

    def field(self, path: str) -> Rule:
        """Returns a field of the profile as a rule; its value is None where the profile knows none."""
        node = field_at(self._snapshot_json, path) or {"value": None, "sources": []}
        return Rule(path=path, value=node["value"], sources=node["sources"])

    def habit(self, name: str) -> Rule | None:
        """Returns a field of the platform's profile."""
        return self.field(f"platform_profiles.{self._platform}.{name}") if self._platform else None

    def of_platform(self, name: str) -> Rule | None:
        """Returns one of the platform's rules, if people made it: they come from answers only."""
        if self._platform is None:
            return None
        value = (self._snapshot_json["platform_profiles"][self._platform]["rules"] or {}).get(name)
        if value is None:
            return None
        sources = [{"type": "answer", "id": f"{_RULES_QUESTION}.{self._platform}"}]
        return Rule(path=f"platform_profiles.{self._platform}.rules.{name}", value=value, sources=sources)
