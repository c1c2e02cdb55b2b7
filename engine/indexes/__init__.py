"""Indexes: videos by their tags, searched. A folder an engine.

Which one answers is said by a URL: ``local:``, in each process that asks, of the generations in the
home; ``milvus://host:19530``, in a server. Generations are built in the home for both.
"""

from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from engine.errors import InvalidInput, MissingPart

if TYPE_CHECKING:
    from engine.indexes.milvus.index import MilvusIndex

LOCAL: Final = "local:"
"""The URL of the index that needs no server."""


def open_index(url: str) -> "MilvusIndex | None":
    """Return the index that a server has, which is asked when it is needed; None for ``local:``.

    Args:
        url: ``local:``, ``milvus://host:port``, or ``milvus+tls://host:port``, and after a slash
            what its collections are called.

    Raises:
        InvalidInput: when it is no such URL.
        MissingPart: when what speaks to the server is not installed.
    """
    if url == LOCAL:
        return None
    if not url.startswith("milvus"):
        raise InvalidInput(f"{url[:200]!r} is no index: it is local: or milvus://host:19530")
    from engine.indexes.milvus.address import MilvusAddress

    address = MilvusAddress.parse(url)
    if find_spec("pymilvus") is None:
        raise MissingPart(f"the index {address.name}", "pip install 'reelmatch[milvus]'")
    from engine.indexes.milvus.connection import MilvusConnection
    from engine.indexes.milvus.index import MilvusIndex

    return MilvusIndex(MilvusConnection(address))


def check_index(url: str) -> str:
    """Return the URL of an index when it can be one.

    Raises:
        InvalidInput: otherwise.
        MissingPart: when what speaks to its server is not installed.
    """
    open_index(url)
    return url
