"""What a check of a draft finds: where the text breaks a rule of the profile, and what the rule rests on."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec


class Severity(StrEnum):
    """ERROR breaks what people decided; WARNING what the evidence shows, or a rule of thumb; NOTE is worth a look."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class FindingCode(StrEnum):
    """What is wrong."""

    TABOO_TERM = "taboo_term"
    FORBIDDEN_PATTERN = "forbidden_pattern"
    CALL_TO_ACTION = "call_to_action"
    HASHTAGS = "hashtags"
    EMOJI = "emoji"
    LINK = "link"
    LENGTH = "length"


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of the draft: its characters from ``start`` up to ``end``, and what they are."""

    start: int
    end: int
    text: str


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule of the profile: its path, what it says, and the answers, overrides or evidence that it rests on."""

    path: str
    value: Any
    sources: Sequence[Mapping[str, Any]]

    @property
    def is_decided(self) -> bool:
        """Whether people made the rule, so that it was not concluded from evidence."""
        return any(source["type"] != "evidence" for source in self.sources)


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One broken rule; ``spans`` are the places that break it, none where something is missing, or the
    text as a whole is meant.
    """

    code: FindingCode
    severity: Severity
    message: str
    spans: Sequence[Span]
    rule: Rule
