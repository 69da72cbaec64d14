"""How routes that read their requests themselves describe, for OpenAPI, what they read."""

from typing import Any


def path_parameter(name: str) -> dict[str, Any]:
    """Describes an id in the path."""
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}


def query_parameter(
    name: str, schema: dict[str, Any], description: str, *, is_required: bool = False
) -> dict[str, Any]:
    """Describes a parameter of the query."""
    return {"name": name, "in": "query", "required": is_required, "schema": schema, "description": description}


def header(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    """Describes an optional request header."""
    return {"name": name, "in": "header", "required": False, "schema": schema, "description": description}


BRAND_PATH = path_parameter("brand_id")


def refusals(*statuses: int) -> dict[str, Any]:
    """Describes errors that a route may answer beside those that every route of its form may."""
    return {str(status): {"$ref": f"#/components/responses/Error{status}"} for status in statuses}
