"""Evidence ids and content hashes."""

import uuid
from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from brandbrain_dagster.domain.evidence.evidence_item import Flags, Metrics, RawRef
from brandbrain_dagster.domain.evidence.identity import EvidenceIds, content_hash, evidence_key
from tests.fakes.evidence_items import SEEN_AT, make_item


@given(brand=st.uuids(), key=st.text())
def test_an_id_is_the_uuid5_of_brand_and_key(brand: uuid.UUID, key: str) -> None:
    assert EvidenceIds(brand).id_of(key) == str(uuid.uuid5(brand, key))


def test_a_key_names_platform_content_type_and_the_stable_id_or_the_address() -> None:
    assert evidence_key("instagram", "post", "7", "https://a.example") == "instagram|post|7"
    assert evidence_key("web", "web_page", None, "https://a.example") == "web|web_page|https://a.example"


def test_the_content_hash_looks_at_what_an_item_says_and_at_nothing_else() -> None:
    item = make_item("1", "Hello", media={"a": 1, "b": 2})
    seen_again = msgspec.structs.replace(
        item,
        id="2",
        raw_refs=[RawRef("run", 3)],
        first_seen_at=SEEN_AT - timedelta(days=1),
        last_seen_at=SEEN_AT + timedelta(days=1),
        media={"b": 2, "a": 1},
    )
    assert content_hash(seen_again) == content_hash(item)
    changes: dict[str, Any] = {
        "canonical_url": "https://other.example",
        "published_at": None,
        "author_ref": "other",
        "title": "T",
        "text_primary": "Bye",
        "text_secondary": "S",
        "hashtags": ["h"],
        "metrics": Metrics(likes=0),
        "media": {},
        "flags": Flags(is_low_value=False),
        "language": None,
    }
    changed = {content_hash(msgspec.structs.replace(item, **{name: value})) for name, value in changes.items()}
    assert len(changed | {content_hash(item)}) == len(changes) + 1
