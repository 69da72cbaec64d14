"""Golden snapshots: what past and present versions made of given facts, kept as files and replayed by a test.

``python -m tests.golden_snapshots`` writes the one of the versions of this code, if it is not there yet.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from brandbrain_dagster.domain.bundling.criteria import BundleCriteria
from brandbrain_dagster.domain.compile.brand_inputs import BrandInputs, UsedSource
from brandbrain_dagster.domain.compile.extractive.compiler import ExtractiveCompiler
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.features.feature_report import build_feature_report
from brandbrain_dagster.domain.ingestion.evidence_status import EvidenceStatus
from brandbrain_dagster.use_cases.bundle_brand import bundle_of_items
from brandbrain_dagster.use_cases.compile_profile import CompileFacts, compile_profile
from tests.unit.compile.brands import ROASTER_ANSWERS, roaster, world

FOLDER = Path(__file__).parent / "golden"
_BRAND = UUID(int=11)


def versions(inputs_json: Mapping[str, Any]) -> str:
    """Names the versions that made a snapshot."""
    compiler = inputs_json["compiler"]
    return "-".join(
        f"{name}_{compiler[f'{name}_version' if name != 'extractive' else 'version']}"
        for name in ("extractive", "features", "normalizer", "criteria", "schema")
    )


def replayed(golden: Mapping[str, Any]) -> dict[str, Any]:
    """Makes the snapshot of a golden file again, with this code."""
    inputs = BrandInputs.from_json(golden["inputs"])
    items = items_of(golden)
    bundle = bundle_of_items(_BRAND, items, inputs=inputs, criteria=BundleCriteria.from_json(golden["criteria"]))
    facts = CompileFacts(
        inputs=inputs,
        bundle=bundle,
        stats=build_feature_report(bundle.items),
        feature_report_id=_BRAND,
        evidence_status=EvidenceStatus.from_json({}),
        compiled_at=datetime(2026, 3, 2, tzinfo=UTC),
    )
    profile: dict[str, Any] = json.loads(json.dumps(compile_profile(facts, ExtractiveCompiler()).snapshot_json))
    return profile


def items_of(golden: Mapping[str, Any]) -> list[EvidenceItem]:
    """Reads the evidence of a golden file."""
    return msgspec.convert(golden["items"], list[EvidenceItem])


def present_facts() -> dict[str, Any]:
    """Returns the facts of the golden snapshots with the versions of this code: a brand with decisions of all kinds."""
    items = [*roaster(), *world()]
    inputs = BrandInputs(
        answers_json={name: answer for name, answer in ROASTER_ANSWERS.items() if name != "tier0.tone_words"},
        overrides_json={"voice.do": ["Say what it tastes of."], "custom.slogan": "Wake up"},
        pinned_paths=["pillars.0.name", "voice.do"],
        sources=[
            UsedSource(platform=platform, capability=capability, identifier="acme", settings={})
            for platform, capability in sorted({(item.platform, item.capability) for item in items})
        ],
        pinned_values={"pillars.0.name": "The craft of roasting"},
        brand_name="Acme Roasters",
    )
    return {
        "inputs": inputs.to_json(ExtractiveCompiler().identity),
        "criteria": BundleCriteria(caps_used={}).to_json(),
        "items": msgspec.to_builtins(items),
    }


def main() -> None:
    """Writes the golden snapshot of the present versions."""
    golden = json.loads(json.dumps(present_facts()))
    path = FOLDER / f"{versions(golden['inputs'])}.json"
    golden["snapshot"] = replayed(golden)
    if not path.exists():
        path.write_text(json.dumps(golden, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
