"""Videos as rows of a collection: vector, tag counts, and a field a column of the metadata."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.domain.assessments.sensitivity import LEVELS
from engine.domain.assessments.suitability import N_TOPICS, RISKS
from engine.domain.counts import Counts
from engine.domain.matching.weighting import TF
from engine.domain.metadata import (
    COLUMNS,
    SCHEMA,
    ColumnType,
    Language,
    RiskLevels,
    SensitivityLevel,
    VideoMetadata,
    Word,
    Words,
)
from engine.errors import InvalidInput
from engine.indexes.local.index import Index
from engine.indexes.local.rows.video_row import VideoRow
from engine.indexes.milvus.expressions import RANGES, letters_of, text_of
from engine.words.languages import ranges_that_take

VECTOR: Final = "vector"
COUNTS: Final = "counts"

STORED_FIELDS: Final = ("id", COUNTS, *COLUMNS)
"""Fields that a video is read back from."""

NO_TAGS: Final[Mapping[int, float]] = {2**32 - 3: 1.0}
"""The vector of a video without tags: Milvus takes no empty one, and no query has this tag."""

_MAX_TEXT: Final = 65_535
_MAX_LIST: Final = 4_096
_MAX_JSON: Final = 65_536
_MAX_MESSAGE: Final = 2**24  # bytes; a server of Milvus takes 64 MiB by default


def collection_fields() -> list[dict[str, Any]]:
    """Return the fields of a generation's collection, as ``add_field`` of its client takes them."""
    from pymilvus import DataType

    text = {"datatype": DataType.VARCHAR, "max_length": _MAX_TEXT}
    texts = _list_of(DataType.VARCHAR, _MAX_LIST, max_length=_MAX_TEXT)
    return [
        {"field_name": "id", "is_primary": True, **text},
        {"field_name": VECTOR, "datatype": DataType.SPARSE_FLOAT_VECTOR},
        {"field_name": COUNTS, "datatype": DataType.JSON},
        {"field_name": RANGES, **texts},
        *({"field_name": one.name, **_field(one.type, text, texts)} for one in SCHEMA),
    ]


def _field(kind: ColumnType, text: dict[str, Any], texts: dict[str, Any]) -> dict[str, Any]:
    from pymilvus import DataType

    match kind:
        case Words():
            return texts
        case Word():
            return text
        case RiskLevels():
            return _list_of(DataType.INT64, N_TOPICS)
        case _:
            return {"datatype": DataType.INT64}


def _list_of(element: Any, capacity: int, **limits: int) -> dict[str, Any]:
    from pymilvus import DataType

    return {
        "datatype": DataType.ARRAY,
        "element_type": element,
        "max_capacity": capacity,
        **limits,
    }


def written(index: Index, row: int, video: str, metadata: VideoMetadata) -> dict[str, Any]:
    """Return one row of an index as Milvus stores it.

    Args:
        index: of some videos, weighed as the generation is.
        row: number of the video there.
        video: its id.
        metadata: of it.

    Raises:
        InvalidInput: it has more tags, or longer words, than Milvus stores of one.
    """
    tags, counts = index.counts_of(row)
    return {
        "id": letters_of(video),
        VECTOR: _vector(index, row, tags, counts),
        COUNTS: _counts(video, tags, counts),
        RANGES: list(map(letters_of, ranges_that_take(metadata.get("language", "")))),
        **{
            one.name: _stored(video, one.type, metadata.get(one.name, one.type.unknown))
            for one in SCHEMA
        },
    }


def _vector(
    index: Index, row: int, tags: NDArray[np.int64], counts: NDArray[np.int64]
) -> Mapping[int, float]:
    impacts = TF[index.weighting.tf](counts) * index.idf[tags] * float(index.forward.scales[row])
    return dict(zip(tags.tolist(), impacts.tolist(), strict=True)) or NO_TAGS


def _counts(video: str, tags: NDArray[np.int64], counts: NDArray[np.int64]) -> dict[str, int]:
    by_tag = dict(zip(map(str, tags.tolist()), counts.tolist(), strict=True))
    if len(json.dumps(by_tag)) > _MAX_JSON:
        raise InvalidInput(
            f"video {video} has {len(by_tag)} tags, more than Milvus stores of one: raise"
            " REELMATCH_THRESHOLD, or set REELMATCH_INDEX=local:"
        )
    return by_tag


def _stored(video: str, kind: ColumnType, value: Any) -> Any:
    match kind:
        case SensitivityLevel():
            return LEVELS.index(value)
        case RiskLevels():
            return [RISKS.index(risk) for risk in value]
        case Words():
            if len(value) > _MAX_LIST:
                raise InvalidInput(
                    f"video {video} has {len(value)} categories, more than Milvus stores of one:"
                    " take some from it, or set REELMATCH_INDEX=local:"
                )
            return [_text(video, word) for word in value]
        case Word():
            return _text(video, value)
        case _:
            return int(value)


def _text(video: str, word: str) -> str:
    letters = letters_of(word)
    if len(letters) > _MAX_TEXT:
        raise InvalidInput(
            f"video {video} has a word of {len(word)} letters in its metadata, longer than Milvus"
            " stores one: shorten it, or set REELMATCH_INDEX=local:"
        )
    return letters


def in_messages(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """Yield rows in their order, as many at a time as a server takes in one message."""
    part: list[Mapping[str, Any]] = []
    room = _MAX_MESSAGE
    for row in rows:
        # As JSON a row is longer than as it is sent.
        size = len(json.dumps(row))
        if part and size > room:
            yield part
            part, room = [], _MAX_MESSAGE
        part.append(row)
        room -= size
    if part:
        yield part


def read(rows: Iterable[Mapping[str, Any]], n_tags: int) -> list[VideoRow]:
    """Return videos of rows, by rising id; metadata that was not read is unknown.

    Args:
        rows: with id and counts.
        n_tags: tags that came later are left out, as a row counted before them would.
    """
    videos = [
        VideoRow(
            text_of(row["id"]),
            _read_counts(row[COUNTS], n_tags),
            {name: _read(COLUMNS[name].type, row[name]) for name in COLUMNS if name in row},
        )
        for row in rows
    ]
    return sorted(videos, key=lambda video: video.id)


def _read_counts(by_tag: Mapping[str, int] | str, n_tags: int) -> Counts:
    counts = json.loads(by_tag) if isinstance(by_tag, str) else by_tag
    known = sorted((int(tag), count) for tag, count in counts.items() if int(tag) < n_tags)
    tags, seconds = zip(*known, strict=True) if known else ((), ())
    return Counts(np.array(tags, np.uint32), np.array(seconds, np.uint32))


def _read(kind: ColumnType, value: Any) -> Any:
    match kind:
        case SensitivityLevel():
            return LEVELS[value]
        case RiskLevels():
            return tuple(RISKS[risk] for risk in value)
        case Words():
            return tuple(map(text_of, value))
        case Language() | Word():
            return text_of(value)
        case _:
            return int(value)
