"""Sound in every form that files have it, decoded beside the pictures and in step with them."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.decoding.frames import open_video
from ingest.decoding.sound import RATE, Sound
from support.footage import big_buck_bunny, bikes
from support.sounds import Track, noise, tone, write_film

LOUD = 1000
SECONDS = 4


def decode_sound(
    path: Path, longest_seconds: int = 100
) -> tuple[NDArray[np.int16], Sound | None, int]:
    """Return the sound, the account of it, and the seconds of the pictures."""
    blocks: list[NDArray[np.int16]] = [np.zeros(0, np.int16)]
    with open_video(path, longest_seconds=longest_seconds, audio_sink=blocks.append) as video:
        n_seconds = sum(1 for _ in video.seconds())
        return np.concatenate(blocks), video.sound, n_seconds


def loudness(sound: NDArray[np.int16], start: float, end: float) -> float:
    part = sound[round(start * RATE) : round(end * RATE)].astype(float)
    return float(np.sqrt((part**2).mean())) if len(part) else 0.0


def resampled(rate: int, seconds: float = SECONDS) -> NDArray[np.int16]:
    """A tone of 440 Hz at a rate."""
    return (9000 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate)) / rate)).astype("i2")


def pitch(sound: NDArray[np.int16]) -> float:
    part = sound[RATE : 2 * RATE]
    return float(np.abs(np.fft.rfft(part * np.hanning(RATE))).argmax())


@pytest.mark.parametrize(
    ("ending", "codec", "rate", "layout"),
    [
        ("mp4", "aac", 48_000, "5.1"),
        ("mp4", "aac", 8_000, "mono"),
        ("mkv", "flac", 96_000, "stereo"),
        ("mkv", "pcm_s16le", 192_000, "stereo"),
        ("mkv", "pcm_s16le", 11_025, "mono"),
        ("avi", "libmp3lame", 44_100, "stereo"),
        ("mkv", "libopus", 48_000, "stereo"),
        ("ts", "ac3", 48_000, "5.1(side)"),
        ("mkv", "flac", 44_100, "7.1"),
    ],
)
def test_every_form_becomes_one_channel_of_16_bits(
    tmp_path: Path, ending: str, codec: str, rate: int, layout: str
) -> None:
    channels = np.repeat(resampled(rate)[None], av.AudioLayout(layout).nb_channels, axis=0)
    film = write_film(tmp_path / f"film.{ending}", SECONDS, Track(channels, rate, layout, codec))
    sound, account, n_seconds = decode_sound(film)
    assert account is not None
    assert account.in_words() == ""
    assert n_seconds == SECONDS
    assert len(sound) == pytest.approx(SECONDS * RATE, abs=0.1 * RATE)
    assert pitch(sound) == pytest.approx(440, abs=1)


def test_what_is_on_the_left_alone_is_heard(tmp_path: Path) -> None:
    left = resampled(44_100)
    film = write_film(
        tmp_path / "film.mkv",
        SECONDS,
        Track(np.stack([left, np.zeros_like(left)]), 44_100, "stereo", "flac"),
    )
    sound, _, _ = decode_sound(film)
    assert loudness(sound, 1, 2) == pytest.approx(9000 / 2**0.5 / 2, rel=0.02)


@pytest.mark.parametrize("ending", ["mp4", "mkv", "ts"])
@pytest.mark.parametrize("pictures_at", [0.0, 1.5])
def test_sound_that_begins_late_is_in_its_place(
    tmp_path: Path, ending: str, pictures_at: float
) -> None:
    late = Track(noise(1)[None], at=pictures_at + 2)
    sound, _, n_seconds = decode_sound(
        write_film(tmp_path / f"film.{ending}", SECONDS, late, pictures_at=pictures_at)
    )
    assert n_seconds == SECONDS
    assert loudness(sound, 0, 1.8) < LOUD / 10
    assert loudness(sound, 2.1, 2.9) > LOUD
    assert len(sound) == pytest.approx(3 * RATE, abs=0.15 * RATE)


@pytest.mark.parametrize("ending", ["mkv", "ts"])
def test_sound_before_the_first_picture_is_left_out(tmp_path: Path, ending: str) -> None:
    early = np.concatenate([tone(440, 2), np.zeros(2 * RATE, np.int16)])
    film = write_film(tmp_path / f"film.{ending}", SECONDS, Track(early[None]), pictures_at=1)
    sound, _, _ = decode_sound(film)
    assert loudness(sound, 0, 0.9) > LOUD
    assert loudness(sound, 1.1, 2.9) < LOUD / 10


def test_a_gap_in_the_sound_is_silence(tmp_path: Path) -> None:
    film = tmp_path / "film.mkv"
    write_film(film, 6, Track(noise(6)[None], codec="flac"))
    gone = tmp_path / "gap.mkv"
    with av.open(str(film)) as source, av.open(str(gone), "w") as target:
        streams = {one.index: target.add_stream_from_template(one) for one in source.streams}
        for packet in source.demux():
            if packet.dts is None:
                continue
            time = float(packet.dts * packet.time_base)
            if packet.stream.type == "audio" and 2 <= time < 4:
                continue
            packet.stream = streams[packet.stream.index]
            target.mux(packet)
    sound, account, n_seconds = decode_sound(gone)
    assert account is not None
    assert n_seconds == 6
    assert loudness(sound, 0.1, 1.9) > LOUD
    assert loudness(sound, 2.2, 3.8) == 0
    assert loudness(sound, 4.2, 5.8) > LOUD
    assert len(sound) == pytest.approx(6 * RATE, abs=0.15 * RATE)


@pytest.mark.parametrize(
    ("ending", "codec", "before", "after"),
    [
        ("ts", "ac3", (48_000, "5.1(side)"), (32_000, "mono")),
        ("ts", "aac", (44_100, "stereo"), (16_000, "mono")),
        ("mkv", "libmp3lame", (22_050, "mono"), (48_000, "stereo")),
    ],
)
def test_sound_whose_rate_and_channels_change_midway_is_heard_on(
    tmp_path: Path, ending: str, codec: str, before: tuple[int, str], after: tuple[int, str]
) -> None:
    halves = []
    for rate, layout in (before, after):
        channels = np.repeat(resampled(rate, 6)[None], av.AudioLayout(layout).nb_channels, axis=0)
        half = tmp_path / f"{rate}.{ending}"
        halves.append(write_film(half, 6, Track(channels, rate, layout, codec)))
    changing = tmp_path / f"changing.{ending}"
    with ExitStack() as opened:
        first, second = (opened.enter_context(av.open(str(half))) for half in halves)
        target = opened.enter_context(av.open(str(changing), "w"))
        streams = {one.index: target.add_stream_from_template(one) for one in first.streams}
        packets = [
            packet
            for source, from_second, to_second in ((first, 0, 3), (second, 3, 6))
            for packet in source.demux()
            if packet.pts is not None and from_second <= packet.pts * packet.time_base < to_second
        ]
        for packet in packets:
            packet.stream = streams[packet.stream.index]
            target.mux(packet)
    sound, account, n_seconds = decode_sound(changing)
    assert account is not None
    assert account.in_words() == ""
    assert n_seconds == 6
    assert len(sound) == pytest.approx(6 * RATE, abs=0.15 * RATE)
    assert pitch(sound) == pytest.approx(440, abs=1)
    assert pitch(sound[3 * RATE :]) == pytest.approx(440, abs=1)


def test_damaged_sound_is_counted_and_the_rest_is_heard(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mkv", 6, Track(noise(6)[None]))
    broken = tmp_path / "broken.mkv"
    random = np.random.default_rng(1)
    with av.open(str(film)) as source, av.open(str(broken), "w") as target:
        streams = {one.index: target.add_stream_from_template(one) for one in source.streams}
        for packet in source.demux():
            if packet.dts is None:
                continue
            copied: av.Packet[av.stream.Stream] = packet
            if packet.stream.type == "audio" and 2 <= float(packet.dts * packet.time_base) < 4:
                copied = av.Packet(random.bytes(packet.size))
                copied.pts, copied.dts, copied.time_base = packet.pts, packet.dts, packet.time_base
                copied.duration = packet.duration
            copied.stream = streams[packet.stream.index]
            target.mux(copied)
    sound, account, n_seconds = decode_sound(broken)
    assert account is not None
    assert n_seconds == 6
    assert "damaged pieces of sound were left out" in account.in_words()
    assert loudness(sound, 0.1, 1.9) > LOUD
    assert loudness(sound, 4.2, 5.8) > LOUD


def test_a_file_without_sound_has_none() -> None:
    sound, account, _ = decode_sound(bikes())
    assert len(sound) == 0
    assert account is None


def test_pictures_are_the_same_whether_the_sound_is_heard_or_not() -> None:
    def pictures(
        audio_sink: Callable[[NDArray[np.int16]], object] | None,
    ) -> list[NDArray[np.uint8]]:
        with open_video(big_buck_bunny(), audio_sink=audio_sink) as video:
            return [second.frame for second in video.seconds()]

    deaf, audible = pictures(None), pictures(lambda _: None)
    assert len(deaf) == len(audible)
    assert all(np.array_equal(*pair) for pair in zip(deaf, audible, strict=True))


def test_no_more_is_heard_than_is_watched() -> None:
    sound, _, n_seconds = decode_sound(big_buck_bunny(), longest_seconds=2)
    assert n_seconds == 2
    assert len(sound) <= 2 * RATE


def test_of_several_sounds_one_is_heard(tmp_path: Path) -> None:
    first, second = Track(tone(440, SECONDS)[None]), Track(tone(880, SECONDS)[None])
    sound, _, _ = decode_sound(write_film(tmp_path / "film.mkv", SECONDS, first, second))
    assert len(sound) == pytest.approx(SECONDS * RATE, abs=0.1 * RATE)
    assert pitch(sound) == pytest.approx(440, abs=1)
