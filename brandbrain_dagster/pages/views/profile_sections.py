"""The profile as a person reads it, section by section; stored JSON has no order, so it is given here."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from brandbrain_dagster.domain.compile.snapshot_schema import Constraints, Positioning, Voice
from brandbrain_dagster.domain.export.profile_fields import Unknown, custom_fields, unknowns
from brandbrain_dagster.pages.views.links import outside_link
from brandbrain_dagster.pages.views.profile_fields import (
    FieldSurroundings,
    FieldView,
    field_view,
    kind_title,
    platform_title,
)
from brandbrain_dagster.pages.views.questions import anchor_of

_QUESTION = re.compile(r" \(question (tier[012]\.[a-z_.]+)\)")
_TITLES = {"positioning.what_we_do": "What it does", "positioning.who_for": "Who it is for", "voice.dont": "Don't"}
_SECTIONS = (
    ("positioning", "Positioning", "What the brand does, for whom, and why it.", Positioning),
    ("voice", "Voice", "How it sounds.", Voice),
    ("constraints", "Limits", "What it must never say or risk. Never guessed: only people decide this.", Constraints),
)


@dataclass(frozen=True, kw_only=True)
class SectionView:
    """A section of plain fields."""

    anchor: str
    title: str
    about: str
    fields: Sequence[FieldView]


@dataclass(frozen=True, kw_only=True)
class PillarView:
    """A recurring theme; ``percent`` is its share of the evidence."""

    number: int
    name: FieldView
    description: FieldView
    percent: int
    keyphrases: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class ExampleView:
    """An evidence item shown as an example of what good looks like."""

    title: str
    excerpt: str
    why: str
    link: str | None
    published_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class NextStep:
    """What would help most; ``question`` is (id, anchor) where it is an answer."""

    sentence: str
    question: tuple[str, str] | None


@dataclass(frozen=True, kw_only=True)
class ProfileView:
    """A whole profile, but for the platforms, which have a page of their own."""

    sections: Sequence[SectionView]
    pillars: Sequence[PillarView]
    user_examples: FieldView
    examples: Sequence[ExampleView]
    added: Sequence[FieldView]
    next_steps: Sequence[NextStep]
    unknowns: Sequence[Unknown]
    goal: str | None
    platforms: Sequence[tuple[str, int]]
    item_count: int
    newest: datetime | None
    oldest: datetime | None
    compiler: str
    fallback_from: str | None


def profile_view(profile: Mapping[str, Any], around: FieldSurroundings) -> ProfileView:
    """Returns a stored profile as it is shown."""
    meta = profile["meta"]
    summary = meta["evidence_summary"]
    counts = summary["by_platform"]
    return ProfileView(
        sections=[
            SectionView(anchor=name, title=title, about=about, fields=_fields(name, kind, profile, around))
            for name, title, about, kind in _SECTIONS
        ],
        pillars=[_pillar(number, pillar, around) for number, pillar in enumerate(profile["pillars"])],
        user_examples=field_view(
            "examples.user_examples", profile["examples"]["user_examples"], around, title="Your own examples"
        ),
        examples=[example_view(example) for example in profile["examples"]["canonical_evidence"]],
        added=[field_view(path, node, around, title=path) for path, node in custom_fields(profile)],
        next_steps=[_next_step(sentence) for sentence in meta["missing_inputs"]],
        unknowns=unknowns(profile),
        goal=meta["content_goal"],
        platforms=[
            (platform_title(name), count)
            for name, count in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
        ],
        item_count=summary["item_count"],
        newest=_time(summary["newest"]),
        oldest=_time(summary["oldest"]),
        compiler=f"{meta['compiler']['name']} {meta['compiler']['version']}",
        fallback_from=meta["compiler"].get("fallback_from"),
    )


def example_view(example: Mapping[str, Any]) -> ExampleView:
    """Returns an example as it is shown."""
    why = example["why"]
    return ExampleView(
        title=kind_title(example["platform"], example["content_type"]),
        excerpt=example["excerpt"],
        why=why[:1].upper() + why[1:],
        link=outside_link(example["url"]),
        published_at=_time(example["published_at"]),
    )


def cited_ids(part: Any) -> Iterator[str]:
    """Yields the ids of the evidence items that a part of a profile cites."""
    if isinstance(part, Mapping):
        if part.get("type") == "evidence":
            yield part["id"]
        for value in part.values():
            yield from cited_ids(value)
    elif isinstance(part, list):
        for value in part:
            yield from cited_ids(value)


def _fields(name: str, kind: Any, profile: Mapping[str, Any], around: FieldSurroundings) -> list[FieldView]:
    paths = [(f"{name}.{field}", profile[name][field]) for field in kind.__struct_fields__]
    return [field_view(path, node, around, title=_TITLES.get(path)) for path, node in paths]


def _pillar(number: int, pillar: Mapping[str, Any], around: FieldSurroundings) -> PillarView:
    return PillarView(
        number=number + 1,
        name=field_view(f"pillars.{number}.name", pillar["name"], around, title="Name"),
        description=field_view(f"pillars.{number}.description", pillar["description"], around, title="Description"),
        percent=round(pillar["share"] * 100),
        keyphrases=pillar["keyphrases"],
    )


def _next_step(sentence: str) -> NextStep:
    """The question's id is for programs; people get a link."""
    found = _QUESTION.search(sentence)
    if found is None:
        return NextStep(sentence=sentence, question=None)
    return NextStep(sentence=_QUESTION.sub("", sentence), question=(found[1], anchor_of(found[1])))


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
