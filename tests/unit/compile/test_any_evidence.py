"""Whatever the evidence says: a valid profile, every quote verbatim, and the same bytes in every process."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as st

from brandbrain_dagster.domain.compile.canonical_json import canonical_json
from brandbrain_dagster.domain.compile.citations import citation_problems
from brandbrain_dagster.domain.compile.publication import content_hash
from brandbrain_dagster.domain.compile.snapshot_schema import snapshot_json_schema
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags, Metrics
from tests.fakes.evidence_items import CONTENT_TYPES, SEEN_AT, make_item
from tests.unit.compile.brands import WORLD_TEXTS, roaster, world
from tests.unit.compile.profiles import compile_profile, texts_of

ROOT = Path(__file__).resolve().parents[3]
VALIDATOR = jsonschema.Draft202012Validator(snapshot_json_schema())

_yes_or_no = st.none() | st.booleans()
_words = st.sampled_from([text for _, text in WORLD_TEXTS] + [item.text_primary for item in roaster()])
_texts = st.text(max_size=60) | _words | st.builds("{}\n{}".format, st.text(max_size=30), _words)


@st.composite
def _items(draw: st.DrawFn) -> list[EvidenceItem]:
    count = draw(st.integers(0, 9))
    return [
        make_item(
            str(number),
            draw(_texts),
            platform=draw(st.sampled_from(sorted(CONTENT_TYPES))),
            text_secondary=draw(st.none() | _texts),
            published_at=draw(st.none() | st.integers(0, 5000).map(lambda hours: SEEN_AT - timedelta(hours=hours))),
            hashtags=draw(st.lists(st.text(max_size=8), max_size=2)),
            metrics=Metrics(likes=draw(st.none() | st.integers(0, 10**12))),
            flags=Flags(has_transcript=draw(_yes_or_no), is_repost=draw(_yes_or_no), is_own_account=draw(_yes_or_no)),
            language=draw(st.sampled_from([None, "en", "nl", "ar", "ko", "zz", ""])),
        )
        for number in range(count)
    ]


@settings(max_examples=120)
@given(items=_items(), taboos=st.lists(st.text(max_size=5), max_size=2), brand_name=st.text(min_size=1, max_size=9))
def test_any_evidence_gives_a_valid_profile_of_its_own_words(
    items: list[EvidenceItem], taboos: list[str], brand_name: str
) -> None:
    profile = compile_profile(items, {"tier0.taboos": taboos}, brand_name=brand_name)
    VALIDATOR.validate(json.loads(canonical_json(profile)))
    by_id = {item.id: item for item in items}
    assert citation_problems(profile, by_id) == []
    for ref in profile["examples"]["canonical_evidence"]:
        assert ref["excerpt"] in f"{by_id[ref['id']].text_primary}\n{by_id[ref['id']].text_secondary}"
    assert all(texts_of(profile["voice"]["do"]["value"]))


def test_a_profile_is_the_same_in_every_process() -> None:
    script = (
        "from tests.unit.compile.brands import roaster, world\n"
        "from tests.unit.compile.profiles import compile_profile\n"
        "from brandbrain_dagster.domain.compile.publication import content_hash\n"
        "print(content_hash(compile_profile([*roaster(), *world()])))"
    )
    hashes = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed, threads in (("1", "1"), ("2", "2"))
    }
    assert hashes == {content_hash(compile_profile([*roaster(), *world()]))}
