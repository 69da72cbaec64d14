"""The tools that agents may call: what each takes, what it tells, and the read behind it. None of them writes."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import msgspec

from brandbrain_dagster.domain.export.brand_export import ExportFormat
from brandbrain_dagster.errors import InvalidInputError
from brandbrain_dagster.mcp_server.profile_reads import BRANDS_A_PAGE, ProfileReads

MOST_CHARACTERS = 100_000
"""Of a draft: several times the longest post or page that anybody checks."""

_Brand = Annotated[str, msgspec.Meta(description="The brand's slug or id, as list_brands gives it.", max_length=200)]
_Path = Annotated[
    str,
    msgspec.Meta(
        description="Dotted path of a field, as voice.tone_tags, pillars.0.name or platform_profiles.instagram.length.",
        max_length=400,
    ),
]


class _ListBrands(msgspec.Struct, forbid_unknown_fields=True):
    after: Annotated[UUID, msgspec.Meta(description="Id of the last brand of the page before.")] | None = None


class _GetProfile(msgspec.Struct, forbid_unknown_fields=True):
    brand: _Brand
    format: Annotated[
        ExportFormat, msgspec.Meta(description="A document, plain values, a block for a system prompt, or schema.org.")
    ] = ExportFormat.MARKDOWN
    max_tokens: Annotated[int, msgspec.Meta(description="Most tokens of a prompt.", ge=1)] | None = None


class _ListOpportunities(msgspec.Struct, forbid_unknown_fields=True):
    brand: _Brand


class _Field(msgspec.Struct, forbid_unknown_fields=True):
    brand: _Brand
    path: _Path


class _CheckDraft(msgspec.Struct, forbid_unknown_fields=True):
    brand: _Brand
    text: Annotated[str, msgspec.Meta(description="The draft.", max_length=MOST_CHARACTERS)]
    platform: (
        Annotated[str, msgspec.Meta(description="Platform it is meant for, as instagram: its rules count too.")] | None
    ) = None


async def _list_brands(reads: ProfileReads, given: _ListBrands) -> dict[str, Any]:
    return {"brands": await reads.brands(given.after)}


async def _get_profile(reads: ProfileReads, given: _GetProfile) -> str:
    if given.max_tokens is not None and given.format is not ExportFormat.PROMPT:
        raise InvalidInputError("max_tokens goes with the format prompt only.")
    return await reads.profile(given.brand, given.format, given.max_tokens)


async def _get_field(reads: ProfileReads, given: _Field) -> dict[str, Any]:
    return await reads.field(given.brand, given.path)


async def _explain_field(reads: ProfileReads, given: _Field) -> dict[str, Any]:
    return await reads.explanation(given.brand, given.path)


async def _list_opportunities(reads: ProfileReads, given: _ListOpportunities) -> dict[str, Any]:
    return await reads.opportunities(given.brand)


async def _check_draft(reads: ProfileReads, given: _CheckDraft) -> dict[str, Any]:
    return await reads.check(given.brand, given.text, given.platform)


@dataclass(frozen=True)
class ProfileTool:
    """A tool: its name, what it is for, the shape of its arguments, and what answers it, with an object or a text."""

    name: str
    description: str
    arguments: type[msgspec.Struct]
    answer: Callable[[ProfileReads, Any], Awaitable[dict[str, Any] | str]]

    def input_schema(self) -> dict[str, Any]:
        """Returns the JSON Schema of the arguments, in one piece."""
        schema = msgspec.json.schema(self.arguments)
        shapes = schema["$defs"]
        return {**shapes.pop(self.arguments.__name__), "$defs": shapes}

    async def call(self, reads: ProfileReads, arguments: Mapping[str, Any]) -> dict[str, Any] | str:
        """Answers a call.

        Raises:
            InvalidInputError: the arguments do not fit.
            BrandBrainError: the read failed.
        """
        try:
            given = msgspec.convert(arguments, self.arguments)
        except msgspec.ValidationError as error:
            raise InvalidInputError(f"{self.name} cannot be called so: {error}.") from None
        return await self.answer(reads, given)


TOOLS = {
    tool.name: tool
    for tool in (
        ProfileTool(
            "list_brands",
            f"Lists the brands you may read, {BRANDS_A_PAGE} at a time, with the version of each one's newest profile.",
            _ListBrands,
            _list_brands,
        ),
        ProfileTool(
            "get_profile",
            "Returns a brand's newest profile: what it does and for whom, how it sounds, what it must never say. "
            "Use the format prompt with max_tokens to write for the brand.",
            _GetProfile,
            _get_profile,
        ),
        ProfileTool("get_field", "Returns what one field of a profile says and how sure it is.", _Field, _get_field),
        ProfileTool(
            "explain_field",
            "Returns what a field of a profile rests on: answers, overrides, and evidence with quotes and the original "
            "posts.",
            _Field,
            _explain_field,
        ),
        ProfileTool(
            "list_opportunities",
            "Returns the Today board of a brand: what to publish next, why now, and the posts that each idea rests on; "
            "meta says how fresh the board is, and why it is empty where it is.",
            _ListOpportunities,
            _list_opportunities,
        ),
        ProfileTool(
            "check_draft",
            "Checks a draft against a brand's profile: taboos, forbidden patterns, calls to action, hashtags, emoji, "
            "links, length. Each finding names the place in the text, the rule and what it rests on; what only a "
            "person can judge is listed beside them.",
            _CheckDraft,
            _check_draft,
        ),
    )
}
