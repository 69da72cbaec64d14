"""Whatever the evidence says: what the extractive compiler makes of it never fails; and spoilt drafts are judged."""

import copy
from dataclasses import replace
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.evidence.text import clean_text
from brandbrain_dagster.domain.qa.report import QaReport, run_qa
from tests.unit.compile.brands import ROASTER_ANSWERS
from tests.unit.compile.test_any_evidence import _items
from tests.unit.qa.drafts import leaves_of, subject_of

_texts = st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=12)
_phrases = st.sampled_from(["espresso", "the farm", "cheap", "Write to a@b.nl", "+31 20 123 45 67", "“We”", "no emoji"])
_lists = st.lists(_texts | _phrases, max_size=2)
_answers = st.fixed_dictionaries(
    {},
    optional={
        "tier0.what_we_do": _texts | _phrases,
        "tier0.taboos": _lists | st.sampled_from([["items"], ["brand", "the"], ["2"], ["espresso"], ["instagram"]]),
        "tier0.tone_words": _lists,
        "tier0.edge": _lists,
        "tier0.cta_posture": st.sampled_from(["none", "soft", "direct"]),
        "tier1.pillars_seed": _lists,
        "tier1.good_examples": _lists,
        "tier2.risk_boundaries": _lists,
        "tier2.platform_rules.instagram": st.just(ROASTER_ANSWERS["tier2.platform_rules.instagram"]),
    },
)


def _cleaned(item: EvidenceItem) -> EvidenceItem:
    """An item as normalization leaves it."""
    secondary = None if item.text_secondary is None else clean_text(item.text_secondary)
    tags = [clean_text(tag) for tag in item.hashtags]
    return msgspec.structs.replace(
        item, text_primary=clean_text(item.text_primary), text_secondary=secondary, hashtags=tags
    )


@settings(max_examples=150)
@given(items=_items(), answers=_answers, platforms=st.lists(st.sampled_from(["youtube", "web"]), max_size=1))
def test_a_draft_of_the_extractive_compiler_never_fails(
    items: list[EvidenceItem], answers: dict[str, Any], platforms: list[str]
) -> None:
    subject = subject_of([_cleaned(item) for item in items], answers, platforms=platforms)
    before = copy.deepcopy(subject.document)
    report = run_qa(subject)
    assert report.reasons == []
    assert subject.document == before
    assert run_qa(subject).to_json() == report.to_json()


_GOOD = subject_of()
_LEAVES = [path for path, _ in leaves_of(msgspec.to_builtins(_GOOD.document))]
_anything: st.SearchStrategy[object] = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.builds(list)
)


@settings(max_examples=200)
@given(path=st.sampled_from(_LEAVES), value=_anything | st.just({}) | st.builds(object))
def test_a_draft_with_anything_anywhere_is_judged(path: str, value: object) -> None:
    document = copy.deepcopy(_GOOD.document)
    place: Any = document
    *above, last = path.split(".")
    for segment in above:
        place = _below(place, segment)
    if isinstance(place, list):
        place[int(last)] = value
    elif isinstance(place, dict):
        place[last] = value
    elif not place.__struct_config__.frozen:
        setattr(place, last, value)
    report = run_qa(replace(_GOOD, document=document))
    assert isinstance(report, QaReport)
    assert report.status in ("PASS", "WARN", "FAIL")


def _below(place: Any, segment: str) -> Any:
    if isinstance(place, list):
        return place[int(segment)]
    return place[segment] if isinstance(place, dict) else getattr(place, segment)
