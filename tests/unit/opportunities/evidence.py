"""Evidence of a brand that passes every gate, and ways to spoil it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags
from tests.fakes.evidence_items import make_item

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
SUBJECTS = (
    "espresso from Huila that tastes of plum",
    "barista lessons on a quiet Monday morning",
    "the drum roaster that Marta repaired twice",
    "filter coffee for an office of thirty",
    "how we read a harvest report in August",
    "cups by a potter from the next street",
    "why our decaf is washed in mountain water",
    "a map of every café that pours our beans",
    "the smell of a bag on its third day",
    "grinding by hand on a train to Lyon",
)


def good_evidence() -> list[EvidenceItem]:
    """Returns ten posts, one a day until yesterday, each on something else."""
    return [spoiled(number) for number in range(len(SUBJECTS))]


def spoiled(number: int, **fields: Any) -> EvidenceItem:
    """Returns one of the posts with other fields; without any it is as in `good_evidence`."""
    values = {"published_at": NOW - timedelta(days=number + 1), "last_seen_at": NOW - timedelta(hours=1)}
    text = fields.pop("text", SUBJECTS[number])
    return make_item(f"post-{number}", text, **(values | fields))


def reel(number: int, *, has_transcript: bool, **fields: Any) -> EvidenceItem:
    """Returns a reel, with what is said in it where it has a transcript."""
    return make_item(
        f"reel-{number}",
        f"Reel {number}: one thing that nobody else says, number {number}",
        capability="reels",
        content_type="reel",
        canonical_url=f"https://www.instagram.com/reel/{number}/",
        text_secondary=f"Hello, this is reel {number} speaking about roast {number}." if has_transcript else None,
        flags=Flags(has_transcript=has_transcript),
        published_at=NOW - timedelta(days=number),
        last_seen_at=NOW,
        **fields,
    )
