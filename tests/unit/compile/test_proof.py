"""What a draft's citations do not bear out is taken out before anybody sees it."""

import random
from typing import Any

import msgspec
import pytest

from brandbrain_dagster.domain.compile.citations import citation_problems, located, source_problem
from brandbrain_dagster.domain.compile.extractive.compiler import ExtractiveCompiler
from brandbrain_dagster.domain.compile.proof import profile_nodes, prove_citations
from brandbrain_dagster.domain.compile.publication import snapshot_json
from brandbrain_dagster.domain.compile.snapshot_schema import FieldNode, SnapshotDocument, SourceRef
from brandbrain_dagster.domain.evidence.text import clean_text
from tests.fakes.evidence_items import make_item
from tests.unit.compile.brands import roaster, world
from tests.unit.compile.profiles import compile_inputs

TEXTS = (
    "Flags 🇳🇱 and families 👨‍👩‍👧‍👦 and thumbs 👍🏽 belong to our coffee.",
    "오늘도 신선한 커피를 볶습니다. 함께 마셔요.",
    "我们每天早上烘焙咖啡，欢迎品尝。",
    "نحمص القهوة كل صباح، أهلا وسهلا بكم.",
    "Cafe\u0301 cre\u0300me bru\u0302le\u0301e, Zu\u0308rich.",
    "ก็ดื่มกาแฟกันเถอะ วันนี้",
    "Plain words, repeated words, plain words again.",
)


def draft() -> SnapshotDocument:
    return ExtractiveCompiler().draft(compile_inputs([*roaster(), *world()])).document


ITEMS = {item.id: item for item in [*roaster(), *world()]}


def test_every_citation_of_a_draft_is_placed_and_holds() -> None:
    document = draft()
    assert prove_citations(document, ITEMS) == []
    profile = snapshot_json(document)
    assert citation_problems(profile, ITEMS) == []
    quoted = [source for _, node in profile_nodes(document) for source in node.sources if source.quote]
    assert quoted
    for source in quoted:
        text = getattr(ITEMS[source.id], str(source.field))
        assert text[source.start : source.end] == source.quote
        assert source.item_hash == ITEMS[source.id].content_hash


@pytest.mark.parametrize("text", TEXTS)
def test_quote_is_found_by_characters_of_the_nfc_text(text: str) -> None:
    item = make_item("1", clean_text(text))
    for start in range(0, len(item.text_primary), 3):
        quote = item.text_primary[start : start + 9]
        found = located(SourceRef(type="evidence", id=item.id, quote=quote), item)
        assert found is not None
        assert item.text_primary[found.start : found.end] == quote


def test_quote_with_one_changed_character_is_rejected_each_of_ten_thousand_times() -> None:
    chance = random.Random(7)  # noqa: S311
    item = make_item("1", clean_text("\n".join(TEXTS)))
    text, letters = item.text_primary, sorted({*item.text_primary, "x", "é", "本", "🙂"})
    for _ in range(10_000):
        start = chance.randrange(len(text) - 1)
        quote = text[start : start + chance.randrange(1, 60)]
        found = located(SourceRef(type="evidence", id=item.id, quote=quote, field="text_primary"), item)
        assert found is not None
        at = chance.randrange(len(quote))
        changed = quote[:at] + chance.choice([letter for letter in letters if letter != quote[at]]) + quote[at + 1 :]
        stored = {**msgspec.to_builtins(found), "quote": changed}
        assert source_problem(stored, item) is not None
        if changed not in text:
            assert located(SourceRef(type="evidence", id=item.id, quote=changed), item) is None


def planted(value: Any, *sources: SourceRef) -> tuple[SnapshotDocument, FieldNode[Any]]:
    document = draft()
    node: FieldNode[Any] = FieldNode(value=value, sources=list(sources))
    document.positioning.differentiators = node
    return document, node


GOOD = SourceRef(type="evidence", id=roaster()[0].id, quote=roaster()[0].text_primary[:30])


def test_entry_whose_quote_fails_goes_and_the_others_stay() -> None:
    invented = SourceRef(type="evidence", id=GOOD.id, quote="We never said this.")
    document, node = planted([f"as in “{GOOD.quote}”", "as in “We never said this.”"], GOOD, invented)
    assert prove_citations(document, ITEMS) == ["positioning.differentiators"]
    assert node.value == [f"as in “{GOOD.quote}”"]
    assert [source.quote for source in node.sources] == [GOOD.quote]
    assert node.abstained is msgspec.UNSET


@pytest.mark.parametrize(
    "source",
    [
        SourceRef(type="evidence", id="00000000-0000-0000-0000-00000000dead"),
        SourceRef(type="evidence", id=GOOD.id, quote="invented"),
        SourceRef(type="evidence", id=GOOD.id, quote=""),
    ],
)
def test_value_without_a_source_that_holds_abstains_and_says_why(source: SourceRef) -> None:
    document, node = planted(["We are the best."], source)
    assert prove_citations(document, ITEMS) == ["positioning.differentiators"]
    assert (node.value, node.sources) == ([], [])
    assert isinstance(node.abstained, msgspec.Struct)
    assert node.abstained.reason
    assert node.abstained.next_step


def test_value_without_any_source_is_never_published() -> None:
    document, node = planted(["We are the best."])
    assert prove_citations(document, ITEMS) == ["positioning.differentiators"]
    assert node.value == []


def test_citation_of_an_item_that_has_changed_since_is_told() -> None:
    document = draft()
    prove_citations(document, ITEMS)
    profile = snapshot_json(document)
    cited = next(source["id"] for source in profile["voice"]["do"]["sources"])
    changed = {**ITEMS, cited: msgspec.structs.replace(ITEMS[cited], content_hash="1" * 64)}
    assert any("before it changed" in problem for problem in citation_problems(profile, changed))


def test_examples_that_are_not_in_the_bundle_or_misquoted_are_left_out() -> None:
    document = draft()
    first = document.examples.canonical_evidence[0]
    document.examples.canonical_evidence += [
        msgspec.structs.replace(first, id="00000000-0000-0000-0000-00000000dead"),
        msgspec.structs.replace(first, excerpt="Never said."),
    ]
    prove_citations(document, ITEMS)
    assert document.examples.canonical_evidence[0] == first
    assert all(ref.id in ITEMS and ref.excerpt != "Never said." for ref in document.examples.canonical_evidence)
