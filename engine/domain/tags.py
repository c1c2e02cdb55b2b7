"""Tags: a name, and the source that gives it."""

from collections.abc import Mapping
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

VISUAL: Final = "visual"
"""The source of what is seen on the picture, and of results that are imported."""

AUDIO: Final = "audio"
"""The source of what is heard."""

TEXT: Final = "text"
"""The source of what is written on the picture."""

SPEECH: Final = "speech"
"""The source of what is spoken."""

METADATA: Final = "metadata"
"""The source of what titles, descriptions and publishers' words say."""

SOURCES: Final = (VISUAL, AUDIO, TEXT, SPEECH, METADATA, "people")
"""The sources of tags: pictures, sound, words on the picture, spoken words, titles, people."""

VERBS: Final[Mapping[str, str]] = {
    VISUAL: "seen",
    AUDIO: "heard",
    TEXT: "read",
    "speech": "spoken",
    "metadata": "told",
    "people": "named by people",
}
"""Participles by which sentences say that a tag of a source was observed."""

TagsBySource = Mapping[str, NDArray[np.int64]]
"""Source -> the numbers of its tags, rising."""


class Tag(NamedTuple):
    """A name as one source gives it: a dog that is heard is another tag than one that is seen.

    Attributes:
        source: one of ``SOURCES``.
        name: in lower case, NFC.
    """

    source: str
    name: str

    @classmethod
    def parse(cls, label: str) -> Self:
        """Return the tag of a label: ``dog`` is seen, ``audio:dog`` is heard."""
        if ":" not in label:  # as nearly all
            return cls(VISUAL, label)
        source, _, name = label.partition(":")
        name = name.strip()
        return cls(source, name) if name and source in SOURCES else cls(VISUAL, label)

    @property
    def label(self) -> str:
        """The tag as one word: the name alone where it is seen, else ``source:name``."""
        # A seen tag may be called like one of another source.
        bare = self.source == VISUAL and Tag.parse(self.name) == self
        return self.name if bare else f"{self.source}:{self.name}"


def explicit_tag(word: str) -> Tag | None:
    """Return the tag that a word of a person names with its source, in whatever case, or None."""
    source, colon, name = word.partition(":")
    tag = Tag.parse(f"{source.strip().lower()}:{name}") if colon else None
    return tag if tag is not None and tag.source == source.strip().lower() else None


def is_source(name: str) -> bool:
    """Tell whether tags may have a source of this name."""
    return name in SOURCES


def source_of(label: str) -> str:
    """Return the source of a label."""
    return Tag.parse(label).source if ":" in label else VISUAL
