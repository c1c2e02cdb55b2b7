"""Our own form: one video a line, tags with the seconds they were seen on; see docs/imports.md."""

import math
import re
from collections.abc import Iterator
from contextlib import suppress
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Final

from engine.domain.tags import SOURCES, VISUAL, Tag, is_source
from engine.domain.videos import KINDS
from engine.domain.viewers import MAX_CHARACTERS
from engine.errors import InvalidInput
from engine.words.languages import is_code
from ingest.decoding.frames import LONGEST_SECONDS
from ingest.sources.imports.documents import Document
from ingest.sources.imports.fields import BadField, Fields, as_items, as_number, as_text
from ingest.sources.imports.lines import confidence_in, lines_in
from ingest.sources.imports.videos import LabelResult, id_of, source_in, tag_name_in
from ingest.taggers.tag_names import MAX_TAG_CHARACTERS
from ingest.taggers.tag_ranges import MAX_NAMES, TagRange, TagRanges

TAGGER: Final = "import"
"""Name of the tagger, where a line gives none."""

MAX_CATEGORIES: Final = 500

_MAX_NAME_CHARACTERS: Final = 500  # as of a page: what is exported can be imported

_KNOWN: Final = (
    *("video", "title", "source", "duration", "language", "uploader", "kind", "categories"),
    *("tagger", "taggers", "tags", "external_id", "uploader_id", "lines", "width", "height"),
)
_SHOWN: Final = 40
_MAX_PIXELS: Final = 65_535
_ID: Final = re.compile(r"[0-9a-f]{16}")


def recognises(value: Any) -> bool:
    """Whether a JSON value is of this form."""
    return isinstance(value, dict) and "tags" in value


def results(document: Document) -> Iterator[LabelResult]:
    """Yield the one video of a line.

    Raises:
        BadField: naming the field.
    """
    fields = Fields(document.value)
    _refuse_unknown(fields, _KNOWN)
    source = source_in(fields, "source")
    external_id = fields.text("external_id", longest=MAX_CHARACTERS)
    # Without an address, what is said of one id of an app's is about one video.
    otherwise = f"external {external_id}" if external_id else document.digest
    id_ = fields.text("video") or id_of(source, otherwise)
    if not _ID.fullmatch(id_):
        raise BadField(f"video: {id_[:40]!r} is no id: 16 digits of 0-9 and a-f, or leave it out")
    tag_ranges, whole = _observed(fields)
    duration = fields.number("duration", maximum=LONGEST_SECONDS, default=0.0)
    if "duration" in fields and tag_ranges.end > math.ceil(duration):
        raise BadField(f"duration: {duration:g} s, but a tag is on second {tag_ranges.end - 1}")
    yield LabelResult(
        line=document.line,
        id=id_,
        source=source,
        tagger=fields.text("tagger", longest=100) or TAGGER,
        tag_ranges=tag_ranges,
        duration=duration,
        title=fields.text("title"),
        language=_language(fields),
        uploader=fields.text("uploader", longest=_MAX_NAME_CHARACTERS),
        uploader_id=fields.text("uploader_id", longest=_MAX_NAME_CHARACTERS),
        width=_pixels(fields, "width"),
        height=_pixels(fields, "height"),
        kind=_kind(fields),
        categories=_categories(fields),
        external_id=external_id,
        taggers=_taggers(fields),
        whole=whole,
        lines=lines_in(fields) if "lines" in fields else {},
    )


def _refuse_unknown(fields: Fields, known: tuple[str, ...]) -> None:
    for key in fields.keys():  # noqa: SIM118 - not a dict
        if key not in known:
            near = get_close_matches(key[:_SHOWN], known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
            raise BadField(f"{fields.name(key[:_SHOWN])!r}: there is no such field; {hint}")


def _observed(fields: Fields) -> tuple[TagRanges, dict[str, float]]:
    """Return tags on seconds, and tags of the whole with their confidences."""
    tag_ranges, whole = TagRanges(), dict[str, float]()
    try:
        for tag in fields.each("tags"):
            if "confidence" in tag:
                _add_whole(tag, whole)
            else:
                _add(tag, tag_ranges)
    except BadField:
        raise
    except InvalidInput as error:
        raise BadField(str(error)) from error
    return tag_ranges, whole


def _add_whole(tag: Fields, whole: dict[str, float]) -> None:
    _refuse_unknown(tag, ("tag", "confidence", "seconds"))
    label = _label(tag.raw("tag"), tag.name("tag"))
    whole[label] = max(confidence_in(tag), whole.get(label, 0.0))
    if len(whole) > MAX_NAMES:
        raise BadField(f"more than {MAX_NAMES} different tags on one video")


def _add(tag: Fields, tag_ranges: TagRanges) -> None:
    _refuse_unknown(tag, ("tag", "seconds"))
    label = _label(tag.raw("tag"), tag.name("tag"))
    path = tag.name("seconds")
    for number, item in enumerate(as_items(tag.raw("seconds"), path)):
        if _is_plain(item):
            tag_ranges.add(label, *item)
        else:
            tag_ranges.add(*_tag_range(label, item, f"{path}[{number}]"))


def _label(value: object, at: str) -> str:
    if isinstance(value, str) and len(value) <= MAX_TAG_CHARACTERS:
        with suppress(InvalidInput):
            return _label_of(value)
    return _checked_label(tag_name_in(value, at), at)


@lru_cache(maxsize=MAX_NAMES)
def _label_of(text: str) -> str:
    # The same few words, on thousands of lines.
    return _checked_label(tag_name_in(text, ""), "")


def _checked_label(text: str, at: str) -> str:
    if text.endswith(":") and is_source(text[:-1]):
        raise BadField(f"{at}: {text!r} names a source of tags and no tag")
    return Tag.parse(text).label


def _is_plain(item: Any) -> bool:
    """Whether a run is right at first sight, as nearly all are; a file holds millions."""
    if type(item) is not list or len(item) != 3:
        return False
    start, end, confidence = item
    return (
        type(start) is type(end) is int
        and 0 <= start < end <= LONGEST_SECONDS
        and type(confidence) is float
        and 0 <= confidence <= 1
    )


def _tag_range(tag: str, item: object, at: str) -> TagRange:
    values = as_items(item, at)
    if len(values) != 3:
        raise BadField(f"{at}: write [start, end, confidence], with the end not included")
    start, end = (_second(value, at) for value in values[:2])
    if start >= end:
        raise BadField(f"{at}: the end, which is not included, is not after the start")
    return TagRange(tag, start, end, as_number(values[2], at, 1))


def _second(value: object, at: str) -> int:
    second = as_number(value, at, LONGEST_SECONDS)
    if not second.is_integer():
        raise BadField(f"{at}: {value} is no whole second")
    return int(second)


def _language(fields: Fields) -> str:
    language = fields.text("language", longest=35)
    if language and not is_code(language):
        raise BadField(f"language: {language!r} is no code such as en or pt-BR")
    return language


def _pixels(fields: Fields, key: str) -> int:
    pixels = fields.number(key, maximum=_MAX_PIXELS, default=0.0)
    if not pixels.is_integer():
        raise BadField(f"{fields.name(key)}: {pixels:g} is no whole number of pixels")
    return int(pixels)


def _kind(fields: Fields) -> str:
    kind = fields.text("kind") or "unknown"
    if kind not in KINDS:
        raise BadField(f"kind: {kind[:40]!r} is none of {', '.join(KINDS)}")
    return kind


def _taggers(fields: Fields) -> dict[str, str]:
    given = fields.inside("taggers")
    for source in given.keys():  # noqa: SIM118 - not a dict
        if not is_source(source) or source == VISUAL:
            known = ", ".join(one for one in SOURCES if one != VISUAL)
            raise BadField(f"{given.name(source[:_SHOWN])}: no source of tags; known are {known}")
    return {source: given.text(source, longest=100) for source in given.keys()}  # noqa: SIM118


def _categories(fields: Fields) -> tuple[str, ...]:
    items = fields.items("categories")
    if len(items) > MAX_CATEGORIES:
        raise BadField(f"categories: {len(items)}; at most {MAX_CATEGORIES} are taken")
    named = (
        as_text(item, f"categories[{number}]", _MAX_NAME_CHARACTERS)
        for number, item in enumerate(items)
    )
    return tuple(dict.fromkeys(name for name in named if name))
