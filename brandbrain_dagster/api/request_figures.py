"""What the API counts of its requests, for Prometheus. Each process of the API has its own figures."""

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest

_BUCKETS_SECONDS = (0.0025, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 10.0)
"""The promised p95 of the API's calls (10, 15, 20, 30 ms) are bounds, so that it shows whether they are kept."""


class RequestFigures:
    """Counts and times requests by method, route and status."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "brandbrain_http_requests",
            "Requests answered.",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "brandbrain_http_request_seconds",
            "Time from the request's first byte to the answer's last.",
            ["method", "route"],
            buckets=_BUCKETS_SECONDS,
            registry=self._registry,
        )

    def count(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Counts one request; ``route`` is the template, so that there are few of them."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def exposition(self) -> bytes:
        """Returns all figures in Prometheus's text format."""
        return generate_latest(self._registry)
