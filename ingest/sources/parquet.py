"""Tag counts as a Parquet table, for people who analyse: video, tag, seconds."""

from pathlib import Path
from typing import Final

import numpy as np

from engine.content.counting import count_steady
from engine.domain.matching.index_config import IndexConfig
from engine.errors import MissingPart
from engine.ports.catalog import Catalog

_PAGE_VIDEOS: Final = 100


def write_tag_counts(catalog: Catalog, path: Path, config: IndexConfig) -> int:
    """Write a row for each video and tag that counts, in seconds, a row group a page of videos.

    Args:
        catalog: the observations.
        path: written over.
        config: from which confidence, and for how many seconds on, a tag counts.

    Returns:
        How many videos were counted, with rows or without.

    Raises:
        MissingPart: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise MissingPart("a Parquet file", "pip install 'reelmatch[parquet]'") from error
    schema = pa.schema(
        [
            ("video", pa.string()),
            ("tag", pa.dictionary(pa.int32(), pa.string())),
            ("seconds", pa.int32()),
        ],
        metadata={
            "threshold": repr(config.threshold),
            "least_seconds": repr(config.least_seconds),
        },
    )
    videos, after = 0, ""
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        while page := catalog.content.page(after=after, limit=_PAGE_VIDEOS):
            vocabulary = catalog.tags.vocabulary()
            names = pa.array(vocabulary.names, pa.string())
            threshold = config.thresholds(vocabulary.sources)
            counts = [count_steady(one.track, threshold, config.least_seconds) for one in page]
            tags = np.concatenate([one.tags for one in counts]).astype(np.int32)
            ids = np.repeat([one.record.id for one in page], [len(one.tags) for one in counts])
            columns = [
                pa.array(ids, pa.string()),
                pa.DictionaryArray.from_arrays(pa.array(tags), names),
                pa.array(np.concatenate([one.seconds for one in counts]).astype(np.int32)),
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
            videos += len(page)
            after = page[-1].record.id
    return videos
