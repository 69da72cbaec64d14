"""Replaying recorded answers: by the hash of the very request, and never unchecked."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from brandbrain_dagster.clients.llm.cassette import CassetteModel
from brandbrain_dagster.domain.compile.citations import citation_problems
from brandbrain_dagster.domain.compile.compiler import Draft
from brandbrain_dagster.domain.compile.publication import snapshot_json
from brandbrain_dagster.domain.compile.snapshot_schema import snapshot_json_schema
from brandbrain_dagster.use_cases.compiler_choice import choose_compiler
from brandbrain_dagster.use_cases.language_model_choice import ModelChoice
from tests.unit.compile.brands import roaster
from tests.unit.compile.llm_outputs import GOOD_OUTPUT, LIMITS, llm_compiler, output_with
from tests.unit.compile.profiles import compile_inputs

ITEMS = roaster()


def replayed(folder: Path) -> Draft:
    return llm_compiler(CassetteModel(folder)).draft(compile_inputs(ITEMS))


def record(folder: Path, content: str | dict[str, Any]) -> None:
    """Writes an answer under the name that the missing one is told to have."""
    hashed = re.search(r"\b[0-9a-f]{64}\b", replayed(folder).llm_usage["fallback_reason"])
    assert hashed is not None
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / f"{hashed[0]}.json").write_text(text, encoding="utf-8")


def test_a_missing_recording_is_named_by_its_hash(tmp_path: Path) -> None:
    usage = replayed(tmp_path).llm_usage
    assert re.fullmatch(r"No answer is recorded for the request [0-9a-f]{64}; record .*", usage["fallback_reason"])
    assert usage["requests"] == 0


def test_a_good_recording_gives_a_full_valid_profile(tmp_path: Path) -> None:
    record(tmp_path, {"output": GOOD_OUTPUT, "model": "recorded-1", "input_tokens": 9000, "cost_usd": 0.0123})
    compiler = choose_compiler(ModelChoice(name=f"cassette:{tmp_path}", limits=LIMITS))
    draft = compiler.draft(compile_inputs(ITEMS))
    profile = snapshot_json(draft.document)
    jsonschema.validate(profile, snapshot_json_schema())
    assert citation_problems(profile, {item.id: item for item in ITEMS}) == []
    inferred = [*profile["positioning"].values(), *profile["voice"].values()]
    assert all(node["value"] and node["sources"] for node in inferred)
    assert [pillar["name"]["value"] for pillar in profile["pillars"]] == ["Espresso roasts", "Barista training"]
    assert draft.llm_usage == {
        "model": "recorded-1",
        "requests": 1,
        "input_tokens": 9000,
        "output_tokens": None,
        "cost_usd": 0.0123,
    }


def test_a_cassette_is_named_without_the_folders_it_lies_in(tmp_path: Path) -> None:
    identity = choose_compiler(ModelChoice(name=f"cassette:{tmp_path}/trial", limits=LIMITS)).identity
    assert identity.model == "cassette:trial"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "cannot be read"),
        ("[]", "cannot be read"),
        ({"output": "text", "model": "recorded-1"}, "cannot be read"),
        ({"output": output_with("cta_policy.value", "gentle"), "model": "recorded-1"}, ".json cannot be used"),
    ],
)
def test_a_recording_that_is_no_answer_is_told_of(content: str | dict[str, Any], told: str, tmp_path: Path) -> None:
    record(tmp_path, content)
    draft = replayed(tmp_path)
    assert told in draft.llm_usage["fallback_reason"]
    assert draft.document.meta.compiler.fallback_from == "llm"


def test_another_question_finds_no_recording(tmp_path: Path) -> None:
    record(tmp_path, {"output": GOOD_OUTPUT, "model": "recorded-1"})
    other = llm_compiler(CassetteModel(tmp_path)).draft(compile_inputs(ITEMS[:5]))
    assert "No answer is recorded" in other.llm_usage["fallback_reason"]
