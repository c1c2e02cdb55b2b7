"""Records of the publications in a store of objects.

``PUBLISHED`` names the catalog and the manifests of the last publications, each by the SHA-256 of
its bytes; a manifest names the parts by theirs, and ``parts/`` holds each under that name. So a
part that did not change is there already, and whoever reads can check every byte.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any, Final, Self

from engine.batch.backup.manifests import MAX_MANIFEST_BYTES, Manifest
from engine.errors import InvalidInput, StoreUnusable
from engine.ports.object_store import ObjectStore

PUBLISHED: Final = "PUBLISHED"
PARTS: Final = "parts"
MANIFESTS: Final = "manifests"
KEPT: Final = 3
"""Publications that are stored: the newest, and those that somebody may still be fetching."""

_FORMAT: Final = 1
_MAX_BYTES: Final = 4096
_MAX_CATALOG: Final = 100
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Publications:
    """The last publications of a catalog.

    Attributes:
        catalog: its identity.
        revision: of the catalog, that the newest one's generation was built at.
        manifests: SHA-256 of the manifest of each, the newest first; one at least.
    """

    catalog: str
    revision: int
    manifests: tuple[str, ...]

    @property
    def newest(self) -> str:
        """SHA-256 of the newest one's manifest."""
        return self.manifests[0]

    def with_newest(self, manifest: str, revision: int) -> Self:
        """Return these with another one before them, without those that are stored no longer."""
        others = tuple(one for one in self.manifests if one != manifest)
        return type(self)(self.catalog, revision, (manifest, *others)[:KEPT])

    def to_json(self) -> bytes:
        """Return them as they are written."""
        payload = {
            "format": _FORMAT,
            "catalog": self.catalog,
            "revision": self.revision,
            "manifests": self.manifests,
        }
        return json.dumps(payload).encode()


def read_publications(store: ObjectStore) -> Publications | None:
    """Return what is published in a store, None before the first publication.

    Raises:
        StoreUnusable: when it cannot be asked, or holds something else.
    """
    content = store.read(PUBLISHED, max_bytes=_MAX_BYTES)
    if content is None:
        return None
    try:
        payload = json.loads(content)
    except (ValueError, RecursionError):
        payload = None
    if not isinstance(payload, dict) or type(payload.get("format")) is not int:
        raise _not_ours(store)
    if payload["format"] > _FORMAT:
        raise StoreUnusable(
            f"{store.url} was written by a newer reelmatch: upgrade this one",
            hint="'pip install --upgrade reelmatch'",
        )
    catalog, manifests = payload.get("catalog"), payload.get("manifests")
    revision = payload.get("revision")
    if not isinstance(catalog, str) or len(catalog) > _MAX_CATALOG:
        raise _not_ours(store)
    if not isinstance(revision, int) or isinstance(revision, bool):
        raise _not_ours(store)
    if not isinstance(manifests, list) or not _are_digests(manifests):
        raise _not_ours(store)
    return Publications(catalog, revision, tuple(manifests))


def read_manifest(store: ObjectStore, sha256: str) -> Manifest:
    """Return the manifest of a publication.

    Raises:
        StoreUnusable: when it is not there any more, or not what was written.
    """
    name = manifest_name(sha256)
    content = store.read(name, max_bytes=MAX_MANIFEST_BYTES)
    if content is None or hashlib.sha256(content).hexdigest() != sha256:
        what = "is not there" if content is None else "is not what was written"
        raise StoreUnusable(f"{store.url}/{name} {what}: publish again")
    try:
        return Manifest.read(content, f"{store.url}/{name}")
    except InvalidInput as error:
        raise StoreUnusable(str(error), hint=error.hint) from error


def manifest_name(sha256: str) -> str:
    """Return the name of a manifest in a store."""
    return f"{MANIFESTS}/{sha256}.json"


def part_name(sha256: str) -> str:
    """Return the name of a part in a store."""
    return f"{PARTS}/{sha256}"


def _are_digests(manifests: list[Any]) -> bool:
    return 1 <= len(manifests) <= KEPT and all(
        isinstance(one, str) and _SHA256.fullmatch(one) for one in manifests
    )


def _not_ours(store: ObjectStore) -> StoreUnusable:
    return StoreUnusable(
        f"{store.url}/{PUBLISHED} is nothing that reelmatch wrote, or damaged: name a folder of its"
        " own, or remove that object and publish again"
    )
