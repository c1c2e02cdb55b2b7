"""Lines of text and tags of the whole in our own form; see docs/imports.md."""

from typing import Any, Final

from engine.domain.lines import MAX_CHARACTERS, MAX_LINE_CHARACTERS, MAX_LINES, Line, LineTag
from engine.domain.tags import SOURCES, is_source
from engine.domain.time_ranges import TimeRange
from ingest.decoding.frames import LONGEST_SECONDS
from ingest.sources.imports.fields import BadField, Fields, as_items, as_number, as_text
from ingest.sources.imports.videos import tag_name_in

FIELDS: Final = ("text", "seconds", "field", "tags")
"""Fields of a line."""

_MAX_TAGS: Final = 100
_MAX_FIELD_CHARACTERS: Final = 40


def lines_in(fields: Fields) -> dict[str, tuple[Line, ...]]:
    """Return the lines of each source.

    Raises:
        BadField: naming what cannot be used.
    """
    given = fields.inside("lines")
    lines = {source: tuple(map(_line, given.each(source))) for source in _sources(given)}
    for source, own in lines.items():
        if len(own) > MAX_LINES or sum(len(line.text) for line in own) > MAX_CHARACTERS:
            raise BadField(
                f"{given.name(source)}: at most {MAX_LINES} lines with {MAX_CHARACTERS} characters"
                " are taken"
            )
    return lines


def line_json(line: Line) -> dict[str, Any]:
    """Return a line as ``lines_in`` reads it; what is empty is left out."""
    fields: dict[str, Any] = {"text": line.text}
    if line.seconds is not None:
        fields["seconds"] = list(line.seconds)
    if line.field:
        fields["field"] = line.field
    if line.tags:
        fields["tags"] = dict(line.tags)
    return fields


def _sources(given: Fields) -> list[str]:
    for source in given.keys():  # noqa: SIM118 - not a dict
        if not is_source(source):
            raise BadField(
                f"{given.name(source[:_MAX_FIELD_CHARACTERS])}: no source of tags; known are"
                f" {', '.join(SOURCES)}"
            )
    return given.keys()


def _line(fields: Fields) -> Line:
    if unknown := [key for key in fields.keys() if key not in FIELDS]:  # noqa: SIM118
        raise BadField(
            f"{fields.name(unknown[0][:_MAX_FIELD_CHARACTERS])!r}: there is no such field; known"
            f" are {', '.join(FIELDS)}"
        )
    return Line(
        as_text(fields.raw("text"), fields.name("text"), MAX_LINE_CHARACTERS),
        _seconds(fields) if "seconds" in fields else None,
        fields.text("field", longest=_MAX_FIELD_CHARACTERS),
        _tags(fields.inside("tags")),
    )


def _seconds(fields: Fields) -> TimeRange:
    name = fields.name("seconds")
    values = [
        as_number(one, name, LONGEST_SECONDS) for one in as_items(fields.raw("seconds"), name)
    ]
    if len(values) != 2 or not all(one.is_integer() for one in values) or values[0] >= values[1]:
        raise BadField(f"{name}: write [start, end] in whole seconds, with the end not included")
    return TimeRange(*map(int, values))


def _tags(tags: Fields) -> tuple[LineTag, ...]:
    if len(tags.keys()) > _MAX_TAGS:
        raise BadField(f"{tags.path}: at most {_MAX_TAGS} tags of a line are taken")
    return tuple(
        LineTag(tag_name_in(tag, tags.path), tags.text(tag, longest=MAX_LINE_CHARACTERS))
        for tag in tags.keys()  # noqa: SIM118 - not a dict
    )


def confidence_in(tag: Fields) -> float:
    """Return the confidence of a tag of the whole.

    Raises:
        BadField: it has seconds, too, or is no number from 0 to 1.
    """
    if "seconds" in tag:
        raise BadField(
            f"{tag.name('confidence')}: a tag of the video as a whole has no seconds: write one of"
            " both"
        )
    return tag.number("confidence", maximum=1.0)
