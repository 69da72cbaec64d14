"""Sources, evidence ids and quotes: a defect planted anywhere in a good draft is found there."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from brandbrain_dagster.domain.qa.subject import QaSubject
from tests.unit.compile.profiles import fields_of
from tests.unit.qa.drafts import check_of, paths_of, planted, subject_of


@pytest.fixture(scope="module")
def good() -> QaSubject:
    return subject_of()


@pytest.mark.parametrize("check", ["inferred_values_have_sources", "cited_evidence_in_bundle", "quotes_verbatim"])
def test_a_good_draft_passes(good: QaSubject, check: str) -> None:
    outcome = check_of(good, check)
    assert (outcome.status, list(outcome.paths)) == ("PASS", [])


def test_a_value_without_source_is_found_in_every_field(good: QaSubject) -> None:
    fields = fields_of(msgspec.to_builtins(good.document))
    valued = [path for path, node in fields.items() if node["value"]]
    assert len(valued) > 20
    for path in valued:
        found = check_of(planted(good, (f"{path}.sources", [])), "inferred_values_have_sources")
        assert (found.status, list(found.paths)) == ("FAIL", [path])


def test_a_value_put_into_an_empty_field_is_found(good: QaSubject) -> None:
    fields = fields_of(msgspec.to_builtins(good.document))
    empty = [path for path, node in fields.items() if not node["value"]]
    assert len(empty) > 10
    for path in empty:
        value = [] if fields[path]["value"] == [] else "Post at dawn."
        spoilt = planted(good, (f"{path}.value", ["Post at dawn."] if value == [] else value))
        assert list(check_of(spoilt, "inferred_values_have_sources").paths) == [path]


def test_an_id_that_is_not_in_the_bundle_is_found_wherever_it_stands(good: QaSubject) -> None:
    evidence = [
        path.removesuffix(".type")
        for path in paths_of(good, ".sources.0.type")
        if "answer" not in path and _at(good, path) == "evidence"
    ]
    examples = [path.removesuffix(".why") for path in paths_of(good, ".why")]
    ids = paths_of(good, ".example_ids.0")
    places = [(f"{path}.id", path) for path in evidence]
    places += [(f"{path}.id", f"{path}.id") for path in examples] + [(path, path) for path in ids]
    assert len(evidence) > 40
    assert len(examples) > 5
    assert len(ids) > 5
    for planted_at, told_at in places:
        found = check_of(planted(good, (planted_at, "evidence-of-another-brand")), "cited_evidence_in_bundle")
        assert (found.status, list(found.paths)) == ("FAIL", [told_at])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("url", "https://evil.example/"),
        ("platform", "tiktok"),
        ("content_type", "story"),
        ("published_at", None),
        ("published_at", "2026-02-28T23:00:00Z"),
    ],
)
def test_an_example_that_is_told_otherwise_than_it_is_is_found(good: QaSubject, name: str, value: str | None) -> None:
    for path in (path.removesuffix(".why") for path in paths_of(good, ".why")):
        if _at(good, f"{path}.{name}") != value:
            found = check_of(planted(good, (f"{path}.{name}", value)), "cited_evidence_in_bundle")
            assert list(found.paths) == [f"{path}.{name}"]


def test_a_changed_quote_is_found_wherever_it_stands(good: QaSubject) -> None:
    quotes = paths_of(good, ".quote")
    assert len(quotes) >= 8
    for path in quotes:
        quote = _at(good, path)
        source = path.removesuffix(".quote")
        for changed in (quote[:-1], quote + " ", quote.swapcase(), quote[:5] + "\u200b" + quote[5:], "", "  "):
            found = check_of(planted(good, (path, changed)), "quotes_verbatim")
            assert source in found.paths, changed


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("start", None),
        ("start", 1),
        ("start", -1),
        ("end", None),
        ("end", 3),
        ("end", 10_000),
        ("field", None),
        ("field", "title"),
        ("item_hash", None),
        ("item_hash", "f" * 64),
    ],
)
def test_a_quote_whose_place_is_not_told_truly_is_found(good: QaSubject, name: str, value: object) -> None:
    path = next(path for path in paths_of(good, ".quote") if _at(good, path.replace("quote", "start")) not in (1, None))
    source = path.removesuffix(".quote")
    assert list(check_of(planted(good, (f"{source}.{name}", value)), "quotes_verbatim").paths) == [source]


def test_a_quote_from_the_end_of_a_text_is_not_found_by_counting_backwards(good: QaSubject) -> None:
    path = paths_of(good, ".quote")[0]
    source = path.removesuffix(".quote")
    item = good.items[_at(good, f"{source}.id")]
    text = item.text_primary
    spoilt = planted(good, (path, text[-9:-1]), (f"{source}.start", -9), (f"{source}.end", -1))
    assert list(check_of(spoilt, "quotes_verbatim").paths) == [source]


def test_a_quote_of_blanks_is_found_wherever_they_stand(good: QaSubject) -> None:
    path = paths_of(good, ".quote")[0]
    source = path.removesuffix(".quote")
    start = good.items[_at(good, f"{source}.id")].text_primary.index(" ")
    spoilt = planted(good, (path, " "), (f"{source}.start", start), (f"{source}.end", start + 1))
    assert list(check_of(spoilt, "quotes_verbatim").paths) == [source]


def test_an_item_that_changed_since_it_was_cited_is_found(good: QaSubject) -> None:
    source = paths_of(good, ".quote")[0].removesuffix(".quote")
    item_id = _at(good, f"{source}.id")
    changed = msgspec.structs.replace(good.items[item_id], content_hash="1" * 64)
    found = check_of(replace(good, items={**good.items, item_id: changed}), "quotes_verbatim")
    assert source in found.paths
    assert all(_at(good, f"{path}.id") == item_id for path in found.paths)


def test_an_excerpt_that_is_not_verbatim_is_found(good: QaSubject) -> None:
    excerpts = paths_of(good, ".excerpt")
    assert len(excerpts) > 5
    for path in excerpts:
        found = check_of(planted(good, (path, _at(good, path) + ", they say")), "quotes_verbatim")
        assert list(found.paths) == [path]
        assert check_of(planted(good, (path, "")), "quotes_verbatim").status == "PASS"


@pytest.mark.parametrize("marks", ["“”", "„“", "«»", "「」", '""'])
def test_an_invented_quotation_within_a_value_is_found(good: QaSubject, marks: str) -> None:
    invented = f"Speak as a team, for example: {marks[0]}We have never roasted a bean in our lives.{marks[1]}"
    spoilt = planted(good, ("voice.do.value.1", invented), ("pillars.1.description.value", invented))
    assert list(check_of(spoilt, "quotes_verbatim").paths) == ["voice.do.value.1", "pillars.1.description.value"]


def test_a_quotation_of_an_item_that_the_field_does_not_cite_is_found(good: QaSubject) -> None:
    value = good.document.pillars[2].description.value
    assert "“You asked for a barista training" in (value or "")
    spoilt = planted(good, ("pillars.1.description.value", value))
    assert list(check_of(spoilt, "quotes_verbatim").paths) == ["pillars.1.description.value"]


def _at(subject: QaSubject, path: str) -> Any:
    place = msgspec.to_builtins(subject.document)
    for segment in path.split("."):
        place = place[int(segment)] if isinstance(place, list) else place.get(segment)
    return place
