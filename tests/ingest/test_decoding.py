"""What is left out of decoding changes no second: beside every frame decoded by FFmpeg alone."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from av.video.frame import VideoFrame

from ingest.decoding import ForwardPass
from ingest.frames import open_video
from ingest.opening import open_container, video_stream
from ingest.sampling import sample_midpoints
from support.footage import (
    Picture,
    bikes,
    city,
    clips,
    every_frame,
    flip_bits,
    frame_of_each_second,
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
            for sample in sample_midpoints(forward.frames(), forward.length)
        ]
        assert forward.loss() == ""
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
    assert forward.n_errors == 0
    return forward.n_frames / len(frames)


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
"""The file, the encoder, its options, and the share of frames that may be decoded at most."""


@pytest.mark.parametrize("structure", STRUCTURES)
def test_whatever_frames_are_built_on_the_seconds_stay_the_same(
    structure: str, tmp_path: Path
) -> None:
    name, codec, options, most = STRUCTURES[structure]
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
    assert np.mean(shares) <= most


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
    ("clip", "most"), [(bikes(), 0.4), (city(), 0.3)], ids=lambda value: str(value)[-12:]
)
def test_real_clips_are_decoded_in_part_only(clip: Path, most: float) -> None:
    with open_container(clip) as container:
        forward = ForwardPass(container, video_stream(clip, container))
        for _ in forward.frames():
            pass
    assert forward.n_frames <= most * len(every_frame(clip))


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


def test_after_damage_everything_is_decoded(tmp_path: Path) -> None:
    path = write_video(tmp_path / "x.ts", map(drifting, range(150)), codec_options=SIX_PER_GROUP)
    _, whole = chosen(path)
    size = path.stat().st_size
    flip_bits(path, 40, size // 20, size // 10, np.random.default_rng(2))
    _, damaged = chosen(path)
    assert whole.n_errors == 0 < damaged.n_errors
    assert whole.n_frames < 60 < damaged.n_frames
