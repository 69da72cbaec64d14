"""How the API writes times."""

from datetime import datetime
from typing import Annotated

from pydantic import PlainSerializer, WithJsonSchema

Time = Annotated[
    datetime,
    PlainSerializer(datetime.isoformat, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A time in UTC, written with ``+00:00`` as everywhere in the API."""
