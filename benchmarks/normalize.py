"""Speed and memory of normalization, against what Polars and msgspec alone need for the same rows.

Made Instagram rows (seeded, a tenth of them seen twice) are read, normalized, deduplicated and written as Parquet.
Every measurement is a process of its own, so peak memory is its own too; methods take turns within a round, so a busy
machine slows all of them. Run it from the repository: ``python benchmarks/normalize.py --help``.
"""

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import UUID

import msgspec
import polars as pl

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.normalization.evidence_frame import frame_from_items
from brandbrain_dagster.domain.normalization.sightings import RawRun, fold_run, fold_runs
from brandbrain_dagster.domain.platforms.instagram import POSTS, InstagramRow
from brandbrain_dagster.stores.lake.lake import Lake

BRAND_ID = UUID("3f8f1f2e-5d3b-4c55-9c1c-0d5a3b1f7a10")
SOURCE_ID = UUID("3f8f1f2e-5d3b-4c55-9c1c-0d5a3b1f7a11")
FETCHED_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
CEILING = "polars"
RUN_ROWS = 1_000
SMALL = 40
QUICK_MILLION = 2_000

_CEILING_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "id": pl.String,
    "url": pl.String,
    "type": pl.String,
    "shortCode": pl.String,
    "timestamp": pl.String,
    "ownerUsername": pl.String,
    "ownerId": pl.String,
    "caption": pl.String,
    "hashtags": pl.List(pl.String),
    "likesCount": pl.Int64,
    "commentsCount": pl.Int64,
    "videoViewCount": pl.Int64,
    "musicInfo": pl.Struct({"audio_id": pl.String}),
}
_ASCII_WORDS = ("vandaag", "koken", "samen", "gerecht", "workshop", "slow", "roasted", "coffee", "beans", "fresh")
_WORDS = (*_ASCII_WORDS, "éénpansgerecht", "crème", "brûlée", "🧆", "👩‍🍳", "✨")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"


def make_rows(number_of_rows: int, *, seed: int = 7) -> Iterator[bytes]:
    """Yields made rows of about 1.9 KB, every tenth one an earlier post with other counts."""
    chance = random.Random(seed)
    for number in range(number_of_rows):
        again = number % 10 == 9
        yield json.dumps(_post(number - 5 if again else number, chance), ensure_ascii=False).encode()


def _post(number: int, chance: random.Random) -> dict[str, object]:
    words = chance.choices(_ASCII_WORDS if number % 5 < 2 else _WORDS, k=chance.randint(5, 80))
    tags = [word for word in words if word.isalnum()][: chance.randint(1, 5) if number % 3 == 0 else 0]
    code = f"D{number:09x}"
    is_video = number % 5 != 0
    return {
        "id": str(3_600_000_000_000_000_000 + number),
        "type": "Video" if is_video else "Sidecar",
        "shortCode": code,
        "caption": f"{' '.join(words)}\n\n{' '.join(f'#{tag}' for tag in tags)}",
        "hashtags": tags,
        "mentions": [],
        "url": f"https://www.instagram.com/p/{code}/",
        "commentsCount": chance.randint(0, 40),
        "firstComment": "",
        "latestComments": [],
        "dimensionsHeight": 1350,
        "dimensionsWidth": 1080,
        "displayUrl": _cdn_address(chance, "jpg", 330),
        "images": [],
        "videoUrl": _cdn_address(chance, "mp4", 440) if is_video else None,
        "likesCount": chance.randint(-1, 9_000),
        "videoViewCount": chance.randint(0, 90_000) if is_video else None,
        "timestamp": f"{FETCHED_AT - timedelta(minutes=number % 500_000):%Y-%m-%dT%H:%M:%S}.000Z",
        "childPosts": [],
        "ownerFullName": "Goeduitje",
        "ownerUsername": "goeduitje",
        "ownerId": "67209949762",
        "productType": "clips" if is_video else None,
        "isCommentsDisabled": False,
        "inputUrl": "https://www.instagram.com/goeduitje",
        "alt": None,
        "videoPlayCount": chance.randint(0, 99_000) if is_video else None,
        "videoDuration": chance.randint(5, 90) + 0.966 if is_video else None,
        "isSponsored": False,
        "musicInfo": {"artist_name": "goeduitje", "song_name": "Original audio", "audio_id": str(number)},
    }


def _cdn_address(chance: random.Random, kind: str, length: int) -> str:
    signature = "".join(chance.choices(_LETTERS, k=length))
    return f"https://scontent-iad3-2.cdninstagram.com/v/t51.2885-15/{signature[:40]}.{kind}?stp=dst&oh={signature[40:]}"


def normalize_file(source: Path, target: Path) -> None:
    """Our way, from the dataset's lines, as runs of ``RUN_ROWS`` rows, to the brand's evidence file."""
    items: dict[str, EvidenceItem] = {}
    with source.open("rb") as lines:
        for number in count():
            rows = list(islice(lines, RUN_ROWS))
            if not rows:
                break
            fold_run(items, _run(f"run-{number}", FETCHED_AT + timedelta(hours=number), rows), brand_id=BRAND_ID)
    _open_lake(str(target)).write_evidence(brand_id=BRAND_ID, frame=frame_from_items(items.values()))


@cache
def _open_lake(folder: str) -> Lake:
    """A process opens its lake once."""
    return Lake(folder)


def _run(run_id: str, fetched_at: datetime, rows: Sequence[bytes]) -> RawRun:
    return RawRun(apify_run_id=run_id, fetched_at=fetched_at, capability=POSTS, identifier="goeduitje", rows=rows)


def scan_with_polars(source: Path, target: Path) -> None:
    """The ceiling: the same columns, the newest row of each id, no normalization at all."""
    frame = pl.scan_ndjson(source, schema=_CEILING_COLUMNS).unique(subset="id", keep="last").collect()
    frame.write_parquet(target / "ceiling.parquet", compression="zstd", statistics=False)


def decode_only(source: Path, target: Path) -> None:
    """What reading the used fields costs before anything is done with them."""
    decode = msgspec.json.Decoder(InstagramRow, strict=False).decode
    with source.open("rb") as lines:
        for line in lines:
            decode(line)


METHODS: dict[str, Callable[[Path, Path], None]] = {
    "brandbrain": normalize_file,
    CEILING: scan_with_polars,
    "msgspec decode": decode_only,
}


def normalize_million(folder: Path, *, items: int, brands: int = 100, runs: int = 10) -> None:
    """Rebuilds the evidence of many brands from raw files, one after the other, and prints peak memory on the way."""
    lake = Lake(str(folder))
    per_run = items // (brands * runs)
    seconds = 0.0
    print(f"{'items':>9}  {'seconds':>8}  {'items/s':>8}  {'peak RSS MB':>11}", flush=True)
    for brand in range(brands):
        brand_id = UUID(int=brand + 1)
        rows = list(make_rows(per_run * runs, seed=brand))
        for run in range(runs):
            lake.write_raw_run(
                brand_id=brand_id,
                source_connection_id=SOURCE_ID,
                apify_run_id=f"run-{run}",
                actor_id=POSTS.actor_id,
                fetched_at=FETCHED_AT + timedelta(days=run),
                rows=rows[run * per_run : (run + 1) * per_run],
            )
        del rows
        started = perf_counter()
        stored = lake.iter_raw_runs(brand_id=brand_id)
        folded, _ = fold_runs(
            [_run(file.apify_run_id, file.fetched_at, file.rows) for file in stored], brand_id=brand_id
        )
        lake.write_evidence(brand_id=brand_id, frame=frame_from_items(folded.values()))
        seconds += perf_counter() - started
        lake.delete_brand(brand_id=brand_id)
        if (brand + 1) % (brands // 10) == 0:
            done = (brand + 1) * per_run * runs
            print(f"{done:>9,}  {seconds:>8.1f}  {done / seconds:>8,.0f}  {_peak_megabytes():>11.0f}", flush=True)


def measure(method: str, source: Path, target: Path, *, repeats: int) -> None:
    """Prints the median seconds of one method in this process, and the process's peak memory, after one warm-up."""
    with TemporaryDirectory() as folder:
        few = Path(folder) / "few.jsonl"
        few.write_bytes(b"\n".join(make_rows(SMALL)))
        METHODS[method](few, target)
    seconds = []
    for _ in range(repeats):
        started = perf_counter()
        METHODS[method](source, target)
        seconds.append(perf_counter() - started)
    print(statistics.median(seconds), _peak_megabytes())


def _peak_megabytes() -> float:
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / 1024 if sys.platform != "darwin" else kilobytes / 1024**2


def _measure_apart(method: str, source: Path, target: Path, repeats: int) -> tuple[float, float]:
    command = [sys.executable, __file__, "--measure", method, str(source), str(target), str(repeats)]
    seconds, megabytes = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(seconds), float(megabytes)


def compare(items: int, *, rounds: int, folder: Path) -> None:
    """Prints one line a method for a file of ``items`` rows."""
    source = folder / f"{items}.jsonl"
    with source.open("wb") as file:  # row by row: a child's peak memory starts from what this process holds
        file.writelines(row + b"\n" for row in make_rows(items))
    repeats = max(1, min(200, 20_000 // items))
    found: dict[str, list[tuple[float, float]]] = {method: [] for method in METHODS}
    for _ in range(rounds):
        for method, measured in found.items():
            measured.append(_measure_apart(method, source, folder, repeats))
    ceiling = statistics.median(seconds for seconds, _ in found[CEILING])
    for method, measured in found.items():
        seconds = sorted(one for one, _ in measured)
        middle = statistics.median(seconds)
        times = f"{seconds[0]:.4f}/{middle:.4f}/{seconds[-1]:.4f}"
        peak = max(megabytes for _, megabytes in measured)
        per_batch = f"{middle * 1000:8.2f}" if items <= SMALL else " " * 8
        print(f"{items:>8,}  {method:<14}  {times:>24}  {items / middle:>9,.0f}  {peak:>8.0f}", end="  ")
        print(f"{ceiling / middle:>7.0%}  {per_batch}".rstrip(), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, nargs="+", default=[SMALL, 10_000, 100_000], help="sizes to compare")
    parser.add_argument("--rounds", type=int, default=5, help="rounds a size; the middle one counts")
    parser.add_argument("--million", action="store_true", help="rebuild 1,000,000 items instead: 100 brands, 10 runs")
    parser.add_argument("--quick", action="store_true", help="one small round of everything: does it run at all?")
    parser.add_argument("--measure", nargs=4, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        method, source, target, repeats = chosen.measure
        measure(method, Path(source), Path(target), repeats=int(repeats))
        return
    with TemporaryDirectory() as folder:
        if chosen.million or chosen.quick:
            normalize_million(Path(folder), items=QUICK_MILLION if chosen.quick else 1_000_000)
        if chosen.million:
            return
        columns = ("items", "method", "s min/median/max", "items/s", "RSS MB", "ceiling", "ms/batch")
        print("{:>8}  {:<14}  {:>24}  {:>9}  {:>8}  {:>7}  {:>8}".format(*columns))
        for items in [SMALL] if chosen.quick else chosen.items:
            compare(items, rounds=1 if chosen.quick else chosen.rounds, folder=Path(folder))


if __name__ == "__main__":
    main()
