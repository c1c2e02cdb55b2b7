"""Readers of settings: from text, as variables have it, to the value of each."""

from collections.abc import Callable, Mapping
from ipaddress import ip_network
from math import inf
from pathlib import Path
from typing import Final, Literal, get_args, get_origin
from urllib.parse import urlsplit

from msgspec import convert
from msgspec.structs import FieldInfo

from engine.domain.assessments.sensitivity import read_rules
from engine.domain.matching.co_watching import MAX_MIX
from engine.domain.matching.index_config import read_sources
from engine.errors import InvalidInput
from ingest.sources.guard import AllowedNetwork


def read_setting(text: str, setting: FieldInfo) -> object:
    """Return the value of a setting that is written as text.

    Raises:
        InvalidInput: it cannot be read.
        ValidationError: its type is another, or it is outside its bounds.
    """
    if setting.name in _READERS:
        return _READERS[setting.name](text)
    if get_origin(setting.type) is Literal and text not in (choices := get_args(setting.type)):
        raise InvalidInput(f"it is one of {', '.join(choices)}")
    return Path(text) if setting.type is Path else convert(text, setting.type, strict=False)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _read_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_address = bool(parts.hostname) and parts.scheme in ("http", "https")
        parts.port  # noqa: B018 - whether it is a number
    except ValueError:
        is_address = False
    if not is_address:
        raise InvalidInput("it is no address, as https://example.com")
    return text


def _read_executor(text: str) -> str:
    from engine.executors import check_executor

    return check_executor(text)


def _read_index(text: str) -> str:
    from engine.indexes import check_index

    return check_index(text)


def _read_store(text: str) -> str:
    from engine.object_stores import check_object_store

    return check_object_store(text) if text else ""


def _read_networks(text: str) -> tuple[str, ...]:
    for network in _parts(text):
        AllowedNetwork.parse(network)
    return _parts(text)


def _read_proxies(text: str) -> tuple[str, ...]:
    for proxy in _parts(text):
        try:
            ip_network(proxy)
        except ValueError:
            raise InvalidInput(
                f"{proxy!r} is no address or network, as 127.0.0.1 or 10.1.0.0/16"
            ) from None
    return _parts(text)


def _read_origins(text: str) -> tuple[str, ...]:
    origins = tuple(part.strip() for part in text.split(",") if part.strip())
    for origin in origins:
        scheme, _, host = origin.partition("://")
        if scheme not in ("http", "https") or not host or set("/?#@ ") & set(host):
            raise InvalidInput(f"{origin!r} is no origin, as https://app.example")
    return origins


def _read_mix(text: str) -> float | None:
    if text == "learned":
        return None
    try:
        mix = float(text)
    except ValueError:
        mix = -1.0
    if not 0.0 <= mix < inf:
        raise InvalidInput(f"it is learned, or 0.0 to {MAX_MIX:g}")
    # Earlier versions had a weight there, beside 1 for the tags.
    return min(mix, MAX_MIX)


_READERS: Final[Mapping[str, Callable[[str], object]]] = {
    "clarifai_url": _read_address,
    "executor": _read_executor,
    "media": _read_store,
    "index": _read_index,
    "models_hub": _read_address,
    "public_url": _read_address,
    "publish_to": _read_store,
    "replica_of": _read_store,
    "cors_origins": _read_origins,
    "sensitive": read_rules,
    "sources": read_sources,
    "trusted_proxies": _read_proxies,
    "viewer_co_likes": _read_mix,
    "vlm_allowed_networks": _read_networks,
    "web_allowed_networks": _read_networks,
}
"""Readers of the settings that are more than one word or number."""
