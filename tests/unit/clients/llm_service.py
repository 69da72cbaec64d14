"""A made-up service with OpenAI's chat API, really served, that answers what a test has it answer."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.fake_apify import served

Reply = Callable[[], Response]
KEY = "sk-secret-0123456789abcdef"


@dataclass
class ChatService:
    """The replies, the last one again and again, and what was asked."""

    replies: list[Reply]
    hang_seconds: float = 0.0
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        self.keys.append(request.headers.get("authorization", ""))
        self.asked.append(await request.json())
        await anyio.sleep(self.hang_seconds)
        return self.replies[min(len(self.asked), len(self.replies)) - 1]()

    @contextmanager
    def running(self) -> Iterator[str]:
        """Yields the base URL."""
        with served(Starlette(routes=[Route("/v1/chat/completions", self.answer, methods=["POST"])])) as url:
            yield f"{url}/v1"


def calls(output: Any, *, model: str = "gpt-5", tokens: tuple[int, int] | None = (1000, 200), **choice: Any) -> Reply:
    """A reply that gives an output as the asked tool call; a text is taken as raw arguments."""
    arguments = output if isinstance(output, str) else json.dumps(output)
    call = {"id": "call-1", "type": "function", "function": {"name": "final_result", "arguments": arguments}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    return completion({"finish_reason": "tool_calls", "message": message, **choice}, model=model, tokens=tokens)


def says(content: str | None, **choice: Any) -> Reply:
    """A reply in plain text."""
    refusal = choice.pop("refusal", None)
    message = {"role": "assistant", "content": content, "refusal": refusal}
    return completion({"finish_reason": "stop", "message": message, **choice})


def completion(choice: dict[str, Any], *, model: str = "gpt-5", tokens: tuple[int, int] | None = (1000, 200)) -> Reply:
    body: dict[str, Any] = {
        "id": "chat-1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, **choice}],
    }
    if tokens is not None:
        body["usage"] = {
            "prompt_tokens": tokens[0],
            "completion_tokens": tokens[1],
            "total_tokens": sum(tokens),
        }
    return lambda: JSONResponse(body)


def refuses(status: int, message: str = f"Incorrect API key provided: {KEY}") -> Reply:
    """An error; the client need not wait long before it tries again."""
    return lambda: JSONResponse(
        {"error": {"message": message, "type": "error", "code": None}}, status, {"retry-after-ms": "1"}
    )
