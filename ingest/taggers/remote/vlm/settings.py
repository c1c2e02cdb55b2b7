"""Settings of an operator for models elsewhere, and where the key is. Light to import."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

KEY_VARIABLE: Final = "REELMATCH_VLM_KEY"
"""Variable that may hold the key; servers of one's own mostly need none."""

NETWORKS_VARIABLE: Final = "REELMATCH_VLM_ALLOWED_NETWORKS"

LISTED: Final = "list"
FREE: Final = "free"


@dataclass(frozen=True, slots=True)
class VlmSettings:
    """Settings of an operator for models elsewhere.

    Attributes:
        words: what they may say: ``list`` (every known word), ``free``, or the path of a list.
        allowed_networks: that may be asked though they are not public, as ``AllowedNetwork.parse``
            reads them.
        concurrency: frames that are asked about at a time.
        attempts: number of attempts before a request is given up.
        attempt_seconds: how long one answer may take; a server may have to load the model first.
        frame_seconds: seconds that all attempts at one frame may take.
    """

    words: str = LISTED
    allowed_networks: tuple[str, ...] = ()
    concurrency: int = 4
    attempts: int = 6
    attempt_seconds: float = 300.0
    frame_seconds: float = 900.0


def key_in(environment: Mapping[str, str]) -> str:
    """Return the key, empty when none is set."""
    return environment.get(KEY_VARIABLE, "").strip()
