"""Every call of the API, from its own description, and what a valid request to it looks like."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx

from brandbrain_dagster.api.app import create_app
from brandbrain_dagster.settings import Settings

_BODIES: dict[str, dict[str, Any]] = {
    "POST /api/brands": {"name": "Acme"},
    "PUT /api/brands/{brand_id}/onboarding": {"tier": 0, "answers_json": {}},
    "POST /api/brands/{brand_id}/sources": {"platform": "instagram", "capability": "posts", "identifier": "acme"},
    "PATCH /api/sources/{source_id}": {"is_enabled": False},
    "POST /api/brands/{brand_id}/brandbrain/compile": {"force_refresh": False},
    "PATCH /api/brands/{brand_id}/brandbrain/overrides": {"overrides_json": {}},
    "POST /api/brands/{brand_id}/opportunities/{opportunity_id}/decision": {"decision_type": "opportunity_pinned"},
}


@dataclass(frozen=True)
class Operation:
    """One method at one address; ``query`` holds the parameters that it cannot do without."""

    method: str
    path: str
    ids: tuple[str, ...]
    query: tuple[str, ...]
    takes_body: bool

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def body(self) -> dict[str, Any] | None:
        return _BODIES[str(self)] if self.takes_body else None

    def request(self, client: httpx.Client, ids: dict[str, str] | None = None, **options: Any) -> httpx.Response:
        """Sends a valid request, about things that do not exist unless ``ids`` names others."""
        named = {name: str(uuid4()) for name in self.ids} | (ids or {})
        options.setdefault("params", {name: str(uuid4()) for name in self.query})
        if "content" not in options and self.takes_body:
            options.setdefault("json", self.body)
        return client.request(self.method, self.path.format(**named), **options)


def _operations() -> Iterator[Operation]:
    app = create_app(Settings(), now=lambda: datetime.now(UTC), new_id=uuid4)
    for path, operations in app.openapi()["paths"].items():
        for method, operation in operations.items():
            parameters = operation.get("parameters", [])
            yield Operation(
                method=method.upper(),
                path=path,
                ids=tuple(entry["name"] for entry in parameters if entry["in"] == "path"),
                query=tuple(entry["name"] for entry in parameters if entry["in"] == "query" and entry["required"]),
                takes_body="requestBody" in operation,
            )


OPERATIONS = tuple(_operations())
ABOUT_SOMETHING = tuple(operation for operation in OPERATIONS if operation.ids)
WITH_BODY = tuple(operation for operation in OPERATIONS if operation.takes_body)
WRITING = tuple(operation for operation in OPERATIONS if operation.method != "GET")
PROTECTED = tuple(operation for operation in OPERATIONS if operation.path != "/api/health")
