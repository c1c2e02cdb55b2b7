"""Sizing on paper: what one video takes, and what follows for many.

Figures come from ``measured.json``, what they are multiplied by from ``assumed.toml``;
``tables.py`` writes what comes of it.
"""

import math
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from processors import mean_of

from api.background.live import FOLLOW_SECONDS
from engine.batch.replication.publications import KEPT

FOLDER: Final = Path(__file__).parent
SOURCES: Final = ("visual", "audio", "text", "speech", "metadata")
DAY: Final = 86_400.0
MONTH_HOURS: Final = 730.0
GIB: Final = 1.073741824


@dataclass(frozen=True, slots=True)
class Video:
    """Costs of one video of mean length.

    Attributes:
        cpu_seconds: of watching it.
        sqlite_bytes: of the catalog, thumbnails with it.
        postgres_bytes: the same in PostgreSQL.
        thumbnail_bytes: of these.
        index_bytes: of the index.
        footage_bytes: that are fetched.
    """

    cpu_seconds: float
    sqlite_bytes: float
    postgres_bytes: float
    thumbnail_bytes: float
    index_bytes: float
    footage_bytes: float


@dataclass(frozen=True, slots=True)
class Needs:
    """Needs of many videos.

    Attributes:
        videos_a_second: that are watched until all are.
        watching_hours: of CPU, once.
        watching_hosts: hosts of the usual shape.
        writer_busy: share of the time that the one writer of PostgreSQL is busy.
        server_for_watching: its processors at work for workers.
        server_for_following: the same for processes that take changes in.
        footage_bits_a_second: that are fetched meanwhile.
        catalog_bytes: in PostgreSQL.
        thumbnail_bytes: of these.
        index_bytes: of one generation.
        reindex_seconds: on one processor.
        reindex_seconds_on_64: on so many.
        search_seconds: CPU of one.
        queries_a_second: of all.
        answering_hosts: how many.
        answering_processors: of each.
        answering_memory_gb: of each.
        published_bytes_a_day: sent to them.
    """

    videos_a_second: float
    watching_hours: float
    watching_hosts: int
    writer_busy: float
    server_for_watching: float
    server_for_following: float
    footage_bits_a_second: float
    catalog_bytes: float
    thumbnail_bytes: float
    index_bytes: float
    reindex_seconds: float
    reindex_seconds_on_64: float
    search_seconds: float
    queries_a_second: float
    answering_hosts: int
    answering_processors: int
    answering_memory_gb: float
    published_bytes_a_day: float


@dataclass(frozen=True, slots=True)
class Bill:
    """US dollars at one cloud's list prices.

    Attributes:
        watching: all videos, once.
        month: of hosts that answer, two servers of PostgreSQL, disks and a bucket.
        saved_by_bucket: of these, a month, when thumbnails lie in a bucket.
        bucket_writes: of putting them there, once.
    """

    watching: float
    month: float
    saved_by_bucket: float
    bucket_writes: float


def assumed() -> dict[str, Any]:
    """Return what is assumed."""
    return tomllib.loads((FOLDER / "assumed.toml").read_text())


def cpu_seconds_a_second(figures: dict[str, Any]) -> float:
    """Return the CPU seconds of a second of video with sound, captions and text."""
    return sum(cpu_ms(figures, part) for part in ("decoding", *SOURCES)) / 1e3


def cpu_ms(figures: dict[str, Any], part: str) -> float:
    """Return ms of CPU a second of video; of what is heard, on clips that have sound."""
    clips = [clip for clip in figures["videos"]["clips"] if part != "audio" or clip["has_sound"]]
    return float(1e3 * sum(clip["cpu_seconds"][part] for clip in clips) / _seconds(clips))


def track_bytes(figures: dict[str, Any], source: str) -> float:
    """Return bytes of a source's track for each second of video."""
    clips = [clip for clip in figures["videos"]["clips"] if source != "audio" or clip["has_sound"]]
    return float(sum(clip["track_bytes"].get(source, 0) for clip in clips) / _seconds(clips))


def metadata_bytes(figures: dict[str, Any]) -> float:
    """Return bytes of the track of a video's title and metadata, which has no seconds."""
    clips = figures["videos"]["clips"]
    return float(sum(clip["track_bytes"]["metadata"] for clip in clips) / len(clips))


def _seconds(clips: list[dict[str, Any]]) -> float:
    return float(sum(clip["seconds"] for clip in clips))


def video_of(figures: dict[str, Any], assumptions: dict[str, Any]) -> Video:
    """Return what one video of mean length takes."""
    clips = figures["videos"]["clips"]
    stored = figures["videos"]["stored_bytes"]
    seconds = assumptions["video"]["mean_seconds"]
    # Tracks grow with the length; rows, their indexes and thumbnails do not.
    of_clip = sum(sum(clip["track_bytes"].values()) for clip in clips) / len(clips)
    tracks = seconds * sum(track_bytes(figures, source) for source in SOURCES[:4])
    return Video(
        cpu_seconds=figures["jobs"]["cpu_seconds_a_job"] + seconds * cpu_seconds_a_second(figures),
        sqlite_bytes=stored["sqlite"] - of_clip + tracks,
        postgres_bytes=stored["postgresql"] - of_clip + tracks,
        thumbnail_bytes=sum(clip["thumbnail_bytes"] for clip in clips) / len(clips),
        index_bytes=figures["queries"]["10000000"]["bytes_a_video"],
        footage_bytes=seconds * assumptions["video"]["bits_a_second"] / 8,
    )


def needs_of(videos: int, figures: dict[str, Any], assumptions: dict[str, Any]) -> Needs:
    """Return what so many videos need."""
    video, load, host = video_of(figures, assumptions), assumptions["load"], assumptions["host"]
    watching = videos * video.cpu_seconds
    a_second = videos / (load["ingest_days"] * DAY)
    index = videos * video.index_bytes
    search = search_seconds(videos, figures)
    queries = load["queries_a_second_a_million"] * videos / 1e6
    processors = host["processors"]
    while memory_gb(processors, host) < index / 1e9 + processors * host["process_gb"]:
        processors *= 2
    query_cpu = queries * (figures["requests"]["cpu_seconds"] + search)
    answering = max(load["least_hosts"], _up(query_cpu / (processors * load["busy"])))
    reindex = videos * figures["rates"]["reindex_cpu_ms"]["local:1"] / 1e3
    # Counting is shared out; the generation is put together by the process that asked for it.
    together = videos * figures["queries"]["10000000"]["build_cpu_seconds"] / 1e7
    return Needs(
        videos_a_second=a_second,
        watching_hours=watching / 3600,
        watching_hosts=_up(a_second * video.cpu_seconds / load["busy"] / host["processors"]),
        writer_busy=a_second * mean_of(operations(figures)["write"]["wall_ms"]) / 1e3,
        server_for_watching=a_second * server_seconds(video, figures),
        server_for_following=following_seconds(a_second, figures) * answering * processors,
        footage_bits_a_second=8 * a_second * video.footage_bytes,
        catalog_bytes=videos * video.postgres_bytes,
        thumbnail_bytes=videos * video.thumbnail_bytes,
        index_bytes=index,
        reindex_seconds=reindex,
        reindex_seconds_on_64=(reindex - together) / 64 + together,
        search_seconds=search,
        queries_a_second=queries,
        answering_hosts=answering,
        answering_processors=processors,
        answering_memory_gb=memory_gb(processors, host),
        published_bytes_a_day=index * load["reindexes_a_day"] * answering,
    )


def bill_of(needs: Needs, assumptions: dict[str, Any], cloud: dict[str, Any]) -> Bill:
    """Return what that costs at a cloud."""
    busy, host = assumptions["load"]["busy"], assumptions["host"]["processors"]
    at_work = needs.server_for_watching + needs.server_for_following
    servers = 2 * _up(at_work / busy / host) * host
    processors = needs.answering_hosts * needs.answering_processors + servers
    disk, room = cloud["disk_gb_month"], cloud["object_gb_month"]
    videos = needs.videos_a_second * assumptions["load"]["ingest_days"] * DAY
    return Bill(
        watching=needs.watching_hours / busy * cloud["processor_hour"],
        month=MONTH_HOURS * processors * cloud["processor_hour"]
        + needs.catalog_bytes / 1e9 * disk
        + KEPT * needs.index_bytes / 1e9 * room,
        saved_by_bucket=needs.thumbnail_bytes / 1e9 * (disk - room),
        # A poster and a strip.
        bucket_writes=2 * videos / 1e3 * cloud["thousand_writes"],
    )


def server_seconds(video: Video, figures: dict[str, Any]) -> float:
    """Return CPU seconds of the server for one video: its claim, a heartbeat a second, its end."""
    ms: dict[str, float] = {
        name: operation["server_ms"] for name, operation in operations(figures).items()
    }
    return (ms["claim"] + video.cpu_seconds * ms["heartbeat"] + ms["write"] + ms["end"]) / 1e3


def following_seconds(changes_a_second: float, figures: dict[str, Any]) -> float:
    """Return the CPU seconds of the server that a process takes a second by following changes.

    Changes come by chance (a Poisson process), so of its looks exp(-changes a look) find none. What
    one finds costs what the first change alone does, and for each other what it adds to a batch.
    """
    measured = operations(figures)
    alone, batch = measured["follow"]["server_ms"], measured["follow_batch"]
    another = (batch["server_ms"] - alone) / (batch["batch"] - 1)
    polls = 1 / FOLLOW_SECONDS
    finding = polls * -math.expm1(-changes_a_second / polls)
    idle = (polls - finding) * measured["look_for_changes"]["server_ms"]
    return float(finding * alone + (changes_a_second - finding) * another + idle) / 1e3


def search_seconds(videos: int, figures: dict[str, Any]) -> float:
    """Return the median CPU seconds of a viewer's search; in proportion past what was measured."""
    nearest = max(int(size) for size in by_size(figures) if int(size) <= videos)
    percentiles: list[float] = figures["queries"][str(nearest)]["viewer_ms"]
    return percentiles[len(percentiles) // 2] / 1e3 * videos / nearest


def operations(figures: dict[str, Any]) -> dict[str, Any]:
    """Return the operations, without what else is kept with them."""
    stored: dict[str, Any] = figures["operations"]
    return {name: figure for name, figure in stored.items() if isinstance(figure, dict)}


def by_size(figures: dict[str, Any]) -> dict[str, Any]:
    """Return the searches by number of videos, without what else is kept with them."""
    return {size: figure for size, figure in figures["queries"].items() if size.isdigit()}


def memory_gb(processors: int, host: dict[str, float]) -> float:
    """Return the memory of a host with so many processors."""
    return processors * host["gib_a_processor"] * GIB


def _up(number: float) -> int:
    return max(1, int(-(-number // 1)))
