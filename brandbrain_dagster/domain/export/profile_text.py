"""A Brand Profile as text for a terminal: every field with its confidence and what it rests on."""

from collections.abc import Iterator, Mapping
from typing import Any

from brandbrain_dagster.domain.compile.confidence import confidence_band
from brandbrain_dagster.domain.compile.snapshot_schema import Constraints, PlatformProfile, Positioning, Voice

_SECTIONS = {"positioning": Positioning, "voice": Voice, "constraints": Constraints}
"""Sections of plain fields, shown in the schema's order (stored JSON has none)."""
_MAX_QUOTES = 2


def profile_text(brand_name: str, snapshot_json: Mapping[str, Any], urls: Mapping[str, str]) -> str:
    """Returns the profile; ``urls`` maps evidence ids to the addresses of the original posts."""
    return "\n".join(_lines(brand_name, snapshot_json, urls))


def _lines(brand_name: str, profile: Mapping[str, Any], urls: Mapping[str, str]) -> Iterator[str]:
    meta = profile["meta"]
    evidence = meta["evidence_summary"]
    by_size = sorted(evidence["by_platform"].items(), key=lambda entry: (-entry[1], entry[0]))
    counts = ", ".join(f"{count} {platform}" for platform, count in by_size) or "none"
    yield f"Brand Profile: {brand_name}"
    compiler = f"{meta['compiler']['name']} {meta['compiler']['version']}"
    yield f"compiled {meta['compiled_at']} by {compiler}; evidence: {counts}"
    for section, kind in _SECTIONS.items():
        yield from ("", section.capitalize())
        for name in kind.__struct_fields__:
            yield from _node(name, profile[section][name], urls)
    yield from ("", "Pillars" if profile["pillars"] else "Pillars: none yet")
    for pillar in profile["pillars"]:
        yield from _node(pillar["name"]["value"], pillar["description"], urls, label=f"{pillar['share']:.0%} of items")
        yield f"    phrases: {', '.join(pillar['keyphrases'])}"
    order = [platform for platform, _ in by_size]
    profiles = profile["platform_profiles"]
    for platform in sorted(profiles, key=lambda name: (order.index(name) if name in order else len(order), name)):
        view = profiles[platform]
        yield from ("", f"On {platform}")
        for name in PlatformProfile.__struct_fields__:
            if isinstance(view[name], Mapping) and view[name].get("value"):
                yield from _node(name, view[name], urls)
        for example in view["top_examples"]:
            yield f"  example: “{example['excerpt']}” ({example['why']}) {example['url']}"
    if meta["missing_inputs"]:
        yield from ("", "What would help most")
        yield from (f"  - {sentence}" for sentence in meta["missing_inputs"])


def _node(name: str, node: Mapping[str, Any], urls: Mapping[str, str], *, label: str = "") -> Iterator[str]:
    confidence = node["confidence"]
    sure = "" if confidence is None else f"{confidence_band(confidence)} {confidence:.2f}"
    marks = ", ".join(part for part in (sure, label, _resting_on(node["sources"])) if part)
    title = name.replace("_", " ")
    value = node["value"]
    if isinstance(value, list):
        yield f"  {title} [{marks or 'nothing given'}]"
        yield from (f"    - {part}" for part in value)
    else:
        yield f"  {title} [{marks or 'nothing given'}]: {'not known' if value is None else value}"
    quoted = [source for source in node["sources"] if source.get("quote") and source["quote"] not in _joined(value)]
    for source in quoted[:_MAX_QUOTES]:
        yield f"      “{source['quote']}” {urls.get(source['id'], '')}".rstrip()
    if not quoted:
        cited = dict.fromkeys(urls[source["id"]] for source in node["sources"] if source["id"] in urls)
        yield from (f"      {url}" for url in list(cited)[:_MAX_QUOTES])


def _resting_on(sources: list[Mapping[str, Any]]) -> str:
    answers = [source["id"] for source in sources if source["type"] == "answer"]
    items = {source["id"] for source in sources if source["type"] == "evidence"}
    parts = [f"answer {question}" for question in answers]
    if items:
        parts.append(f"{len(items)} item{'' if len(items) == 1 else 's'}")
    return ", ".join(parts)


def _joined(value: Any) -> str:
    return "\n".join(str(part) for part in value) if isinstance(value, list) else str(value)
