"""The input hash: what it depends on, what it does not, and its documented form."""

import hashlib
import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brandbrain_dagster.domain.compile.brand_inputs import (
    BrandInputs,
    CompilerIdentity,
    UsedSource,
    input_hash,
    used_sources,
)
from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from tests.fakes.evidence_items import SEEN_AT

COMPILER = CompilerIdentity(name="extractive", version="1", model=None, prompt_version=None, schema_version="v1")
INSTAGRAM = UsedSource(platform="instagram", capability="posts", identifier="acme", settings={"cap": 8})
WEB = UsedSource(platform="web", capability="crawl_pages", identifier="https://acme.example", settings={})
INPUTS = BrandInputs(
    answers_json={"tier0.who_for": "people", "tier0.edge": ["local", "é😀"], "tier9.future": {"b": 1.5, "a": 2}},
    overrides_json={"voice.tone_tags": ["warm"]},
    pinned_paths=["voice.do", "pillars.0.name"],
    sources=[INSTAGRAM, WEB],
)


def _hash(inputs: BrandInputs, compiler: CompilerIdentity = COMPILER) -> str:
    return input_hash(inputs.to_json(compiler))


@pytest.mark.parametrize(
    "same",
    [
        replace(INPUTS, answers_json=dict(reversed([*INPUTS.answers_json.items()]))),
        replace(INPUTS, answers_json={**INPUTS.answers_json, "tier9.future": {"a": 2, "b": 1.5}}),
        replace(INPUTS, sources=[WEB, INSTAGRAM]),
        replace(INPUTS, pinned_paths=["pillars.0.name", "voice.do"]),
        BrandInputs.from_json(json.loads(json.dumps(INPUTS.to_json(COMPILER)))),
    ],
)
def test_the_hash_does_not_depend_on_any_order(same: BrandInputs) -> None:
    assert _hash(same) == _hash(INPUTS)


@pytest.mark.parametrize(
    "other",
    [
        replace(INPUTS, answers_json={**INPUTS.answers_json, "tier0.who_for": "teams"}),
        replace(INPUTS, answers_json={**INPUTS.answers_json, "tier0.edge": ["é😀", "local"]}),
        replace(INPUTS, overrides_json={}),
        replace(INPUTS, pinned_paths=["voice.do"]),
        replace(INPUTS, sources=[INSTAGRAM]),
        replace(INPUTS, sources=[replace(INSTAGRAM, identifier="acme2"), WEB]),
        replace(INPUTS, sources=[replace(INSTAGRAM, capability="reels"), WEB]),
        replace(INPUTS, sources=[replace(INSTAGRAM, settings={"cap": 9}), WEB]),
        replace(INPUTS, sources=[INSTAGRAM, replace(WEB, settings={"extra_start_urls": ["https://acme.example/a"]})]),
    ],
)
def test_the_hash_changes_with_every_part_of_the_inputs(other: BrandInputs) -> None:
    assert _hash(other) != _hash(INPUTS)


@pytest.mark.parametrize(
    "change",
    [{"name": "llm"}, {"version": "2"}, {"model": "a/b"}, {"prompt_version": "3"}, {"schema_version": "v2"}],
)
def test_the_hash_changes_with_the_compiler(change: dict[str, str]) -> None:
    assert _hash(INPUTS, replace(COMPILER, **change)) != _hash(INPUTS)


def _connection(**settings: Any) -> SourceConnection:
    return SourceConnection(
        id=UUID(int=1),
        brand_id=UUID(int=2),
        platform="web",
        capability="crawl_pages",
        identifier="https://acme.example",
        is_enabled=True,
        settings_json=settings,
        created_at=SEEN_AT,
        updated_at=SEEN_AT,
    )


def test_only_settings_that_change_what_is_collected_are_used() -> None:
    collected = {"cap": 5, "extra_start_urls": ["https://acme.example/a"]}
    [daily] = used_sources([_connection(**collected, ttl_hours=24)])
    [weekly] = used_sources([_connection(**collected, ttl_hours=168, note="x")])
    assert daily == weekly
    assert daily.settings == collected


HASHED = ("answers", "overrides", "pinned_paths", "sources", "compiler", "model", "prompt_version")


@given(
    answers=st.dictionaries(
        st.text(max_size=6),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
            max_leaves=6,
        ),
        max_size=4,
    )
)
def test_the_hash_is_that_of_the_documented_canonical_json(answers: dict[str, Any]) -> None:
    inputs_json = replace(INPUTS, answers_json=answers).to_json(COMPILER)
    hashed = {name: inputs_json[name] for name in HASHED}
    text = json.dumps(hashed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert input_hash(inputs_json) == hashlib.sha256(text.encode()).hexdigest()


def test_name_and_values_kept_for_pins_are_recorded_and_not_hashed() -> None:
    inputs = replace(INPUTS, brand_name="Acme", pinned_values={"voice.do": ["x"]})
    recorded = BrandInputs.from_json(inputs.to_json(COMPILER))
    assert (recorded.brand_name, recorded.pinned_values) == ("Acme", {"voice.do": ["x"]})
    assert input_hash(inputs.to_json(COMPILER)) == input_hash(INPUTS.to_json(COMPILER))
