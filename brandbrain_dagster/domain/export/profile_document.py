"""A Brand Profile as a Markdown document: what one hands to a writer."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from brandbrain_dagster.domain.compile.confidence import confidence_band
from brandbrain_dagster.domain.compile.extractive.wording import listed, platform_name
from brandbrain_dagster.domain.compile.snapshot_schema import PlatformProfile
from brandbrain_dagster.domain.export.markdown_text import escaped, linked
from brandbrain_dagster.domain.export.profile_fields import (
    Node,
    by_size,
    custom_fields,
    is_unsure,
    ordered_platforms,
    texts_of,
    title_of,
    unknowns,
)
from brandbrain_dagster.domain.export.rule_sentences import (
    CTA_SENTENCES,
    EMOJI_SENTENCES,
    limit_sentences,
    plan_sentences,
)

_MAX_QUOTES = 2
_HABITS = tuple(name for name in PlatformProfile.__struct_fields__ if name not in ("platform", "rules", "top_examples"))


def profile_document(brand_name: str, version: int, snapshot_json: Mapping[str, Any], urls: Mapping[str, str]) -> str:
    """Returns the document; ``urls`` maps evidence ids to the addresses of the original posts."""
    sections = (
        _heading(brand_name, version, snapshot_json),
        _constraints(snapshot_json, urls),
        _positioning(snapshot_json, urls),
        _voice(snapshot_json["voice"], urls),
        _pillars(snapshot_json["pillars"], urls),
        *(_platform(name, snapshot_json, urls) for name in ordered_platforms(snapshot_json)),
        _examples(snapshot_json["examples"]),
        _additions(snapshot_json, urls),
        _open_questions(snapshot_json),
    )
    blocks = [block for section in sections for block in section]
    return "\n\n".join(blocks) + "\n"


def _heading(brand_name: str, version: int, profile: Mapping[str, Any]) -> Iterator[str]:
    meta = profile["meta"]
    counts = meta["evidence_summary"]["by_platform"]
    rests_on = listed([f"{counts[name]} from {platform_name(name)}" for name in by_size(counts)]) if counts else "none"
    yield f"# Brand Profile: {escaped(brand_name)}"
    yield (
        f"Version {version}, compiled on {meta['compiled_at'][:10]}. Evidence: {rests_on}. "
        "What is marked *low* or *very low* rests on little: ask before you build on it."
    )


def _constraints(profile: Mapping[str, Any], urls: Mapping[str, str]) -> Iterator[str]:
    yield "## Never"
    for name, otherwise in (
        ("taboos", "No taboos are on record: ask what must not be said (question tier0.taboos)."),
        ("risk_boundaries", "No risk boundaries are on record (question tier2.risk_boundaries)."),
    ):
        node = profile["constraints"][name]
        yield from _field(title_of(f"constraints.{name}"), node, urls) if node["value"] else [otherwise]
    for platform in ordered_platforms(profile):
        limits = list(limit_sentences(profile["platform_profiles"][platform]["rules"]))
        if limits:
            yield f"**On {platform_name(platform)}:** {' '.join(map(escaped, limits))}"


def _positioning(profile: Mapping[str, Any], urls: Mapping[str, str]) -> Iterator[str]:
    yield "## Positioning"
    for name, node in _in_order(profile["positioning"], ("what_we_do", "who_for", "differentiators", "proof_types")):
        yield from _field(title_of(name), node, urls)
    meta = profile["meta"]
    supported = [claim for claim in meta["proof_library"] if claim.get("support")]
    if supported:
        yield _labelled_list("proof in detail", (f"{claim['claim']}: {claim['support']}" for claim in supported))
    if meta["content_goal"]:
        yield f"**Goal of the content:** {escaped(meta['content_goal'])}"
    if meta["web_key_pages"]:
        yield "**Key pages:** " + ", ".join(linked(page, page) for page in meta["web_key_pages"])


def _voice(voice: Mapping[str, Any], urls: Mapping[str, str]) -> Iterator[str]:
    yield "## Voice"
    for name, node in _in_order(voice, ("tone_tags", "do", "dont")):
        yield from _field(title_of(f"voice.{name}"), node, urls)
    for name, sentences in (("cta_policy", CTA_SENTENCES), ("emoji_policy", EMOJI_SENTENCES)):
        node = voice[name]
        if node["value"]:
            yield f"**{_label(title_of(name))}{_marks(node)}:** {node['value']}. {sentences[node['value']]}"


def _pillars(pillars: Iterable[Mapping[str, Any]], urls: Mapping[str, str]) -> Iterator[str]:
    yield "## Pillars"
    known = [pillar for pillar in pillars if pillar["name"]["value"]]
    if not known:
        yield "None yet: nothing shows what the brand talks about again and again."
    for number, pillar in enumerate(known, 1):
        name = pillar["name"]
        yield f"### {number}. {escaped(name['value'])}{_marks(name)}"
        yield from _field("description", pillar["description"], urls)
        if pillar["keyphrases"]:
            yield f"**Phrases:** {', '.join(map(escaped, pillar['keyphrases']))}"
        addresses = [urls[item_id] for item_id in pillar["example_ids"] if item_id in urls]
        if addresses:
            yield "**Examples:** " + ", ".join(linked(str(at), url) for at, url in enumerate(addresses, 1))


def _platform(platform: str, profile: Mapping[str, Any], urls: Mapping[str, str]) -> Iterator[str]:
    view = profile["platform_profiles"][platform]
    plans = " ".join(map(escaped, plan_sentences(view["rules"])))
    habits = [
        block for name, node in _in_order(view, _HABITS) for block in _field(title_of(name), node, {}, is_brief=True)
    ]
    if not (plans or habits or view["top_examples"]):
        return
    yield f"## On {platform_name(platform)}"
    if plans:
        yield f"**Plan:** {plans}"
    yield from habits
    if view["top_examples"]:
        yield "**What did best:**\n\n" + "\n".join(f"- {_example(ref)}" for ref in view["top_examples"])


def _examples(examples: Mapping[str, Any]) -> Iterator[str]:
    given, shown = examples["user_examples"], examples["canonical_evidence"]
    if not (given["value"] or shown):
        return
    yield "## What good looks like"
    if given["value"]:
        yield "**Chosen by the brand:**\n\n" + "\n".join(f"- {linked(text, text)}" for text in texts_of(given))
    if shown:
        yield "**Published by the brand:**\n\n" + "\n".join(f"- {_example(ref)}" for ref in shown)


def _additions(profile: Mapping[str, Any], urls: Mapping[str, str]) -> Iterator[str]:
    added = [block for path, node in custom_fields(profile) for block in _field(title_of(path), node, urls)]
    if added:
        yield "## Added by the brand"
        yield from added


def _open_questions(profile: Mapping[str, Any]) -> Iterator[str]:
    open_fields = [
        f"- **{escaped(unknown.title)}**: {escaped(unknown.reason)} {escaped(unknown.next_step)}"
        for unknown in unknowns(profile)
    ]
    asked = [f"- {escaped(sentence)}" for sentence in profile["meta"]["missing_inputs"]]
    if open_fields or asked:
        yield "## What is not known"
    if asked:
        yield "What would help most:\n\n" + "\n".join(asked)
    if open_fields:
        yield "Fields without a value, and what gives them one:\n\n" + "\n".join(open_fields)


def _field(title: str, node: Node, urls: Mapping[str, str], *, is_brief: bool = False) -> Iterator[str]:
    """A value, each text of it with the post it is quoted from; then what else it was concluded from."""
    texts = texts_of(node)
    if not texts:
        return
    quoted = [source for source in node["sources"] if source.get("quote")]
    shown = [escaped(text) + _origins(text, quoted, urls) for text in texts]
    label = f"**{_label(title)}{_marks(node)}:**"
    yield (
        f"{label} {shown[0]}"
        if not isinstance(node["value"], list)
        else "\n".join([label, "", *(f"- {text}" for text in shown)])
    )
    if is_brief:
        return
    further = [source for source in quoted if not any(source["quote"] in text for text in texts)]
    for source in further[:_MAX_QUOTES]:
        yield f"> “{escaped(source['quote'])}” {_original(source, urls)}".rstrip()


def _origins(text: str, quoted: Iterable[Mapping[str, Any]], urls: Mapping[str, str]) -> str:
    found = dict.fromkeys(_original(source, urls) for source in quoted if source["quote"] in text)
    return "".join(f" {link}" for link in found if link)


def _original(source: Mapping[str, Any], urls: Mapping[str, str]) -> str:
    return f"({linked('original', urls[source['id']])})" if source["id"] in urls else ""


def _example(ref: Mapping[str, Any]) -> str:
    what = f"{platform_name(ref['platform'])}, {ref['content_type'].replace('_', ' ')}"
    return f"“{escaped(ref['excerpt'])}” ({linked(what, ref['url'])}; {escaped(ref['why'])})"


def _labelled_list(title: str, texts: Iterable[str]) -> str:
    return "\n".join([f"**{_label(title)}:**", "", *(f"- {escaped(text)}" for text in texts)])


def _label(title: str) -> str:
    return escaped(title[:1].upper() + title[1:])


def _marks(node: Node) -> str:
    marks = [f"*{confidence_band(node['confidence'])}*"] if is_unsure(node) else []
    if node["locked"]:
        marks.append("pinned")
    return f" ({', '.join(marks)})" if marks else ""


def _in_order(section: Mapping[str, Any], names: Iterable[str]) -> Iterator[tuple[str, Node]]:
    return ((name, section[name]) for name in names)
