"""Thumbnails of videos in the store of media."""

from typing import Final

from engine.domain.media import is_whole_thumbnail
from engine.errors import CorruptData, StoreUnusable
from engine.ports.object_store import ObjectStore

_MAX_BYTES: Final = 4 << 20


def fetch_thumbnail(name: str, store: ObjectStore | None) -> bytes:
    """Return a picture that a catalog names.

    Args:
        name: of its object, as of ``StoredPictures``.
        store: of media; None where the settings name none.

    Raises:
        StoreUnusable: when it is in a store that cannot be asked.
        CorruptData: when it is damaged there, or gone.
    """
    if store is None:
        raise StoreUnusable(
            "this picture is kept in a store that is not known here: set REELMATCH_MEDIA as on the"
            " other hosts of this catalog"
        )
    content = store.read(name, max_bytes=_MAX_BYTES)
    if content is None or not is_whole_thumbnail(name, content):
        state = "gone" if content is None else "damaged"
        raise CorruptData(
            f"the picture {store.url}/{name} is {state}: look at its video again to have a new"
            " one made"
        )
    return content
