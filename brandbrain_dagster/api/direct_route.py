"""Routes of the hot paths: FastAPI describes them, and the request goes straight to the function."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute


class DirectRoute(APIRoute):
    """A route whose endpoint takes the request and returns the response, without FastAPI's reading of parameters.

    What the endpoint reads from the request is said in ``openapi_extra``, what it answers in ``responses``.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Returns the endpoint itself."""
        endpoint: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return endpoint
