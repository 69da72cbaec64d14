"""What goes into a bundle: the criteria, stored with every bundle."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

CRITERIA_VERSION = "v1"


@dataclass(frozen=True, kw_only=True)
class BundleCriteria:
    """How many items of what kind are chosen (bundle-and-features).

    Per platform and content type the ``recent_m`` newest and the ``top_engagement_n`` best of the rest are taken, at
    most the cap of ``caps_used`` (keys ``platform/content_type``); ``global_max`` bounds the whole bundle.
    """

    caps_used: Mapping[str, int]
    recent_m: int = 3
    top_engagement_n: int = 5
    exclude_collection_pages: bool = True
    exclude_linkedin_profile_posts: bool = True
    include_low_value_key_pages: bool = True
    global_max: int = 40

    def to_json(self) -> dict[str, Any]:
        """Returns ``criteria_json``."""
        return {"version": CRITERIA_VERSION, **asdict(self), "caps_used": dict(sorted(self.caps_used.items()))}

    @classmethod
    def from_json(cls, criteria_json: Mapping[str, Any]) -> Self:
        """Reads ``criteria_json`` back."""
        return cls(**{name: value for name, value in criteria_json.items() if name != "version"})

    def limit(self, platform: str, content_type: str) -> int:
        """Returns how many items of a platform's content type may be chosen."""
        wanted = self.recent_m + self.top_engagement_n
        return min(self.caps_used.get(f"{platform}/{content_type}", wanted), wanted)
