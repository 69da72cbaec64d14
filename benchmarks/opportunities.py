"""Does the Today board put first what is rising, and leave out what it must not touch?

Every fictional brand of ``opportunities_brands.toml`` publishes on four themes, and what each of them does is planted:
one rises (its newest posts do more than twice as well as those before them), one is steady (always as usual), one is
dead (it did best of all, and ended three months ago), and one does well and holds a taboo term in every post. Two of
three posts of the rising and the steady theme are published a second time, in the same words on another platform.
Five seeds plant each theme in a topic, and draw the order of the posts, the times and the counts. Deterministic
synthesis makes the board of each brand from its profile and its newest fifty items. Run it from the repository:
``python benchmarks/opportunities.py``.
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
from time import perf_counter
from typing import Any
from uuid import UUID, uuid5

import msgspec

from brandbrain_dagster.domain.bundling.criteria import BundleCriteria
from brandbrain_dagster.domain.bundling.selection import select_bundle
from brandbrain_dagster.domain.compile.compiler import CompileInputs
from brandbrain_dagster.domain.compile.extractive.compiler import ExtractiveCompiler
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags, Metrics
from brandbrain_dagster.domain.features.feature_report import build_feature_report
from brandbrain_dagster.domain.ingestion.evidence_status import EvidenceStatus
from brandbrain_dagster.domain.onboarding.answers import read_answers
from brandbrain_dagster.domain.opportunities.context import BoardContext
from brandbrain_dagster.domain.opportunities.evidence_view import look_at
from brandbrain_dagster.domain.opportunities.gate_config import default_gate_config
from brandbrain_dagster.domain.opportunities.opportunity import Opportunity
from brandbrain_dagster.domain.opportunities.selection import opportunities_from, select
from brandbrain_dagster.domain.opportunities.synthesis import find_candidates
from brandbrain_dagster.domain.opportunities.wording import word_candidates

HERE = Path(__file__).parent
SEEDS = (1, 2, 3, 4, 5)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
BRAND_ID = UUID(int=1)
POSTS = {"rising": 6, "steady": 6, "dead": 3, "taboo": 2}
"""How many posts of each theme are planted."""
TABOO = "zonderling"
USUAL_LIKES = 200
NEWEST_RISEN = 3
"""Posts of the rising theme that do better than those before them."""
DEAD_FOR = timedelta(days=90)


@dataclass(frozen=True)
class Planted:
    """A brand of known truth: its items, and which topic does what."""

    items: Sequence[EvidenceItem]
    topic_of: Mapping[str, str]


@dataclass(frozen=True)
class Outcome:
    """What came of one brand: the best score of a planted theme, what should not be there, and the time it took."""

    opportunities: int
    rising: int
    steady: int
    of_dead: int
    of_taboo: int
    told_twice: int
    milliseconds: float


def main() -> None:
    """Prints the table."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    brands = tomllib.loads((HERE / "opportunities_brands.toml").read_text("utf-8"))["brands"]
    outcomes: dict[str, list[Outcome]] = defaultdict(list)
    for seed in SEEDS:
        for name, brand in brands.items():
            planted = _plant(brand, random.Random(f"{name}-{seed}"))
            outcomes[f"{name} ({brand['language']})"].append(_outcome(planted))
    _print_table(outcomes)


def _plant(brand: Mapping[str, Any], chance: random.Random) -> Planted:
    topics = chance.sample(sorted(brand["topics"]), len(POSTS))
    topic_of = dict(zip(POSTS, topics, strict=True))
    items = [
        item
        for theme, topic in topic_of.items()
        for number, sentence in enumerate(chance.sample(brand["topics"][topic], POSTS[theme]))
        for item in _published(theme, number, sentence, tags=[topic], language=brand["language"], chance=chance)
    ]
    return Planted(items, topic_of)


def _published(
    theme: str, number: int, sentence: str, *, tags: list[str], language: str, chance: random.Random
) -> Iterator[EvidenceItem]:
    """Yields one post of a theme, and its twin on another platform where it has one; number 0 is the newest."""
    text = f"{sentence} {TABOO}!" if theme == "taboo" else sentence
    age = timedelta(days=4 * number + 1, hours=chance.randint(0, 20)) + (DEAD_FOR if theme == "dead" else timedelta())
    likes = round(USUAL_LIKES * _times_usual(theme, number) * chance.uniform(0.9, 1.1))
    post = _item(f"{theme}-{number}", text, tags, language, published_at=NOW - age)
    yield msgspec.structs.replace(post, metrics=Metrics(likes=likes, comments=likes // 20))
    if theme in ("rising", "steady") and number % 3:
        yield msgspec.structs.replace(
            post,
            id=str(uuid5(BRAND_ID, f"twin of {post.id}")),
            platform="linkedin",
            capability="company_posts",
            content_type="text_post",
            metrics=Metrics(likes=likes // 4, reactions=likes // 4),
        )


def _times_usual(theme: str, number: int) -> float:
    return {
        "rising": 2.4 if number < NEWEST_RISEN else 0.9,
        "steady": 1.0,
        "dead": 2.6,
        "taboo": 2.6,
    }[theme]


def _item(key: str, text: str, tags: list[str], language: str, *, published_at: datetime) -> EvidenceItem:
    item_id = str(uuid5(BRAND_ID, key))
    return EvidenceItem(
        id=item_id,
        brand_id=str(BRAND_ID),
        platform="instagram",
        capability="posts",
        content_type="post",
        external_id=key,
        canonical_url=f"https://planted.example/{key}",
        published_at=published_at,
        author_ref="planted",
        title=None,
        text_primary=text + "\n" + " ".join(f"#{tag}" for tag in tags),
        text_secondary=None,
        hashtags=tags,
        metrics=Metrics(),
        media={},
        flags=Flags(is_own_account=True),
        language=language,
        raw_refs=[],
        first_seen_at=NOW,
        last_seen_at=NOW,
        content_hash=item_id,
        normalizer_version="1",
    )


def _outcome(planted: Planted) -> Outcome:
    context = _context(planted)
    started = perf_counter()
    candidates = find_candidates(context)
    words = word_candidates(candidates, context)
    made = opportunities_from(candidates, words, drafts=words, brand_id=BRAND_ID)
    board = select(made, total_candidates=len(candidates), standing={}).opportunities
    milliseconds = 1000 * (perf_counter() - started)
    theme_of = {item.id: _theme_of(item, planted) for item in planted.items}
    themes = [[theme_of[str(item_id)] for item_id in opportunity.evidence_ids] for opportunity in board]
    key_of = {item.id: item.external_id for item in planted.items}
    stories = [{key_of[str(item_id)] for item_id in opportunity.evidence_ids} for opportunity in board]
    return Outcome(
        opportunities=len(board),
        rising=_best_score("rising", board, themes),
        steady=_best_score("steady", board, themes),
        of_dead=sum("dead" in cited for cited in themes),
        of_taboo=sum("taboo" in cited for cited in themes),
        told_twice=sum(bool(story & other) for place, story in enumerate(stories) for other in stories[:place]),
        milliseconds=milliseconds,
    )


def _context(planted: Planted) -> BoardContext:
    """The context of a board as a generation has it, with the planted topics as the pillars that the brand named."""
    answers = {"tier1.pillars_seed": list(planted.topic_of.values()), "tier0.taboos": [TABOO]}
    enabled = {(item.platform, item.capability) for item in planted.items}
    criteria = BundleCriteria(caps_used={})
    bundle = select_bundle(planted.items, criteria, brand_id=BRAND_ID, enabled=sorted(enabled))
    inputs = CompileInputs(
        brand_name="Planted",
        answers=read_answers(answers).answers,
        platforms=sorted({item.platform for item in planted.items}),
        bundle=bundle,
        stats=build_feature_report(bundle.items),
        feature_report_id=BRAND_ID,
        evidence_status=EvidenceStatus(),
        compiled_at=NOW,
    )
    items = look_at(planted.items, config=default_gate_config(8, ("instagram",)), now=NOW)
    snapshot = ExtractiveCompiler().draft(inputs).document
    return BoardContext(brand_id=BRAND_ID, brand_name="Planted", snapshot=snapshot, items=items, now=NOW)


def _theme_of(item: EvidenceItem, planted: Planted) -> str:
    return next(theme for theme, topic in planted.topic_of.items() if topic in item.hashtags)


def _best_score(theme: str, board: Sequence[Opportunity], themes: Sequence[Sequence[str]]) -> int:
    """The best score of an opportunity that rests on a theme, 0 where there is none."""
    scores = (opportunity.score for opportunity, cited in zip(board, themes, strict=True) if theme in cited)
    return max(scores, default=0)


def _print_table(outcomes: Mapping[str, Sequence[Outcome]]) -> None:
    rows = [*outcomes.items(), ("**all brands**", [outcome for found in outcomes.values() for outcome in found])]
    print(f"{len(outcomes)} brands, seeds {', '.join(map(str, SEEDS))}\n")
    print("| brand | boards | ideas each | rising, best score | steady, best score | rising above steady "
          "| with dead | with taboo | told twice | ms |")  # fmt: skip
    print("| --- |" + " ---: |" * 9)
    for name, found in rows:
        above = sum(outcome.rising > outcome.steady for outcome in found)
        cells = [
            str(len(found)),
            f"{mean(outcome.opportunities for outcome in found):.1f}",
            f"{mean(outcome.rising for outcome in found):.0f}",
            f"{mean(outcome.steady for outcome in found):.0f}",
            f"{above} of {len(found)}",
            str(sum(outcome.of_dead for outcome in found)),
            str(sum(outcome.of_taboo for outcome in found)),
            str(sum(outcome.told_twice for outcome in found)),
            f"{mean(outcome.milliseconds for outcome in found):.0f}",
        ]
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
