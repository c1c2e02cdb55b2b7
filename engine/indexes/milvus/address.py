"""Addresses of Milvus: ``milvus://host:19530``, and what collections there are called."""

import os
import re
from dataclasses import dataclass
from typing import Final, Self

from engine.errors import InvalidInput

TOKEN_VARIABLE: Final = "REELMATCH_MILVUS_TOKEN"  # noqa: S105 - the name of one
"""Variable of the environment that holds ``user:password`` or a key; no address does."""

_ADDRESS: Final = re.compile(
    r"milvus(?P<tls>\+tls)?://(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]):(?P<port>[0-9]{1,5})"
    r"(?:/(?P<prefix>[A-Za-z][A-Za-z0-9_]{0,63})?)?"
)
_PREFIX: Final = "reelmatch"


@dataclass(frozen=True, slots=True)
class MilvusAddress:
    """Address of a server of Milvus.

    Attributes:
        host: a name or an address.
        port: of gRPC.
        prefix: of the names of all collections of one index.
        is_secure: whether it is spoken to over TLS.
    """

    host: str
    port: int
    prefix: str = _PREFIX
    is_secure: bool = False

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read an address.

        Raises:
            InvalidInput: it is none, or it has a password, which is not repeated.
        """
        if "@" in url:
            raise InvalidInput(
                f"an address of Milvus has no password: put user:password, or a key, into"
                f" {TOKEN_VARIABLE}"
            )
        match = _ADDRESS.fullmatch(url)
        if match is None or not 1 <= int(match["port"]) <= 65535:
            raise InvalidInput(
                f"{url[:200]!r} is no index: it is local:, milvus://host:19530 or, over TLS,"
                " milvus+tls://host:19530; /name may follow, of letters, digits and _"
            )
        return cls(
            match["host"], int(match["port"]), match["prefix"] or _PREFIX, bool(match["tls"])
        )

    @property
    def name(self) -> str:
        """Name of it in messages."""
        scheme = "milvus+tls" if self.is_secure else "milvus"
        return f"{scheme}://{self.host}:{self.port}/{self.prefix}"

    @property
    def uri(self) -> str:
        """The address as its client takes it."""
        return f"{'https' if self.is_secure else 'http'}://{self.host}:{self.port}"

    @property
    def live(self) -> str:
        """The alias of the collection that is live."""
        return f"{self.prefix}_live"

    @property
    def records(self) -> str:
        """The collection of what is known of each generation."""
        return f"{self.prefix}_records"

    def collection(self, generation: str) -> str:
        """Return the name of a generation's collection."""
        return f"{self.prefix}_g_{generation}"

    def generation(self, collection: str) -> str | None:
        """Return the generation of a collection, None for one that is something else."""
        # Another index may be called as this one and more.
        match = re.fullmatch(rf"{self.prefix}_g_([0-9a-f]+)", collection)
        return match[1] if match else None


def stored_token() -> str:
    """Return what the server is to know us by; empty for one that asks nobody."""
    return os.environ.get(TOKEN_VARIABLE, "")
