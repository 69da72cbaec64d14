"""What agents are told about a brand, read from the ledger; a brand out of the caller's reach is as absent as any."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from brandbrain_dagster.api.today_shapes import today_json
from brandbrain_dagster.domain.draft_check.check_draft import boundaries_to_judge, check_draft
from brandbrain_dagster.domain.draft_check.report import cited_by, report_json
from brandbrain_dagster.domain.export.brand_export import ExportedProfile, ExportFormat, export_profile
from brandbrain_dagster.domain.export.field_explanation import field_sources, field_values
from brandbrain_dagster.domain.export.profile_fields import cited_ids
from brandbrain_dagster.errors import ConflictError, NotFoundError
from brandbrain_dagster.stores.ledger.brand_scope import BrandScope, absent_brand
from brandbrain_dagster.stores.ledger.query_steps import FetchesRows
from brandbrain_dagster.stores.ledger.served_brand_names import find_brands_called, list_brand_names
from brandbrain_dagster.stores.ledger.served_evidence import list_served_evidence
from brandbrain_dagster.stores.ledger.served_exports import find_exportable, list_evidence_urls
from brandbrain_dagster.stores.ledger.served_snapshots import find_served
from brandbrain_dagster.use_cases.today_board import read_today

BRANDS_A_PAGE = 100
_SHOWN_OF_ITEM = ("platform", "content_type", "published_at", "canonical_url", "title")


@dataclass(frozen=True)
class BoardReading:
    """What the Today board is read by: the clock, and the version of the gates in force."""

    now: Callable[[], datetime]
    gate_config_version: str


class ProfileReads:
    """The reads of one caller. ``brand`` is always a slug or an id.

    Every one of them raises NotFoundError when there is no such brand within the scope, or no profile of it yet, and
    ConflictError when several tenants in reach have a brand with this slug.
    """

    def __init__(self, ledger: FetchesRows, scope: BrandScope, board_reading: BoardReading) -> None:
        self._ledger = ledger
        self._scope = scope
        self._board_reading = board_reading

    async def brands(self, after: UUID | None = None) -> list[dict[str, Any]]:
        """Returns a page of the brands in reach, by id; ``version`` is None where there is no profile yet."""
        rows = await list_brand_names(self._ledger, scope=self._scope, limit=BRANDS_A_PAGE, after=after)
        return [{**row, "id": str(row["id"])} for row in map(dict, rows)]

    async def profile(self, brand: str, as_format: ExportFormat, max_tokens: int | None = None) -> str:
        """Returns the newest profile in a format."""
        brand_id = await self._brand_id(brand)
        found = await self._newest(brand_id)
        ids = cited_ids(found.snapshot_json) if as_format is ExportFormat.MARKDOWN else []
        urls = await list_evidence_urls(self._ledger, brand_id=brand_id, ids=ids) if ids else {}
        return export_profile(replace(found, urls=urls), as_format, max_tokens=max_tokens)

    async def snapshot(self, brand: str, snapshot_id: UUID) -> dict[str, Any]:
        """Returns one version of the profile whole, with confidences and sources."""
        brand_id = await self._brand_id(brand)
        row = await find_served(self._ledger, brand_id=brand_id, snapshot_id=snapshot_id, scope=self._scope)
        if row is None:
            raise NotFoundError("Snapshot not found")
        return {
            "snapshot_id": str(snapshot_id),
            "brand_id": str(brand_id),
            "version": row["version"],
            "created_at": row["created_at"].isoformat(),
            "snapshot_json": msgspec.json.decode(row["snapshot_json"]),
        }

    async def field(self, brand: str, path: str) -> dict[str, Any]:
        """Returns what a field says and how sure it is."""
        found = await self._newest(await self._brand_id(brand))
        return {**field_values(found.snapshot_json, path), "version": found.version}

    async def explanation(self, brand: str, path: str) -> dict[str, Any]:
        """Returns a field with its sources, each evidence item with its original post."""
        brand_id = await self._brand_id(brand)
        found = await self._newest(brand_id)
        sources = field_sources(found.snapshot_json, path)
        ids = [UUID(source["id"]) for source in sources if source["type"] == "evidence"]
        stored = await list_served_evidence(self._ledger, brand_id=brand_id, ids=ids, scope=self._scope) if ids else []
        items = {item["id"]: {name: item.get(name) for name in _SHOWN_OF_ITEM} for item in map(_decoded, stored)}
        told = [{**source, **({"item": items.get(source["id"])} if _is_evidence(source) else {})} for source in sources]
        return {**field_values(found.snapshot_json, path), "version": found.version, "sources": told}

    async def check(self, brand: str, text: str, platform: str | None) -> dict[str, Any]:
        """Returns which rules of the profile a draft breaks, each with what it rests on.

        Raises:
            InvalidInputError: the profile has no such platform.
        """
        brand_id = await self._brand_id(brand)
        profile = (await self._newest(brand_id)).snapshot_json
        findings = check_draft(text, profile, platform)
        ids = cited_by(findings)
        urls = await list_evidence_urls(self._ledger, brand_id=brand_id, ids=ids) if ids else {}
        return report_json(findings, boundaries_to_judge(profile), urls)

    async def opportunities(self, brand: str) -> dict[str, Any]:
        """Returns the Today board as the API gives it, without the profile; looking at it never asks for a new one.

        Raises:
            CheckFailedError: the board names something that is not there.
        """
        now = self._board_reading.now()
        today = await read_today(self._ledger, brand_id=await self._brand_id(brand), scope=self._scope, now=now)
        told = today_json(today, now=now, gate_config_version=self._board_reading.gate_config_version)
        return {name: msgspec.to_builtins(told[name]) for name in ("opportunities", "evidence_summary", "meta")}

    async def _brand_id(self, brand: str) -> UUID:
        found = await find_brands_called(self._ledger, reference=brand, scope=self._scope)
        if not found:
            raise absent_brand()
        if len(found) > 1:
            raise ConflictError("Several tenants have a brand with this slug; name it by its id instead.")
        return found[0]

    async def _newest(self, brand_id: UUID) -> ExportedProfile:
        newest = await find_exportable(self._ledger, brand_id=brand_id, scope=self._scope)
        if newest is None:
            raise NotFoundError("The brand has no profile yet; compile it first.")
        return newest


def _decoded(item_json: str) -> dict[str, Any]:
    item: dict[str, Any] = msgspec.json.decode(item_json)
    return item


def _is_evidence(source: dict[str, Any]) -> bool:
    return bool(source["type"] == "evidence")
