"""Exports of a profile: golden files, and what must hold of every one."""

import json
import re
from typing import Any

import pytest

from brandbrain_dagster.domain.export.brand_export import MEDIA_TYPES, ExportFormat, export_profile
from brandbrain_dagster.domain.export.linked_data import linked_data
from brandbrain_dagster.domain.export.plain_values import plain_values
from brandbrain_dagster.domain.export.profile_document import profile_document
from brandbrain_dagster.domain.export.profile_fields import fields_of
from tests.golden_exports import EXPORTS, GOLDEN, exported, golden_profile
from tests.published_brand import ANSWERS, compiled
from tests.unit.compile.profiles import compile_profile

HOSTILE = "</script><img src=x onerror=alert(1)> [click](javascript:alert(1)) `code`\n# Heading\n* item & &lt; _x_"


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_export_is_the_same_to_the_byte(name: str) -> None:
    assert exported(name) == (EXPORTS / name).read_text(encoding="utf-8"), "see tests/golden_exports.py"


def test_every_format_has_a_media_type() -> None:
    assert set(MEDIA_TYPES) == set(ExportFormat)


@pytest.mark.parametrize("as_format", ExportFormat)
def test_exporting_does_not_depend_on_the_order_of_stored_keys(as_format: ExportFormat) -> None:
    profile = golden_profile()
    turned = json.loads(
        json.dumps(profile.snapshot_json), object_pairs_hook=lambda pairs: dict(sorted(pairs, reverse=True))
    )
    again = type(profile)(**{**vars(profile), "snapshot_json": turned})
    assert export_profile(again, as_format) == export_profile(profile, as_format)


@pytest.mark.parametrize("as_format", ExportFormat)
def test_empty_brand_is_exported_in_every_format(as_format: ExportFormat) -> None:
    profile = golden_profile()
    empty = type(profile)(**{**vars(profile), "snapshot_json": compile_profile([], {})})
    assert "Acme Roasters" in export_profile(empty, as_format)


def test_document_shows_every_value_and_names_every_field_without_one() -> None:
    profile = compiled()
    document = _unescaped(profile_document("Acme", 1, profile, {}))
    for path, node in fields_of(profile):
        for text in node["value"] if isinstance(node["value"], list) else [node["value"]]:
            assert text is None or text in document, path
        if "abstained" in node:
            assert node["abstained"]["next_step"] in document, path


def test_document_puts_the_constraints_first() -> None:
    document = profile_document("Acme", 1, compiled(), {})
    assert document.index("## Never") < document.index("## Positioning")
    assert "- cheap" in document
    assert "“game changer”" in document


def test_document_asks_for_taboos_where_there_are_none() -> None:
    assert "No taboos are on record" in profile_document("Acme", 1, compile_profile([], {}), {})


def test_document_links_each_quote_to_its_post() -> None:
    golden = golden_profile()
    document = export_profile(golden, ExportFormat.MARKDOWN)
    quoted = "Unlike others, we never roast before you order. ([original](https://acme.example/about))"
    assert f"- {quoted}" in document


def test_document_marks_what_is_unsure_and_what_is_pinned() -> None:
    profile = compiled()
    profile["positioning"]["who_for"] |= {"confidence": 0.2}
    profile["voice"]["do"] |= {"locked": True}
    document = profile_document("Acme", 1, profile, {})
    assert "**Who for (*low*):** Café owners" in document
    assert "**Do (pinned):**" in document


def test_document_shows_hostile_text_as_it_is() -> None:
    profile = compiled({**ANSWERS, "tier0.what_we_do": HOSTILE, "tier0.edge": ["# no heading", "1. no list", "- none"]})
    item_id = profile["pillars"][0]["example_ids"][0]
    document = profile_document("A*c*me", 1, profile, {item_id: "javascript:alert(1)"})
    assert not re.search(r"(?<!\\)<", document)
    assert "](javascript" not in re.sub(r"\\.", "", document)
    assert "\n# Heading" not in document
    assert "- \\# no heading" in document
    assert "- 1\\. no list" in document
    assert "A\\*c\\*me" in document


def test_plain_values_hold_every_value_without_its_node() -> None:
    profile = compiled()
    plain = plain_values(profile)
    for path, node in fields_of(profile):
        assert _at(plain, path) == node["value"], path
    assert "confidence" not in json.dumps(plain)


def test_linked_data_tells_nothing_internal_and_nothing_unsure() -> None:
    profile = compiled()
    profile["positioning"]["who_for"] |= {"confidence": 0.3}
    told = json.dumps(linked_data("Acme", "https://acme.example", profile))
    assert "cheap" not in told
    assert "game changer" not in told
    assert "Café owners" not in told.encode().decode("unicode_escape")
    assert '"@type": "Organization"' in told
    assert '"@type": "Brand"' in told


def test_linked_data_leaves_out_addresses_that_are_no_web_pages() -> None:
    profile = compiled()
    profile["examples"]["canonical_evidence"][0]["url"] = "javascript:alert(1)"
    told = linked_data("Acme", "javascript:alert(1)", profile)
    assert "javascript" not in json.dumps(told)
    assert "url" not in told


@pytest.mark.parametrize("as_format", [ExportFormat.JSON, ExportFormat.JSONLD])
def test_json_may_stand_in_a_script_element(as_format: ExportFormat) -> None:
    golden = golden_profile()
    hostile = type(golden)(**{**vars(golden), "brand_name": HOSTILE})
    text = export_profile(hostile, as_format)
    assert "<" not in text
    assert HOSTILE in json.dumps(json.loads(text), ensure_ascii=False).replace("\\n", "\n")


def _unescaped(document: str) -> str:
    return re.sub(r"\\(?=[^\w\s])", "", document)


def _at(plain: Any, path: str) -> Any:
    for segment in path.split("."):
        plain = plain[int(segment)] if isinstance(plain, list) else plain[segment]
    return plain
