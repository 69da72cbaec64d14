from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from brandbrain_dagster.domain.platforms.registry import CAPABILITIES
from brandbrain_dagster.errors import ConflictError, NotFoundError
from brandbrain_dagster.stores.ledger.brands import (
    delete_brand,
    find_brand_by_slug,
    get_brand,
    list_brands,
    resolve_brand,
)
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.onboarding import get_onboarding, upsert_onboarding
from brandbrain_dagster.stores.ledger.overrides import get_overrides, upsert_overrides
from brandbrain_dagster.stores.ledger.sources import (
    get_source,
    insert_source,
    list_sources,
    update_source_enabled,
    update_source_settings,
)
from tests.stores.ledger_rows import NOW, TENANT, add_brand, add_compile, add_intent, add_source, later


def test_brand_is_found_by_id_by_slug_and_by_reference(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        brand = add_brand(conn)
        found = (
            get_brand(conn, brand_id=brand.id),
            find_brand_by_slug(conn, tenant_id=TENANT, slug="acme"),
            resolve_brand(conn, reference="acme"),
            resolve_brand(conn, reference=str(brand.id)),
        )
    assert found == (brand, brand, brand, brand)


def test_slug_is_unique_within_a_tenant_only(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        add_brand(conn)
        other = add_brand(conn, tenant_id=UUID(int=2))
        with pytest.raises(ConflictError, match="'acme'"):
            add_brand(conn)
        with pytest.raises(ConflictError, match="Several tenants"):
            resolve_brand(conn, reference="acme")
        assert resolve_brand(conn, reference="acme", tenant_id=UUID(int=2)) == other


def test_unknown_brand_is_answered_with_the_slugs_there_are(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        with pytest.raises(NotFoundError, match="none yet"):
            resolve_brand(conn, reference="nobody")
        add_brand(conn, "globex")
        add_brand(conn, "acme")
        with pytest.raises(NotFoundError, match="use one of acme, globex"):
            resolve_brand(conn, reference="nobody")
        with pytest.raises(NotFoundError):
            get_brand(conn, brand_id=uuid4())


def test_brands_are_listed_newest_first_and_page_by_page(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        brands = [add_brand(conn, f"brand-{number}", now=later(number // 2)) for number in range(6)]
        newest_first = sorted(brands, key=lambda brand: (brand.created_at, brand.id), reverse=True)
        paged = []
        cursor = None
        while page := list_brands(conn, older_than=cursor, limit=2):
            paged += page
            cursor = (page[-1].created_at, page[-1].id)
        assert list_brands(conn) == newest_first
    assert paged == newest_first


def test_deleted_brand_takes_its_rows_along_and_nobody_elses(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        kept, gone = add_brand(conn, "kept"), add_brand(conn, "gone")
        for brand in (kept, gone):
            add_intent(conn, add_source(conn, brand))
            add_compile(conn, brand)
            upsert_onboarding(conn, brand_id=brand.id, tier=0, answers_json={}, now=NOW)
        counts = delete_brand(conn, brand_id=gone.id)
        assert {name: count for name, count in counts.items() if count} == {
            "brand": 1,
            "brand_onboarding": 1,
            "source_connection": 1,
            "compile_run": 1,
            "apify_run": 1,
        }
        assert [brand.id for brand in list_brands(conn)] == [kept.id]
        assert len(list_sources(conn, brand_id=kept.id)) == 1
        with pytest.raises(NotFoundError):
            delete_brand(conn, brand_id=gone.id)


def test_onboarding_is_empty_until_answered_then_replaced(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        brand = add_brand(conn)
        assert get_onboarding(conn, brand_id=brand.id).updated_at is None
        upsert_onboarding(conn, brand_id=brand.id, tier=0, answers_json={"a": 1, "b": 2}, now=NOW)
        stored = upsert_onboarding(conn, brand_id=brand.id, tier=1, answers_json={"a": "é"}, now=later(1))
        assert get_onboarding(conn, brand_id=brand.id) == stored
    assert (stored.tier, stored.answers_json, stored.updated_at) == (1, {"a": "é"}, later(1))


def test_onboarding_tier_beyond_two_is_refused(ledger: Ledger) -> None:
    with pytest.raises(IntegrityError, match="tier"), ledger.begin() as conn:
        upsert_onboarding(conn, brand_id=add_brand(conn).id, tier=3, answers_json={}, now=NOW)


def test_overrides_are_empty_until_decided_then_replaced(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        brand = add_brand(conn)
        assert get_overrides(conn, brand_id=brand.id).pinned_paths == ()
        for value in (None, "calm"):
            stored = upsert_overrides(
                conn,
                brand_id=brand.id,
                overrides_json={"voice.tone": value},
                pinned_paths=["voice.tone"],
                pinned_values_json={"voice.tone": "calm"},
                now=NOW,
            )
        assert get_overrides(conn, brand_id=brand.id) == stored
    assert stored.overrides_json == {"voice.tone": "calm"}
    assert stored.pinned_paths == ("voice.tone",)


def test_source_added_twice_is_the_same_source(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        brand = add_brand(conn)
        first = add_source(conn, brand)
        again, is_created = insert_source(
            conn,
            source_id=uuid4(),
            brand_id=brand.id,
            platform="instagram",
            capability="posts",
            identifier="acme",
            settings_json={"cap": 5},
            now=later(1),
        )
    assert (again, is_created) == (first, False)


def test_sources_are_listed_in_order_and_can_be_switched_off(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        brand = add_brand(conn)
        reels, posts = add_source(conn, brand, capability="reels"), add_source(conn, brand)
        off = update_source_enabled(conn, source_id=reels.id, is_enabled=False, now=later(1))
        capped = update_source_settings(conn, source_id=posts.id, settings_json={"cap": 5}, now=later(1))
        assert list_sources(conn, brand_id=brand.id) == [capped, off]
        assert list_sources(conn, brand_id=brand.id, enabled_only=True) == [capped]
        assert get_source(conn, source_id=posts.id).settings_json == {"cap": 5}


def test_unknown_source_is_not_found(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        with pytest.raises(NotFoundError):
            get_source(conn, source_id=uuid4())
        with pytest.raises(NotFoundError):
            update_source_settings(conn, source_id=uuid4(), settings_json={}, now=NOW)


def test_every_registered_capability_can_be_a_source_and_no_other(ledger: Ledger) -> None:
    pairs = [(entry.platform, entry.name) for entry in CAPABILITIES]
    with ledger.begin() as conn:
        brand = add_brand(conn)
        for platform, capability in pairs:
            insert_source(
                conn,
                source_id=uuid4(),
                brand_id=brand.id,
                platform=platform,
                capability=capability,
                identifier="acme",
                settings_json={},
                now=NOW,
            )
        assert len(list_sources(conn, brand_id=brand.id)) == len(pairs)
    with pytest.raises(IntegrityError, match="capability"), ledger.begin() as conn:
        add_source(conn, brand, capability="crawl_pages")
