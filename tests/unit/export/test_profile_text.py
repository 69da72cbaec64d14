"""A profile as a person reads it: every field with how sure it is, and where it comes from."""

from brandbrain_dagster.domain.compile.snapshot_schema import Constraints, Positioning, Voice
from brandbrain_dagster.domain.export.excerpt import profile_excerpt
from brandbrain_dagster.domain.export.profile_text import profile_text
from tests.unit.compile.brands import roaster
from tests.unit.compile.profiles import compile_profile

ANSWERS = {"tier0.what_we_do": "We roast coffee.", "tier0.taboos": ["cheap"]}


def test_text_shows_every_field_with_its_confidence_and_ground() -> None:
    items = roaster()
    text = profile_text(
        "Acme Roasters", compile_profile(items, ANSWERS), {item.id: item.canonical_url for item in items}
    )
    lines = text.splitlines()
    assert lines[0] == "Brand Profile: Acme Roasters"
    assert "  what we do [high 0.90, answer tier0.what_we_do]: We roast coffee." in lines
    assert "  taboos [high 0.90, answer tier0.taboos]" in lines
    assert "    - cheap" in lines
    for section in (Positioning, Voice, Constraints):
        for name in section.__struct_fields__:
            assert any(line.startswith(f"  {name.replace('_', ' ')} [") for line in lines), name


def test_text_names_every_pillar_platform_and_missing_input() -> None:
    profile = compile_profile(roaster(), ANSWERS)
    text = profile_text("Acme Roasters", profile, {})
    for pillar in profile["pillars"]:
        assert f"  {pillar['name']['value']} [" in text
    for platform in profile["platform_profiles"]:
        assert f"\nOn {platform}\n" in text
    for sentence in profile["meta"]["missing_inputs"]:
        assert f"  - {sentence}" in text


def test_text_leads_to_the_original_posts() -> None:
    items = roaster()
    urls = {item.id: item.canonical_url for item in items}
    text = profile_text("Acme Roasters", compile_profile(items, ANSWERS), urls)
    assert any(url in text for url in urls.values())


def test_text_does_not_depend_on_the_order_of_stored_keys() -> None:
    profile = compile_profile(roaster(), ANSWERS)
    shuffled = {**profile, "voice": dict(reversed(profile["voice"].items()))}
    shuffled["platform_profiles"] = dict(reversed(profile["platform_profiles"].items()))
    assert profile_text("Acme", shuffled, {}) == profile_text("Acme", profile, {})


def test_profile_of_an_empty_brand_says_that_little_is_known() -> None:
    text = profile_text("Acme Roasters", compile_profile([], {}), {})
    assert "  what we do [very low 0.10]: not known" in text.splitlines()
    assert "Pillars: none yet" in text
    assert "evidence: none" in text


def test_excerpt_is_short_and_says_what_to_do_next() -> None:
    excerpt = profile_excerpt(compile_profile(roaster(), ANSWERS))
    assert "- **what we do** (high): We roast coffee." in excerpt.splitlines()
    assert "- *next:* " in excerpt
    assert len(excerpt.splitlines()) <= 12
