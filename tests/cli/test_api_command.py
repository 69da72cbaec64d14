"""``brandbrain api`` and ``brandbrain token`` as a person uses them."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from brandbrain_dagster.cli.api import is_loopback
from brandbrain_dagster.cli.main import main
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.request_tables import api_token
from tests.stores.ledger_rows import add_brand

_PATIENCE_SECONDS = 30.0


@pytest.fixture
def environment(ledger_url: str, tmp_path: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("BRANDBRAIN_")}
    return {**inherited, "BRANDBRAIN_HOME": str(tmp_path / "home"), "BRANDBRAIN_DATABASE_URL": ledger_url}


def run(environment: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), env=environment)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def serving(environment: dict[str, str], *options: str) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """Serves the API in a process of its own until the test stops it."""
    port = free_port()
    command = [sys.executable, "-m", "brandbrain_dagster", "api", "--port", str(port), *options]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    with process, httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=_PATIENCE_SECONDS) as client:
        try:
            wait_for(client, process)
            yield process, client
        finally:
            process.kill()


def wait_for(client: httpx.Client, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        try:
            client.get("/api/health").raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the API did not come up")


def test_api_serves_until_it_is_told_to_stop(environment: dict[str, str]) -> None:
    with serving(environment) as (process, client):
        answer = client.post("/api/brands", json={"name": "Acme"})
        assert answer.status_code == 201
        assert "server" not in answer.headers
        process.send_signal(signal.SIGTERM)
        _, written = process.communicate(timeout=_PATIENCE_SECONDS)
    assert process.returncode == 0
    told, *lines = written.splitlines()
    site = r"http://127\.0\.0\.1:\d+"
    assert re.fullmatch(rf"Serving the brands at {site}/brands, the API at {site}/api/docs", told)
    assert {json.loads(line)["event"] for line in lines} == {"request"}


def test_several_processes_serve_and_stop_together(environment: dict[str, str]) -> None:
    with serving(environment, "--workers", "2") as (process, client):
        assert client.get("/api/brands").json() == []
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=_PATIENCE_SECONDS)
    assert process.returncode == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{client.base_url}/api/health")


def test_forwarded_addresses_are_not_believed(environment: dict[str, str]) -> None:
    with serving({**environment, "BRANDBRAIN_API_TOKENS": "secret"}) as (_, client):
        assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com"])  # noqa: S104
def test_api_without_tokens_is_not_served_to_other_machines(environment: dict[str, str], host: str) -> None:
    refused = run(environment, "api", "--host", host)
    assert refused.exit_code == 2
    assert refused.stderr == (
        f"Error: There is no token yet, so the API will not listen on {host} for everybody: "
        "make one with 'brandbrain token create', or say --insecure.\n"
    )


def test_list_of_no_tokens_is_no_token(environment: dict[str, str]) -> None:
    refused = run({**environment, "BRANDBRAIN_API_TOKENS": " , "}, "api", "--host", "192.0.2.1")
    assert refused.exit_code == 2


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_this_machine_alone_is_served_without_tokens(host: str) -> None:
    assert is_loopback(host)


def test_created_token_opens_the_api_and_is_kept_as_a_hash_only(environment: dict[str, str], ledger: Ledger) -> None:
    created = run(environment, "token", "create")
    token = created.stdout.strip()
    assert re.fullmatch(r"brandbrain_[\w-]{43}", token)
    with ledger.read() as conn:
        kept = conn.execute(api_token.select()).mappings().one()
    assert token not in str(dict(kept))
    with serving(environment) as (_, client):
        assert client.get("/api/brands").status_code == 401
        assert client.get("/api/brands", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_token_is_listed_without_its_secret_and_revoked(environment: dict[str, str], ledger: Ledger) -> None:
    with ledger.begin() as conn:
        brand = add_brand(conn)
    options = ("--tenant", str(brand.tenant_id), "--brand", brand.slug, "--read-only", "--json")
    created = json.loads(run(environment, "token", "create", *options).stdout)
    secret = created.pop("token")
    assert (created["brand_id"], created["is_read_only"]) == (str(brand.id), True)
    listed = run(environment, "token", "list", "--json")
    assert json.loads(listed.stdout) == [created]
    assert secret not in listed.stdout
    assert created["id"] in run(environment, "token", "list").stdout
    assert run(environment, "token", "revoke", created["id"]).exit_code == 0
    assert json.loads(run(environment, "token", "list", "--json").stdout) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("create", "--brand", "nobody"),
        ("create", "--tenant", "not-an-id"),
        ("revoke", "00000000-0000-0000-0000-000000000000"),
    ],
)
def test_token_command_names_what_is_wrong(environment: dict[str, str], arguments: tuple[str, ...]) -> None:
    answered = run(environment, "token", *arguments)
    assert answered.exit_code == 2
    assert arguments[-1] in answered.stderr
