"""Real workers on a real queue: made videos, processes of ``reelmatch work``, what they took."""

import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av

from api.cli.footage import packaged_clips
from engine.ports.catalog import Catalog
from support.processes import descendants_of

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Done:
    """A job that has ended; moments are seconds since 1970."""

    created_at: float
    claimed_at: float
    ended_at: float
    seconds: int
    cpu_seconds: float


class MadeVideos:
    """Videos made of packaged clips, each shown some times over; no two are one file.

    Args:
        folder: that they are written to.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._clips = itertools.cycle(packaged_clips())
        self._numbers = itertools.count()

    def make(self, times: int) -> Path:
        """Make one by copying the packets of the next clip."""
        clip, number = next(self._clips), next(self._numbers)
        path = self._folder / f"{number:04}-{clip.stem}-{times}.mkv"
        with av.open(str(path), "w", options={}) as written, av.open(str(clip)) as first:
            # Content makes the id of a video: the title makes each another one.
            written.metadata["title"] = path.stem
            stream = written.add_stream_from_template(first.streams.video[0])
            offset = 0
            for _ in range(times):
                offset = _append(clip, written, stream, offset)
        return path


def _append(clip: Path, written: Any, stream: Any, offset: int) -> int:
    last = 0
    with av.open(str(clip)) as source:
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is None or packet.pts is None:
                continue
            packet.pts += offset
            packet.dts += offset
            last = max(last, packet.pts + (packet.duration or 1))
            packet.stream = stream
            written.mux(packet)
    return last


@contextmanager
def working(url: str, count: int, folder: Path) -> Iterator[list[int]]:
    """Have so many workers work a queue, one video at a time each; return their processes."""
    with ExitStack() as stack:
        processes = []
        for number in range(count):
            home = folder / f"worker-{number}"
            process = subprocess.Popen(  # noqa: S603 - our own command
                [Path(sys.executable).parent / "reelmatch", "work"],
                env={
                    **os.environ,
                    "REELMATCH_HOME": str(home),
                    "REELMATCH_CATALOG": url,
                    "REELMATCH_PROCESSES": "1",
                },
                stderr=subprocess.DEVNULL,
            )
            stack.callback(_end, process)
            processes.append(process.pid)
        yield processes


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    process.wait(60)


def warm_up(url: str, catalog: Catalog, videos: MadeVideos, count: int) -> None:
    """Give workers videos until each of them has watched one."""
    while len({job.worker for job in catalog.jobs.all() if job.worker}) < count:
        run(url, catalog, [videos.make(1) for _ in range(count)])


def run(
    url: str, catalog: Catalog, paths: Sequence[Path], gaps: Sequence[float] | None = None
) -> list[Done]:
    """Queue videos, at once or one after the other, and wait until all are done."""
    import psycopg

    ids = []
    due = time.time()
    for path, gap in zip(paths, gaps or [0.0] * len(paths), strict=True):
        due += gap
        time.sleep(max(0.0, due - time.time()))
        ids += catalog.jobs.add([str(path)], {}, now=time.time())
    while catalog.jobs.count_open(ids):
        time.sleep(0.25)
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "select created_at, claimed_at, changed_at, seconds, cost, status from jobs"
            " where id = any(%s) order by id",
            [ids],
        ).fetchall()
    assert {row[-1] for row in rows} == {"ok"}, rows
    return [Done(row[0], row[1], row[2], row[3], sum(json.loads(row[4]).values())) for row in rows]


def cpu_seconds(process: int) -> float:
    """Return the CPU seconds of a process and of all below it, those that have ended with them."""
    return sum(_ticks(each) for each in [process, *descendants_of(process)]) / TICKS


def busy_seconds() -> float:
    """Return the CPU seconds of all processes since the machine was started."""
    user, nice, system, _, _, irq, soft, *_ = (
        int(each) for each in Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    )
    return (user + nice + system + irq + soft) / TICKS


def _ticks(process: int) -> int:
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # It has just ended.
        return 0
    return sum(map(int, fields[11:15]))
