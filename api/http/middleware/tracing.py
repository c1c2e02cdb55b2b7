"""OpenTelemetry: FastAPI sends what it measures wherever the standard variables say.

Needs ``pip install 'reelmatch[otel]'`` and ``OTEL_EXPORTER_OTLP_ENDPOINT``; without the variable
nothing is imported and nothing sent.
"""

import importlib.util
from collections.abc import Mapping
from typing import Final

from engine.errors import MissingPart

_ENDPOINT: Final = "OTEL_EXPORTER_OTLP"
_EXPORTER: Final = "opentelemetry.exporter.otlp.proto.http"


def is_traced(environment: Mapping[str, str]) -> bool:
    """Tell whether the environment says where traces go.

    Raises:
        MissingPart: it does, and what sends them is not installed.
    """
    if not any(
        name.startswith(_ENDPOINT) and name.endswith("ENDPOINT") and value
        for name, value in environment.items()
    ):
        return False
    try:
        spec = importlib.util.find_spec(_EXPORTER)
    except ModuleNotFoundError:
        spec = None
    if spec is None:
        raise MissingPart(f"{_ENDPOINT}_ENDPOINT", "pip install 'reelmatch[otel]'")
    return True
