"""What is published: the canonical form, the content hash, and the check of citations."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from brandbrain_dagster.domain.compile.citations import citation_problems, cited_evidence
from brandbrain_dagster.domain.compile.publication import content_hash
from tests.fakes.evidence_items import make_item
from tests.unit.compile.brands import ROASTER_ANSWERS, roaster
from tests.unit.compile.profiles import compile_profile

VOLATILE = {("meta", "compiled_at"), ("meta", "feature_report_id"), ("meta", "evidence_summary", "bundle_id")}


def _leaves(part: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    if not inner or not part:
        yield path
    for key, value in inner:
        yield from _leaves(value, (*path, key))


def _changed(profile: dict[str, Any], path: tuple[str | int, ...]) -> dict[str, Any]:
    other = copy.deepcopy(profile)
    part: Any = other
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = "something else"
    return other


def test_the_content_hash_ignores_the_volatile_meta_and_nothing_else() -> None:
    profile = compile_profile(roaster(), ROASTER_ANSWERS)
    ignored = {path for path in _leaves(profile) if content_hash(_changed(profile, path)) == content_hash(profile)}
    assert ignored == VOLATILE


def test_the_content_hash_does_not_depend_on_the_order_of_keys() -> None:
    profile = compile_profile(roaster())
    assert content_hash(dict(reversed(profile.items()))) == content_hash(profile)


ITEM = make_item("1", "We roast coffee. ☕️ Café!", text_secondary="Spoken words", title=None)


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ({"id": "1"}, 0),
        ({"id": "2"}, 1),
        ({"id": "1", "quote": "roast coffee. ☕️ Café", "field": "text_primary"}, 0),
        ({"id": "1", "quote": "Spoken words", "field": "text_secondary"}, 0),
        ({"id": "1", "quote": "Spoken words"}, 0),
        ({"id": "1", "quote": "Spoken words", "field": "text_primary"}, 1),
        ({"id": "1", "quote": "roast Coffee", "field": "text_primary"}, 1),
        ({"id": "1", "quote": "Cafe\u0301", "field": "text_primary"}, 1),
        ({"id": "1", "quote": "roast", "field": "title"}, 1),
        ({"id": "1", "quote": "never said"}, 1),
    ],
)
def test_a_citation_holds_only_what_the_item_says_word_for_word(source: dict[str, str], count: int) -> None:
    profile = {"voice": {"do": {"value": ["x"], "sources": [{"type": "evidence", **source}]}}}
    problems = citation_problems(profile, {"1": ITEM})
    assert len(problems) == count
    assert all(problem.startswith("voice.do.sources.0 ") for problem in problems)


def test_answers_are_no_evidence() -> None:
    assert list(cited_evidence({"sources": [{"type": "answer", "id": "tier0.edge"}]})) == []
