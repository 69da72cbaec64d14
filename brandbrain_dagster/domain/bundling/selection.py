"""Selection of the evidence that one compile rests on: the same evidence gives the same list, in any row order."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

import msgspec

from brandbrain_dagster.domain.bundling.criteria import BundleCriteria
from brandbrain_dagster.domain.bundling.engagement import engagement_score
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.evidence.web_address import canonical_url
from brandbrain_dagster.domain.platforms.registry import capability_of_content

_PROFILE_POST = "profile_post"
_NO_TIME = float("-inf")


@dataclass(frozen=True, kw_only=True)
class EvidenceBundle:
    """The items of one compile, in their order, with the criteria and what the selection saw.

    ``bundle_id`` is made from the content: the same evidence and criteria are the same bundle.
    """

    bundle_id: UUID
    criteria: BundleCriteria
    items: Sequence[EvidenceItem]
    summary: dict[str, Any]
    evidence_version: str


@dataclass
class _Exclusions:
    collection_pages: int = 0
    profile_posts: int = 0
    duplicates: int = 0
    is_web_only: bool = False


def select_bundle(
    evidence: Iterable[EvidenceItem],
    criteria: BundleCriteria,
    *,
    brand_id: UUID,
    enabled: Iterable[tuple[str, str]],
    key_pages: Iterable[str] = (),
) -> EvidenceBundle:
    """Chooses the items of a bundle.

    Args:
        evidence: the brand's evidence items, in any order.
        criteria: what to choose.
        brand_id: whose bundle it is.
        enabled: the (platform, capability) pairs of the brand's enabled sources.
        key_pages: addresses of the web pages that stay even when they say little.

    Raises:
        UnknownContentTypeError: an item's (platform, content type) is not registered.
    """
    pairs = frozenset(enabled)
    candidates = [item for item in evidence if (item.platform, item.capability) in pairs]
    pages = frozenset(filter(None, (canonical_url(page, keep_query=True) for page in key_pages)))
    exclusions = _Exclusions()
    eligible = _eligible(candidates, criteria, pages, exclusions)
    scores = {item.id: engagement_score(item) for item in eligible}
    chosen: list[EvidenceItem] = []
    counts: dict[str, dict[str, dict[str, int]]] = defaultdict(dict)
    for (platform, content_type), group in sorted(_by_content(eligible).items()):
        limit = criteria.limit(platform, content_type)
        selected = _newest_then_best(group, scores, criteria)[:limit]
        cap = criteria.caps_used.get(f"{platform}/{content_type}", limit)
        counts[platform][content_type] = {"eligible": len(group), "selected": len(selected), "cap": cap}
        chosen += selected
    if len(chosen) > criteria.global_max:
        chosen = sorted(chosen, key=lambda item: _best_first(item, scores))[: criteria.global_max]
        kept = _by_content(chosen)
        for platform, by_type in counts.items():
            for content_type, count in by_type.items():
                count["selected"] = len(kept.get((platform, content_type), ()))
    items = sorted(chosen, key=lambda item: (item.platform, *_best_first(item, scores)))
    version = evidence_version(items)
    return EvidenceBundle(
        bundle_id=_bundle_id(brand_id, criteria, items, version),
        criteria=criteria,
        items=items,
        summary=_summary(items, len(eligible), counts, exclusions, version),
        evidence_version=version,
    )


def bundle_with(bundle: EvidenceBundle, items: Iterable[EvidenceItem], *, brand_id: UUID) -> EvidenceBundle:
    """Returns a bundle of the same criteria with other items, in a bundle's order; its summary is left as it is."""
    listed = list(items)
    scores = {item.id: engagement_score(item) for item in listed}
    ordered = sorted(listed, key=lambda item: (item.platform, *_best_first(item, scores)))
    version = evidence_version(ordered)
    return EvidenceBundle(
        bundle_id=_bundle_id(brand_id, bundle.criteria, ordered, version),
        criteria=bundle.criteria,
        items=ordered,
        summary=bundle.summary,
        evidence_version=version,
    )


def evidence_version(items: Iterable[EvidenceItem]) -> str:
    """Returns SHA-256 (hex) over the items' ids and content hashes, in the order of the ids."""
    lines = sorted(f"{item.id} {item.content_hash}" for item in items)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _bundle_id(brand_id: UUID, criteria: BundleCriteria, items: Sequence[EvidenceItem], version: str) -> UUID:
    key = [criteria.to_json(), [item.id for item in items], version]
    return uuid5(brand_id, msgspec.json.encode(key, order="sorted").decode())


def _eligible(
    candidates: Sequence[EvidenceItem], criteria: BundleCriteria, key_pages: frozenset[str], exclusions: _Exclusions
) -> list[EvidenceItem]:
    is_web_only = bool(candidates) and all(item.platform == "web" for item in candidates)
    kept = []
    for item in candidates:
        if item.content_type == _PROFILE_POST and criteria.exclude_linkedin_profile_posts:
            exclusions.profile_posts += 1
        elif item.flags.is_collection_page:
            if is_web_only or not criteria.exclude_collection_pages:
                exclusions.is_web_only |= criteria.exclude_collection_pages
                kept.append(item)
            else:
                exclusions.collection_pages += 1
        elif item.platform != "web" or not item.flags.is_low_value or _is_key_page(item, criteria, key_pages):
            kept.append(item)
    return _one_per_medium(kept, exclusions)


def _is_key_page(item: EvidenceItem, criteria: BundleCriteria, key_pages: frozenset[str]) -> bool:
    return criteria.include_low_value_key_pages and item.canonical_url in key_pages


def _one_per_medium(items: Iterable[EvidenceItem], exclusions: _Exclusions) -> list[EvidenceItem]:
    """Keeps one of several items of the same medium: the one with a transcript, else the kind that may have one."""
    best: dict[tuple[str, str], EvidenceItem] = {}
    for item in sorted(items, key=_transcript_first):
        key = (item.platform, item.external_id or item.id)
        exclusions.duplicates += key in best
        best.setdefault(key, item)
    return list(best.values())


def _transcript_first(item: EvidenceItem) -> tuple[bool, bool, str]:
    capability = capability_of_content(item.platform, item.content_type)
    return (not item.flags.has_transcript, capability.transcript_ceiling is None, item.id)


def _by_content(items: Iterable[EvidenceItem]) -> dict[tuple[str, str], list[EvidenceItem]]:
    groups: dict[tuple[str, str], list[EvidenceItem]] = defaultdict(list)
    for item in items:
        groups[(item.platform, item.content_type)].append(item)
    return groups


def _newest_then_best(
    items: Sequence[EvidenceItem], scores: dict[str, float], criteria: BundleCriteria
) -> list[EvidenceItem]:
    by_age = sorted(items, key=lambda item: (-_time(item), item.canonical_url, item.id))
    newest, rest = by_age[: criteria.recent_m], by_age[criteria.recent_m :]
    return newest + sorted(rest, key=lambda item: _best_first(item, scores))[: criteria.top_engagement_n]


def _best_first(item: EvidenceItem, scores: dict[str, float]) -> tuple[float, float, str, str]:
    return (-scores[item.id], -_time(item), item.canonical_url, item.id)


def _time(item: EvidenceItem) -> float:
    return item.published_at.timestamp() if item.published_at else _NO_TIME


def _summary(
    items: Sequence[EvidenceItem],
    eligible_count: int,
    counts: dict[str, dict[str, dict[str, int]]],
    exclusions: _Exclusions,
    version: str,
) -> dict[str, Any]:
    times = sorted(item.published_at for item in items if item.published_at)
    with_transcript = Counter(bool(item.flags.has_transcript) for item in items)[True]
    return {
        "by_platform": {platform: dict(sorted(by_type.items())) for platform, by_type in sorted(counts.items())},
        "total_selected": len(items),
        "total_eligible": eligible_count,
        "excluded_collection_pages": exclusions.collection_pages,
        "excluded_linkedin_profile_posts": exclusions.profile_posts,
        "duplicates_collapsed": exclusions.duplicates,
        "web_only_exception_applied": exclusions.is_web_only,
        "transcript_coverage": {
            "items_with_transcript": with_transcript,
            "total_items": len(items),
            "coverage": round(with_transcript / len(items), 6) if items else 0.0,
        },
        "newest_published_at": times[-1].isoformat() if times else None,
        "oldest_published_at": times[0].isoformat() if times else None,
        "evidence_version": version,
    }
