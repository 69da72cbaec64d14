"""A brand of which a test names only what it is about: posts with round figures, and a profile with named pillars."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import msgspec

from brandbrain_dagster.domain.compile.snapshot_schema import SnapshotDocument
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags, Metrics
from brandbrain_dagster.domain.opportunities.candidate import Candidate, Finding, Wording
from brandbrain_dagster.domain.opportunities.context import BoardContext
from brandbrain_dagster.domain.opportunities.synthesis import find_candidates
from brandbrain_dagster.domain.opportunities.wording import word_candidates
from tests.fakes.evidence_items import make_item
from tests.unit.compile.profiles import compile_profile

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
BRAND_ID = UUID(int=7)
GLAZES = (
    "Why this green turned brown in the upper half of the kiln.",
    "Three coats of tin white, and the fourth one ruins it.",
    "We keep a shelf of failed test tiles and read it like a diary.",
    "Does a copper red forgive a draught under the door?",
    "Ash from the neighbour's stove makes the quietest grey we own.",
    "Wipe the foot ring before you forget, or saw it off the shelf later.",
)
REPAIRS = (
    "Gold lacquer along the crack, and the cup is more itself.",
    "Somebody mailed us a teapot in nine parts and a short note.",
    "Handles break where the thumb rests, here is how to pin one.",
    "Should a chip be filled or simply sanded smooth?",
    "Grandma's soup plate came back from the dead yesterday evening.",
    "Epoxy is for shelves, not for things that meet boiling water.",
)


def post(text: str, *, days: float | None = 1, likes: int | None = 100, tag: str = "", **fields: Any) -> EvidenceItem:
    """Returns a photo on Instagram, so many days old, with a tenth as many comments as likes."""
    platform = fields.get("platform", "instagram")
    written = f"{text}\n#{tag}" if tag else text
    metrics = Metrics(likes=likes, comments=None if likes is None else likes // 10)
    values = {
        "published_at": None if days is None else NOW - timedelta(days=days),
        "last_seen_at": NOW,
        "hashtags": [tag] if tag else [],
        "metrics": metrics,
        "media": {"type": "Image"} if platform == "instagram" else {},
        "flags": Flags(is_own_account=True),
        **fields,
    }
    return make_item(str(uuid5(BRAND_ID, f"{platform} {text} {days}")), written, **values)


def theme(texts: Sequence[str], tag: str, *, days: Sequence[float], likes: Sequence[int]) -> list[EvidenceItem]:
    """Returns one post for each text."""
    return [post(text, days=day, likes=count, tag=tag) for text, day, count in zip(texts, days, likes, strict=True)]


def steady_brand() -> list[EvidenceItem]:
    """Returns two themes, published on in turn up to yesterday, all with the same engagement."""
    return [
        *theme(GLAZES, "glazing", days=(1, 5, 9, 16, 20, 24), likes=(100,) * 6),
        *theme(REPAIRS, "repairs", days=(2, 6, 10, 17, 21, 25), likes=(100,) * 6),
    ]


def told(items: Sequence[EvidenceItem], answers: dict[str, Any] | None = None, *, name: str = "Kiln") -> BoardContext:
    """Returns the context of a board of these items; the pillars are glazing and repairs unless answered otherwise."""
    named = {"tier1.pillars_seed": ["glazing", "repairs"], "tier0.who_for": "people with one good cup"}
    profile = compile_profile(items, named | (answers or {}), brand_name=name)
    snapshot = msgspec.convert(profile, SnapshotDocument)
    return BoardContext(brand_id=BRAND_ID, brand_name=name, snapshot=snapshot, items=items, now=NOW)


def ideas(context: BoardContext) -> list[tuple[Candidate, Wording]]:
    """Returns the candidates with their words."""
    candidates = find_candidates(context)
    wordings = word_candidates(candidates, context)
    return [(candidate, wordings[candidate.key]) for candidate in candidates]


def found(context: BoardContext, finding: Finding) -> list[tuple[Candidate, Wording]]:
    """Returns those of one kind."""
    return [(candidate, wording) for candidate, wording in ideas(context) if candidate.finding is finding]
