"""Address of the server and model that are asked, and the check whether they may be."""

import ipaddress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from engine.domain.text import UnusableText, refuse_characters
from engine.errors import InvalidInput
from ingest.sources import posting
from ingest.sources.addresses import escaped
from ingest.sources.guard import AllowedNetwork, Forbidden, Guard
from ingest.taggers.remote.vlm.settings import KEY_VARIABLE, NETWORKS_VARIABLE, VlmSettings

_USUAL_PATH: Final = "/v1"
_ROUTE: Final = "/chat/completions"
_MAX_MODEL_CHARACTERS: Final = 200
_EXAMPLE: Final = "vlm:http://127.0.0.1:11434#qwen2.5vl"


@dataclass(frozen=True, slots=True)
class Model:
    """A model on a server.

    Attributes:
        base_url: what the routes are below, without a slash at its end.
        name: as the server calls it.
    """

    base_url: str
    name: str

    @classmethod
    def parse(cls, argument: str) -> "Model":
        """Read ``URL#MODEL``; a URL without a path gets ``/v1``.

        Raises:
            InvalidInput: it is none; never shows a password.
        """
        url, _, name = (part.strip() for part in argument.partition("#"))
        if not url or not name:
            raise InvalidInput(
                "the tagger 'vlm' needs the address of a server and, after '#', the name of a"
                f" model: {_EXAMPLE}"
            )
        try:
            refuse_characters(name)
        except UnusableText as error:
            raise InvalidInput(f"the name of the model {error}") from error
        if len(name) > _MAX_MODEL_CHARACTERS:
            raise InvalidInput(
                f"the name of the model has {len(name)} characters:"
                f" at most {_MAX_MODEL_CHARACTERS} are taken"
            )
        parts = urlsplit(escaped(url))
        if parts.query:
            raise InvalidInput(
                f"the address of the model's server: leave out what comes after '?'; a key is set"
                f" as {KEY_VARIABLE}"
            )
        path = parts.path.rstrip("/").removesuffix(_ROUTE) or _USUAL_PATH
        return cls(urlunsplit((parts.scheme, parts.netloc, path, "", "")), name)

    def __str__(self) -> str:
        return f"{self.base_url}#{self.name}"

    @property
    def host(self) -> str:
        """The server, with its port if that is not the usual one."""
        return urlsplit(self.base_url).netloc

    @property
    def route(self) -> str:
        """The address that questions are posted to."""
        return self.base_url + _ROUTE


class ModelGuard(Guard):
    """Lets a server be asked that is public and has https, or that is in an allowed network."""

    def __init__(self, model: Model, settings: VlmSettings) -> None:
        super().__init__(map(AllowedNetwork.parse, settings.allowed_networks))
        self._is_secret = urlsplit(model.base_url).scheme == "https"

    def allow(self, host: str, port: int) -> None:
        """Pass only if a host may be asked, as far as its name tells.

        Raises:
            InvalidInput: it may not; says what to set.
        """
        literal = "127.0.0.1" if host == "localhost" else host
        if posting.is_literal(literal):
            try:
                self.check(literal, port)
            except Forbidden as refused:
                raise InvalidInput(str(refused)) from None

    def check(self, host: str, port: int) -> None:
        """Pass only if this address may be connected to.

        Raises:
            Forbidden: it may not; says what to set.
        """
        try:
            super().check(host, port)
        except Forbidden as refused:
            address = _address(host)
            if address is None:
                raise
            shown = f"[{address}]" if address.version == 6 else str(address)
            raise Forbidden(
                f"{refused}: if the model's server is yours, set {NETWORKS_VARIABLE}={shown}:{port}"
            ) from None
        if not self._is_secret and not self._is_listed(host, port):
            raise Forbidden(
                f"http:// would show pictures and key to everybody on the way to {host}: use"
                f" https://, or set {NETWORKS_VARIABLE} if the network is yours"
            )

    def _is_listed(self, host: str, port: int) -> bool:
        address = _address(host)
        return address is not None and any(one.holds(address, port) for one in self.allowed)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """Return the address that is connected to for a literal one, None for what is none."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
