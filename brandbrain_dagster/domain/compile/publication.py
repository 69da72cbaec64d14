"""What is published: the document as plain JSON, and the hash of what it says."""

from typing import Any

import msgspec

from brandbrain_dagster.domain.compile.canonical_json import canonical_hash
from brandbrain_dagster.domain.compile.snapshot_schema import SnapshotDocument

_VOLATILE = ("compiled_at", "feature_report_id", "fleet")
"""Parts of a snapshot's meta that say nothing of the brand: times, ids of one compile, and how others do."""


def snapshot_json(document: SnapshotDocument) -> dict[str, Any]:
    """Returns the document as plain JSON values."""
    plain: dict[str, Any] = msgspec.to_builtins(document)
    return plain


def content_hash(document_json: dict[str, Any]) -> str:
    """Returns SHA-256 (hex) of the canonical snapshot without its volatile meta: times, and ids of this one compile."""
    meta = {name: value for name, value in document_json["meta"].items() if name not in _VOLATILE}
    meta["evidence_summary"] = {name: value for name, value in meta["evidence_summary"].items() if name != "bundle_id"}
    return canonical_hash({**document_json, "meta": meta})
