"""Thumbnails of videos, read without keeping from others what little there is to read with."""

from dataclasses import dataclass
from enum import StrEnum

from anyio.to_thread import run_sync

from api.http.middleware.problems import Code, Refused
from api.http.read_routes import read_in_thread
from api.media import open_media
from api.settings import Settings
from engine.errors import CorruptData
from engine.ports.catalog import Catalog
from engine.services.thumbnails import fetch_thumbnail


class Picture(StrEnum):
    """Kinds of thumbnails of a video."""

    POSTER = "poster"
    STRIP = "strip"


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A picture of a video.

    Attributes:
        content: WebP.
        strip_seconds: seconds that the pictures of the strip show.
    """

    content: bytes
    strip_seconds: tuple[int, ...]


async def read_thumbnail(
    catalog: Catalog, settings: Settings, video: str, picture: Picture
) -> Thumbnail | None:
    """Return a thumbnail, None when there is none.

    Raises:
        StoreUnusable: when it is in a store that cannot be asked.
        Refused: when it is damaged there, or gone.
    """
    pictures = await read_in_thread(catalog.thumbnails.get, video)
    if pictures is None:
        return None
    one = pictures.poster if picture is Picture.POSTER else pictures.strip
    if isinstance(one, bytes):
        return Thumbnail(one, pictures.strip_seconds)
    # A store may take seconds: the few threads that read are not for that.
    try:
        content = await run_sync(lambda: fetch_thumbnail(one, open_media(settings)))
    except CorruptData as error:
        raise Refused(Code.NOT_FOUND, str(error)) from error
    return Thumbnail(content, pictures.strip_seconds)
