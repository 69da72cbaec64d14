"""Snapshots of all versions so far: valid, provable, and those of the present versions the same to the byte."""

import json
from pathlib import Path

import jsonschema
import pytest

from brandbrain_dagster.domain.compile.canonical_json import canonical_json
from brandbrain_dagster.domain.compile.citations import citation_problems, cited_evidence
from brandbrain_dagster.domain.compile.diff import apply_difference, diff_profiles, profile_values
from brandbrain_dagster.domain.compile.snapshot_schema import snapshot_json_schema
from tests.golden_snapshots import FOLDER, items_of, present_facts, replayed, versions

GOLDEN = sorted(FOLDER.glob("*.json"))
PRESENT = versions(present_facts()["inputs"])


def test_present_versions_have_a_golden_snapshot() -> None:
    assert PRESENT in {path.stem for path in GOLDEN}, "run python -m tests.golden_snapshots"


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_snapshot_is_valid_and_every_citation_holds(path: Path) -> None:
    golden = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.validate(golden["snapshot"], snapshot_json_schema())
    assert list(cited_evidence(golden["snapshot"]))
    assert citation_problems(golden["snapshot"], {item.id: item for item in items_of(golden)}) == []


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_snapshot_is_replayed(path: Path) -> None:
    golden = json.loads(path.read_text(encoding="utf-8"))
    again = replayed(golden)
    if path.stem == PRESENT:
        assert canonical_json(again) == canonical_json(golden["snapshot"])
    # Of another version's facts this code makes a valid profile too, and can tell the difference.
    jsonschema.validate(again, snapshot_json_schema())
    difference = diff_profiles(golden["snapshot"], again)
    assert apply_difference(difference, profile_values(golden["snapshot"])) == profile_values(again)
    assert again["pillars"][0]["name"]["value"] == "The craft of roasting"
