"""What a model is asked to give: words for candidates, and nothing by which it could choose or rate them."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from brandbrain_dagster.domain.opportunities.candidate import Wording


class DraftWording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words for the candidate called ``key``."""

    key: str
    title: Annotated[str, Meta(min_length=5, max_length=160)]
    angle: Annotated[str, Meta(min_length=10, max_length=800)]
    why_now: Annotated[str, Meta(min_length=10, max_length=500)]

    @property
    def wording(self) -> Wording:
        """The same without its key, and without blanks around it."""
        return Wording(title=self.title.strip(), angle=self.angle.strip(), why_now=self.why_now.strip())


class WordingDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer: one wording for each candidate."""

    wordings: list[DraftWording]


def output_schema() -> dict[str, Any]:
    """Returns the JSON Schema of an answer."""
    _, definitions = msgspec.json.schema_components([WordingDraft], ref_template="#/$defs/{name}")
    return {**definitions.pop("WordingDraft"), "$defs": definitions}


def read_draft(output: Any) -> WordingDraft:
    """Reads an output as a draft.

    Raises:
        msgspec.ValidationError: a key, a type or a length is wrong.
    """
    return msgspec.convert(output, WordingDraft)
