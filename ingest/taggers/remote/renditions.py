"""The copy of a video that a remote tagger looks at: 1024 pixels, no sound, easy to cut.

Made by the program ``ffmpeg`` on the PATH, or the one inside the package ``imageio-ffmpeg``; its
command lines are built by ``ffmpeg-python``.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile, gettempdir
from typing import Any, Final

import av

from engine.domain.text import cleaned_line
from engine.errors import MissingPart, ReelmatchError
from engine.system.temporary_files import held_folder
from ingest.decoding.frames import LONGEST_SECONDS, open_video
from ingest.decoding.probe import (
    MAX_PIXELS,
    Status,
    UndecodableVideo,
    is_picture,
    open_container,
    video_stream,
)
from ingest.runner.safe_start import clean_children_environment
from ingest.taggers.remote.cuts import CUT_SECONDS

MAX_SIDE: Final = 1024
"""Pixels; smaller videos stay as small as they are."""

# A whole number of frames a second puts the frames at the cuts exactly where they are sought.
_RATE: Final = 25
_FORMATS: Final = "mov,mp4,matroska,webm,mpegts,avi,flv,gif,mpeg,mpegvideo,h264,hevc,asf,ogg"
_DEADLINE_SECONDS: Final = 4 * 60 * 60
_MAX_MEMORY: Final = 4 << 30
_MAX_BYTES: Final = 4 << 30
_COMPLAINT_BYTES: Final = 500
_INSTALL: Final = "pip install 'reelmatch[remote]'"

# Limits are set by a process that then starts the program: setting them between fork and exec of
# this one is not safe beside other threads. It ends the program when its standard input ends, which
# is when nobody waits for the copy any more.
_LIMITED: Final = """
import os, resource, signal, sys, threading

def limit(what, most):
    hard = resource.getrlimit(what)[1]
    most = int(most) if hard == resource.RLIM_INFINITY else min(int(most), hard)
    resource.setrlimit(what, (most, most))

limit(resource.RLIMIT_CPU, sys.argv[1])
limit(resource.RLIMIT_AS, sys.argv[2])
limit(resource.RLIMIT_FSIZE, sys.argv[3])
limit(resource.RLIMIT_CORE, 0)

def end_with_parent():
    os.read(0, 1)
    os.killpg(0, signal.SIGKILL)

nothing = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
program = os.posix_spawn(sys.argv[4], sys.argv[4:], os.environ, file_actions=[nothing])
threading.Thread(target=end_with_parent, daemon=True).start()
code = os.waitstatus_to_exitcode(os.waitpid(program, 0)[1])
if code < 0:
    signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
os._exit(code)
"""


class RenditionFailed(ReelmatchError):
    """The program ``ffmpeg`` could not make a copy."""


@dataclass(frozen=True, slots=True)
class Rendition:
    """A copy of a video, or a part of one.

    Attributes:
        path: an MP4 file, H.264.
        start: the second of the whole at which it begins; a multiple of ``CUT_SECONDS``.
        seconds: its length.
    """

    path: Path
    start: int
    seconds: float

    @property
    def size_bytes(self) -> int:
        """Length of the file."""
        return self.path.stat().st_size


@contextmanager
def rendition_of(path: Path) -> Iterator[Rendition]:
    """Make the copy of a video, in a folder of its own that is gone afterwards.

    Raises:
        UndecodableVideo: nothing can be seen of the file.
        MissingPart: there is no ``ffmpeg``.
        RenditionFailed: ``ffmpeg`` failed, took too long or too much.
    """
    with open_container(path) as container:
        if is_picture(path, container):
            raise UndecodableVideo(
                path, Status.UNSUPPORTED, "this is a picture, and a remote tagger takes videos"
            )
        stream = video_stream(path, container).index
    # Decodes a frame, so that what ffmpeg fails at later is not the file's fault.
    with open_video(path):
        pass
    with held_folder(Path(gettempdir()), hidden=False) as folder:
        copy = folder / "copy.mp4"
        _run(copy_command(path, copy, stream))
        if not (n_frames := _count_frames(copy)):
            raise RenditionFailed("ffmpeg made a copy without a single frame")
        yield Rendition(copy, 0, n_frames / _RATE)


def parts_of(whole: Rendition, *, longest_seconds: int, max_bytes: int) -> Iterator[Rendition]:
    """Yield the parts of a copy, each within the limits; the copy itself if it is.

    A part's file is gone when the next one is asked for.

    Args:
        whole: as from ``rendition_of``.
        longest_seconds: of a part; at least ``CUT_SECONDS``.
        max_bytes: of a part's file.

    Raises:
        RenditionFailed: ``CUT_SECONDS`` of this video are over ``max_bytes``.
    """
    if whole.seconds <= longest_seconds and whole.size_bytes <= max_bytes:
        yield whole
        return
    step = longest_seconds // CUT_SECONDS * CUT_SECONDS
    spans = [
        (start, min(step, whole.seconds - start)) for start in range(0, round(whole.seconds), step)
    ]
    while spans:
        start, seconds = spans.pop(0)
        part = _cut(whole, start, seconds)
        try:
            if part.size_bytes <= max_bytes:
                yield part
            elif seconds <= CUT_SECONDS:
                raise RenditionFailed(
                    f"{CUT_SECONDS} seconds of the copy have {part.size_bytes} bytes,"
                    f" over the limit of {max_bytes}: raise the limit"
                )
            else:
                half = max(1, int(seconds / 2) // CUT_SECONDS) * CUT_SECONDS
                spans[:0] = [(start, half), (start + half, seconds - half)]
        finally:
            part.path.unlink()


def find_program() -> Path:
    """Return the program ``ffmpeg``: the one on the PATH, or the one of ``imageio-ffmpeg``.

    Never one of the current folder, whatever the PATH says.

    Raises:
        MissingPart: there is neither.
    """
    environment = dict(os.environ)
    clean_children_environment(environment)
    if on_path := shutil.which("ffmpeg", path=environment.get("PATH", os.defpath)):
        return Path(on_path)
    try:
        packaged = Path(import_module("imageio_ffmpeg").get_ffmpeg_exe())
    except (ImportError, RuntimeError) as error:
        raise MissingPart("the copy for a remote tagger (the program ffmpeg)", _INSTALL) from error
    if not packaged.is_absolute():  # where it lies would be the current folder's say
        raise MissingPart("the copy for a remote tagger (the program ffmpeg)", _INSTALL)
    return packaged


def copy_command(source: Path, target: Path, stream: int = 0) -> list[str]:
    """Return the command that makes the copy of a video: of its stream of that number."""
    ffmpeg = _builder()
    video = (
        _input(ffmpeg, source, threads=1, max_pixels=MAX_PIXELS)[str(stream)]
        .filter("setpts", "PTS-STARTPTS")
        .filter("fps", _RATE)
        .filter("scale", "trunc(iw*sar/2)*2", "ih")
        .filter(
            "scale",
            w=f"min({MAX_SIDE},iw)",
            h=f"min({MAX_SIDE},ih)",
            force_original_aspect_ratio="decrease",
            force_divisible_by=2,
        )
        .filter("setsar", 1)
    )
    # Frames between the cuts lean on none beyond them: no B-frames, a keyframe at each cut.
    every = _RATE * CUT_SECONDS
    coding = {"bf": 0, "g": every, "keyint_min": every, "sc_threshold": 0}
    return _command(
        ffmpeg,
        video.output(
            str(target.absolute()),
            **{"c:v": "libx264", **coding},
            preset="veryfast",
            crf=28,
            pix_fmt="yuv420p",
            threads=1,
            t=LONGEST_SECONDS,
            map_metadata=-1,
            movflags="+faststart",
            f="mp4",
        ),
    )


def cut_command(source: Path, target: Path, start: int, seconds: float) -> list[str]:
    """Return the command that copies ``[start, start + seconds)`` of a copy."""
    ffmpeg = _builder()
    video = _input(ffmpeg, source, ss=start)["V:0"]
    coding = {"c:v": "copy", "t": seconds, "movflags": "+faststart", "f": "mp4"}
    return _command(ffmpeg, video.output(str(target.absolute()), **coding))


def _builder() -> Any:
    try:
        return import_module("ffmpeg")
    except ImportError as error:
        raise MissingPart("the copy for a remote tagger (ffmpeg-python)", _INSTALL) from error


def _input(ffmpeg: Any, source: Path, **options: object) -> Any:
    # A playlist makes ffmpeg open whatever it names: both lists leave no way to.
    return ffmpeg.input(
        str(source.absolute()),
        protocol_whitelist="file,pipe",
        format_whitelist=_FORMATS,
        **options,
    )


def _command(ffmpeg: Any, output: Any) -> list[str]:
    program, *arguments = ffmpeg.compile(output, cmd=str(find_program()), overwrite_output=True)
    # Of a damaged video the good frames are worth a copy, however few they are.
    tolerant = ["-max_error_rate", "1"]
    return [program, "-nostdin", "-hide_banner", "-v", "error", *tolerant, *arguments]


def _cut(whole: Rendition, start: int, seconds: float) -> Rendition:
    target = whole.path.with_name(f"part-{start}.mp4")
    _run(cut_command(whole.path, target, start, seconds))
    return Rendition(target, start, seconds)


def _run(command: Sequence[str], deadline_seconds: float = _DEADLINE_SECONDS) -> None:
    limits = [str(_DEADLINE_SECONDS), str(_MAX_MEMORY), str(_MAX_BYTES)]
    # The complaints go to a file, which the limit on files bounds; a pipe would fill memory.
    with TemporaryFile() as complaints:
        process = subprocess.Popen(  # noqa: S603 - a list of arguments, no shell
            [sys.executable, "-I", "-S", "-c", _LIMITED, *limits, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            start_new_session=True,
        )
        try:
            code = process.wait(deadline_seconds)
        except subprocess.TimeoutExpired:
            raise RenditionFailed(
                f"ffmpeg was not done after {deadline_seconds:.0f} seconds: the copy was given up"
            ) from None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            assert process.stdin is not None  # noqa: S101  # a pipe
            process.stdin.close()
        if code != 0:
            raise RenditionFailed(
                f"ffmpeg could not make the copy: {_last_words(complaints, code)}"
            )


def _last_words(complaints: Any, code: int) -> str:
    size = complaints.seek(0, os.SEEK_END)
    complaints.seek(max(0, size - _COMPLAINT_BYTES))
    text = complaints.read().decode(errors="replace").strip()
    words = " ".join(cleaned_line(text, " ").split())
    return words or (f"ended by signal {-code}" if code < 0 else f"exit code {code}")


def _count_frames(copy: Path) -> int:
    with av.open(str(copy)) as container:
        return sum(stream.frames for stream in container.streams.video)
