"""Evidence items as cards: what was published, how it did, and where the profile uses it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from brandbrain_dagster.domain.export.profile_fields import fields_of, title_of
from brandbrain_dagster.pages.views.profile_fields import mention_of
from brandbrain_dagster.pages.views.questions import anchor_of

_SHOWN_METRICS = ("views", "plays", "likes", "reactions", "comments", "shares", "reposts", "saves")
_TOLD_FLAGS = {
    "is_repost": "repost",
    "is_sponsored": "sponsored",
    "is_ad": "advertisement",
    "has_transcript": "transcript",
}
_LONG_TEXT = 600


@dataclass(frozen=True, kw_only=True)
class Citation:
    """A field that cites an item; ``is_platform_field`` says that it stands on the page of the platforms."""

    title: str
    anchor: str
    is_platform_field: bool


@dataclass(frozen=True, kw_only=True)
class EvidenceCard:
    """An item as it is shown; ``rest`` is what a long text has beyond its beginning."""

    id: str
    kind: str
    link: str | None
    published_at: datetime | None
    title: str | None
    text: str
    rest: str
    spoken: str | None
    metrics: Sequence[tuple[str, str]]
    marks: Sequence[str]
    is_used: bool
    citations: Sequence[Citation]


def evidence_card(item: Mapping[str, Any], *, is_used: bool, citations: Sequence[Citation]) -> EvidenceCard:
    """Returns an item as it is shown."""
    mention = mention_of(item["id"], item)
    text = item["text_primary"]
    is_long = len(text) > _LONG_TEXT
    title = item.get("title")
    return EvidenceCard(
        id=item["id"],
        kind=mention.title,
        link=mention.link,
        published_at=mention.published_at,
        title=title if title and title != text else None,
        text=text[:_LONG_TEXT] if is_long else text,
        rest=text[_LONG_TEXT:] if is_long else "",
        spoken=item.get("text_secondary"),
        metrics=[
            (name, f"{item['metrics'][name]:,}") for name in _SHOWN_METRICS if item["metrics"].get(name) is not None
        ],
        marks=list(_marks(item["flags"])),
        is_used=is_used,
        citations=citations,
    )


def citations_by_item(profile: Mapping[str, Any]) -> dict[str, list[Citation]]:
    """Returns, by item id, the fields of a profile that cite it."""
    found: dict[str, list[Citation]] = {}
    for path, node in sorted(fields_of(profile), key=lambda entry: entry[0]):
        title = title_of(path)
        citation = Citation(
            title=title[:1].upper() + title[1:],
            anchor=anchor_of(path),
            is_platform_field=path.startswith("platform_profiles."),
        )
        for item_id in dict.fromkeys(source["id"] for source in node["sources"] if source["type"] == "evidence"):
            found.setdefault(item_id, []).append(citation)
    return found


def _marks(flags: Mapping[str, Any]) -> Iterator[str]:
    told = {
        "is_repost": "repost",
        "is_sponsored": "sponsored",
        "is_ad": "advertisement",
        "has_transcript": "transcript",
    }
    yield from (word for name, word in told.items() if flags.get(name))
    if flags.get("is_own_account") is False:
        yield "somebody else's account"
