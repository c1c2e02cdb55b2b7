"""Measure what a video takes: bytes of each source's track, bytes of the catalog, CPU seconds.

    PYTHONPATH=tests:benchmarks/engine python benchmarks/scale/videos.py --clips FOLDER

Each clip is watched, heard and read once, with captions made for it, as a job does it. What came of
them is then stored many times over, under other ids, in SQLite and in a server of PostgreSQL, whose
sizes are taken. What is measured goes into ``measured.json``.
"""

import argparse
import itertools
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from figures import keep

from api.cli.footage import packaged_clips
from engine.catalogs import open_catalog
from engine.domain.content import SourceTrack
from engine.domain.tags import SPEECH, VISUAL
from engine.domain.videos import Pictures, StoredPictures, VideoRecord
from engine.ports.catalog import Catalog
from ingest.captioning import Captioning
from ingest.pipeline import IngestResult, ingest_file
from ingest.taggers.audio.tagger import LocalSoundTagger
from ingest.taggers.lines.tagger import LineTagger
from ingest.taggers.text.reader import LocalTextReader
from ingest.taggers.visual.tagger import LocalTagger
from support.postgres import serving_postgres

SUFFIXES: Final = {".mkv", ".mp4", ".mpg", ".webm"}
COPIES: Final = 2_000
CUE_SECONDS: Final = 4
SENTENCES: Final = (
    "Today we take the train along the river to the old bridge.",
    "Cut the onion, put it into the pan and wait until it is golden.",
    "The second player passes the ball to the left and runs on.",
    "You can see that the engine is much quieter than it was before.",
    "My dog does not like the water, but he loves the snow.",
    "She wrote the song in one night, on a guitar with five strings.",
    "This phone has a better camera, and its battery lasts for two days.",
    "The mountain is hard to climb when there is so much rain.",
)


@dataclass(frozen=True)
class Watched:
    """Results of one clip."""

    record: VideoRecord
    tracks: list[SourceTrack]
    pictures: Pictures | None


def main() -> None:
    """Watch clips, store what came of them, keep what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=Path, help="all videos of a folder, too")
    folder = parser.parse_args().clips
    clips = packaged_clips()
    clips += sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES) if folder else []
    with tempfile.TemporaryDirectory() as home:
        rows, watched = watch(clips, Path(home))
        figures = {
            "clips": rows,
            "stored_bytes": {
                "copies_of_each": COPIES // len(watched),
                "sqlite": sqlite_bytes(watched, Path(home)),
                "postgresql": postgres_bytes(watched, Path(home)),
            },
        }
    print(figures)
    keep("videos", figures)


def watch(clips: Iterable[Path], home: Path) -> tuple[list[dict[str, Any]], list[Watched]]:
    """Ingest clips into a catalog; return what each took, and what was observed."""
    observers = (LocalTagger.load(), LocalSoundTagger(), LocalTextReader())
    rows, watched = [], []
    with open_catalog(home / "catalog.db") as catalog:
        for clip in clips:
            copy = home / clip.name
            shutil.copy(clip, copy)
            copy.with_suffix(".srt").write_text(captions())
            captioning = Captioning(copy, LineTagger(SPEECH))
            result = ingest_file(copy, catalog, *observers, captioning=captioning)
            if result.video and result.cost:
                watched.append(watched_of(catalog, result.video))
                rows.append(row_of(clip.name, result, watched[-1]))
                print(rows[-1], flush=True)
    # The first one's networks are loaded while it is watched.
    return rows[1:], watched[1:]


def row_of(name: str, result: IngestResult, watched: Watched) -> dict[str, Any]:
    """Return what a clip took."""
    pictures = watched.pictures
    return {
        "name": name,
        "seconds": result.seconds,
        "has_sound": result.cost["audio"] > 0.01,
        "cpu_seconds": dict(result.cost),
        "track_bytes": {one.source: len(one.track.to_bytes()) for one in watched.tracks},
        "thumbnail_bytes": len(pictures.poster) + len(pictures.strip) if pictures else 0,
        "tags": sum(len(set(one.track.tags.tolist())) for one in watched.tracks),
    }


def captions() -> str:
    """Return captions, a sentence every few seconds, for longer than any clip."""
    cues = []
    for number, sentence in zip(range(200), itertools.cycle(SENTENCES), strict=False):
        first, last = number * CUE_SECONDS, (number + 1) * CUE_SECONDS
        cues.append(f"{number + 1}\n{_stamp(first)} --> {_stamp(last)}\n{sentence}\n")
    return "\n".join(cues)


def _stamp(second: int) -> str:
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02},000"


def watched_of(catalog: Catalog, video: str) -> Watched:
    """Return all that a catalog has of a video."""
    (content,) = catalog.content.of([video])
    lines = catalog.tracks.lines(video)
    tracks = [replace(one, lines=lines.get(one.source, ())) for one in content.tracks]
    pictures = catalog.thumbnails.get(video)
    assert not isinstance(pictures, StoredPictures)
    return Watched(content.record, tracks, pictures)


def store(catalog: Catalog, watched: list[Watched], *, copies: int, first: int = 0) -> None:
    """Store what came of clips many times over, in turns, each under an id and path of its own."""
    for number, one in zip(range(first, first + copies), itertools.cycle(watched), strict=False):
        video = f"{number:016x}"
        record = replace(one.record, id=video, source=f"/films/{video}.mp4")
        with catalog.transaction():
            for track in sorted(one.tracks, key=lambda track: track.source != VISUAL):
                if track.source == VISUAL:
                    now = datetime.now(UTC)
                    catalog.videos.save(record, track.track, now=now, pictures=one.pictures)
                else:
                    catalog.tracks.put(video, track)


def number_tags(source: Catalog, target: Catalog) -> None:
    """Give the tags of one catalog the same numbers in an empty one."""
    for name in source.tags.vocabulary().names:
        target.tags.number([name])


def add_jobs(catalog: Catalog) -> None:
    """Queue a job for each video that is going to be stored."""
    catalog.jobs.add([f"/films/{number:016x}.mp4" for number in range(COPIES)], {}, now=0)


def sqlite_bytes(watched: list[Watched], home: Path) -> float:
    """Return the bytes a video of a file of SQLite."""
    path = home / "many.db"
    with open_catalog(home / "catalog.db") as first, open_catalog(path) as catalog:
        number_tags(first, catalog)
        add_jobs(catalog)
        store(catalog, watched, copies=COPIES)
        catalog.flush(truncate=True)
        return path.stat().st_size / COPIES


def postgres_bytes(watched: list[Watched], home: Path) -> float:
    """Return the bytes a video of a database of PostgreSQL, without what an empty one has."""
    import psycopg

    with serving_postgres() as server:
        url = server.create("sizes")
        with open_catalog(home / "catalog.db") as first, open_catalog(url) as catalog:
            number_tags(first, catalog)
            with psycopg.connect(url, autocommit=True) as connection:
                empty = _size(connection)
                add_jobs(catalog)
                store(catalog, watched, copies=COPIES)
                connection.execute("vacuum")
                return (_size(connection) - empty) / COPIES


def _size(connection: Any) -> int:
    ((size,),) = connection.execute("select pg_database_size(current_database())").fetchall()
    return int(size)


if __name__ == "__main__":
    main()
