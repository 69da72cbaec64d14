"""Deciding a field: a value of one's own, a pin, or both, or taking them back."""

from http import HTTPStatus
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brandbrain_dagster.domain.compile.diff import field_at
from brandbrain_dagster.errors import InvalidInputError
from brandbrain_dagster.pages.brand_pages import BrandPage, open_brand_page
from brandbrain_dagster.pages.form_bodies import read_form, typed
from brandbrain_dagster.pages.page_gate import PAGES_PATH
from brandbrain_dagster.pages.rendering import see_other
from brandbrain_dagster.pages.views.field_form import Decided, FieldForm, field_form, read_decision, typed_value
from brandbrain_dagster.stores.ledger.override_changes import OverridesPatch, find_served_overrides, patch_overrides
from brandbrain_dagster.stores.ledger.served_snapshots import find_newest_served

_PATH = PAGES_PATH + "/{brand_id}/field"


async def show_field(request: Request) -> Response:
    """The form of the field that ``path`` names."""
    opened = await open_brand_page(request)
    path = request.query_params.get("path", "")
    value, overrides, pinned_paths = await _decided_now(opened, path)
    shown = typed_value(overrides.get(path, value))
    form = field_form(path, value)
    return _form_page(opened, form, shown, is_pinned=path in pinned_paths, is_overridden=path in overrides)


async def decide_field(request: Request) -> Response:
    """Keeps the decision and leads back to the field."""
    opened = await open_brand_page(request)
    sent = await read_form(request)
    path = typed(sent, "path")
    value, overrides, pinned_paths = await _decided_now(opened, path)
    form = field_form(path, value)
    is_pinned = "pinned" in sent
    try:
        decided = read_decision(
            form,
            typed(sent, "value"),
            shown=typed(sent, "shown"),
            is_pinned=is_pinned,
            is_withdrawn=typed(sent, "action") == "withdraw",
        )
        await _keep(opened, path, decided, pinned_paths)
    except InvalidInputError as error:
        is_overridden = path in overrides
        return _form_page(
            opened, form, typed(sent, "value"), is_pinned=is_pinned, is_overridden=is_overridden, problem=str(error)
        )
    part = "/platforms" if path.startswith("platform_profiles.") else ""
    return see_other(f"{opened.address}{part}?saved={path}#{form.anchor}")


async def _decided_now(opened: BrandPage, path: str) -> tuple[Any, dict[str, Any], list[str]]:
    """Returns the field's published value, and all overrides and pins."""
    asked = opened.asked
    snapshot = await find_newest_served(asked.ledger, brand_id=asked.brand_id, scope=asked.scope)
    node = None if snapshot is None else field_at(msgspec.json.decode(snapshot["snapshot_json"]), path)
    row = await find_served_overrides(asked.ledger, brand_id=asked.brand_id, scope=asked.scope)
    overrides = msgspec.json.decode(row["overrides_json"] or "{}")
    return None if node is None else node["value"], overrides, row["pinned_paths"] or []


async def _keep(opened: BrandPage, path: str, decided: Decided, pinned_paths: list[str]) -> None:
    others = [pinned for pinned in pinned_paths if pinned != path]
    asked = opened.asked
    patch = OverridesPatch(
        overrides={path: decided.value} if decided.is_value_given else {},
        pinned_paths=[*others, path] if decided.is_pinned else others,
    )
    await patch_overrides(
        asked.ledger,
        brand_id=asked.brand_id,
        scope=asked.scope,
        patch=patch,
        changed_by=asked.caller_name,
        now=asked.now(),
    )


def _form_page(
    opened: BrandPage, form: FieldForm, text: str, *, is_pinned: bool, is_overridden: bool, problem: str | None = None
) -> Response:
    context = {
        "form": form,
        "text": text,
        "is_pinned": is_pinned,
        "is_overridden": is_overridden,
        "problem": problem,
    }
    status = HTTPStatus.OK if problem is None else HTTPStatus.UNPROCESSABLE_ENTITY
    return opened.render("field.html", context, tab="profile", status_code=status)


ROUTES = (Route(_PATH, show_field), Route(_PATH, decide_field, methods=["POST"]))
