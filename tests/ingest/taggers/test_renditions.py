"""The copy that a remote tagger looks at."""

import os
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from engine.errors import MissingPart
from ingest.decoding.frames import open_video
from ingest.decoding.probe import UndecodableVideo
from ingest.taggers.remote import renditions
from ingest.taggers.remote.renditions import (
    MAX_SIDE,
    Rendition,
    RenditionFailed,
    copy_command,
    cut_command,
    find_program,
    parts_of,
    rendition_of,
)
from support.footage import (
    Picture,
    big_buck_bunny,
    bikes,
    city,
    clips,
    cut_to,
    numbered,
    photograph,
    read_number,
    read_picture,
    remux,
    write_sound,
    write_video,
    zero_from,
)


def watch(path: Path) -> list[Picture]:
    with open_video(path) as video:
        return [second.frame for second in video.seconds()]


def numbers(path: Path) -> list[int]:
    return [read_number(frame) for frame in watch(path)]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """45.6 s at 29.97 frames a second; each second shows its own number."""
    times = [frame * 1001 / 30000 for frame in range(1367)]
    path = tmp_path_factory.mktemp("films") / "film.mp4"
    return write_video(path, (numbered(int(time)) for time in times), times=times, rate=30)


@pytest.mark.parametrize("clip", clips(), ids=lambda path: path.stem)
def test_the_copy_shows_the_same_on_every_second(clip: Path) -> None:
    with rendition_of(clip) as copy:
        original, copied = watch(clip), watch(copy.path)
        assert len(copied) == len(original)
        for one, other in zip(original, copied, strict=True):
            height, width = (min(a, b) for a, b in zip(one.shape[:2], other.shape[:2], strict=True))
            difference = one[:height, :width].astype(int) - other[:height, :width]
            assert np.abs(difference).mean() < 12


def test_another_second_would_not_pass_for_the_same() -> None:
    # The oracle of the test above is only worth something if it can tell seconds apart.
    frames = watch(big_buck_bunny())
    assert np.abs(frames[0].astype(int) - frames[3]).mean() > 30


def test_the_longer_side_is_at_most_1024_and_nothing_is_enlarged(tmp_path: Path) -> None:
    wide, high, small = (
        write_video(tmp_path / f"{width}.mp4", [np.zeros((height, width, 3), np.uint8)] * 25)
        for width, height in ((1280, 720), (722, 1282), (96, 64))
    )
    sizes = []
    for path in (wide, high, small):
        with rendition_of(path) as copy, av.open(str(copy.path)) as container:
            stream = container.streams.video[0]
            sizes.append((stream.width, stream.height))
    assert sizes == [(1024, 576), (576, 1024), (96, 64)]
    assert max(map(max, sizes)) == MAX_SIDE


def test_turned_and_stretched_videos_come_out_upright(tmp_path: Path) -> None:
    pictures = [numbered(5, 160, 90)] * 25
    turned = write_video(tmp_path / "turned.mp4", pictures, turned=(90, False, False))
    stretched = write_video(tmp_path / "wide.mp4", pictures, pixel_aspect=Fraction(2))
    for path, size in ((turned, (90, 160)), (stretched, (320, 90))):
        with rendition_of(path) as copy, av.open(str(copy.path)) as container:
            stream = container.streams.video[0]
            assert (stream.width, stream.height) == size
            assert stream.sample_aspect_ratio in (None, 1)
            original, copied = watch(path)[0], watch(copy.path)[0]
            assert np.abs(original.astype(int) - copied).mean() < 12


def test_the_copy_has_no_sound_and_no_words_of_the_original(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", [numbered(1)] * 25, sound_seconds=1)
    with rendition_of(path) as copy, av.open(str(copy.path)) as container:
        assert [stream.type for stream in container.streams] == ["video"]


def test_the_copy_is_gone_afterwards() -> None:
    with rendition_of(city()) as copy:
        folder = copy.path.parent
        assert folder.exists()
    assert not folder.exists()


@pytest.mark.parametrize("longest", [10, 20, 29])
def test_parts_begin_at_their_second_and_lose_none(film: Path, longest: int) -> None:
    with rendition_of(film) as whole:
        assert whole.seconds == pytest.approx(45.6, abs=0.1)
        observed: list[int] = []
        for part in parts_of(whole, longest_seconds=longest, max_bytes=10**9):
            assert part.seconds <= longest
            shown = numbers(part.path)
            assert shown[0] == part.start == len(observed)
            observed += shown
    assert observed == list(range(46))


def test_parts_that_are_too_large_are_halved(film: Path) -> None:
    with rendition_of(film) as whole:
        maximum = whole.size_bytes // 3
        parts = []
        observed = []
        for part in parts_of(whole, longest_seconds=600, max_bytes=maximum):
            parts.append((part.start, part.size_bytes))
            observed += numbers(part.path)
    assert all(size <= maximum for _, size in parts)
    assert len(parts) >= 3
    assert observed == list(range(46))


def test_what_cannot_be_made_small_enough_says_so(film: Path) -> None:
    with (
        rendition_of(film) as whole,
        pytest.raises(RenditionFailed, match="over the limit of 100: raise the limit"),
    ):
        list(parts_of(whole, longest_seconds=600, max_bytes=100))


def test_a_part_that_is_the_whole_is_not_copied_again(film: Path) -> None:
    with rendition_of(film) as whole:
        assert list(parts_of(whole, longest_seconds=600, max_bytes=10**9)) == [whole]
        assert whole.path.exists()


def test_parts_are_gone_when_the_next_is_asked_for(film: Path) -> None:
    with rendition_of(film) as whole:
        for part in parts_of(whole, longest_seconds=10, max_bytes=10**9):
            assert {path.name for path in whole.path.parent.iterdir()} == {
                "copy.mp4",
                part.path.name,
            }


def test_awkward_files_are_copied(tmp_path: Path) -> None:
    one_frame = write_video(tmp_path / "one.mp4", [numbered(7)])
    named = remux(city(), tmp_path / "-i 'a' %03d; http:x.ts")
    cut = cut_to(remux(city(), tmp_path / "cut.mkv"), 0.5)
    with rendition_of(one_frame) as copy:
        assert numbers(copy.path) == [7]
    for path in (named, cut):
        with rendition_of(path) as copy:
            assert len(watch(copy.path)) == len(watch(path))


def test_hostile_and_useless_files_are_refused(tmp_path: Path) -> None:
    playlist = tmp_path / "list.mp4"
    playlist.write_text(f"#EXTM3U\n#EXTINF:5,\nfile://{city()}\n")
    sound = write_sound(tmp_path / "song.mp3", "mp3", 1)
    for path in (playlist, sound, tmp_path / "none.mp4"):
        with pytest.raises(UndecodableVideo), rendition_of(path):
            pass


@pytest.mark.parametrize("suffix", ["m3u8", "mp4", "ffconcat"])
def test_the_program_itself_follows_no_playlist(tmp_path: Path, suffix: str) -> None:
    # Even if a playlist came past the check before: the command line holds.
    clip = remux(city(), tmp_path / "clip.ts")
    playlist = tmp_path / f"list.{suffix}"
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:8\n#EXTINF:7,\nfile://{clip}\n")
    if suffix == "ffconcat":
        playlist.write_text(f"ffconcat version 1.0\nfile {clip.name}\n")
    with pytest.raises(RenditionFailed, match="ffmpeg could not make the copy"):
        renditions._run(copy_command(playlist, tmp_path / "copy.mp4"))


def test_commands_hold_the_lists_of_what_may_be_opened(tmp_path: Path) -> None:
    for command in (
        copy_command(tmp_path / "a.mp4", tmp_path / "b.mp4"),
        cut_command(tmp_path / "a.mp4", tmp_path / "b.mp4", 10, 20),
    ):
        before_input = command[: command.index("-i")]
        assert command[1] == "-nostdin"
        assert before_input[before_input.index("-protocol_whitelist") + 1] == "file,pipe"
        formats = before_input[before_input.index("-format_whitelist") + 1].split(",")
        assert not {"hls", "concat", "dash", "image2", "lavfi"} & set(formats)
        assert Path(command[command.index("-i") + 1]).is_absolute()


def _program(path: Path, script: str) -> Path:
    path.mkdir(exist_ok=True)
    program = path / "ffmpeg"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def test_a_program_on_the_path_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = _program(tmp_path / "bin", "exit 3")
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}/usr/bin:/bin")
    assert find_program() == program
    with pytest.raises(RenditionFailed, match="exit code 3"), rendition_of(city()):
        pass


def test_without_any_program_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(MissingPart, match=r"pip install 'reelmatch\[remote\]'"):
        find_program()
    monkeypatch.setitem(sys.modules, "ffmpeg", None)
    with pytest.raises(MissingPart, match=r"pip install 'reelmatch\[remote\]'"):
        copy_command(Path("/a.mp4"), Path("/b.mp4"))


@pytest.mark.slow
def test_a_program_that_hangs_is_stopped_with_all_its_children(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    program = _program(tmp_path / "bin", f"sleep 60 & echo $! > {pid_file}; wait")
    with pytest.raises(RenditionFailed, match="not done after 3 seconds"):
        renditions._run([str(program)], deadline_seconds=3)
    child = int(pid_file.read_text())
    # It is killed by now, but may need a moment to be gone; left alone it would sleep on.
    for _ in range(100):
        if not _runs(child):
            break
        time.sleep(0.1)
    assert not _runs(child)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
        # One that nobody has waited for yet still has a number.
        return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_a_program_that_talks_without_end_fills_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renditions, "_MAX_BYTES", 100_000)
    program = _program(tmp_path / "bin", "yes 'no such frame' >&2")
    with pytest.raises(RenditionFailed, match="no such frame") as caught:
        renditions._run([str(program)])
    assert len(str(caught.value)) < 600


def test_limits_that_are_tighter_already_stay(tmp_path: Path) -> None:
    program = _program(tmp_path / "bin", f"ulimit -f > {tmp_path / 'limit'}")
    script = (
        "import resource; from ingest.taggers.remote import renditions;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20));"
        f"renditions._run([{str(program)!r}])"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
    blocks = int((tmp_path / "limit").read_text())
    assert blocks in (1 << 11, 1 << 10)  # of 512 or 1024 bytes, as the shell pleases


def test_a_picture_is_no_video() -> None:
    path = photograph("chelsea.png")
    assert read_picture(path).shape == (300, 451, 3)
    with pytest.raises(UndecodableVideo, match="this is a picture"), rendition_of(path):
        pass


def test_the_good_frames_of_a_damaged_video_are_copied(tmp_path: Path) -> None:
    front = {"movflags": "faststart"}
    path = zero_from(remux(bikes(), tmp_path / "zeros.mp4", front), 0.3)
    with rendition_of(path) as copy:
        assert 1 < copy.seconds < 9
        original, copied = watch(path), watch(copy.path)
        assert np.abs(original[0].astype(int) - copied[0]).mean() < 12
    empty = remux(bikes(), tmp_path / "empty.mp4", front)
    content = empty.read_bytes()
    zero_from(empty, (content.index(b"mdat") + 4) / len(content))
    with pytest.raises(UndecodableVideo), rendition_of(empty):
        pass


def test_a_rendition_knows_its_size(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"1234")
    assert Rendition(path, 0, 1.0).size_bytes == 4
