"""The batch job: from the catalog's observations to a new generation, then the switch over.

Two passes. The first counts tags, some thousands of videos at a time, into files that survive a
crash; nearly all the time goes there, so the processes of an executor share it. The second weighs
them, a file at a time: document frequencies of the whole, then norms and postings. However many
videos there are, the memory is that of a few files. What was written is read back and asked before
it is made current.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from engine.batch.count_chunks import CHUNK_VIDEOS, counted_chunks, read_chunk
from engine.batch.learned_mix import learned_co_likes
from engine.batch.origins import refuse_other_catalog
from engine.domain.matching.index_config import IndexConfig
from engine.errors import CorruptData
from engine.executors import SERIAL
from engine.indexes.local.builder import build_in_folder
from engine.indexes.local.disk.generation import Generation
from engine.indexes.local.disk.generations import Generations
from engine.indexes.local.disk.verification import (
    counted_seconds,
    neighbours,
    sampled_videos,
    unlike_textbook,
)
from engine.indexes.local.rows.count_matrix import CountMatrix
from engine.indexes.local.rows.metadata import MetadataColumns, write_metadata
from engine.ports.catalog import Catalog, ViewerHistory

VERIFIED_VIDEOS: Final = 16
"""Number of videos whose neighbours are searched twice, by the scan and by scoring every row."""

COMPARED_VIDEOS: Final = 200
"""Number of videos whose neighbours are compared by a preview."""

OnVideos = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Size:
    """Size of a generation.

    Attributes:
        videos: with or without tags that count.
        tags: tags that count on at least one video.
        counts: (video, tag) pairs.
        seconds: the sum of all counts.
    """

    videos: int
    tags: int
    counts: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Preview:
    """The changes that a reindex would make.

    Attributes:
        before: of the live generation.
        after: of the one that would be made.
        gained: tags that would begin to count.
        lost: tags that would not count any more.
        compared: of so many videos the ten most like them were looked up in both.
        differing: the share of those matches that would be others, 0.0 to 1.0.
    """

    before: Size
    after: Size
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    compared: int
    differing: float


def reindex(
    catalog: Catalog,
    generations: Generations,
    config: IndexConfig,
    *,
    on_videos: OnVideos = lambda _: None,
    chunk_videos: int = CHUNK_VIDEOS,
    executor: str = SERIAL,
    viewers: ViewerHistory | None = None,
) -> Generation:
    """Build a generation from everything seen so far, verify it and make it the live one.

    Can be stopped at any moment, even by ``kill -9``: the old generation stays live, and the next
    run goes on where this one was.

    Args:
        catalog: the observations.
        generations: destination of the result.
        config: threshold and term frequency.
        on_videos: called with the number of videos just counted, for a progress bar.
        chunk_videos: so many videos' counts are stored at a time.
        executor: URL of who counts (``engine.executors.open_executor``); the result is the same.
        viewers: those that what is liked together is learned from; the catalog's unless given.

    Raises:
        ReindexRunning: when another one runs.
        CorruptData: when the catalog is damaged, or what was written does not read back as it was
            built.
        CatalogUnusable: when the live generation was built of another catalog.
        WorkerDied: when a process that counts was ended; what was counted is stored.
    """
    learned_from = catalog.viewers if viewers is None else viewers
    with _built(
        catalog, generations, config, on_videos, chunk_videos, executor, learned_from
    ) as written:
        _verify(written)
        return generations.make_current(written)


def preview(
    catalog: Catalog,
    generations: Generations,
    config: IndexConfig,
    *,
    on_videos: OnVideos = lambda _: None,
    executor: str = SERIAL,
) -> Preview:
    """Say what a reindex would change, and change nothing; as ``reindex``.

    Raises:
        NothingIndexed: when there is nothing to compare with.
        ReindexRunning: when a reindex runs.
    """
    live = generations.load_current()
    with _built(
        catalog, generations, config, on_videos, CHUNK_VIDEOS, executor, catalog.viewers
    ) as written:
        before, after = _counting_tags(live), _counting_tags(written)
        compared, differing = _difference(live, written)
        return Preview(
            before=_size(live),
            after=_size(written),
            gained=tuple(sorted(after - before)),
            lost=tuple(sorted(before - after)),
            compared=compared,
            differing=differing,
        )


@contextmanager
def _built(
    catalog: Catalog,
    generations: Generations,
    config: IndexConfig,
    on_videos: OnVideos,
    chunk_videos: int,
    executor: str,
    viewers: ViewerHistory,
) -> Iterator[Generation]:
    with generations.building() as workplace:
        refuse_other_catalog(generations, catalog)
        # With its indexes: a video that one of them has lost would be left out without a word.
        catalog.check(indexes=True)
        # A generation must never be newer than what a power cut leaves of its catalog.
        catalog.flush()
        # Taken first: what changes while we count is newer than the generation, never lost to it.
        revision = catalog.revision()
        vocabulary = catalog.tags.vocabulary()
        chunks = counted_chunks(
            catalog,
            workplace,
            config,
            vocabulary,
            on_videos=on_videos,
            chunk_videos=chunk_videos,
            executor=executor,
        )

        def fill(index: Path, metadata: Path) -> None:
            counts = _Counts(chunks, len(vocabulary))
            boosts = config.weights(vocabulary.sources)
            build_in_folder(
                index,
                counts,
                n_tags=len(vocabulary),
                tf=config.tf,
                slope=config.slope,
                min_df=config.min_df,
                boosts=boosts,
            )
            write_metadata(metadata, _ChunkMetadata(chunks, len(vocabulary)))

        with generations.written(
            fill,
            vocabulary,
            config,
            revision=revision,
            catalog=catalog.identity(),
            learn=lambda by_tags: learned_co_likes(by_tags, viewers.likes()),
        ) as written:
            yield written


@dataclass(frozen=True, slots=True)
class _Counts:
    """The counts in the files of the first pass, one file at a time, as often as asked."""

    paths: list[Path]
    n_tags: int

    def __iter__(self) -> Iterator[tuple[list[str], CountMatrix]]:
        for path in self.paths:
            chunk = read_chunk(path, self.n_tags)
            yield chunk.ids, chunk.counts


@dataclass(frozen=True, slots=True)
class _ChunkMetadata:
    """The metadata in the same files."""

    paths: list[Path]
    n_tags: int

    def __iter__(self) -> Iterator[MetadataColumns]:
        for path in self.paths:
            yield read_chunk(path, self.n_tags).metadata


def _verify(written: Generation) -> None:
    """Ask what was written: its scan must find what scoring every row finds."""
    if (video := unlike_textbook(written.index, VERIFIED_VIDEOS)) is not None:
        raise CorruptData(
            f"the new generation does not answer as it should for video {video}; the old one stays"
            " live: reindex again, and report it if that does not help",
            hint="run 'reelmatch reindex'",
        )


def _difference(live: Generation, written: Generation) -> tuple[int, float]:
    videos = sampled_videos(live.index, COMPARED_VIDEOS)
    differences = [_differing(video, live, written) for video in videos]
    return len(differences), float(np.mean(differences)) if differences else 0.0


def _differing(video: str, live: Generation, written: Generation) -> float:
    before, after = neighbours(live.index, video), neighbours(written.index, video)
    larger = max(len(before), len(after))
    return 1 - len(before & after) / larger if larger else 0.0


def _counting_tags(generation: Generation) -> set[str]:
    return {generation.vocabulary.names[tag] for tag in np.flatnonzero(generation.index.df)}


def _size(generation: Generation) -> Size:
    index = generation.index
    return Size(
        videos=index.n_videos,
        tags=int(np.count_nonzero(index.df)),
        counts=index.n_postings,
        seconds=counted_seconds(index),
    )
