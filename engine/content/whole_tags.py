"""Tags of a video as a whole, with the words of its title and description that say them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.domain.lines import Line
from engine.domain.tags import Tag
from engine.domain.tracks import FULL_SCALE, Track
from engine.words.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class WholeTag:
    """A tag that is on no second of a video, but of all of it.

    Attributes:
        tag: with its source.
        confidence: 0.0 to 1.0.
        words: that say it, as they are written, each once; empty where nobody kept them.
        fields: where these stand: ``title``, ``description`` ...
    """

    tag: Tag
    confidence: float
    words: tuple[str, ...]
    fields: tuple[str, ...]


def whole_tags(
    track: Track, lines: Mapping[str, Sequence[Line]], vocabulary: Vocabulary
) -> list[WholeTag]:
    """Return the tags of a video as a whole, the surest first, then by name.

    Args:
        track: of all sources.
        lines: source -> its lines of text.
        vocabulary: of the track.
    """
    words_of: dict[Tag, list[tuple[str, str]]] = {}
    for source, own in lines.items():
        for line in own:
            for one in line.tags if line.seconds is None else ():
                words_of.setdefault(Tag(source, one.tag), []).append((one.words, line.field))
    whole = []
    for number, stored in zip(track.whole_tags, track.whole_confidences, strict=True):
        tag = Tag.parse(vocabulary.names[number])
        words = words_of.get(tag, [])
        whole.append(
            WholeTag(
                tag,
                int(stored) / FULL_SCALE,
                tuple(dict.fromkeys(word for word, _ in words)),
                tuple(dict.fromkeys(field for _, field in words if field)),
            )
        )
    return sorted(whole, key=lambda one: (-one.confidence, one.tag))
