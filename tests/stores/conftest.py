"""A lake in a folder and the same in an object store, for the tests that hold for both."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from moto.server import ThreadedMotoServer

from brandbrain_dagster.stores.lake.lake import Lake


@pytest.fixture(scope="session")
def object_store_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(object_store_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a bucket of this test alone."""
    for name, value in {
        "AWS_ENDPOINT_URL": object_store_url,
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    name = f"lake-{uuid4().hex}"
    httpx.put(f"{object_store_url}/{name}").raise_for_status()
    return f"s3://{name}"


@pytest.fixture(params=["folder", "object store"])
def lake(request: pytest.FixtureRequest, tmp_path: Path) -> Lake:
    if request.param == "folder":
        return Lake(str(tmp_path / "lake"))
    return Lake(f"{request.getfixturevalue('bucket')}/some/prefix")
