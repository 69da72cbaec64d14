"""What a model is asked to give: a draft of the parts of a profile that may be inferred, every part with citations.

There is no confidence in it, and no taboo or risk boundary: a key that is not named here is refused.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from brandbrain_dagster.domain.compile.snapshot_schema import TextField
from brandbrain_dagster.domain.onboarding.answers import OnboardingAnswers
from brandbrain_dagster.domain.onboarding.platform_rules import CtaPolicy, Usage

MAX_PILLARS = 5

Text = Annotated[str, Meta(min_length=1, max_length=400)]
Tag = Annotated[str, Meta(min_length=1, max_length=40)]


class Citation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a value rests on: an evidence id, and the words of one of its fields, copied exactly."""

    evidence_id: str
    quote: Annotated[str, Meta(min_length=4, max_length=300)] | None = None
    field: TextField | None = None


Citations = Annotated[list[Citation], Meta(min_length=1, max_length=6)]


class DraftText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence."""

    value: Text
    citations: Citations


class DraftTag(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A word or two."""

    value: Tag
    citations: Citations


class DraftCtaPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the call-to-action policies."""

    value: CtaPolicy
    citations: Citations


class DraftEmojiPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the amounts of emoji."""

    value: Usage
    citations: Citations


class DraftPillar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A recurring theme, and the evidence ids of all items that belong to it."""

    name: Annotated[str, Meta(min_length=1, max_length=60)]
    description: Text | None
    keyphrases: Annotated[list[Tag], Meta(max_length=6)]
    item_ids: list[str]
    citations: Annotated[list[Citation], Meta(max_length=6)]


class ProfileDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that may be asked for; null or an empty list where the evidence does not show it."""

    what_we_do: DraftText | None = None
    who_for: DraftText | None = None
    differentiators: Annotated[list[DraftText], Meta(max_length=5)] = []
    proof_types: Annotated[list[DraftText], Meta(max_length=5)] = []
    tone_tags: Annotated[list[DraftTag], Meta(max_length=5)] = []
    do: Annotated[list[DraftText], Meta(max_length=8)] = []
    dont: Annotated[list[DraftText], Meta(max_length=8)] = []
    cta_policy: DraftCtaPolicy | None = None
    emoji_policy: DraftEmojiPolicy | None = None
    pillars: list[DraftPillar] = []


_ANSWERED_BY: Mapping[str, str] = {
    "what_we_do": "what_we_do",
    "who_for": "who_for",
    "differentiators": "edge",
    "proof_types": "proof_claims",
    "tone_tags": "tone_words",
    "cta_policy": "cta_posture",
}
"""Fields of the draft that an answer makes superfluous."""


def fields_to_ask(answers: OnboardingAnswers) -> tuple[str, ...]:
    """Returns the fields that people left open, in the draft's order; figures are not asked for, they are computed."""
    return tuple(
        name
        for name in ProfileDraft.__struct_fields__
        if name not in _ANSWERED_BY or not getattr(answers, _ANSWERED_BY[name])
    )


def output_schema(fields: Sequence[str]) -> dict[str, Any]:
    """Returns the JSON Schema of a draft with these fields, all of them required."""
    _, definitions = msgspec.json.schema_components([ProfileDraft], ref_template="#/$defs/{name}")
    draft = definitions.pop("ProfileDraft")
    properties = {
        name: {key: value for key, value in draft["properties"][name].items() if key != "default"} for name in fields
    }
    return {**draft, "properties": properties, "required": list(fields), "$defs": definitions}
