"""Stores of objects by URL: a folder that machines share, or a bucket of a service."""

import re
from importlib.util import find_spec
from typing import Final

from engine.errors import InvalidInput, MissingPart
from engine.ports.object_store import ObjectStore

_URL: Final = re.compile(r"([a-z][a-z0-9+.-]*)://(.+)")
_KINDS: Final = {"file": "fsspec", "s3": "s3fs", "gs": "gcsfs"}
_INSTALL: Final = {
    "fsspec": "pip install 'reelmatch[store]'",
    "s3fs": "pip install 'reelmatch[s3]'",
    "gcsfs": "pip install gcsfs",
}


def open_object_store(url: str) -> ObjectStore:
    """Open a store; it is asked for the first time when something is read or written.

    Args:
        url: ``/folder``, ``file:///folder``, ``s3://bucket/prefix`` or ``gs://bucket/prefix``. Keys
            to a bucket are found where its client looks for them.

    Raises:
        InvalidInput: when it is no such URL.
        MissingPart: when what speaks to such a store is not installed.
    """
    checked = check_object_store(url)
    from engine.object_stores.filesystem import FilesystemStore

    return FilesystemStore(checked)


def check_object_store(url: str) -> str:
    """Return the URL of a store when it can be one; a folder gets ``file://`` before it.

    Raises:
        InvalidInput: otherwise.
        MissingPart: when what speaks to such a store is not installed.
    """
    if url.startswith("/"):
        url = f"file://{url}"
    match = _URL.fullmatch(url)
    *kinds, last = (f"{kind}://" for kind in _KINDS)
    if match is None or match[1] not in _KINDS:
        raise InvalidInput(
            f"{url[:200]!r} is no store: it is a folder from the root, or begins with"
            f" {', '.join(kinds)} or {last}"
        )
    if "@" in match[2] or "?" in match[2]:
        raise InvalidInput(
            "the address of a store holds no key: put it where the client of the store looks for it"
        )
    if match[1] == "file" and not match[2].startswith("/"):
        raise InvalidInput(f"{url[:200]!r} names no folder from the root, as file:///mnt/shared")
    needed = _KINDS[match[1]]
    if find_spec(needed) is None:
        raise MissingPart(f"a store {match[1]}://", _INSTALL[needed])
    return url
