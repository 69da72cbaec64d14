"""Speed and memory of the fleet's benchmark: percentiles of every figure, over all evidence of all brands.

Made evidence (seeded; texts with emoji, links, mentions and hashtags in several scripts) is written, one file a brand.
Each scan is a process of its own, so peak memory is its own too; the sizes take turns within a round, so that a busy
machine slows all of them. Run it from the repository: ``python benchmarks/fleet.py --help``.
"""

import argparse
import random
import resource
import statistics
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import UUID

import polars as pl

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags, Metrics
from brandbrain_dagster.domain.normalization.evidence_frame import frame_from_items
from brandbrain_dagster.stores.lake.fleet_scan import scan_fleet
from brandbrain_dagster.stores.lake.lake import Lake

NEWEST = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLATFORMS = (("instagram", "post"), ("tiktok", "short_video"), ("linkedin", "text_post"), ("youtube", "video"))
WORDS = (
    *("our", "knitwear", "repair", "workshop", "today", "you", "why?", "now!", "https://a.example/b", "@maker", "🧶"),
    *(
        "👍🏻",
        "❤️",
        "그리고",
        "여름",
        "çok",
        "güzel",
        "mooi",
        "trui",
        "wol",
        "👩‍🔧",
        "#wool",
        "season",
        "careful",
        "stitch",
    ),
)
DISTINCT_ITEMS = 2_000


def made_items() -> pl.DataFrame:
    """Distinct items, of which every brand gets some."""
    chance = random.Random(1)
    items = []
    for number in range(DISTINCT_ITEMS):
        platform, content_type = PLATFORMS[number % len(PLATFORMS)]
        words = chance.choices(WORDS, k=chance.randint(5, 80))
        items.append(
            EvidenceItem(
                id=f"{number:032x}",
                brand_id="",
                platform=platform,
                capability="posts",
                content_type=content_type,
                external_id=str(number),
                canonical_url=f"https://www.example.com/p/{number}/",
                published_at=NEWEST - timedelta(minutes=chance.randint(0, 500_000)),
                author_ref="maker",
                title=None,
                text_primary=" ".join(words),
                text_secondary=" ".join(words) if number % 5 == 0 else None,
                hashtags=["wool"] * chance.randint(0, 5),
                metrics=Metrics(likes=chance.randint(0, 9_000), comments=chance.randint(0, 90)),
                media={"duration_seconds": chance.randint(5, 90)},
                flags=Flags(is_repost=True) if number % 20 == 0 else Flags(),
                language="en",
                raw_refs=[],
                first_seen_at=NEWEST,
                last_seen_at=NEWEST,
                content_hash="0" * 64,
                normalizer_version="1",
            )
        )
    return frame_from_items(items)


def fill(folder: Path, *, brands: int, items_per_brand: int) -> None:
    lake, made = Lake(str(folder)), made_items()
    for number in range(1, brands + 1):
        brand_id = UUID(int=number)
        frame = made.sample(items_per_brand, with_replacement=True, seed=number)
        lake.write_evidence(brand_id=brand_id, frame=frame.with_columns(brand_id=pl.lit(str(brand_id))))


def scan(folder: Path) -> None:
    """Prints seconds, peak memory in MB and the number of distributions."""
    started = perf_counter()
    fleet = scan_fleet(Lake(str(folder)))
    seconds = perf_counter() - started
    found = sum(map(len, fleet.platforms.values()))
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, found)


def measured(folder: Path) -> tuple[float, float, int]:
    command = [sys.executable, __file__, "--scan", str(folder)]
    seconds, megabytes, found = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(seconds), float(megabytes), int(found)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--brands", type=int, default=1_000)
    parser.add_argument("--items", type=int, nargs="+", default=[100_000, 1_000_000], help="items of the whole fleet")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scan", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.scan:
        scan(options.scan)
        return
    with TemporaryDirectory() as folder:
        lakes = {size: Path(folder) / str(size) for size in options.items}
        for size, lake in lakes.items():
            fill(lake, brands=options.brands, items_per_brand=size // options.brands)
        rounds = [{size: measured(lake) for size, lake in lakes.items()} for _ in range(options.rounds)]
    print(f"{options.brands:,} brands, median of {options.rounds}")
    print("| items | seconds | items a second | peak memory | distributions |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    for size in options.items:
        seconds, megabytes, found = (
            statistics.median(column) for column in zip(*(r[size] for r in rounds), strict=True)
        )
        print(f"| {size:,} | {seconds:.2f} | {size / seconds:,.0f} | {megabytes:,.0f} MB | {found:,.0f} |")
    first, last = options.items[0], options.items[-1]
    growth = statistics.median(one[last][0] / one[first][0] for one in rounds)
    print(f"{last / first:g} times the items take {growth:.1f} times as long.")


if __name__ == "__main__":
    main()
