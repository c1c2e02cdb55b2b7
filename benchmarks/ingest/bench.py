"""How fast a clip is watched, where the time goes, and what an installation weighs.

    python benchmarks/ingest/bench.py [CLIP ...]

Without clips it takes those of 640x360 to 854x480 that come in packages. CPU time of one thread,
the best of three runs: these machines are shared.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import onnxruntime

from api.cli.footage import packaged_clips
from engine.store.catalog import Catalog
from ingest.frames import open_video
from ingest.pipeline import ingest_file
from ingest.taggers.local import LocalTagger

RUNS = 3
OURS = "reelmatch"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="*", type=Path)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    clips = arguments.clips or [
        clip for clip in packaged_clips() if clip.name in ("bikes.mp4", "cityCC0.mpg")
    ]
    if arguments.worker:
        _watch_and_tell_memory(clips[0])
        return
    _print_speed(clips)
    _print_memory(clips[0])
    _print_first_query()
    _print_installation()


def _print_speed(clips: list[Path]) -> None:
    tagger = LocalTagger.load()
    print("| clip | size | seconds | x real time | decode | models | the rest |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    spent_on: dict[str, float] = {}
    for clip in clips:
        seconds, size = _facts(clip)
        decode = min(_cpu(lambda clip=clip: _decode(clip)) for _ in range(RUNS))
        whole, spent_on = min((_watch(clip, tagger) for _ in range(RUNS)), key=lambda run: run[0])
        models = sum(spent_on.values())
        rest = max(0.0, whole - decode - models)
        print(
            f"| {clip.name} | {size} | {seconds} | {seconds / whole:.1f} | {decode / whole:.0%} |"
            f" {models / whole:.0%} | {rest / whole:.0%} |"
        )
    print("\nOf the last clip, ms of CPU a second of video:")
    for model, spent in spent_on.items():
        print(f"  {model}: {1000 * spent / seconds:.1f}")


def _facts(clip: Path) -> tuple[int, str]:
    with open_video(clip) as video:
        seconds = sum(1 for _ in video.seconds())
        return seconds, f"{video.width}x{video.height}"


def _decode(clip: Path) -> None:
    with open_video(clip) as video:
        for _ in video.seconds():
            pass


def _watch(clip: Path, tagger: LocalTagger) -> tuple[float, dict[str, float]]:
    """Ingest into a new catalog; return CPU seconds of the whole and of each model."""
    spent: dict[str, float] = defaultdict(float)
    run = onnxruntime.InferenceSession.run

    def timed(session: Any, *arguments: Any, **options: Any) -> Any:
        started = time.thread_time()
        answer = run(session, *arguments, **options)
        spent[Path(session._model_path or "model").parent.name] += time.thread_time() - started
        return answer

    with tempfile.TemporaryDirectory() as home, Catalog.open(Path(home) / "c.db") as catalog:
        onnxruntime.InferenceSession.run = timed
        try:
            whole = _cpu(lambda: ingest_file(clip, catalog, tagger))
        finally:
            onnxruntime.InferenceSession.run = run
    return whole, dict(spent)


def _cpu(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _print_memory(clip: Path) -> None:
    for loops in (1, 40):
        told = subprocess.run(  # noqa: S603 - our own script
            [sys.executable, __file__, "--worker", str(_looped(clip, loops))],
            capture_output=True,
            text=True,
            check=True,
        )
        print(f"\nMemory of one worker: {told.stdout.strip()}")


def _looped(clip: Path, times: int) -> Path:
    """Return a file that shows a clip many times over, by copying its packets."""
    import av

    target = Path(tempfile.gettempdir()) / f"reelmatch-bench-{clip.stem}-{times}.mkv"
    with av.open(str(target), "w") as written, av.open(str(clip)) as first:
        stream = written.add_stream_from_template(first.streams.video[0])
        offset = 0
        for _ in range(times):
            with av.open(str(clip)) as source:
                last = 0
                for packet in source.demux(source.streams.video[0]):
                    if packet.dts is None or packet.pts is None:
                        continue
                    packet.pts += offset
                    packet.dts += offset
                    last = max(last, packet.pts + (packet.duration or 1))
                    packet.stream = stream
                    written.mux(packet)
            offset = last
    return target


def _watch_and_tell_memory(clip: Path) -> None:
    with tempfile.TemporaryDirectory() as home, Catalog.open(Path(home) / "c.db") as catalog:
        outcome = ingest_file(clip, catalog, LocalTagger.load())
    status = Path("/proc/self/status").read_text()
    (peak,) = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")]
    print(f"{peak / 1024:.0f} MB at most, watching {outcome.seconds} seconds")


def _print_first_query() -> None:
    """Time a whole command in a new process: imports, opening, one search."""
    reelmatch = Path(sys.executable).parent / "reelmatch"
    with tempfile.TemporaryDirectory() as home:
        environment = {"REELMATCH_HOME": home, "PATH": str(reelmatch.parent)}

        def run(*arguments: str) -> float:
            started = time.perf_counter()
            subprocess.run(  # noqa: S603 - our own command
                [reelmatch, *arguments], env=environment, capture_output=True, check=True
            )
            return time.perf_counter() - started

        run("ingest", str(packaged_clips()[2]))
        run("reindex")
        run("match", "--keyword", "person")
        best = min(run("match", "--keyword", "person") for _ in range(RUNS))
    print(f"\nFirst query of a new process, kernels cached: {best:.2f} s wall with all imports")


def _print_installation() -> None:
    """Add up the files of the distribution and of all it needs, extras left out.

    pip is left out, too: sqlite-utils asks for it, and every virtual environment has it.
    """
    sizes = {name: _size(name) for name in _needed(OURS) - {"pip"}}
    print(f"\nInstallation without extras: {sum(sizes.values()) / 1e6:.0f} MB")
    for name, size in sorted(sizes.items(), key=lambda pair: -pair[1])[:10]:
        print(f"  {name}: {size / 1e6:.0f} MB")


def _needed(name: str) -> set[str]:
    from packaging.requirements import Requirement

    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop().lower().replace("_", "-")
        if one in found:
            continue
        found.add(one)
        for text in distribution(one).requires or []:
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(requirement.name)
    return found


def _size(name: str) -> int:
    if name == OURS:
        root = Path(__file__).parent.parent.parent
        packages = ("api", "engine", "ingest", "models")
        files = [path for package in packages for path in (root / package).rglob("*")]
    else:
        files = [Path(str(file.locate())) for file in distribution(name).files or []]
    return sum(path.stat().st_size for path in files if path.is_file())


if __name__ == "__main__":
    main()
