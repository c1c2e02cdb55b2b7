"""Names of what is kept in a store of media: thumbnails, and files that people sent.

None holds a word of a person: they are digests and random digits.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Final, Self

SOURCE_PREFIX: Final = "media:"
"""Beginning of the source of a video whose file is in the store."""

_THUMBNAILS: Final = "thumbnails"
_UPLOADS: Final = "uploads"
_TOKEN_BYTES: Final = 8
_SOURCE: Final = re.compile(SOURCE_PREFIX + r"([0-9a-f]{16})-([0-9a-f]{16})/([^/]+)")
_THUMBNAIL: Final = re.compile(_THUMBNAILS + r"/[0-9a-f]{2}/([0-9a-f]{64})-[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class StoredUpload:
    """A file that was sent, in the store.

    Attributes:
        video: id of the video: 16 hex digits of the digest of its content.
        token: 16 hex digits that tell it from other files of the same content.
        name: what it is called, for people.
    """

    video: str
    token: str
    name: str

    @classmethod
    def new(cls, video: str, name: str) -> Self:
        """Return one that nothing else is called like."""
        return cls(video, secrets.token_hex(_TOKEN_BYTES), name)

    @classmethod
    def parse(cls, source: str) -> Self | None:
        """Return the one that a source names, None when it is another kind of source."""
        match = _SOURCE.fullmatch(source)
        return cls(*match.groups()) if match else None

    @property
    def source(self) -> str:
        """Source of its video: ``media:ID-TOKEN/NAME``."""
        return f"{SOURCE_PREFIX}{self.video}-{self.token}/{self.name}"

    @property
    def object(self) -> str:
        """Name in the store."""
        return f"{_UPLOADS}/{self.video}-{self.token}"


def new_thumbnail_name(content: bytes) -> str:
    """Return a name that no other picture has and that tells whether the content is whole."""
    digest = hashlib.sha256(content).hexdigest()
    return f"{_THUMBNAILS}/{digest[:2]}/{digest}-{secrets.token_hex(_TOKEN_BYTES)}"


def is_whole_thumbnail(name: str, content: bytes) -> bool:
    """Tell whether a picture is the one that was given this name."""
    match = _THUMBNAIL.fullmatch(name)
    return match is not None and hashlib.sha256(content).hexdigest() == match[1]
