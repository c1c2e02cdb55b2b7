"""Headers of answers, for the documentation."""

from typing import Any


def with_header(name: str, description: str) -> dict[str, Any]:
    """Return the documentation of an answer that comes with a header, a text."""
    return {"headers": {name: {"description": description, "schema": {"type": "string"}}}}
