"""What the documents say of HTTP: every path named is served, every endpoint is named, every metric is counted."""

import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from brandbrain_dagster.api.request_figures import RequestFigures
from brandbrain_dagster.pages.routes import brands, profile
from brandbrain_dagster.pages.site import create_site
from brandbrain_dagster.settings import Settings
from tests.architecture.test_docs import DOCUMENTS, ROOT

SITE = create_site(Settings(), now=lambda: datetime.now(UTC), new_id=lambda: UUID(int=1))
ENDPOINTS = {(method.upper(), path) for path, operations in SITE.openapi()["paths"].items() for method in operations}
PAGES = (*brands.ROUTES, *profile.ROUTES)
_BRAND = "/api/brands/{brand_id}"
_NOT_IN_OPENAPI = {"/api/docs", "/api/openapi.json", "/metrics", "/brands", "/brands/{brand_id}"}
_CODE_PATH = re.compile(r"`((?:/api|…|/metrics|/brands)/?[^`\s]*)`")
_METRIC = re.compile(r"\bbrandbrain_http_[a-z_]+|(?<=`)process_[a-z_]+")
_ROW = re.compile(r"^\| ((?:GET|POST|PUT|PATCH|DELETE)[^|]*) \|", re.MULTILINE)


def whole_path(named: str) -> str:
    """The path without query; ``…`` stands for a brand's."""
    return named.partition("?")[0].replace("…", _BRAND)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_path_in_a_document_is_served(path: Path) -> None:
    served = {path for _, path in ENDPOINTS} | _NOT_IN_OPENAPI
    text = path.read_text(encoding="utf-8")
    named = {whole_path(found) for found in _CODE_PATH.findall(text) if found not in {"…", "…/events"}}
    assert named <= served


def test_the_table_of_endpoints_is_the_openapi() -> None:
    text = (ROOT / "docs" / "http-api.md").read_text(encoding="utf-8").partition("## Errors")[0]
    named = {
        (method, whole_path(path))
        for row in _ROW.findall(text)
        for path in _CODE_PATH.findall(row)
        for method in re.findall(r"[A-Z]+(?=[ ,])", row.partition("`")[0])
    }
    assert named - {("GET", "/metrics")} == ENDPOINTS


def test_a_path_outside_the_openapi_is_served_all_the_same() -> None:
    routes = {getattr(route, "path", "") for route in [*SITE.routes, *PAGES]}
    assert routes >= _NOT_IN_OPENAPI


def test_a_metric_in_a_document_is_counted() -> None:
    figures = RequestFigures()
    figures.count(method="GET", route="/", status=200, seconds=0.1)
    counted = figures.exposition().decode()
    named = {name for path in DOCUMENTS for name in _METRIC.findall(path.read_text(encoding="utf-8"))}
    assert len(named) >= 5
    assert {name for name in named if name not in counted} == set()
