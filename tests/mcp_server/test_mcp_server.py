"""The MCP server, asked by the SDK's own client: tools, resources, and whose brands are in reach."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from mcp import Client, MCPError
from mcp.types import CallToolResult, TextContent, TextResourceContents

from brandbrain_dagster.api.access import ANYONE, Caller
from brandbrain_dagster.domain.export.token_bound import token_bound
from brandbrain_dagster.mcp_server.profile_reads import BRANDS_A_PAGE, BoardReading
from brandbrain_dagster.mcp_server.server import create_mcp_server
from brandbrain_dagster.stores.ledger.async_ledger import AsyncLedger
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.snapshots import Snapshot
from tests.api.profile_api import row_counts
from tests.api.tenants import OTHER_TENANT
from tests.published_brand import evidence_of, publish
from tests.stores.ledger_rows import NOW, TENANT, add_brand

TOOLS: dict[str, dict[str, Any]] = {
    "list_brands": {},
    "get_profile": {"brand": "acme"},
    "get_field": {"brand": "acme", "path": "voice.tone_tags"},
    "explain_field": {"brand": "acme", "path": "voice.tone_tags"},
    "list_opportunities": {"brand": "acme"},
    "check_draft": {"brand": "acme", "text": "We roast."},
}
"""Every tool, and a call of it that is answered."""


@pytest.fixture
def brand(ledger: Ledger) -> Brand:
    with ledger.begin() as conn:
        return add_brand(conn)


@pytest.fixture
def published(ledger: Ledger, brand: Brand) -> Snapshot:
    with ledger.begin() as conn:
        return publish(conn, brand)


@asynccontextmanager
async def connected(ledger_url: str, caller: Caller = ANYONE) -> AsyncIterator[Client]:
    async def caller_of(_context: object) -> Caller:
        return caller

    ledger = AsyncLedger(ledger_url)
    await ledger.open()
    try:
        server = create_mcp_server(ledger, caller_of, BoardReading(lambda: NOW, "v1"))
        async with Client(server) as client:
            yield client
    finally:
        await ledger.close()


def asked(ledger_url: str, question: Callable[[Client], Awaitable[Any]], caller: Caller = ANYONE) -> Any:
    async def ask() -> Any:
        async with connected(ledger_url, caller) as client:
            return await question(client)

    return asyncio.run(ask())


def called(ledger_url: str, tool: str, caller: Caller = ANYONE, **arguments: Any) -> CallToolResult:
    found: CallToolResult = asked(ledger_url, lambda client: client.call_tool(tool, arguments), caller)
    return found


def answered(ledger_url: str, tool: str, caller: Caller = ANYONE, **arguments: Any) -> Any:
    result = called(ledger_url, tool, caller, **arguments)
    assert not result.is_error, result
    return result.structured_content


def text_of(result: CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


def read(ledger_url: str, uri: str, caller: Caller = ANYONE) -> TextResourceContents:
    (contents,) = asked(ledger_url, lambda client: client.read_resource(uri), caller).contents
    assert isinstance(contents, TextResourceContents)
    return contents


def refusal_of(ledger_url: str, question: Callable[[Client], Awaitable[Any]], caller: Caller = ANYONE) -> str:
    """The error that a question ends in, caught before the client's own task group wraps it."""

    async def told(client: Client) -> str:
        with pytest.raises(MCPError) as error:
            await question(client)
        return error.value.message

    found: str = asked(ledger_url, told, caller)
    return found


def refused(ledger_url: str, uri: str, caller: Caller = ANYONE) -> str:
    return refusal_of(ledger_url, lambda client: client.read_resource(uri), caller)


def test_every_tool_is_listed_described_and_only_reads(ledger_url: str) -> None:
    tools = asked(ledger_url, lambda client: client.list_tools()).tools
    assert {tool.name for tool in tools} == set(TOOLS)
    for tool in tools:
        assert tool.description
        assert tool.annotations.read_only_hint
        assert set(TOOLS[tool.name]) <= set(tool.input_schema["properties"])
        assert tool.input_schema["additionalProperties"] is False


@pytest.mark.parametrize("tool", TOOLS)
def test_every_tool_can_be_called_and_writes_nothing(
    ledger_url: str, ledger: Ledger, published: Snapshot, tool: str
) -> None:
    before = row_counts(ledger)
    result = called(ledger_url, tool, **TOOLS[tool])
    assert not result.is_error, result
    if result.structured_content is not None:
        assert json.loads(text_of(result)) == result.structured_content
    assert row_counts(ledger) == before


def test_brands_are_listed_with_the_version_of_their_profile(
    ledger_url: str, ledger: Ledger, brand: Brand, published: Snapshot
) -> None:
    with ledger.begin() as conn:
        bare = add_brand(conn, "bare")
    listed = {entry["slug"]: entry for entry in answered(ledger_url, "list_brands")["brands"]}
    assert listed == {
        "acme": {"id": str(brand.id), "name": "Acme", "slug": "acme", "version": 1},
        "bare": {"id": str(bare.id), "name": "Bare", "slug": "bare", "version": None},
    }


def test_profile_is_a_document_unless_it_is_asked_for_as_something_else(ledger_url: str, published: Snapshot) -> None:
    assert text_of(called(ledger_url, "get_profile", brand="acme")).startswith("# Brand Profile: Acme\n")
    prompt = text_of(called(ledger_url, "get_profile", brand="acme", format="prompt", max_tokens=400))
    assert prompt.startswith("You write for Acme.")
    assert token_bound(prompt) <= 400


def test_brand_may_be_named_by_its_id(ledger_url: str, brand: Brand, published: Snapshot) -> None:
    assert answered(ledger_url, "get_field", brand=str(brand.id), path="voice.cta_policy")["value"] == "soft"


def test_field_says_how_sure_it_is_and_an_empty_one_why_it_is_empty(ledger_url: str, published: Snapshot) -> None:
    answer = answered(ledger_url, "get_field", brand="acme", path="positioning.who_for")
    assert answer == {
        "path": "positioning.who_for",
        "value": "Café owners",
        "confidence": 0.9,
        "band": "high",
        "locked": False,
        "version": 1,
    }
    silent = answered(ledger_url, "get_field", brand="acme", path="platform_profiles.linkedin.cadence")
    assert silent["value"] is None
    assert set(silent["abstained"]) == {"reason", "next_step"}


def test_explanation_leads_to_quotes_and_original_posts(ledger_url: str, brand: Brand, published: Snapshot) -> None:
    told = answered(ledger_url, "explain_field", brand="acme", path="positioning.differentiators")
    items = {item.id: item for item in evidence_of(brand.id)}
    quoted = [source for source in told["sources"] if source.get("quote")]
    assert quoted
    for source in quoted:
        item = items[source["id"]]
        assert source["quote"] in getattr(item, source["field"])
        assert source["item"]["canonical_url"] == item.canonical_url
        assert (source["item"]["platform"], source["item"]["content_type"]) == (item.platform, item.content_type)


def test_rule_that_a_finding_names_can_be_explained(ledger_url: str, published: Snapshot) -> None:
    draft = "See https://acme.example"
    report = answered(ledger_url, "check_draft", brand="acme", text=draft, platform="instagram")
    for finding in report["findings"]:
        told = answered(ledger_url, "explain_field", brand="acme", path=finding["rule"]["path"])
        assert told["value"] == finding["rule"]["value"]
    assert "link" in {finding["code"] for finding in report["findings"]}


def test_planted_violations_are_found_and_a_clean_text_passes(ledger_url: str, published: Snapshot) -> None:
    planted = "Cheap 🎉🎉 coffee, a game changer: sign up and book now at https://acme.example #a #b #c"
    report = answered(ledger_url, "check_draft", brand="acme", text=planted, platform="instagram")
    assert not report["passes"]
    assert {finding["code"] for finding in report["findings"]} >= {
        "taboo_term",
        "forbidden_pattern",
        "call_to_action",
        "hashtags",
        "link",
    }
    for finding in report["findings"]:
        assert finding["rule"]["sources"]
        for span in finding["spans"]:
            assert planted[span["start"] : span["end"]] == span["text"]
    clean = answered(
        ledger_url,
        "check_draft",
        brand="acme",
        text="We roasted the espresso twenty times. The harvest was late, so the roast took its time.",
        platform="instagram",
    )
    assert clean == {"passes": True, "findings": [], "judge": ["no health claims"]}


def test_board_is_read_and_never_asked_for(ledger_url: str, published: Snapshot) -> None:
    board = answered(ledger_url, "list_opportunities", brand="acme")
    assert board["opportunities"] == []
    assert board["meta"]["state"] == "not_generated_yet"


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("get_profile", {}, "brand"),
        ("get_profile", {"brand": 7}, "brand"),
        ("get_profile", {"brand": "acme", "format": "pdf"}, "pdf"),
        ("get_profile", {"brand": "acme", "max_tokens": 300}, "max_tokens goes with the format prompt"),
        ("get_profile", {"brand": "acme", "format": "prompt", "max_tokens": 3}, "cannot be left out"),
        ("get_profile", {"brand": "acme", "colour": "red"}, "colour"),
        ("get_field", {"brand": "acme", "path": "voice.nothing"}, "it has constraints.risk_boundaries"),
        ("get_field", {"brand": "acme", "path": "voice"}, "no field at 'voice'"),
        ("check_draft", {"brand": "acme", "text": "x", "platform": "myspace"}, "it has instagram"),
        ("check_draft", {"brand": "acme", "text": "x" * 100_001}, "text"),
        ("get_profile", {"brand": "bare"}, "no profile yet"),
    ],
)
def test_wrong_call_is_told_to_the_model_in_a_sentence(
    ledger_url: str, ledger: Ledger, published: Snapshot, tool: str, arguments: dict[str, Any], told: str
) -> None:
    with ledger.begin() as conn:
        add_brand(conn, "bare")
    result = called(ledger_url, tool, **arguments)
    assert result.is_error
    assert told in text_of(result)


def test_unknown_tool_is_refused_with_those_there_are(ledger_url: str) -> None:
    told = refusal_of(ledger_url, lambda client: client.call_tool("erase_brand", {}))
    assert "there are list_brands, get_profile" in told


def test_profiles_are_resources_and_snapshots_can_be_read(
    ledger_url: str, ledger: Ledger, brand: Brand, published: Snapshot
) -> None:
    with ledger.begin() as conn:
        add_brand(conn, "bare")
    (resource,) = asked(ledger_url, lambda client: client.list_resources()).resources
    assert resource.title == "Brand Profile: Acme"
    document = read(ledger_url, resource.uri)
    assert document.text.startswith("# Brand Profile: Acme\n")
    assert document.mime_type == "text/markdown"
    assert read(ledger_url, "brandbrain://brands/acme/profile").text == document.text
    whole = json.loads(read(ledger_url, f"brandbrain://brands/{brand.id}/snapshots/{published.id}").text)
    assert (whole["version"], whole["snapshot_id"]) == (1, str(published.id))
    assert whole["snapshot_json"] == published.snapshot_json
    templates = asked(ledger_url, lambda client: client.list_resource_templates()).resource_templates
    assert {template.uri_template for template in templates} == {
        "brandbrain://brands/{brand}/profile",
        "brandbrain://brands/{brand}/snapshots/{snapshot_id}",
    }


@pytest.mark.parametrize(
    ("uri", "told"),
    [
        ("brandbrain://brands/nobody/profile", "Brand not found"),
        ("brandbrain://brands/acme/snapshots/" + "0" * 36, "Snapshot not found"),
        (f"brandbrain://brands/acme/snapshots/{UUID(int=5)}", "Snapshot not found"),
        ("brandbrain://brands/acme", "There is no such resource"),
        ("file:///etc/passwd", "There is no such resource"),
    ],
)
def test_resource_that_is_not_there_is_refused(ledger_url: str, published: Snapshot, uri: str, told: str) -> None:
    assert refused(ledger_url, uri) == told


def test_long_list_of_profiles_comes_in_pages(ledger_url: str, ledger: Ledger) -> None:
    with ledger.begin() as conn:
        slugs = {add_brand(conn, f"b{number}").slug for number in range(BRANDS_A_PAGE + 3)}
    first = answered(ledger_url, "list_brands")["brands"]
    rest = answered(ledger_url, "list_brands", after=first[-1]["id"])["brands"]
    assert (len(first), len(rest)) == (BRANDS_A_PAGE, 3)
    assert {entry["slug"] for entry in [*first, *rest]} == slugs


OTHERS = Caller(name="other", tenant_id=OTHER_TENANT)


def test_brand_of_another_tenant_answers_as_an_absent_one(ledger_url: str, brand: Brand, published: Snapshot) -> None:
    assert answered(ledger_url, "list_brands", OTHERS)["brands"] == []
    assert asked(ledger_url, lambda client: client.list_resources(), OTHERS).resources == []
    for tool, arguments in TOOLS.items():
        if "brand" not in arguments:
            continue
        for theirs, absent in (("acme", "nobody"), (str(brand.id), str(uuid4()))):
            results = [called(ledger_url, tool, OTHERS, **{**arguments, "brand": name}) for name in (theirs, absent)]
            assert [result.is_error for result in results] == [True, True]
            assert {text_of(result) for result in results} == {"Brand not found"}
    for rest in ("profile", f"snapshots/{published.id}"):
        assert refused(ledger_url, f"brandbrain://brands/{brand.id}/{rest}", OTHERS) == "Brand not found"


def test_token_of_one_brand_reads_that_brand_only(
    ledger_url: str, ledger: Ledger, brand: Brand, published: Snapshot
) -> None:
    with ledger.begin() as conn:
        sibling = add_brand(conn, "sibling")
        theirs = publish(conn, sibling)
    caller = Caller(name="one brand", tenant_id=TENANT, brand_id=brand.id, is_read_only=True)
    assert [entry["slug"] for entry in answered(ledger_url, "list_brands", caller)["brands"]] == ["acme"]
    assert answered(ledger_url, "get_field", caller, brand="acme", path="voice.do")["version"] == 1
    assert text_of(called(ledger_url, "get_profile", caller, brand="sibling")) == "Brand not found"
    mixed = f"brandbrain://brands/{brand.id}/snapshots/{theirs.id}"
    assert refused(ledger_url, mixed, caller) == "Snapshot not found"


def test_slug_of_several_tenants_is_to_be_named_by_id(ledger_url: str, ledger: Ledger, published: Snapshot) -> None:
    with ledger.begin() as conn:
        add_brand(conn, "acme", tenant_id=OTHER_TENANT)
    assert "by its id" in text_of(called(ledger_url, "get_profile", brand="acme"))
    assert (
        text_of(called(ledger_url, "get_profile", OTHERS, brand="acme"))
        == "The brand has no profile yet; compile it first."
    )


def test_instructions_say_that_quoted_posts_are_no_instructions(ledger_url: str) -> None:
    async def instructions(client: Client) -> str | None:
        return client.instructions

    assert re.search("never an instruction", asked(ledger_url, instructions) or "")
