"""Sizing on paper: what one video takes, times a million, a hundred million, a billion.

    python benchmarks/scale/sizing.py

Writes the tables of ``docs/scaling.md`` anew, from ``measured.json``, ``simulated.json`` and
``assumed.toml``. A test holds that the page is what this gives.
"""

import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from figures import measured

FOLDER: Final = Path(__file__).parent
PAGE: Final = FOLDER.parents[1] / "docs" / "scaling.md"
SIZES: Final = (1_000_000, 100_000_000, 1_000_000_000)
SOURCES: Final = ("visual", "audio", "text", "speech", "metadata")
DAY: Final = 86_400.0
MONTH_HOURS: Final = 730.0


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


def main() -> None:
    """Write the page's tables anew."""
    PAGE.write_text(with_tables(PAGE.read_text()))


def assumed() -> dict[str, Any]:
    """Return what is assumed."""
    return tomllib.loads((FOLDER / "assumed.toml").read_text())


def with_tables(page: str) -> str:
    """Return the page with each table between its marks as it is now."""
    figures, assumptions = measured(), assumed()
    rows = json.loads((FOLDER / "simulated.json").read_text())
    for name, table in {
        "a video": video_table(figures, assumptions),
        "queries": query_table(figures),
        "operations": operation_table(figures),
        "sizes": size_table(figures, assumptions),
        "simulated": simulated_table(rows),
    }.items():
        first, last = f"<!-- {name}: by benchmarks/scale/sizing.py -->\n", "<!-- end -->"
        before, rest = page.split(first)
        page = before + first + "\n" + table + "\n" + rest[rest.index(last) :]
    return page


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


def video_table(figures: dict[str, Any], assumptions: dict[str, Any]) -> str:
    """Return the table of one video."""
    video = video_of(figures, assumptions)
    names = {"visual": "what is seen", "audio": "what is heard", "text": "what is read",
             "speech": "what is said, by captions", "metadata": "title and metadata"}  # fmt: skip
    rows = [
        ("decoding, comparing, thumbnails", f"{cpu_ms(figures, 'decoding'):.1f}", "-"),
        *(
            (names[source], f"{cpu_ms(figures, source):.1f}", f"{track_bytes(figures, source):.1f}")
            for source in SOURCES
        ),
    ]
    # They have no seconds.
    rows[-1] = (*rows[-1][:2], f"{metadata_bytes(figures):.0f} a video")
    minutes = assumptions["video"]["mean_seconds"] / 60
    return (
        _table(("source", "ms of CPU a second of video", "bytes of track a second"), rows)
        + "\n"
        + _table(
            (f"a video of {minutes:.0f} minutes", "takes"),
            [
                ("CPU, its process's start with it", f"{video.cpu_seconds:.1f} s"),
                ("catalog in SQLite", _size(video.sqlite_bytes)),
                ("catalog in PostgreSQL", _size(video.postgres_bytes)),
                ("of these thumbnails", _size(video.thumbnail_bytes)),
                ("index", _size(video.index_bytes)),
                *rates(figures),
            ],
        )
    )


def rates(figures: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the rows of what imports and reindexes take, of made videos of 37 tags."""
    imports, reindexes = figures["rates"]["import_cpu_ms"], figures["rates"]["reindex_cpu_ms"]
    server = imports["postgresql_server"]
    return [
        ("importing it into SQLite, CPU", f"{imports['sqlite']:.1f} ms"),
        (
            "into PostgreSQL; of the server",
            f"{imports['postgresql']:.1f} ms; {server:.1f} ms",
        ),
        *(
            (f"reindexing it by `{executor}`, CPU", f"{ms:.2f} ms")
            for executor, ms in reindexes.items()
        ),
    ]


def query_table(figures: dict[str, Any]) -> str:
    """Return the table of searches by number of videos."""
    rows = [
        (
            f"{int(size):,}",
            f"{figure['bytes_a_video'] * int(size) / 1e9:.2f} GB",
            _percentiles(figure["viewer_ms"]),
            _percentiles(figure["advertiser_ms"]),
        )
        for size, figure in sorted(_by_size(figures).items(), key=lambda row: int(row[0]))
    ]
    heads = ("videos", "index", "viewer, ms of CPU (median, 95 %)", "advertiser")
    return _table(heads, rows)


def operation_table(figures: dict[str, Any]) -> str:
    """Return the table of what hosts ask of the server."""
    names = {
        "claim": "a worker claims a job",
        "claim_nothing": "it asks when none waits but others run, twice a second",
        "heartbeat": "it tells that a job's video goes on, once a second",
        "write": "it stores what was seen of a video",
        "end": "it ends a job",
        "look_for_changes": "a process that answers looks for changes, ten times a second",
        "follow": "it takes in a change",
        "follow_batch": "it takes in twenty at once",
        "write_lists": "it writes down a hundred lists, once a second",
    }
    rows = [
        (
            name,
            f"{operations(figures)[key]['client_ms']:.2f}",
            f"{operations(figures)[key]['server_ms']:.2f}",
            _percentiles(operations(figures)[key]["wall_ms"]),
        )
        for key, name in names.items()
    ]
    return _table(
        ("what", "ms of its CPU", "of the server's", "until answered, ms (median, 95 %)"), rows
    )


def size_table(figures: dict[str, Any], assumptions: dict[str, Any]) -> str:
    """Return the table of what follows for each number of videos."""
    columns = [column(size, figures, assumptions) for size in SIZES]
    rows = [(name, *(each[name] for each in columns)) for name in columns[0]]
    return _table(("", *(f"{size / 1e6:,.0f} million" for size in SIZES)), rows)


def column(videos: int, figures: dict[str, Any], assumptions: dict[str, Any]) -> dict[str, str]:
    """Return what so many videos take, by name."""
    video, load, host = video_of(figures, assumptions), assumptions["load"], assumptions["host"]
    ingest_cpu = videos * video.cpu_seconds
    ingest_processors = ingest_cpu / (load["ingest_days"] * DAY * load["busy"])
    index_gb = videos * video.index_bytes / 1e9
    search = search_seconds(videos, figures)
    queries = load["queries_a_second_a_million"] * videos / 1e6
    query_cpu = queries * (figures["requests"]["cpu_seconds"] + search)
    processors = host["processors"]
    while _memory(processors, host) < index_gb + processors * host["process_gb"]:
        processors *= 2
    answering = max(load["least_hosts"], -(-query_cpu // (processors * load["busy"])))
    reindex = videos * figures["rates"]["reindex_cpu_ms"]["local:1"] / 1e3
    # Counting is shared out; the generation is put together by the process that asked for it.
    together = videos * figures["queries"]["10000000"]["build_cpu_seconds"] / 1e7
    a_second = videos / (load["ingest_days"] * DAY)
    held = _mean(figures["operations"]["write"]["wall_ms"]) / 1e3
    published = index_gb * load["reindexes_a_day"] * answering
    row = {
        "watching, once, hours of CPU": f"{ingest_cpu / 3600:,.0f}",
        f"hosts of {host['processors']} processors that watch for {load['ingest_days']:.0f} days":
            f"{_up(ingest_processors / host['processors']):,.0f}",
        "videos a second": f"{a_second:.1f}",
        "of the time that one PostgreSQL can write": f"{a_second * held:.0%}",
        "footage fetched meanwhile": f"{a_second * video.footage_bytes * 8 / 1e9:.1f} Gbit/s",
        "catalog in PostgreSQL": _size(videos * video.postgres_bytes),
        "of these thumbnails": _size(videos * video.thumbnail_bytes),
        "index": _size(videos * video.index_bytes),
        "a reindex on one processor": _time(reindex),
        "a reindex on 64": _time((reindex - together) / 64 + together),
        "a viewer's search, CPU": f"{1e3 * search:,.1f} ms",
        "queries a second": f"{queries:,.0f}",
        "hosts that answer": f"{answering:,.0f} of {processors} processors,"
        f" {_memory(processors, host):,.0f} GB",
        "index sent to them a day": _size(1e9 * published),
    }  # fmt: skip
    for cloud in assumptions["clouds"].values():
        once = ingest_cpu / 3600 / load["busy"] * cloud["processor_hour"]
        rent = MONTH_HOURS * cloud["processor_hour"]
        database = max(2, 2 * _up(a_second * server_seconds(video, figures) / load["busy"]))
        monthly = (
            rent * (answering * processors + database * host["processors"])
            + videos * video.postgres_bytes / 1e9 * cloud["disk_gb_month"]
            + 3 * index_gb * cloud["object_gb_month"]
        )
        row[f"watching, once: {cloud['name']}"] = _money(once)
        row[f"a month: {cloud['name']}"] = _money(monthly)
    return row


def server_seconds(video: Video, figures: dict[str, Any]) -> float:
    """Return CPU seconds of the server for one video: its claim, a heartbeat a second, its end."""
    ms: dict[str, float] = {
        name: operation["server_ms"] for name, operation in operations(figures).items()
    }
    return (ms["claim"] + video.cpu_seconds * ms["heartbeat"] + ms["write"] + ms["end"]) / 1e3


def search_seconds(videos: int, figures: dict[str, Any]) -> float:
    """Return the median CPU seconds of a viewer's search; in proportion past what was measured."""
    nearest = max(int(size) for size in _by_size(figures) if int(size) <= videos)
    percentiles: list[float] = figures["queries"][str(nearest)]["viewer_ms"]
    return percentiles[len(percentiles) // 2] / 1e3 * videos / nearest


def simulated_table(rows: list[dict[str, float]]) -> str:
    """Return the table of simulated clusters."""
    heads = (
        "workers", "videos a second come", "are done", "wait in the queue", "a claim (95 %)",
        "server busy", "its one writer busy", "a change is seen (95 %)", "a query (median, 99 %)",
    )  # fmt: skip
    return _table(
        heads,
        [
            (
                f"{row['workers']:,}" + ("" if row["waits"] == 1 else ", a faster disk"),
                f"{row['offered']:.1f}",
                f"{row['done']:.1f}",
                _time(row["delay"]),
                _time(row["claim_p95"]),
                f"{row['database_busy']:.0%}",
                f"{row['order_busy']:.0%}",
                _time(row["change_p95"]),
                f"{_time(row['query_p50'])}, {_time(row['query_p99'])}",
            )
            for row in rows
        ],
    )


def operations(figures: dict[str, Any]) -> dict[str, Any]:
    """Return the operations, without what else is kept with them."""
    stored: dict[str, Any] = figures["operations"]
    return {name: figure for name, figure in stored.items() if isinstance(figure, dict)}


def _by_size(figures: dict[str, Any]) -> dict[str, Any]:
    return {size: figure for size, figure in figures["queries"].items() if size.isdigit()}


def _memory(processors: int, host: dict[str, float]) -> float:
    return processors * host["gib_a_processor"] * 1.073741824


def _mean(percentiles: list[float]) -> float:
    return (sum(percentiles) - (percentiles[0] + percentiles[-1]) / 2) / (len(percentiles) - 1)


def _percentiles(values: list[float]) -> str:
    return f"{values[len(values) // 2]:.2f}, {values[-2]:.2f}"


def _up(number: float) -> int:
    return max(1, int(-(-number // 1)))


def _size(size_bytes: float) -> str:
    for unit, scale in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size_bytes >= scale:
            return f"{size_bytes / scale:.3g} {unit}"
    return f"{size_bytes:.0f} bytes"


def _time(seconds: float) -> str:
    for unit, scale in (("days", DAY), ("h", 3600.0), ("min", 60.0), ("s", 1.0)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{1e3 * seconds:.3g} ms"


def _money(dollars: float) -> str:
    return f"${float(f'{dollars:.2g}'):,.0f}"


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    main()
