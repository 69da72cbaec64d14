"""The brand on its platforms: fields, rules, figures and examples, one section a platform."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from brandbrain_dagster.domain.compile.snapshot_schema import PlatformProfile
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.export.profile_fields import ordered_platforms
from brandbrain_dagster.domain.export.rule_sentences import limit_sentences, plan_sentences
from brandbrain_dagster.pages.views.charts import Chart, platform_charts
from brandbrain_dagster.pages.views.profile_fields import FieldSurroundings, FieldView, field_view, platform_title
from brandbrain_dagster.pages.views.profile_sections import ExampleView, example_view

_FIELDS = [name for name in PlatformProfile.__struct_fields__ if name not in ("platform", "rules", "top_examples")]
_TITLES = {"cta": "Calls to action", "best_times": "Best times"}


@dataclass(frozen=True, kw_only=True)
class PlatformView:
    """A platform; ``rules`` are what people decided for it, as sentences."""

    name: str
    title: str
    item_count: int
    rules: Sequence[str]
    charts: Sequence[Chart]
    fields: Sequence[FieldView]
    examples: Sequence[ExampleView]


def platform_views(
    profile: Mapping[str, Any], stats: Mapping[str, Any], items: Sequence[EvidenceItem], around: FieldSurroundings
) -> list[PlatformView]:
    """Returns the platforms of a profile, those that matter most first; ``stats`` is the feature report."""
    counts = profile["meta"]["evidence_summary"]["by_platform"]
    views = []
    for name in ordered_platforms(profile):
        held = profile["platform_profiles"][name]
        path = f"platform_profiles.{name}"
        views.append(
            PlatformView(
                name=name,
                title=platform_title(name),
                item_count=counts.get(name, 0),
                rules=[*plan_sentences(held["rules"]), *limit_sentences(held["rules"])],
                charts=platform_charts(stats, name, [item for item in items if item.platform == name]),
                fields=[
                    field_view(
                        f"{path}.{field}", held[field], around, title=_TITLES.get(field, field.replace("_", " "))
                    )
                    for field in _FIELDS
                ],
                examples=[example_view(example) for example in held["top_examples"]],
            )
        )
    return views
