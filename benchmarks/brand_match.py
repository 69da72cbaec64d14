"""Does a profile hold what makes a brand recognizable? Posts that were held out are matched to brands by profile alone.

Five seeds each draw the posts of the fictional brands in ``brand_match_brands.toml``, hold three posts in ten of every
brand out, and compile a profile of the rest through the bundle, as a compile does. A matcher that reads nothing but the
profiles' JSON then says whose each held-out post is. Beside it stand centroids of TF-IDF vectors over the raw text of
all training posts and of those the bundle chose from them (at most eight of a kind), and chance. All read words and
parts of words alike; the centroids keep every word, a profile keeps a page.
The demo brand, and real rows where a folder of them is given, are brands like the others; a post that a brand
published twice counts once. Run it from the repository: ``python benchmarks/brand_match.py --help``.
"""

import argparse
import random
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_union

from brandbrain_dagster.domain.bundling.criteria import BundleCriteria
from brandbrain_dagster.domain.bundling.selection import EvidenceBundle, select_bundle
from brandbrain_dagster.domain.compile.compiler import CompileInputs
from brandbrain_dagster.domain.compile.extractive.compiler import ExtractiveCompiler
from brandbrain_dagster.domain.compile.publication import snapshot_json
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags, Metrics
from brandbrain_dagster.domain.features.feature_report import build_feature_report
from brandbrain_dagster.domain.features.graphemes import find_emoji
from brandbrain_dagster.domain.features.item_text import WORD
from brandbrain_dagster.domain.features.lexicon import fold_text
from brandbrain_dagster.domain.ingestion.evidence_status import EvidenceStatus
from brandbrain_dagster.domain.normalization.sightings import RawRun, fold_run
from brandbrain_dagster.domain.onboarding.answers import read_answers
from brandbrain_dagster.domain.platforms.registry import capability_by_name, capability_of_content

HERE = Path(__file__).parent
SEEDS = (1, 2, 3, 4, 5)
POSTS_A_BRAND = 120
HELD_OUT = 0.3
MIN_POSTS = 10
"""Distinct posts from which an account of the real rows is a brand here."""
NOW = datetime(2026, 3, 1, tzinfo=UTC)
BRAND_ID = UUID(int=1)
EMOJI_USAGE = ("none", "minimal", "moderate", "heavy")
USAGE_WEIGHT = 0.1
"""What a step of emoji usage between a post and a profile costs, against a cosine of 0..1."""
SILENT_KEYS = {"id", "url", "published_at", "example_ids", "type", "field", "meta", "content_type", "abstained"}
DEMO_RUNS = (
    ("instagram.posts", "apify~instagram-scraper/darnaby.mends.json", "darnaby.mends"),
    ("instagram.reels", "apify~instagram-reel-scraper/darnaby.mends.json", "darnaby.mends"),
    ("linkedin.company_posts", "apimaestro~linkedin-company-posts/darnaby-mends.json", "darnaby-mends"),
    ("tiktok.profile_videos", "clockworks~tiktok-scraper/darnaby.mends.json", "darnaby.mends"),
    ("youtube.channel_videos", "streamers~youtube-scraper/@darnabymends.json", "@darnabymends"),
)
REAL_RUNS = {
    "goeduitje (real)": (
        ("instagram.posts", "apify~instagram-scraper/goeduitje.json", "goeduitje"),
        ("linkedin.company_posts", "apimaestro~linkedin-company-posts/goeduitje.json", "goeduitje"),
    ),
    "olectra (real)": (("instagram.reels", "apify~instagram-reel-scraper/olectra.json", "olectraofficial"),),
}
REAL_CHANNELS = ("youtube.channel_videos", "streamers~youtube-scraper/korean-2025-08.json", None)


@dataclass(frozen=True)
class Split:
    """The posts of one brand: those its profile is made of, and those to recognize."""

    training: list[EvidenceItem]
    held_out: list[EvidenceItem]


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=Path, help="a folder of real rows, one folder an actor; none: fictional brands")
    rows = parser.parse_args().rows
    accuracies: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    posts: dict[str, int] = {}
    for seed in SEEDS:
        splits = {name: split for name, split in _splits(random.Random(seed), rows) if split.held_out}
        posts = {name: len(split.held_out) for name, split in splits.items()}
        for matcher, scores in _matched(splits).items():
            for name, accuracy in scores.items():
                accuracies[matcher][name].append(accuracy)
    _print_table(accuracies, posts)


def _splits(chance: random.Random, rows: Path | None) -> Iterator[tuple[str, Split]]:
    brands = [*_fictional_brands(chance), ("darnaby (demo)", _collected(HERE.parent / "demo" / "apify", DEMO_RUNS))]
    if rows:
        brands += [(name, _collected(rows, runs)) for name, runs in REAL_RUNS.items()]
        brands += _channels(_collected(rows, [REAL_CHANNELS]))
    for name, items in brands:
        posts = _distinct([item for item in items if item.text_primary.strip() and not item.flags.is_repost])
        chance.shuffle(posts)
        held_out = round(len(posts) * HELD_OUT)
        yield name, Split(training=posts[held_out:], held_out=posts[:held_out])


def _fictional_brands(chance: random.Random) -> Iterator[tuple[str, list[EvidenceItem]]]:
    content = tomllib.loads((HERE / "brand_match_brands.toml").read_text("utf-8"))
    for name, brand in content["brands"].items():
        trade = content["trades"][brand["trade"]]
        yield name, [_fictional_post(f"{name}-{number}", brand, trade, chance) for number in range(POSTS_A_BRAND)]


def _fictional_post(
    item_id: str, brand: Mapping[str, Any], trade: Mapping[str, Any], chance: random.Random
) -> EvidenceItem:
    """One topic of the brand in two sentences, now and then a sentence of any topic of the trade, and its manners."""
    topic = trade["topics"][chance.choice(brand["topics"])]
    sentences = chance.sample(topic, 2)
    if chance.random() < 0.4:
        sentences.append(chance.choice(trade["topics"][chance.choice(sorted(trade["topics"]))]))
    parts = [*([chance.choice(brand["openings"])] if chance.random() < 0.5 else []), *sentences]
    parts += [chance.choice(brand["closings"])] if chance.random() < 0.5 else []
    text = " ".join(parts)
    for word, choices in trade["words"].items():
        while f"{{{word}}}" in text:
            text = text.replace(f"{{{word}}}", chance.choice(choices), 1)
    tags = [tag for tag in brand["hashtags"] if chance.random() < 0.5]
    emoji = "".join(chance.sample(brand["emoji"], min(len(brand["emoji"]), chance.randint(0, 3))))
    written = f"{text} {emoji}".strip() + ("\n" + " ".join(f"#{tag}" for tag in tags) if tags else "")
    return EvidenceItem(
        id=item_id,
        brand_id=str(BRAND_ID),
        platform="instagram",
        capability="posts",
        content_type="post",
        external_id=item_id,
        canonical_url=f"https://www.instagram.com/p/{item_id}/",
        published_at=NOW - timedelta(hours=chance.randint(1, 5_000)),
        author_ref=item_id.partition("-")[0],
        title=None,
        text_primary=written,
        text_secondary=None,
        hashtags=tags,
        metrics=Metrics(likes=chance.randint(5, 500), comments=chance.randint(0, 20)),
        media={},
        flags=Flags(is_own_account=True),
        raw_refs=[],
        language=trade["language"],
        first_seen_at=NOW,
        last_seen_at=NOW,
        content_hash=item_id,
        normalizer_version="1",
    )


def _collected(folder: Path, runs: Sequence[tuple[str, str, str | None]]) -> list[EvidenceItem]:
    items: dict[str, EvidenceItem] = {}
    for name, path, identifier in runs:
        rows = [bytes(row) for row in msgspec.json.decode((folder / path).read_bytes(), type=list[msgspec.Raw])]
        run = RawRun(
            apify_run_id=path, fetched_at=NOW, capability=capability_by_name(name), identifier=identifier, rows=rows
        )
        fold_run(items, run, brand_id=BRAND_ID)
    return [item for item in items.values() if item.flags.is_own_account is not False]


def _channels(items: Sequence[EvidenceItem]) -> list[tuple[str, list[EvidenceItem]]]:
    by_channel: dict[str, list[EvidenceItem]] = defaultdict(list)
    for item in items:
        by_channel[item.author_ref or ""].append(item)
    named = sorted((channel, posts) for channel, posts in by_channel.items() if channel)
    return [
        (f"{posts[0].media['channel_name']} (real)", posts) for _, posts in named if len(_distinct(posts)) >= MIN_POSTS
    ]


def _distinct(items: Sequence[EvidenceItem]) -> list[EvidenceItem]:
    """Each wording once: of two posts that share six words in ten the first by id stays."""
    kept: list[tuple[set[str], EvidenceItem]] = []
    for item in sorted(items, key=lambda item: item.id):
        words = set(WORD.findall(fold_text(_text_of(item))))
        if not any(len(words & others) > 0.6 * max(min(len(words), len(others)), 1) for others, _ in kept):
            kept.append((words, item))
    return [item for _, item in kept]


def _matched(splits: Mapping[str, Split]) -> dict[str, dict[str, float]]:
    """Returns each matcher's top-1 accuracy per brand."""
    bundles = {name: _bundle_of(split.training) for name, split in splits.items()}
    profiles = {name: _profile_of(bundle, name) for name, bundle in bundles.items()}
    names = sorted(splits)
    posts = [(name, item) for name in names for item in splits[name].held_out]
    texts = [_text_of(item) for _, item in posts]
    profile_words = [["\n".join(_texts_in(profiles[name]))] for name in names]
    bundled_words = [[_text_of(item) for item in bundles[name].items] for name in names]
    training_words = [[_text_of(item) for item in splits[name].training] for name in names]
    by_words = _similarities(profile_words, texts)
    usage = np.array([[_usage_distance(item, profiles[name]) for name in names] for _, item in posts])
    verdicts = {
        "profile, words": by_words,
        "profile, words and emoji policy": by_words - USAGE_WEIGHT * usage,
        "centroid of the bundle's posts": _similarities(bundled_words, texts),
        "centroid of all training posts": _similarities(training_words, texts),
    }
    return {matcher: _accuracies(scores, posts, names) for matcher, scores in verdicts.items()}


def _similarities(words_of_brands: Sequence[Sequence[str]], texts: Sequence[str]) -> Any:
    """Returns the cosines (posts x brands) between posts and the centroids of what is known of each brand."""
    vectorizer = make_union(
        TfidfVectorizer(sublinear_tf=True, token_pattern=r"\w\w+"),  # noqa: S106, a pattern
        TfidfVectorizer(sublinear_tf=True, analyzer="char_wb", ngram_range=(3, 4)),
    )
    known = vectorizer.fit_transform([text for words in words_of_brands for text in words]).toarray()
    ends = np.cumsum([len(words) for words in words_of_brands])
    centroids = np.array([part.mean(axis=0) for part in np.split(known, ends[:-1])])
    centroids /= np.linalg.norm(centroids, axis=1, keepdims=True)
    return np.asarray(vectorizer.transform(texts) @ centroids.T)


def _bundle_of(items: Sequence[EvidenceItem]) -> EvidenceBundle:
    """The selection that a compile of these posts would rest on."""
    enabled = {(item.platform, item.capability) for item in items}
    caps = {
        f"{item.platform}/{item.content_type}": capability_of_content(item.platform, item.content_type).cap_default
        for item in items
    }
    return select_bundle(items, BundleCriteria(caps_used=caps), brand_id=BRAND_ID, enabled=sorted(enabled))


def _profile_of(bundle: EvidenceBundle, name: str) -> dict[str, Any]:
    inputs = CompileInputs(
        brand_name=name.partition(" (")[0],
        answers=read_answers({}).answers,
        platforms=sorted({item.platform for item in bundle.items}),
        bundle=bundle,
        stats=build_feature_report(bundle.items),
        feature_report_id=BRAND_ID,
        evidence_status=EvidenceStatus(),
        compiled_at=NOW,
    )
    return snapshot_json(ExtractiveCompiler().draft(inputs).document)


def _text_of(item: EvidenceItem) -> str:
    return f"{item.text_primary}\n{item.text_secondary or ''}"


def _texts_in(part: Any) -> Iterator[str]:
    """Yields every text of a profile, without ids, addresses and times."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, list):
        for value in part:
            yield from _texts_in(value)
    elif isinstance(part, dict):
        for name, value in part.items():
            if name not in SILENT_KEYS:
                yield from _texts_in(value)


def _usage_distance(item: EvidenceItem, profile: Mapping[str, Any]) -> int:
    """How many steps lie between the emoji of a post and those of a profile; 0 where the profile does not say."""
    policy = profile["voice"]["emoji_policy"]["value"]
    if policy is None:
        return 0
    count = len(find_emoji(item.text_primary))
    usage = next(step for step, most in enumerate((0, 1, 4, count)) if count <= most)
    return abs(usage - EMOJI_USAGE.index(policy))


def _accuracies(scores: Any, posts: Sequence[tuple[str, EvidenceItem]], names: Sequence[str]) -> dict[str, float]:
    hits: dict[str, list[bool]] = defaultdict(list)
    for (name, _), best in zip(posts, scores.argmax(axis=1), strict=True):
        hits[name].append(names[best] == name)
    return {name: mean(verdicts) for name, verdicts in hits.items()}


def _print_table(accuracies: Mapping[str, Mapping[str, Sequence[float]]], posts: Mapping[str, int]) -> None:
    """Brands weigh alike, however many posts they have."""
    names = sorted(posts)
    matchers = list(accuracies)
    print(f"{len(names)} brands, {sum(posts.values())} held-out posts a seed, seeds {', '.join(map(str, SEEDS))}\n")
    print("| brand | " + " | ".join(matchers) + " | chance |")
    print("| --- |" + " --- |" * (len(matchers) + 1))
    for name in names:
        cells = [f"{mean(accuracies[matcher][name]):.0%}" for matcher in matchers]
        print(f"| {name} | {' | '.join(cells)} | {1 / len(names):.0%} |")
    overall = [mean(mean(scores) for scores in accuracies[matcher].values()) for matcher in matchers]
    print(f"| **all brands** | {' | '.join(f'**{share:.1%}**' for share in overall)} | {1 / len(names):.1%} |")


if __name__ == "__main__":
    main()
