"""The figures of all brands from one query: the same as brand by brand, of 20 brands or more, in a folder and in S3."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags, Metrics
from brandbrain_dagster.domain.features.samples import percentile
from brandbrain_dagster.domain.fleet.brand_figures import brand_figures
from brandbrain_dagster.domain.fleet.standing import DECIMALS, FEWEST_BRANDS
from brandbrain_dagster.domain.normalization.evidence_frame import frame_from_items
from brandbrain_dagster.errors import LakeError
from brandbrain_dagster.stores.lake.fleet_scan import scan_fleet
from brandbrain_dagster.stores.lake.lake import Lake
from tests.fakes.evidence_items import SEEN_AT, make_item

SHARES = (0.1, 0.25, 0.5, 0.75, 0.9)
TELLING = "a1_@./?!？！؟#*©\ufe0f\u200d\u20e3 \n'👍🏻🇩🇪❤한é\U000e0067"
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00") | st.sampled_from(TELLING)) | (
    st.lists(st.sampled_from(["@you", "www.a", "https://b", "👩🏽\u200d🔧", " ", "1\ufe0f\u20e3", "x"])).map("".join)
)
ITEMS = st.builds(
    make_item,
    item_id=st.uuids().map(str),
    text=TEXTS,
    platform=st.sampled_from(["instagram", "web"]),
    hashtags=st.lists(st.just("tag"), max_size=3),
    published_at=st.none() | st.integers(0, 10**14).map(lambda number: SEEN_AT + timedelta(microseconds=number)),
    metrics=st.builds(Metrics, likes=st.none() | st.integers(0, 10**9), saves=st.none() | st.integers(0, 9)),
    flags=st.sampled_from([Flags(), Flags(is_repost=True), Flags(is_repost=False, has_transcript=True)]),
)


def store_brand(lake: Lake, number: int, items: list[EvidenceItem]) -> None:
    lake.write_evidence(brand_id=UUID(int=number), frame=frame_from_items(items))


def item_of(brand: int, item_id: str, text: str, **fields: object) -> EvidenceItem:
    return make_item(item_id, text, brand_id=str(UUID(int=brand)), **fields)


@settings(max_examples=60)
@given(items=st.lists(ITEMS, min_size=1, max_size=6, unique_by=lambda item: item.id))
def test_query_computes_what_the_definition_says(items: list[EvidenceItem]) -> None:
    with TemporaryDirectory() as folder:
        lake = Lake(folder)
        for number in range(1, FEWEST_BRANDS + 1):
            own = [item_of(number, item.id, item.text_primary, **without_identity(item)) for item in items]
            store_brand(lake, number, own)
        found = scan_fleet(lake)
    expected = {
        platform: {name: round(figure, DECIMALS) for name, figure in figures.items()}
        for platform, figures in brand_figures(items).items()
    }
    middle = {platform: {name: d.p50 for name, d in figures.items()} for platform, figures in found.platforms.items()}
    assert middle == expected


def without_identity(item: EvidenceItem) -> dict[str, object]:
    names = ("platform", "hashtags", "published_at", "metrics", "flags")
    return {name: getattr(item, name) for name in names}


def test_each_brand_counts_once_whatever_it_publishes(lake: Lake) -> None:
    for number in range(1, 32):
        store_brand(
            lake, number, [item_of(number, f"{number}-{count}", "x" * number) for count in range(number % 5 + 1)]
        )
    found = scan_fleet(lake).platforms["instagram"]["text_length"]
    lengths = [float(number) for number in range(1, 32)]
    assert found.n == 31
    assert [point for _, point in found.points] == pytest.approx([percentile(lengths, share) for share in SHARES])


def test_nineteen_brands_give_nothing_and_twenty_give_all(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    assert scan_fleet(lake).platforms == {}
    for number in range(1, FEWEST_BRANDS):
        store_brand(
            lake, number, [item_of(number, f"{number}", "text"), item_of(number, f"w{number}", platform="web", text="")]
        )
    assert scan_fleet(lake).platforms == {}
    store_brand(lake, FEWEST_BRANDS, [item_of(FEWEST_BRANDS, "one", "text")])
    platforms = scan_fleet(lake).platforms
    assert list(platforms) == ["instagram"]
    assert {found.n for found in platforms["instagram"].values()} == {FEWEST_BRANDS}
    assert "likes_per_item" not in platforms["instagram"]


def test_figure_that_nineteen_brands_have_is_left_out_beside_others(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    for number in range(1, FEWEST_BRANDS + 1):
        metrics = Metrics(likes=number if number > 1 else None, comments=number)
        store_brand(lake, number, [item_of(number, f"{number}", "text", metrics=metrics)])
    figures = scan_fleet(lake).platforms["instagram"]
    assert "comments_per_item" in figures
    assert "likes_per_item" not in figures


def test_same_evidence_gives_the_same_benchmark_whoever_wrote_first(tmp_path: Path) -> None:
    numbers = list(range(1, 41))
    lakes = []
    for name, order in (("one", numbers), ("two", numbers[::-1])):
        lake = Lake(str(tmp_path / name))
        for number in order:
            items = [item_of(number, f"{number}-{i}", "ab! 👍" * (number * i % 7)) for i in range(number % 9 + 1)]
            store_brand(lake, number, items)
        lakes.append(lake)
    assert len({scan_fleet(lake).benchmark_id for lake in [*lakes, *lakes]}) == 1


def test_damaged_file_among_others_is_a_lake_error_of_one_line(lake: Lake) -> None:
    for number in (1, 2):
        store_brand(lake, number, [item_of(number, f"{number}", "text")])
    lake.store.put(f"normalized_evidence/brand_id={UUID(int=2)}/evidence.parquet", b"garbage")
    with pytest.raises(LakeError, match=r"^Could not compare the brands: ") as raised:
        scan_fleet(lake)
    assert "\n" not in str(raised.value)
