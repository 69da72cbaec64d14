"""The API's description as one page of HTML: no script, and nothing is fetched from anywhere."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from html import escape
from typing import Any

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
summary { cursor: pointer; padding: .3rem 0; } details { border-top: 1px solid #ccc; }
code, pre { font: 14px/1.4 ui-monospace, monospace; } pre { overflow-x: auto; background: #8881; padding: .5rem; }
b { display: inline-block; min-width: 4.5rem; } th, td { text-align: left; padding-right: 1.5rem; vertical-align: top; }
@media (prefers-color-scheme: dark) { body { background: #111; color: #ddd; } a { color: #8bf; } }
"""
_STYLE_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()

CONTENT_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; frame-ancestors 'none'; base-uri 'none'"
"""What a browser may do with the page: show it."""


def docs_page(description: Mapping[str, Any]) -> str:
    """Returns the page for an OpenAPI description."""
    title = f"{escape(description['info']['title'])} {escape(description['info']['version'])}"
    operations = "".join(
        _operation(path, method, operation, description)
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
    )
    schemas = "".join(
        f"<details id='{escape(name)}'><summary><code>{escape(name)}</code></summary>{_json(schema)}</details>"
        for name, schema in sorted(description["components"]["schemas"].items())
    )
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{title}</title><style>{_STYLE}</style>"
        f"<meta name='viewport' content='width=device-width'></head><body><h1>{title}</h1>"
        f"<p>For programs: <a href='openapi.json'>openapi.json</a> (OpenAPI {escape(description['openapi'])}).</p>"
        f"<h2>Calls</h2>{operations}<h2>Shapes</h2>{schemas}</body></html>"
    )


def _operation(path: str, method: str, operation: Mapping[str, Any], description: Mapping[str, Any]) -> str:
    rows = "".join(_parameter_row(parameter) for parameter in operation.get("parameters", []))
    rows += "".join(_body_row(content) for content in operation.get("requestBody", {}).get("content", {}).values())
    rows += "".join(_answer_rows(operation["responses"], description))
    return (
        f"<details><summary><b>{escape(method.upper())}</b> <code>{escape(path)}</code></summary>"
        f"<p>{escape(operation.get('description', ''))}</p><table>{rows}</table></details>"
    )


def _parameter_row(parameter: Mapping[str, Any]) -> str:
    about = parameter.get("description", "")
    return _row(f"<code>{escape(parameter['name'])}</code>", f"{escape(parameter['in'])} parameter. {escape(about)}")


def _body_row(content: Mapping[str, Any]) -> str:
    return _row("body", _json(content["schema"]))


def _answer_rows(responses: Mapping[str, Any], description: Mapping[str, Any]) -> Iterator[str]:
    for status, response in sorted(responses.items()):
        found = response
        if "$ref" in response:
            found = description["components"]["responses"][response["$ref"].rpartition("/")[2]]
        shapes = "".join(_json(content["schema"]) for content in found.get("content", {}).values() if status < "4")
        yield _row(escape(status), escape(found["description"]) + shapes)


def _row(name: str, cell: str) -> str:
    return f"<tr><th>{name}</th><td>{cell}</td></tr>"


def _json(schema: Any) -> str:
    return f"<pre>{escape(json.dumps(schema, indent=1, ensure_ascii=False))}</pre>"
