"""Tables of ``docs/scaling.md``: what was measured, what follows, what was simulated.

    python benchmarks/scale/tables.py

Writes them anew, from ``measured.json``, ``simulated.json`` and ``assumed.toml``. A test holds that
the page is what this gives.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from figures import measured
from sizing import (
    DAY,
    FOLDER,
    SOURCES,
    Needs,
    assumed,
    bill_of,
    by_size,
    cpu_ms,
    metadata_bytes,
    needs_of,
    operations,
    track_bytes,
    video_of,
)

PAGE: Final = Path(__file__).parents[2] / "docs" / "scaling.md"
SIZES: Final = (1_000_000, 100_000_000, 1_000_000_000)


def main() -> None:
    """Write the page's tables anew."""
    PAGE.write_text(with_tables(PAGE.read_text()))


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
        "check": check_table(figures["check"]),
    }.items():
        first, last = f"<!-- {name}: by benchmarks/scale/tables.py -->\n", "<!-- end -->"
        before, rest = page.split(first)
        page = before + first + "\n" + table + "\n" + rest[rest.index(last) :]
    return page


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
        for size, figure in sorted(by_size(figures).items(), key=lambda row: int(row[0]))
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
    needs = needs_of(videos, figures, assumptions)
    row = _needed(needs, assumptions)
    for cloud in assumptions["clouds"].values():
        bill = bill_of(needs, assumptions, cloud)
        row[f"watching, once: {cloud['name']}"] = _money(bill.watching)
        row[f"a month: {cloud['name']}"] = _money(bill.month)
        row[f"thumbnails in a bucket: {cloud['name']}"] = (
            f"{_money(bill.saved_by_bucket)} less a month, {_money(bill.bucket_writes)} once"
        )
    return row


def _needed(needs: Needs, assumptions: dict[str, Any]) -> dict[str, str]:
    host, days = assumptions["host"]["processors"], assumptions["load"]["ingest_days"]
    return {
        "watching, once, hours of CPU": f"{needs.watching_hours:,.0f}",
        f"hosts of {host} processors that watch for {days:.0f} days": f"{needs.watching_hosts:,}",
        "videos a second": f"{needs.videos_a_second:.1f}",
        "of the time that one PostgreSQL can write": f"{needs.writer_busy:.0%}",
        "its processors at work, for those who watch; who answer": (
            f"{needs.server_for_watching:,.1f}; {needs.server_for_following:,.1f}"
        ),
        "footage fetched meanwhile": f"{needs.footage_bits_a_second / 1e9:.1f} Gbit/s",
        "catalog in PostgreSQL": _size(needs.catalog_bytes),
        "of these thumbnails": _size(needs.thumbnail_bytes),
        "index": _size(needs.index_bytes),
        "a reindex on one processor": _time(needs.reindex_seconds),
        "a reindex on 64": _time(needs.reindex_seconds_on_64),
        "a viewer's search, CPU": f"{1e3 * needs.search_seconds:,.1f} ms",
        "queries a second": f"{needs.queries_a_second:,.0f}",
        "hosts that answer": f"{needs.answering_hosts:,} of {needs.answering_processors}"
        f" processors, {needs.answering_memory_gb:,.0f} GB",
        "index sent to them a day": _size(needs.published_bytes_a_day),
    }


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


def check_table(check: dict[str, Any]) -> str:
    """Return the table of the simulation beside a real run."""
    real, simulated = check["real"], check["simulated"]
    rows = [
        (
            name,
            f"{real[key]:.2f}{unit}",
            f"{simulated[key]:.2f}{unit}",
            f"{simulated[key] / real[key]:.2f}",
        )
        for name, key, unit in (
            ("jobs a second", "throughput", ""),
            ("mean wait in the queue", "delay", " s"),
        )
    ]
    conditions = (
        f"\n{check['jobs']} videos, {check['date']}; other programs took"
        f" {check['cores_of_others']:.2f} of the two cores, load {check['load']:.0f}.\n"
    )
    return _table(("", "happened", "simulated", "ratio"), rows) + conditions


def _percentiles(values: list[float]) -> str:
    return f"{values[len(values) // 2]:.2f}, {values[-2]:.2f}"


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
