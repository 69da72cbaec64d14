"""What is wrong with a model's output: form, citations, quotes, forbidden terms, figures from nowhere.

The sentences name places, never what the output says there: they go back to the model, and into reports.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import regex

from brandbrain_dagster.domain.compile.citations import TEXT_FIELDS, located
from brandbrain_dagster.domain.compile.llm.profile_draft import (
    MAX_PILLARS,
    Citation,
    DraftPillar,
    ProfileDraft,
)
from brandbrain_dagster.domain.compile.snapshot_schema import SourceRef
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.features.item_text import LINK
from brandbrain_dagster.domain.features.lexicon import fold_text

_QUOTED_FIELDS = frozenset({"what_we_do", "who_for", "differentiators", "proof_types"})
"""Fields about what is so, not about how the brand sounds: they need the brand's own words."""
_FIGURE = regex.compile(r"\d+(?:[.,]\d+)*")
_UNPRINTABLE = regex.compile(r"[\p{Cc}\p{Cs}]")
"""Control characters and halves of characters: no text on one line has them, and no database takes all of them."""
_MAX_PROBLEMS = 20


@dataclass(frozen=True, kw_only=True)
class Question:
    """What was asked, as far as an output is judged by it.

    ``items`` are those that were shown, by id; ``pillar_names`` those that people gave; ``is_allowed`` tells texts
    without forbidden terms and private contact data.
    """

    fields: Sequence[str]
    items: Mapping[str, EvidenceItem]
    pillar_names: Sequence[str]
    is_allowed: Callable[[str], bool]

    def problems_of(self, output: Any) -> list[str]:
        """Returns a sentence for everything that is wrong, at most twenty."""
        wrong_form = self._form_problem(output)
        if wrong_form:
            return [wrong_form]
        draft = read_draft(output)
        found = [problem for name in self.fields for problem in self._field_problems(name, getattr(draft, name))]
        return found[:_MAX_PROBLEMS]

    def _form_problem(self, output: Any) -> str | None:
        if not isinstance(output, Mapping):
            return "The answer is not a JSON object."
        missing = [name for name in self.fields if name not in output]
        if missing:
            return f"These fields are missing: {', '.join(missing)}."
        if len(output) > len(self.fields):
            return f"There are fields that were not asked for; give only: {', '.join(self.fields)}."
        try:
            read_draft(output)
        except msgspec.ValidationError as error:
            return _told(error)
        return None

    def _field_problems(self, name: str, value: Any) -> Iterator[str]:
        if name == "pillars":
            yield from self._pillars_problems(value)
            return
        entries = value if isinstance(value, list) else [] if value is None else [value]
        seen: set[str] = set()
        for index, entry in enumerate(entries):
            path = f"{name}.{index}" if isinstance(value, list) else name
            yield from self._citations_problems(path, entry.citations, must_quote=name in _QUOTED_FIELDS)
            yield from self._text_problems(path, entry.value, [citation.evidence_id for citation in entry.citations])
            if fold_text(entry.value) in seen:
                yield f"{path} repeats another entry."
            seen.add(fold_text(entry.value))

    def _citations_problems(self, path: str, citations: Sequence[Citation], *, must_quote: bool) -> Iterator[str]:
        for index, citation in enumerate(citations):
            place = f"{path}.citations.{index}"
            item = self.items.get(citation.evidence_id)
            if item is None:
                yield f"{place} cites an evidence_id that is not in the evidence."
            elif citation.quote is not None and source_of(citation, item) is None:
                yield f"{place} quotes words that do not stand in that field of the item, character for character."
            elif citation.quote is not None and not self._may_be_shown(citation.quote):
                yield f"{place} quotes a link, contact data or a forbidden term; quote another part."
        if must_quote and all(citation.quote is None for citation in citations):
            yield f"{path} needs a quote."

    def _text_problems(self, path: str, text: str, item_ids: Sequence[str]) -> Iterator[str]:
        if not text.strip() or _UNPRINTABLE.search(text):
            yield f"{path} is blank, or holds a line break or another control character."
        if not self._may_be_shown(text):
            yield f"{path} holds a link, contact data or a forbidden term."
        shown = {figure for item_id in item_ids if item_id in self.items for figure in _figures(self._text_of(item_id))}
        if not _figures(text) <= shown:
            yield f"{path} holds a figure that no cited item holds."

    def _pillars_problems(self, pillars: Sequence[DraftPillar]) -> Iterator[str]:
        names = [pillar.name for pillar in pillars]
        if self.pillar_names and names != list(self.pillar_names):
            yield "pillars must be the named ones, each once, in their order and spelling."
            return
        if not self.pillar_names and len(pillars) > MAX_PILLARS:
            yield f"pillars must be {MAX_PILLARS} at most."
        taken: set[str] = set()
        for index, pillar in enumerate(pillars):
            path = f"pillars.{index}"
            if not self.pillar_names:
                yield from self._text_problems(f"{path}.name", pillar.name, pillar.item_ids)
                if taken & {fold_text(pillar.name), *pillar.item_ids}:
                    yield f"{path} repeats the name or an item of another pillar."
                taken |= {fold_text(pillar.name), *pillar.item_ids}
            yield from self._pillar_problems(path, pillar)

    def _pillar_problems(self, path: str, pillar: DraftPillar) -> Iterator[str]:
        if not all(item_id in self.items for item_id in pillar.item_ids):
            yield f"{path}.item_ids holds an id that is not in the evidence."
            return
        if bool(pillar.item_ids) != bool(pillar.description) or not (pillar.item_ids or self.pillar_names):
            yield f"{path} needs items and a description; a named pillar without items has neither."
        if pillar.description:
            cited = [citation.evidence_id for citation in pillar.citations]
            yield from self._text_problems(f"{path}.description", pillar.description, [*pillar.item_ids, *cited])
        yield from self._citations_problems(path, pillar.citations, must_quote=pillar.description is not None)
        texts = [fold_text(self._text_of(item_id)) for item_id in pillar.item_ids]
        for index, phrase in enumerate(pillar.keyphrases):
            yield from self._text_problems(f"{path}.keyphrases.{index}", phrase, pillar.item_ids)
            if not any(fold_text(phrase) in text for text in texts):
                yield f"{path}.keyphrases.{index} stands in none of the pillar's items."

    def _may_be_shown(self, text: str) -> bool:
        return self.is_allowed(text) and not LINK.search(text)

    def _text_of(self, item_id: str) -> str:
        return "\n".join(getattr(self.items[item_id], field) or "" for field in TEXT_FIELDS)


def read_draft(output: Any) -> ProfileDraft:
    """Reads an output as a draft.

    Raises:
        msgspec.ValidationError: a key, a type or an enum value is wrong.
    """
    return msgspec.convert(output, ProfileDraft)


def source_of(citation: Citation, item: EvidenceItem) -> SourceRef | None:
    """Returns a citation as a snapshot has it, its quote with the field that holds it; None where none does."""
    source = SourceRef(type="evidence", id=item.id, quote=citation.quote, field=citation.field)
    found = located(source, item)
    return None if found is None else SourceRef(type="evidence", id=item.id, quote=citation.quote, field=found.field)


def _figures(text: str) -> set[str]:
    return {regex.sub("[.,]", "", figure) for figure in _FIGURE.findall(text)}


def _told(error: msgspec.ValidationError) -> str:
    """The place and the reason, without keys and values that only the output has."""
    reason, _, where = str(error).partition(" - at `$.")
    place = regex.sub(r"\[(\d+)\]", r".\1", where.rstrip("`")) or "The answer"
    if reason.startswith("Object contains unknown field"):
        return f"{place} has a key that was not asked for."
    if reason.startswith("Invalid enum value"):
        return f"{place} is none of the allowed values."
    return f"{place}: {reason[0].lower()}{reason[1:]}."
