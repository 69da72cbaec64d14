"""``brandbrain mcp`` as agents use it: started as a program, and over HTTP, with the tokens of the API."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from click.testing import CliRunner
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.types import TextContent
from pydantic import SecretStr

from brandbrain_dagster.cli.main import main
from brandbrain_dagster.mcp_server.serving import MCP_PATH, create_http_app
from brandbrain_dagster.settings import Settings
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.api.profile_api import Clock, row_counts, served
from tests.api.tenants import OTHER_TENANT, add_token
from tests.published_brand import publish
from tests.stores.ledger_rows import add_brand

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
ACCEPTED = {"Accept": "application/json, text/event-stream"}


@pytest.fixture
def brand(ledger: Ledger) -> Brand:
    with ledger.begin() as conn:
        brand = add_brand(conn)
        publish(conn, brand)
        return brand


@pytest.fixture
def environment(tmp_path: Path, ledger_url: str) -> dict[str, str]:
    return {"BRANDBRAIN_HOME": str(tmp_path), "BRANDBRAIN_DATABASE_URL": ledger_url}


@contextmanager
def running(ledger_url: str, **settings: Any) -> Iterator[str]:
    """Yields the address of the server over HTTP."""
    app = create_http_app(
        Settings(database_url=SecretStr(ledger_url), **settings), ledger_url, now=Clock(), host="127.0.0.1"
    )
    with socket.socket() as listening, served(app, listening):
        host, port = listening.getsockname()
        yield f"http://{host}:{port}{MCP_PATH}"


def asked_over_http(url: str, headers: dict[str, str], question: Callable[[Client], Awaitable[Any]]) -> Any:
    async def ask() -> Any:
        async with (
            create_mcp_http_client(headers=headers) as http_client,
            Client(streamable_http_client(url, http_client=http_client)) as client,
        ):
            return await question(client)

    return asyncio.run(ask())


async def profile_of_acme(client: Client) -> str:
    result = await client.call_tool("get_profile", {"brand": "acme"})
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


def asked_as_program(environment: dict[str, str], question: Callable[[Client], Awaitable[Any]]) -> Any:
    async def ask() -> Any:
        program = StdioServerParameters(
            command=sys.executable, args=["-m", "brandbrain_dagster", "mcp"], env=environment, cwd=Path.cwd()
        )
        async with Client(program) as client:
            return await question(client)

    return asyncio.run(ask())


def test_agent_that_starts_the_program_reads_and_checks(environment: dict[str, str], brand: Brand) -> None:
    async def work(client: Client) -> tuple[set[str], str, Any]:
        tools = {tool.name for tool in (await client.list_tools()).tools}
        checked = await client.call_tool("check_draft", {"brand": "acme", "text": "So cheap."})
        return tools, await profile_of_acme(client), checked.structured_content

    tools, profile, report = asked_as_program(environment, work)
    assert "explain_field" in tools
    assert profile.startswith("# Brand Profile: Acme\n")
    assert not report["passes"]


def test_program_sees_what_its_token_sees(environment: dict[str, str], ledger: Ledger, brand: Brand) -> None:
    own, foreign = uuid4().hex, uuid4().hex
    add_token(ledger, is_read_only=True, token=own)
    add_token(ledger, tenant_id=OTHER_TENANT, token=foreign)
    answers = {
        token: asked_as_program({**environment, "BRANDBRAIN_MCP_TOKEN": token}, profile_of_acme)
        for token in (own, foreign)
    }
    assert answers[own].startswith("# Brand Profile: Acme\n")
    assert answers[foreign] == "Brand not found"


@pytest.mark.parametrize(("token", "told"), [(None, "agents need one too"), ("wrong", "not known or was revoked")])
def test_program_without_a_token_in_force_ends_with_a_sentence(
    environment: dict[str, str], ledger: Ledger, token: str | None, told: str
) -> None:
    add_token(ledger)
    given = {} if token is None else {"BRANDBRAIN_MCP_TOKEN": token}
    ended = subprocess.run(
        [sys.executable, "-m", "brandbrain_dagster", "mcp"],
        env={**environment, **given, "PYTHONPATH": "."},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""


def test_server_over_http_is_open_while_there_is_no_token(ledger_url: str, brand: Brand) -> None:
    with running(ledger_url) as url:
        assert asked_over_http(url, {}, profile_of_acme).startswith("# Brand Profile: Acme\n")


def test_request_over_http_sees_what_its_token_sees(ledger_url: str, ledger: Ledger, brand: Brand) -> None:
    own, _ = add_token(ledger, is_read_only=True)
    foreign, _ = add_token(ledger, tenant_id=OTHER_TENANT)
    before = row_counts(ledger)
    with running(ledger_url) as url:
        assert asked_over_http(url, own, profile_of_acme).startswith("# Brand Profile: Acme\n")
        assert asked_over_http(url, foreign, profile_of_acme) == "Brand not found"
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            answer = httpx.post(url, json=INITIALIZE, headers={**ACCEPTED, **headers})
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"].startswith("Bearer")
    assert row_counts(ledger) == before


def test_tokens_of_the_settings_count_too(ledger_url: str, brand: Brand) -> None:
    with running(ledger_url, api_tokens="of-the-settings") as url:
        assert httpx.post(url, json=INITIALIZE, headers=ACCEPTED).status_code == 401
        told = asked_over_http(url, {"Authorization": "Bearer of-the-settings"}, profile_of_acme)
        assert told.startswith("# Brand Profile: Acme\n")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "evil.example"}, 421),
        ({}, 200),
    ],
)
def test_page_of_a_foreign_origin_reaches_nothing(
    ledger_url: str, brand: Brand, headers: dict[str, str], status: int
) -> None:
    with running(ledger_url) as url:
        assert httpx.post(url, json=INITIALIZE, headers={**ACCEPTED, **headers}).status_code == status


def test_other_machines_are_not_served_without_a_token(environment: dict[str, str], ledger: Ledger) -> None:
    ended = CliRunner().invoke(main, ["mcp", "--http", "--host", "192.0.2.1", "--port", "0"], env=environment)
    assert ended.exit_code == 2
    assert "brandbrain token create" in ended.stderr


def test_without_the_extra_one_is_told_how_to_get_it() -> None:
    program = (
        "import sys; sys.modules['mcp'] = None\nfrom brandbrain_dagster.cli.main import main\nmain(['mcp', '--http'])"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "install 'brandbrain-dagster[mcp]'" in ended.stderr
