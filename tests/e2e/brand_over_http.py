"""One brand, as a frontend knows it."""

from typing import Any

import httpx

from tests.everything_up import wait_for
from tests.workplace import ANSWERS


class Brand:
    """Created through the API, and used through it alone."""

    def __init__(self, api: httpx.Client) -> None:
        self.api = api
        self.id = api.post("/brands", json={"name": "Nova"}).raise_for_status().json()["id"]

    def answer(self, **answers: str) -> None:
        body = {"tier": 0, "answers_json": {**ANSWERS, **answers}}
        self.api.put(f"/brands/{self.id}/onboarding", json=body).raise_for_status()

    def add_source(self) -> str:
        body = {"platform": "instagram", "capability": "posts", "identifier": "nova"}
        source = self.api.post(f"/brands/{self.id}/sources", json=body).raise_for_status().json()
        return str(source["id"])

    def compile(self, **body: Any) -> dict[str, Any]:
        started = self.api.post(f"/brands/{self.id}/brandbrain/compile", json=body).raise_for_status().json()
        return dict(started)

    def compile_status(self, started: dict[str, Any]) -> dict[str, Any]:
        path = str(started["poll_url"]).removeprefix("/api")
        return dict(self.api.get(path).raise_for_status().json())

    def wait_until_over(self, started: dict[str, Any]) -> dict[str, Any]:
        over = wait_for(lambda: self._status_if_over(started))
        return dict(over)

    def _status_if_over(self, started: dict[str, Any]) -> dict[str, Any] | None:
        status = self.compile_status(started)
        return status if status["status"] in {"SUCCEEDED", "FAILED"} else None

    def latest(self) -> dict[str, Any]:
        response = self.api.get(f"/brands/{self.id}/brandbrain/latest")
        return dict(response.json()) if response.status_code == 200 else {"version": 0}

    def wait_for_version(self, version: int) -> dict[str, Any]:
        return dict(wait_for(lambda: latest if (latest := self.latest())["version"] >= version else None))

    def today(self) -> dict[str, Any]:
        return dict(self.api.get(f"/brands/{self.id}/today").raise_for_status().json())

    def wait_for_board(self, *, other_than: str | None = None) -> dict[str, Any]:
        """Waits until a board is there and no newer one is being made."""

        def look() -> dict[str, Any] | None:
            today = self.today()
            is_there = today["meta"]["state"] not in {"not_generated_yet", "generating"}
            return today if is_there and today["meta"]["board_id"] != other_than else None

        return dict(wait_for(look))
