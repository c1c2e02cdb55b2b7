"""Skipped decoding changes no second: beside every frame decoded by FFmpeg alone."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import pytest
from av.packet import Packet
from av.video.frame import VideoFrame

from ingest.decoding import decoder as decoding
from ingest.decoding.decoder import ForwardPass
from ingest.decoding.frames import open_video
from ingest.decoding.packet_skipping import Fate, plan
from ingest.decoding.probe import open_container, video_stream
from ingest.decoding.sampling import Clock, sample_midpoints
from support.footage import (
    Picture,
    bikes,
    city,
    clips,
    every_frame,
    flip_bits,
    frame_of_each_second,
    numbered,
    read_number,
    write_video,
)

SIX_PER_GROUP = {"x264-params": "keyint=6:min-keyint=6:scenecut=0:bframes=2"}


def drifting(number: int) -> Picture:
    """Waves that move, so that each frame is built on others and differs from all."""
    y, x = np.mgrid[:64, :96]
    waves = 128 + 60 * np.sin((x + 3 * number) / 7) + 60 * np.cos((y - 2 * number) / 5)
    grey = waves.astype(np.uint8)
    return np.stack([grey, np.roll(grey, number, axis=0), 255 - grey], axis=-1)


def chosen(path: Path) -> tuple[list[tuple[Fraction, Picture]], ForwardPass]:
    """(seconds after the first, frame as stored) of each second, and the pass, at its end."""
    with open_container(path) as container:
        forward = ForwardPass(container, video_stream(path, container))
        samples = [
            (sample.time, stored(sample.item))
            for sample in sample_midpoints(forward.frames(), forward.gaps.length)
        ]
        assert forward.gaps.in_words() == ""
    return samples, forward


def stored(frame: VideoFrame) -> Picture:
    return cast("Picture", frame.to_ndarray())


def assert_as_if_all_were_decoded(path: Path, interval: Fraction) -> float:
    """Check every second, and return the share of frames that was decoded."""
    samples, forward = chosen(path)
    frames = every_frame(path)
    times = [time for time, _ in frames]
    expected = frame_of_each_second(times, times[-1] + interval)
    assert [time for time, _ in samples] == [times[i] for i in expected]
    for (_, frame), i in zip(samples, expected, strict=True):
        np.testing.assert_array_equal(frame, stored(frames[i][1]))
    assert forward.gaps.n_errors == 0
    return forward.n_frames / len(frames)


def fates(path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, Fate]]:
    """(errors so far, fate) of each packet."""
    noted = []
    with open_container(path) as container:
        forward = ForwardPass(container, video_stream(path, container))

        def noting(*planned: Any) -> Iterator[Any]:
            for stored, fate in plan(*planned):
                noted.append((forward.gaps.n_errors, fate))
                yield stored, fate

        monkeypatch.setattr(decoding, "plan", noting)
        for _ in forward.frames():
            pass
    return noted


RATES_AND_GROUPS: Sequence[tuple[Fraction, float]] = [
    (Fraction(10), 0.3),
    (Fraction(25, 2), 1),
    (Fraction(25), 0.5),
    (Fraction(25), 2),
    (Fraction(30000, 1001), 0.3),
    (Fraction(30000, 1001), 1),
    (Fraction(50), 0.5),
    (Fraction(50), 10),
]
"""Frames a second, and seconds from one key frame to the next."""

QUIET = "log-level=none:pools=1"
VP8 = {"cpu-used": "8", "auto-alt-ref": "1", "lag-in-frames": "16"}
STRUCTURES: dict[str, tuple[str, str, dict[str, str], float]] = {
    "H.264": ("x.mp4", "libx264", {"x264-params": "keyint={0}:min-keyint={0}:scenecut=0"}, 0.65),
    "H.264 with groups of all lengths": (
        "x.mkv",
        "libx264",
        {"x264-params": "keyint={0}:min-keyint=1:scenecut=80:bframes=3:ref=5"},
        0.75,
    ),
    "H.264 in a transport stream": (
        "x.ts",
        "libx264",
        {"x264-params": "keyint={0}:min-keyint={0}:b-pyramid=strict:bframes=5"},
        0.65,
    ),
    "H.264, open groups": (
        "x.ts",
        "libx264",
        {"x264-params": "keyint={0}:open-gop=1:bframes=3:b-pyramid=normal"},
        1,
    ),
    "H.264 that mends bit by bit": (
        "x.ts",
        "libx264",
        {"x264-params": "keyint={0}:intra-refresh=1:bframes=0"},
        1,
    ),
    "H.264, interlaced": ("x.ts", "libx264", {"x264-params": "keyint={0}:tff=1"}, 1),
    "HEVC": ("x.mp4", "libx265", {"x265-params": f"{QUIET}:keyint={{0}}:open-gop=0"}, 0.65),
    "HEVC, open groups": (
        "x.ts",
        "libx265",
        {"x265-params": f"{QUIET}:keyint={{0}}:min-keyint=1:open-gop=1:bframes=4"},
        0.7,
    ),
    "MPEG-1": ("x.mkv", "mpeg1video", {"bf": "2", "g": "{0}"}, 0.7),
    "MPEG-2": ("x.mpg", "mpeg2video", {"bf": "2", "g": "{0}"}, 0.7),
    "MPEG-4": ("x.mp4", "mpeg4", {"bf": "2", "g": "{0}"}, 0.7),
    "MPEG-4 in AVI": ("x.avi", "mpeg4", {"g": "{0}"}, 0.6),
    "VP8 with hidden frames": ("x.webm", "libvpx", {**VP8, "g": "{0}"}, 0.6),
    "VP9 with hidden frames": ("x.webm", "libvpx-vp9", {**VP8, "g": "{0}"}, 0.6),
    "AV1": ("x.mp4", "libsvtav1", {"g": "{0}"}, 0.6),
}
"""The file, the encoder, its options, and the share of frames that may be decoded at most; where it
is 1, nothing may be left out but what the decoder leaves out of itself."""


@pytest.mark.parametrize("structure", STRUCTURES)
def test_whatever_frames_are_built_on_the_seconds_stay_the_same(
    structure: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, codec, options, maximum = STRUCTURES[structure]
    shares = []
    for rate, seconds in RATES_AND_GROUPS:
        if codec.startswith("mpeg") and codec.endswith("video") and rate < 24:
            continue  # a rate that these codecs have no number for
        path = write_video(
            tmp_path / name,
            map(drifting, range(int(rate * Fraction(43, 10)))),
            codec=codec,
            rate=rate,
            codec_options={
                key: value.format(max(1, round(seconds * rate))) for key, value in options.items()
            },
        )
        shares.append(assert_as_if_all_were_decoded(path, 1 / rate))
        if maximum == 1:
            assert {fate for _, fate in fates(path, monkeypatch)} == {Fate.DECODE}
    assert np.mean(shares) <= maximum


@pytest.mark.parametrize("clip", clips(), ids=lambda path: path.stem)
def test_leaving_frames_out_never_changes_what_a_second_shows(clip: Path) -> None:
    frames = every_frame(clip)
    times = [time for time, _ in frames]
    interval = (times[-1] - times[0]) / (len(times) - 1)

    with open_video(clip) as video:
        seconds = list(video.seconds())

    expected = frame_of_each_second(times, times[-1] + interval)
    assert [second.time for second in seconds] == [float(times[i]) for i in expected]
    for second, i in zip(seconds, expected, strict=True):
        height, width, _ = second.frame.shape
        whole = frames[i][1].to_ndarray(
            format="gbrp", width=width, height=height, interpolation="AREA"
        )
        np.testing.assert_array_equal(second.frame, whole)


@pytest.mark.parametrize(
    ("clip", "maximum"), [(bikes(), 0.4), (city(), 0.3)], ids=lambda value: str(value)[-12:]
)
def test_real_clips_are_decoded_in_part_only(clip: Path, maximum: float) -> None:
    with open_container(clip) as container:
        forward = ForwardPass(container, video_stream(clip, container))
        for _ in forward.frames():
            pass
    assert forward.n_frames <= maximum * len(every_frame(clip))


def test_times_as_they_come_change_nothing(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    for _ in range(10):
        gaps = rng.choice([0.02, 0.04, 0.1, 0.7, 3], 150, p=[0.3, 0.5, 0.16, 0.03, 0.01])
        times = np.cumsum(gaps).tolist()
        path = write_video(
            tmp_path / "x.mkv", map(drifting, range(150)), times=times, codec_options=SIX_PER_GROUP
        )
        assert_as_if_all_were_decoded(path, Fraction(1, 25))


def test_recordings_joined_in_one_file_run_on(tmp_path: Path) -> None:
    part = write_video(tmp_path / "a.ts", map(drifting, range(60)), codec_options=SIX_PER_GROUP)
    joined = tmp_path / "b.ts"
    joined.write_bytes(part.read_bytes() * 3)
    one, (samples, _) = every_frame(part), chosen(joined)
    # 2.4 s each, and after its last frame each runs on.
    numbers = [12, 37, 62 - 60, 87 - 60, 112 - 60, 137 - 120, 162 - 120]
    for (_, frame), number in zip(samples, numbers, strict=True):
        np.testing.assert_array_equal(frame, stored(one[number][1]))


def test_after_damage_everything_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_video(tmp_path / "x.ts", map(drifting, range(150)), codec_options=SIX_PER_GROUP)
    _, whole = chosen(path)
    size = path.stat().st_size
    flip_bits(path, 40, size // 20, size // 10, np.random.default_rng(2))
    after = [fate for n_errors, fate in fates(path, monkeypatch) if n_errors]
    assert whole.gaps.n_errors == 0
    assert whole.n_frames < 60
    assert len(after) > 60
    assert Fate.LEAVE_OUT not in after


def in_groups_of(length: int, path: Path, numbers: Iterable[int] = range(100), **x264: int) -> Path:
    """H.264 of numbered pictures in groups, each frame built on the one before."""
    params = {"keyint": length, "min-keyint": length, "scenecut": 0, "bframes": 0, **x264}
    listed = ":".join(f"{key}={value}" for key, value in params.items())
    return write_video(path, map(numbered, numbers), codec_options={"x264-params": listed})


def contents(path: Path) -> tuple[bytes, list[bytes]]:
    """The setup, and the packets."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        packets = [bytes(packet) for packet in container.demux(stream) if packet.size]
        return stream.codec_context.extradata or b"", packets


def rewritten(source: Path, path: Path, packets: Iterable[bytes], keys: Iterable[int]) -> Path:
    """Write packets, 25 a second, that come in the order in which they are shown."""
    keys = set(keys)
    with av.open(str(source)) as template, av.open(str(path), "w") as file:
        stream = file.add_stream_from_template(template.streams.video[0])
        for number, content in enumerate(packets):
            packet = Packet(content)
            packet.stream = stream
            packet.time_base = Fraction(1, 25)
            packet.pts = packet.dts = number
            packet.duration = 1
            packet.is_keyframe = number in keys
            file.mux(packet)
    return path


def decoded(path: Path) -> tuple[list[int], int, str]:
    """The number drawn on the frame of each second, how many errors, and what is missing."""
    with open_container(path) as container:
        forward = ForwardPass(container, video_stream(path, container))
        samples = sample_midpoints(forward.frames(), forward.gaps.length)
        return (
            [number_on(sample.item) for sample in samples],
            forward.gaps.n_errors,
            forward.gaps.in_words(),
        )


def number_on(frame: VideoFrame) -> int:
    return read_number(cast("Picture", frame.to_ndarray(format="rgb24")))


def two_setups(folder: Path) -> tuple[Path, bytes, list[bytes]]:
    """A file of 18 frames, another setup, and the packets of these and 32 more built with it."""
    first = in_groups_of(50, folder / "first.flv", range(18))
    setup, packets = contents(
        in_groups_of(50, folder / "second.flv", range(18, 50), **{"sps-id": 1})
    )
    return first, setup, contents(first)[1] + packets


def test_a_setup_amid_what_is_left_out_reaches_the_decoder(tmp_path: Path) -> None:
    first, setup, packets = two_setups(tmp_path)
    content = rewritten(first, tmp_path / "x.flv", packets, {0, 18}).read_bytes()
    # A tag: kind, size, time, stream; after it comes the size of all. Kind 9 is video.
    index, n_video = 13, 0
    while n_video < 16:  # the first setup, and frames 0 to 14
        n_video += content[index] == 9
        index += 15 + int.from_bytes(content[index + 1 : index + 4])
    body = b"\x17\0\0\0\0" + setup
    header = b"\x09" + len(body).to_bytes(3) + (15 * 40).to_bytes(3) + bytes(4)
    tag = header + body + (len(header) + len(body)).to_bytes(4)
    path = tmp_path / "joined.flv"
    path.write_bytes(content[:index] + tag + content[index:])

    assert decoded(path) == ([12, 37], 0, "")


def test_a_setup_inside_a_packet_that_no_second_needs_reaches_the_decoder(tmp_path: Path) -> None:
    first, setup, packets = two_setups(tmp_path)
    # ISO/IEC 14496-15, 5.3.3.1.2: one of each, with two bytes of length.
    sps_end = 8 + int.from_bytes(setup[6:8])
    sps, pps = setup[8:sps_end], setup[sps_end + 3 : sps_end + 3 + setup[sps_end + 2]]
    packets[15] = b"".join(len(unit).to_bytes(4) + unit for unit in (sps, pps)) + packets[15]

    assert decoded(rewritten(first, tmp_path / "x.mp4", packets, {0, 18})) == ([12, 37], 0, "")


def beginning_lost(
    length: int, n_frames: int, lost: int, folder: Path, broken: Sequence[int] = ()
) -> Path:
    """Groups of which one begins with a frame that the decoder drops without a word.

    The frames ``broken`` it cannot even read.
    """
    source = in_groups_of(length, folder / "whole.mkv", range(n_frames))
    foreign = in_groups_of(length, folder / "foreign.mkv", range(1), **{"sps-id": 3})
    _, packets = contents(source)
    packets[lost] = contents(foreign)[1][0]
    for number in broken:
        packets[number] = b"\x7f\xff\xff\xff" + packets[number][4:]
    return rewritten(source, folder / "x.mkv", packets, range(0, n_frames, length))


def test_a_beginning_that_gives_no_frame_is_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = beginning_lost(17, 150, 34, tmp_path)
    # 37 is built on what is lost.
    assert decoded(path) == ([12, 12, 62, 87, 112, 137], 1, "")
    assert Fate.LEAVE_OUT not in [fate for errors, fate in fates(path, monkeypatch) if errors]


@pytest.mark.parametrize("n_frames", [120, 80])
def test_what_is_not_seen_after_a_lost_beginning_is_missing(n_frames: int, tmp_path: Path) -> None:
    _, n_errors, loss = decoded(beginning_lost(40, n_frames, 40, tmp_path))
    assert (n_errors, loss) == (1, "1.6 s inside are damaged")


def test_what_was_left_out_before_damage_is_not_missing(tmp_path: Path) -> None:
    # Frames 13 to 33 are not wanted, and 34 to 50 are lost: 0.7 s.
    path = beginning_lost(17, 150, 34, tmp_path, broken=[35])
    assert decoded(path) == ([12, 12, 62, 87, 112, 137], 1, "")


def test_of_frames_that_stand_alone_those_not_wanted_are_not_missing(tmp_path: Path) -> None:
    source = write_video(
        tmp_path / "whole.avi", map(numbered, range(100)), codec="mjpeg", pixels="yuvj420p"
    )
    _, packets = contents(source)
    packets[37] = bytes(100)
    path = rewritten(source, tmp_path / "x.avi", packets, range(100))
    assert decoded(path) == ([12, 12, 62, 87], 1, "")


def test_where_times_step_back_everything_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each frame has the time of its place in the file, though it is shown later or earlier.
    source = in_groups_of(
        20, tmp_path / "whole.mkv", range(150), **{"bframes": 3, "b-adapt": 0, "b-pyramid": 0}
    )
    path = rewritten(source, tmp_path / "x.mkv", contents(source)[1], range(0, 150, 20))
    frames = every_frame(path)
    clock = Clock(interval=40, declared=None, second=1000)
    times = [Fraction(clock.tick(int(1000 * time)), 1000) for time, _ in frames]
    expected = frame_of_each_second(times, Fraction(6))

    numbers, _, _ = decoded(path)

    assert numbers == [number_on(frames[i][1]) for i in expected]
    assert chosen(path)[1].n_frames > 130
    assert Fate.LEAVE_OUT not in [fate for _, fate in fates(path, monkeypatch)][25:]
