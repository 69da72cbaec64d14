"""Doing once, before anybody waits, what the first compile of a process would spend seconds on.

Lexicons, language models and the clustering library are loaded when they are first used.
"""

from datetime import UTC, datetime
from uuid import UUID

from brandbrain_dagster.domain.bundling.criteria import BundleCriteria
from brandbrain_dagster.domain.bundling.selection import select_bundle
from brandbrain_dagster.domain.compile.brand_inputs import BrandInputs, UsedSource
from brandbrain_dagster.domain.compile.extractive.compiler import ExtractiveCompiler
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags, Metrics
from brandbrain_dagster.domain.features.feature_report import build_feature_report
from brandbrain_dagster.domain.ingestion.evidence_status import EvidenceStatus
from brandbrain_dagster.use_cases.compile_profile import CompileFacts, compile_profile

_TEXTS = (
    "We roast fresh coffee every morning. Come and taste it at our bar!",
    "How do you brew filter coffee at home? Three steps for a better cup.",
    "New on the shelf: beans from a small farm. Order yours before Friday.",
    "Our team repairs grinders, and teaches you how to clean your machine.",
    "Latte art workshop on Saturday: learn to pour hearts and leaves.",
    "Cold brew season is here. Which flavour should we bottle next?",
)
_BRAND = UUID(int=0)
_AT = datetime(2026, 1, 1, tzinfo=UTC)


def warm_up() -> None:
    """Selects, reports and drafts for a brand that does not exist; stores nothing."""
    items = [_item(number, text) for number, text in enumerate(_TEXTS)]
    source = UsedSource(platform="instagram", capability="posts", identifier="warm", settings={})
    bundle = select_bundle(
        items,
        BundleCriteria(caps_used={"instagram/post": len(items)}, global_max=len(items)),
        brand_id=_BRAND,
        enabled={(source.platform, source.capability)},
    )
    compile_profile(
        CompileFacts(
            inputs=BrandInputs(
                answers_json={}, overrides_json={}, pinned_paths=(), sources=[source], brand_name="Warm"
            ),
            bundle=bundle,
            stats=build_feature_report(bundle.items),
            feature_report_id=_BRAND,
            evidence_status=EvidenceStatus(()),
            compiled_at=_AT,
        ),
        ExtractiveCompiler(),
    )


def _item(number: int, text: str) -> EvidenceItem:
    return EvidenceItem(
        id=str(UUID(int=number)),
        brand_id=str(_BRAND),
        platform="instagram",
        capability="posts",
        content_type="post",
        external_id=str(number),
        canonical_url=f"https://www.instagram.com/p/{number}/",
        published_at=_AT,
        author_ref="warm",
        title=None,
        text_primary=text,
        text_secondary=None,
        hashtags=[],
        metrics=Metrics(likes=number),
        media={},
        flags=Flags(),
        language="en",
        raw_refs=[],
        first_seen_at=_AT,
        last_seen_at=_AT,
        content_hash=str(number),
        normalizer_version="0",
    )
