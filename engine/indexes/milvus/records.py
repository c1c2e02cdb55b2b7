"""Records of generations in Milvus: all that is needed to ask one but its videos.

A record is some hundred kilobytes: tags, their weights, the configuration. It is stored in parts,
as rows of a collection of their own, and read by every process that searches.
"""

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from engine.domain.matching.index_config import IndexConfig
from engine.domain.matching.weighting import Weighting, check_tf
from engine.errors import CorruptData
from engine.indexes.local.disk.generation import Generation
from engine.indexes.local.index import Index
from engine.indexes.local.mean_vector import MeanVector
from engine.indexes.local.rows.count_matrix import CountMatrix
from engine.indexes.local.rows.forward_rows import forward_rows, sorted_rows
from engine.indexes.local.rows.metadata import MetadataColumns
from engine.indexes.local.scans.rows import RowScan
from engine.words.vocabulary import Vocabulary

FORMAT: Final = 1
"""Version of what is written."""

PART: Final = 60_000
"""Letters of a part: Milvus stores texts of up to 65,535."""


@dataclass(frozen=True, slots=True)
class Record:
    """A generation without its videos.

    Attributes:
        generation: with an index of no rows that has the weights.
        n_indexed: number of its videos when it was built.
        built_at: when it was built, seconds since 1970.
    """

    generation: Generation
    n_indexed: int
    built_at: float

    def parts(self) -> list[str]:
        """Return what is stored, in parts."""
        generation, weighting = self.generation, self.generation.index.weighting
        payload = {
            "format": FORMAT,
            "id": generation.id,
            "recipe": asdict(generation.config),
            "tags": generation.vocabulary.names,
            "tf": weighting.tf,
            "slope": weighting.slope,
            "pivot": weighting.pivot,
            "df": weighting.df.tolist(),
            "idf": weighting.idf.tolist(),
            "idf_of_new": weighting.idf_of_new,
            "mean": [generation.common.tags.tolist(), generation.common.units.tolist()],
            "revision": generation.revision,
            "catalog": generation.catalog,
            "n_indexed": self.n_indexed,
            "built_at": self.built_at,
        }
        packed = base64.b64encode(zlib.compress(json.dumps(payload).encode())).decode()
        return [packed[first : first + PART] for first in range(0, len(packed), PART)]

    @classmethod
    def of_parts(cls, generation: str, parts: list[str]) -> Self:
        """Read what is stored.

        Raises:
            CorruptData: it is not what was written.
        """
        try:
            payload = json.loads(zlib.decompress(base64.b64decode("".join(parts))))
            if payload["format"] != FORMAT or payload["id"] != generation:
                raise ValueError(f"format {payload['format']}, generation {payload['id']}")
            return cls(_generation(payload), payload["n_indexed"], payload["built_at"])
        except (ValueError, LookupError, TypeError, zlib.error) as error:
            raise CorruptData(
                f"the record of generation {generation} in Milvus cannot be read ({error}):"
                " reindex",
                hint="run 'reelmatch reindex'",
            ) from error

    @classmethod
    def of(cls, generation: Generation, built_at: float) -> Self:
        """Return the record of a generation."""
        without = Generation(
            generation.id,
            _bare(generation.index.weighting),
            MetadataColumns.of([]),
            generation.vocabulary,
            generation.config,
            generation.revision,
            Path(),
            generation.common,
            catalog=generation.catalog,
        )
        return cls(without, generation.index.n_videos, built_at)


def nothing(n_tags: int) -> CountMatrix:
    """Return the counts of no videos."""
    return CountMatrix.from_rows([], n_tags)


def _bare(weighting: Weighting) -> Index:
    ids, rows = sorted_rows(nothing(weighting.df.size), [])
    return Index(ids, forward_rows(rows, np.zeros(0), weighting), weighting, RowScan())


def _generation(payload: Mapping[str, Any]) -> Generation:
    df = np.array(payload["df"], np.int64)
    weighting = Weighting(
        check_tf(payload["tf"]),
        float(payload["slope"]),
        float(payload["pivot"]),
        df,
        np.array(payload["idf"], np.float64),
        float(payload["idf_of_new"]),
    )
    tags, units = payload["mean"]
    return Generation(
        payload["id"],
        _bare(weighting),
        MetadataColumns.of([]),
        Vocabulary(tuple(payload["tags"])),
        IndexConfig.from_stored(payload["recipe"]),
        int(payload["revision"]),
        Path(),
        MeanVector(np.array(tags, np.int64), np.array(units, np.float64)),
        catalog=payload["catalog"],
    )
