"""Compiles of brands whose inputs or configuration changed: once, when the edit is over, and only if it counts."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from brandbrain_dagster.domain.compile.brand_inputs import CompilerIdentity, configuration_hash
from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.stores.ledger import changed_inputs, overrides, sources
from brandbrain_dagster.stores.ledger.compile_runs import COMPILES
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from brandbrain_dagster.use_cases.automatic_compiles import EnqueuedBrands, compile_changed_brands
from tests.use_cases.compiling import COMPILER, NOW, begin, publish, ready_brand, set_answers, start
from tests.use_cases.refreshing import compiled_brand, compiles_of, start_rules, statements_of
from tests.use_cases.replayed_brand import COMPANY, POSTS

DEBOUNCE_SECONDS = 60.0
SOLD = {"tier0.what_we_do": "We sell bicycles."}
MENDED = {"tier0.what_we_do": "We mend bicycles."}


@pytest.fixture
def brand(ledger: Ledger) -> tuple[UUID, SourceConnection]:
    """A brand whose snapshot was made from its inputs as they are."""
    brand_id, (source, _) = compiled_brand(ledger, POSTS, COMPANY)
    return brand_id, source


@pytest.fixture
def brand_id(brand: tuple[UUID, SourceConnection]) -> UUID:
    return brand[0]


def tick(
    ledger: Ledger,
    *,
    seconds: float = DEBOUNCE_SECONDS,
    compiler: CompilerIdentity = COMPILER,
    disabled: frozenset[str] = frozenset(),
) -> EnqueuedBrands:
    """Looks for changes ``seconds`` after `NOW`, which is when every edit was made."""
    return compile_changed_brands(
        ledger=ledger,
        rules=start_rules(compiler=compiler, disabled=disabled),
        debounce_seconds=DEBOUNCE_SECONDS,
        now=NOW + timedelta(seconds=seconds),
        new_id=uuid4,
    )


def looked_at(ledger: Ledger) -> list[UUID]:
    """The brands that the next look would compare."""
    with ledger.read() as conn:
        changed = changed_inputs.list_changed_brands(
            conn,
            configuration_hash=configuration_hash(COMPILER, frozenset()),
            edited_before=NOW + timedelta(days=1),
            limit=100,
        )
    return [entry.brand_id for entry in changed]


def finish_newest(ledger: Ledger, brand_id: UUID) -> None:
    """Carries out the compile that waits."""
    token = uuid4()
    publish(ledger, begin(ledger, compiles_of(ledger, brand_id)[0].id, token), token)


def test_brand_as_it_was_compiled_is_not_looked_at(ledger: Ledger, brand_id: UUID) -> None:
    assert looked_at(ledger) == []
    assert tick(ledger, seconds=10_000).brand_ids == []
    assert len(compiles_of(ledger, brand_id)) == 1


def test_changed_answers_are_compiled_once(ledger: Ledger, brand_id: UUID) -> None:
    set_answers(ledger, brand_id, **SOLD)
    assert tick(ledger).brand_ids == [brand_id]
    newest, _ = compiles_of(ledger, brand_id)
    assert (newest.status, newest.available_at, newest.force_refresh) == (
        WorkStatus.PENDING,
        NOW + timedelta(seconds=DEBOUNCE_SECONDS),
        False,
    )
    finish_newest(ledger, brand_id)
    assert tick(ledger, seconds=200).brand_ids == []
    assert looked_at(ledger) == []


def test_changed_overrides_are_compiled(ledger: Ledger, brand_id: UUID) -> None:
    with ledger.begin() as conn:
        overrides.upsert_overrides(
            conn, brand_id=brand_id, overrides_json={"tone": "warm"}, pinned_paths=[], pinned_values_json={}, now=NOW
        )
    assert tick(ledger).brand_ids == [brand_id]


def test_pinned_path_is_compiled(ledger: Ledger, brand_id: UUID) -> None:
    with ledger.begin() as conn:
        overrides.upsert_overrides(
            conn, brand_id=brand_id, overrides_json={}, pinned_paths=["tone"], pinned_values_json={}, now=NOW
        )
    assert tick(ledger).brand_ids == [brand_id]


def test_added_source_is_compiled(ledger: Ledger, brand_id: UUID) -> None:
    with ledger.begin() as conn:
        sources.insert_source(
            conn,
            source_id=uuid4(),
            brand_id=brand_id,
            platform="youtube",
            capability="channel_videos",
            identifier="nova",
            settings_json={},
            now=NOW,
        )
    assert tick(ledger).brand_ids == [brand_id]


def test_disabled_source_is_compiled(ledger: Ledger, brand: tuple[UUID, SourceConnection]) -> None:
    brand_id, source = brand
    with ledger.begin() as conn:
        sources.update_source_enabled(conn, source_id=source.id, is_enabled=False, now=NOW)
    assert tick(ledger).brand_ids == [brand_id]


def test_changed_cap_of_a_source_is_compiled(ledger: Ledger, brand: tuple[UUID, SourceConnection]) -> None:
    brand_id, source = brand
    with ledger.begin() as conn:
        sources.update_source_settings(conn, source_id=source.id, settings_json={"cap": 3}, now=NOW)
    assert tick(ledger).brand_ids == [brand_id]


def test_changed_ttl_of_a_source_needs_no_compile(ledger: Ledger, brand: tuple[UUID, SourceConnection]) -> None:
    brand_id, source = brand
    with ledger.begin() as conn:
        sources.update_source_settings(conn, source_id=source.id, settings_json={"ttl_hours": 3}, now=NOW)
    assert looked_at(ledger) == [brand_id]
    assert tick(ledger).brand_ids == []
    assert looked_at(ledger) == []


def test_edit_that_was_taken_back_is_not_compiled_and_not_looked_at_again(ledger: Ledger, brand_id: UUID) -> None:
    set_answers(ledger, brand_id, **SOLD)
    set_answers(ledger, brand_id, **MENDED)
    assert looked_at(ledger) == [brand_id]
    assert tick(ledger).brand_ids == []
    assert looked_at(ledger) == []
    set_answers(ledger, brand_id, **SOLD)
    assert tick(ledger, seconds=70).brand_ids == [brand_id]


def test_brand_is_left_alone_until_its_last_edit_is_old_enough(ledger: Ledger, brand_id: UUID) -> None:
    set_answers(ledger, brand_id, **SOLD)
    assert tick(ledger, seconds=DEBOUNCE_SECONDS - 1).brand_ids == []
    assert looked_at(ledger) == [brand_id]
    assert tick(ledger, seconds=DEBOUNCE_SECONDS).brand_ids == [brand_id]


def test_failed_compile_is_not_repeated_until_the_next_edit(ledger: Ledger, brand_id: UUID) -> None:
    set_answers(ledger, brand_id, **SOLD)
    tick(ledger)
    token = uuid4()
    run = begin(ledger, compiles_of(ledger, brand_id)[0].id, token)
    with ledger.begin() as conn:
        COMPILES.finish_failed(conn, work_id=run.id, lease_token=token, now=NOW, error="No.")
    assert tick(ledger, seconds=500).brand_ids == []
    set_answers(ledger, brand_id, **{"tier0.what_we_do": "We rent bicycles."})
    assert tick(ledger, seconds=600).brand_ids == [brand_id]


def test_edit_taken_back_after_a_failed_compile_leaves_the_snapshot_standing(ledger: Ledger, brand_id: UUID) -> None:
    set_answers(ledger, brand_id, **SOLD)
    tick(ledger)
    with ledger.begin() as conn:
        run = compiles_of(ledger, brand_id)[0]
        COMPILES.finish_failed(conn, work_id=run.id, lease_token=None, now=NOW, error="No.")
    set_answers(ledger, brand_id, **MENDED)
    assert tick(ledger, seconds=500).brand_ids == []
    assert looked_at(ledger) == []


def test_edit_during_a_compile_is_compiled_after_it(ledger: Ledger, brand_id: UUID) -> None:
    set_answers(ledger, brand_id, **SOLD)
    tick(ledger)
    token = uuid4()
    run = begin(ledger, compiles_of(ledger, brand_id)[0].id, token)
    set_answers(ledger, brand_id, **{"tier0.what_we_do": "We rent bicycles."})
    assert tick(ledger, seconds=70).brand_ids == []
    publish(ledger, run, token)
    assert tick(ledger, seconds=80).brand_ids == [brand_id]


def test_live_compile_is_left_alone(ledger: Ledger, brand_id: UUID) -> None:
    waiting = start(ledger, brand_id, force_refresh=True, now=NOW + timedelta(seconds=1)).compile_run_id
    set_answers(ledger, brand_id, **SOLD)
    assert tick(ledger).brand_ids == []
    assert compiles_of(ledger, brand_id)[0].id == waiting


@pytest.mark.parametrize("answer", [None, ""], ids=["gone", "empty"])
def test_brand_that_may_not_compile_is_not_looked_at_until_it_may(
    ledger: Ledger, brand_id: UUID, answer: str | None
) -> None:
    set_answers(ledger, brand_id, **{"tier0.what_we_do": answer})
    assert looked_at(ledger) == [brand_id]
    assert tick(ledger).brand_ids == []
    assert looked_at(ledger) == []
    set_answers(ledger, brand_id, **SOLD)
    assert tick(ledger, seconds=70).brand_ids == [brand_id]


def test_brand_without_a_usable_source_is_left_alone(ledger: Ledger, brand: tuple[UUID, SourceConnection]) -> None:
    brand_id, source = brand
    with ledger.begin() as conn:
        sources.update_source_enabled(conn, source_id=source.id, is_enabled=False, now=NOW)
    assert tick(ledger, disabled=frozenset({"linkedin.company_posts"})).brand_ids == []
    assert tick(ledger, seconds=70).brand_ids == [brand_id]


def test_brand_that_was_never_compiled_is_left_to_its_people(ledger: Ledger) -> None:
    brand_id, _ = ready_brand(ledger, POSTS)
    assert tick(ledger).brand_ids == []
    run = start(ledger, brand_id).compile_run_id
    with ledger.begin() as conn:
        COMPILES.finish_failed(conn, work_id=run, lease_token=None, now=NOW, error="No.")
    set_answers(ledger, brand_id, **SOLD)
    assert looked_at(ledger) == []


def test_new_compiler_compiles_every_brand_once(ledger: Ledger, brand_id: UUID) -> None:
    other, _ = compiled_brand(ledger, POSTS)
    newer = replace(COMPILER, version="2")
    assert set(tick(ledger, compiler=newer).brand_ids) == {brand_id, other}
    assert tick(ledger, seconds=70, compiler=newer).brand_ids == []


def test_configuration_that_changes_nothing_for_a_brand_is_noted(ledger: Ledger, brand_id: UUID) -> None:
    without_tiktok = frozenset({"tiktok.profile_videos"})
    assert tick(ledger, disabled=without_tiktok).seen.startswith("1 brands")
    assert tick(ledger, seconds=70, disabled=without_tiktok).seen.startswith("0 brands")
    assert tick(ledger, seconds=80, disabled=frozenset({"linkedin.company_posts"})).brand_ids == [brand_id]


def test_any_number_of_brands_is_compared_in_one_query(ledger: Ledger) -> None:
    brand_ids = {compiled_brand(ledger, POSTS, COMPANY)[0] for _ in range(4)}
    with statements_of(ledger) as sent:
        assert tick(ledger).brand_ids == []
    assert len(sent) == 1
    for brand_id in brand_ids:
        set_answers(ledger, brand_id, **SOLD)
    with statements_of(ledger) as sent:
        assert set(looked_at(ledger)) == brand_ids
    assert len(sent) == 1


def test_longest_unchanged_come_first_when_there_are_too_many(ledger: Ledger, brand_id: UUID) -> None:
    earlier, (source,) = compiled_brand(ledger, POSTS)
    set_answers(ledger, brand_id, **SOLD)
    with ledger.begin() as conn:
        sources.update_source_settings(
            conn, source_id=source.id, settings_json={"cap": 3}, now=NOW - timedelta(minutes=1)
        )
    with ledger.read() as conn:
        (first,) = changed_inputs.list_changed_brands(
            conn, configuration_hash=configuration_hash(COMPILER, frozenset()), edited_before=NOW, limit=1
        )
    assert first.brand_id == earlier
