"""A field of the profile as a person reads it: its value, how sure it is, why, and what it quotes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from brandbrain_dagster.domain.compile.confidence import confidence_band
from brandbrain_dagster.domain.compile.extractive.wording import counted, listed, platform_name
from brandbrain_dagster.domain.export.profile_fields import title_of
from brandbrain_dagster.domain.export.rule_sentences import CTA_SENTENCES, EMOJI_SENTENCES
from brandbrain_dagster.pages.views.links import outside_link
from brandbrain_dagster.pages.views.questions import anchor_of, question_label

Node = Mapping[str, Any]
_BARS = {"high": 4, "medium": 3, "low": 2, "very low": 1}
_SHORT = 28
"""Characters up to which the parts of a list are shown as tags, if all of them are so short."""
_NOTED_VALUES = {"voice.cta_policy": CTA_SENTENCES, "voice.emoji_policy": EMOJI_SENTENCES}


@dataclass(frozen=True, kw_only=True)
class Confidence:
    """How sure a value is: the band's name, its bars of four, and per cent."""

    band: str
    bars: int
    percent: int


@dataclass(frozen=True, kw_only=True)
class EvidenceMention:
    """An evidence item in a word or two, with a link to the original where there is one."""

    id: str
    platform: str | None
    title: str
    link: str | None
    published_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Quote:
    """A verbatim part of an item."""

    text: str
    mention: EvidenceMention


@dataclass(frozen=True, kw_only=True)
class Inference:
    """What the evidence says where people have decided otherwise."""

    texts: Sequence[str]
    confidence: Confidence | None


@dataclass(frozen=True, kw_only=True)
class PendingDecision:
    """What people decided since the last compile: ``texts`` is their value, None where theirs was taken back."""

    is_value_changed: bool
    texts: Sequence[str] | None
    is_pin_changed: bool
    is_pinned: bool


@dataclass(frozen=True, kw_only=True)
class FieldView:
    """A field as it is shown.

    ``questions`` are (id, label, anchor) of the answers it rests on, ``others`` the items it cites and does not quote.
    """

    path: str
    anchor: str
    title: str
    texts: Sequence[str]
    is_list: bool
    is_tags: bool
    note: str | None
    confidence: Confidence | None
    why: str
    questions: Sequence[tuple[str, str, str]]
    quotes: Sequence[Quote]
    others: Sequence[EvidenceMention]
    reason: str | None
    next_step: str | None
    is_locked: bool
    is_decided: bool
    inference: Inference | None
    pending: PendingDecision | None


@dataclass(frozen=True, kw_only=True)
class FieldSurroundings:
    """What fields are shown with: the evidence by id, and the overrides and pinned paths of now, where they count."""

    evidence: Mapping[str, Mapping[str, Any]]
    decided: tuple[Mapping[str, Any], Sequence[str]] | None


def field_view(path: str, node: Node, around: FieldSurroundings, *, title: str | None = None) -> FieldView:
    """Returns a field as it is shown."""
    sources = node["sources"]
    quotes, mentions = _cited(sources, around.evidence)
    abstained = node.get("abstained")
    named = (title or title_of(path)).strip()
    texts, note = shown_texts(node["value"]), None
    if path in _NOTED_VALUES and texts:
        texts, note = [texts[0].capitalize()], _NOTED_VALUES[path].get(texts[0])
    return FieldView(
        path=path,
        anchor=anchor_of(path),
        title=named[:1].upper() + named[1:],
        texts=texts,
        is_list=isinstance(node["value"], list),
        is_tags=len(texts) > 1 and all(len(text) <= _SHORT for text in texts),
        note=note,
        confidence=confidence_view(node["confidence"]),
        why=_why(node, mentions),
        questions=[
            (source["id"], question_label(source["id"]), anchor_of(source["id"]))
            for source in sources
            if source["type"] == "answer"
        ],
        quotes=quotes,
        others=[mention for mention in mentions if mention not in {quote.mention for quote in quotes}],
        reason=abstained["reason"] if abstained else None,
        next_step=abstained["next_step"] if abstained else None,
        is_locked=node["locked"],
        is_decided=any(source["type"] == "override" for source in sources),
        inference=_inference(node),
        pending=_pending(path, node, around),
    )


def shown_texts(value: Any) -> list[str]:
    """Returns a value as texts: one for each part, none where there is no value; what is no text is written as JSON."""
    parts = value if isinstance(value, list) else [] if value is None else [value]
    return [part if isinstance(part, str) else msgspec.json.encode(part).decode() for part in parts if part != ""]


def confidence_view(confidence: float | None) -> Confidence | None:
    """Returns a confidence as it is shown."""
    band = confidence_band(confidence)
    if band is None or confidence is None:
        return None
    return Confidence(band=band, bars=_BARS[band], percent=round(confidence * 100))


def mention_of(item_id: str, item: Mapping[str, Any] | None) -> EvidenceMention:
    """Returns an evidence item in a word or two; one that is not kept any more is named as such."""
    if item is None:
        title = "An item that is not kept any more"
        return EvidenceMention(id=item_id, platform=None, title=title, link=None, published_at=None)
    published = item.get("published_at")
    return EvidenceMention(
        id=item_id,
        platform=item["platform"],
        title=kind_title(item["platform"], item["content_type"]),
        link=outside_link(item.get("canonical_url")),
        published_at=datetime.fromisoformat(published) if published else None,
    )


def platform_title(platform: str) -> str:
    """Returns a platform's name as a heading has it."""
    return "Website" if platform == "web" else platform_name(platform)


def source_title(platform: str, capability: str) -> str:
    """Returns what a source is: "Instagram reels", "Website pages"."""
    return f"{platform_title(platform)} {capability.removeprefix('crawl_').replace('_', ' ')}"


def kind_title(platform: str, content_type: str) -> str:
    """Returns what an item is: "Instagram reel", "Web page"."""
    words = content_type.replace("_", " ")
    return words.capitalize() if platform == "web" else f"{platform_title(platform)} {words}"


def _cited(
    sources: Iterable[Mapping[str, Any]], evidence: Mapping[str, Mapping[str, Any]]
) -> tuple[list[Quote], list[EvidenceMention]]:
    """The quotes, and every item once, in the order of the sources."""
    cited = [source for source in sources if source["type"] == "evidence"]
    mentions = {source["id"]: mention_of(source["id"], evidence.get(source["id"])) for source in cited}
    quotes = [Quote(text=source["quote"], mention=mentions[source["id"]]) for source in cited if source.get("quote")]
    return quotes, list(mentions.values())


def _why(node: Node, mentions: Sequence[EvidenceMention]) -> str:
    """The answers that a value rests on are told beside it."""
    kinds = {source["type"] for source in node["sources"]}
    if "override" in kinds:
        return "Decided by your team." if node["override_value"] is not None else "Kept as it was when it was pinned."
    if not mentions:
        return ""
    places = sorted({platform_name(mention.platform) for mention in mentions if mention.platform})
    on_places = f" on {listed(places)}" if places else ""
    return f"{'And' if 'answer' in kinds else 'From'} {counted(len(mentions), 'item')}{on_places}."


def _inference(node: Node) -> Inference | None:
    inferred = node.get("inferred")
    if inferred is None or not shown_texts(inferred["value"]):
        return None
    return Inference(texts=shown_texts(inferred["value"]), confidence=confidence_view(inferred["confidence"]))


def _pending(path: str, node: Node, around: FieldSurroundings) -> PendingDecision | None:
    if around.decided is None:
        return None
    overrides, pinned_paths = around.decided
    decided = overrides.get(path)
    is_pinned = path in pinned_paths
    is_value_changed = decided != node["override_value"]
    if not is_value_changed and is_pinned == node["locked"]:
        return None
    return PendingDecision(
        is_value_changed=is_value_changed,
        texts=None if decided is None else shown_texts(decided),
        is_pin_changed=is_pinned != node["locked"],
        is_pinned=is_pinned,
    )
