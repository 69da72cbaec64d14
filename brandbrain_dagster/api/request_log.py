"""The API's log: a line of JSON on stderr for each request and each failure. It holds no token, body or query."""

import sys
from typing import Any, BinaryIO

import msgspec
import structlog
from structlog.typing import EventDict, FilteringBoundLogger

_NAMED = (
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
)

SERVER_LOG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _NAMED,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
    "loggers": {"uvicorn": {"handlers": ["stderr"], "level": "WARNING", "propagate": False}},
}
"""The configuration of the server's own log, for `logging.config`: lines of the same form."""


def request_log(stream: BinaryIO | None = None) -> FilteringBoundLogger:
    """Returns the log, written to stderr unless another stream is given."""
    lazy = structlog.wrap_logger(
        structlog.BytesLogger(stream if stream is not None else sys.stderr.buffer),
        processors=[*_NAMED, _as_line],
        wrapper_class=structlog.make_filtering_bound_logger("info"),
    )
    log: FilteringBoundLogger = lazy.bind()  # what comes before is put together again for every line
    return log


def _as_line(_logger: Any, _level: str, event: EventDict) -> bytes:
    return msgspec.json.encode(event)
