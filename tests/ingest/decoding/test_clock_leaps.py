"""Clocks that leap: what was joined is analyzed as one, and no gap is counted as seen."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli.videos import videos
from engine.catalogs.sqlite.catalog import Catalog
from ingest.decoding.frames import Second, Status, Video, open_video
from ingest.pipeline import ingest_file
from ingest.sources.web import FetchLimits, fetch
from support.footage import interleave, numbered, read_number, write_sound, write_video
from support.shades import Shades
from support.transport import WRAP_SECONDS, retime
from support.webserver import Answer, Site

HOUR = 3600.0
FIVE_SECONDS = 125
NO_B_FRAMES = {"bf": "0"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two recordings of 5 s, the second one's numbers after the first one's; with sound and not."""
    folder = tmp_path_factory.mktemp("recordings")
    for name, first in (("a", 0), ("b", FIVE_SECONDS)):
        pictures = [numbered(first + i) for i in range(FIVE_SECONDS)]
        write_video(folder / f"{name}.ts", pictures)
        write_video(folder / f"{name}-sound.ts", pictures, sound_seconds=5)
        write_video(folder / f"{name}.mpg", pictures, codec="mpeg2video")
    return folder


def decoded(path: Path) -> tuple[Video, list[Second]]:
    with open_video(path) as video:
        return video, list(video.seconds())


def numbers(path: Path) -> list[int]:
    """The number on each second's frame, of a file that is analyzed whole and has no gaps."""
    video, seconds = decoded(path)
    assert (video.status, video.reason, video.gaps) == (Status.OK, "", ())
    assert not any(second.repeated for second in seconds)
    return [read_number(second.frame) for second in seconds]


def joined(target: Path, *parts: Path) -> Path:
    target.write_bytes(b"".join(part.read_bytes() for part in parts))
    return target


def retold(recording: Path, target: Path, seconds: float) -> Path:
    """A copy of a recording whose clock is that far ahead."""
    return retime(Path(shutil.copy(recording, target)), lambda _, time: time + seconds)


WHOLE = [12, 37, 62, 87, 112, 137, 162, 187, 212, 237]
CLOCKS = {
    "ahead": (0.0, HOUR),
    "back": (HOUR, 0.0),
    "ahead by 16 s": (0.0, 16.0),
    "back by 20 s": (20.0, 0.0),
    "back past the beginning of the 33 bits": (100.0, WRAP_SECONDS - 50),
    "ahead past their end": (WRAP_SECONDS - 50, 100.0),
    "to the other half of them": (0.0, WRAP_SECONDS / 2 + 7),
    "by a day": (0.0, 86_400.0),
}


@pytest.mark.parametrize("clocks", CLOCKS)
@pytest.mark.parametrize("sound", ["", "-sound"])
def test_recordings_joined_run_on_wherever_the_clock_leaps(
    clocks: str, sound: str, folder: Path, tmp_path: Path
) -> None:
    parts = [
        retold(folder / f"{name}{sound}.ts", tmp_path / f"{name}.ts", ahead)
        for name, ahead in zip("ab", CLOCKS[clocks], strict=True)
    ]
    path = joined(tmp_path / "joined.ts", *parts)
    assert numbers(path) == WHOLE
    with open_video(path) as video:
        assert len(list(video.seconds())) == 10
        assert video.declared_seconds is None


def test_the_end_of_the_counter_is_no_leap(folder: Path, tmp_path: Path) -> None:
    parts = [
        retold(folder / f"{name}.ts", tmp_path / f"{name}.ts", WRAP_SECONDS - 5 + seconds)
        for name, seconds in (("a", 0.0), ("b", 5.0))
    ]
    assert numbers(joined(tmp_path / "joined.ts", *parts)) == WHOLE


def test_many_recordings_run_on(folder: Path, tmp_path: Path) -> None:
    parts = [
        retold(folder / f"{name}.ts", tmp_path / f"{index}.ts", ahead)
        for index, (name, ahead) in enumerate(
            [("a", HOUR), ("b", 0.0), ("a", 7000.0), ("b", 60.0), ("a", 90_000.0)]
        )
    ]
    path = joined(tmp_path / "joined.ts", *parts)
    assert numbers(path) == [*WHOLE, *WHOLE, *WHOLE[:5]]


def test_program_streams_are_joined_likewise(folder: Path, tmp_path: Path) -> None:
    # The packs of a program stream hold the same clock; only what the pictures tell is moved.
    content = bytearray((folder / "b.mpg").read_bytes())
    later = Path(tmp_path / "b.mpg")
    later.write_bytes(content)
    retime(later, lambda _, time: time + HOUR, packets=False)
    path = joined(tmp_path / "joined.mpg", folder / "a.mpg", later)
    video, seconds = decoded(path)
    assert video.status is Status.OK
    assert len(seconds) == 10


LEAPS: dict[str, Callable[[str, float], float]] = {
    "sound later": lambda kind, time: time + HOUR * (time >= (4 if kind == "video" else 6)),
    "sound earlier": lambda kind, time: time + HOUR * (time >= (6 if kind == "video" else 4)),
    "sound the other way": lambda kind, time: (
        time + HOUR + (0 if time < 5 else HOUR if kind == "video" else -1000)
    ),
    "pictures alone": lambda kind, time: time + HOUR * (time >= 5 and kind == "video"),
    "sound alone": lambda kind, time: time + HOUR * (time >= 5 and kind == "audio"),
    "after the first picture": lambda _, time: time + HOUR * (time > 1.42),
    "before the last": lambda _, time: time + HOUR * (time > 11.39),
    "one picture's time alone": lambda _, time: time + HOUR * (6 <= time < 6.03),
    "every second": lambda _, time: time + int(time) * 977 % 5000,
}


@pytest.fixture(scope="module")
def ten_seconds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ten") / "x.ts"
    pictures = map(numbered, range(250))
    return write_video(path, pictures, sound_seconds=10, codec_options=NO_B_FRAMES)


@pytest.mark.parametrize("leap", LEAPS)
def test_streams_leap_each_by_itself(leap: str, ten_seconds: Path, tmp_path: Path) -> None:
    path = retime(Path(shutil.copy(ten_seconds, tmp_path / "x.ts")), LEAPS[leap])
    for number, expected in zip(numbers(path), WHOLE, strict=True):
        assert abs(number - expected) <= 2


@pytest.mark.parametrize("leaps_at", [range(5, 10), range(5)], ids=["ahead", "back"])
def test_fragments_of_an_mp4_file_leap_too(leaps_at: range, tmp_path: Path) -> None:
    path = write_video(
        tmp_path / "x.mp4",
        map(numbered, range(250)),
        container_options={"movflags": "frag_keyframe+empty_moov+default_base_moof"},
        codec_options={**NO_B_FRAMES, "g": "25"},
    )
    content = bytearray(path.read_bytes())
    at = content.find(b"tfdt")
    while at >= 0:  # version 1, flags, and the time of the fragment in 8 bytes
        time = int.from_bytes(content[at + 8 : at + 16])
        if time // 12_800 in leaps_at:
            content[at + 8 : at + 16] = (time + int(HOUR) * 12_800).to_bytes(8)
        at = content.find(b"tfdt", at + 4)
    # The list of fragments at the end would say otherwise.
    path.write_bytes(content[: content.index(b"mfra") - 4])
    for number, expected in zip(numbers(path), WHOLE, strict=True):
        assert abs(number - expected) <= 2


def test_a_picture_that_stops_while_sound_plays_on_stays(tmp_path: Path) -> None:
    times = [i / 25 for i in range(50)] + [25 + i / 25 for i in range(50)]
    pictures = write_video(
        tmp_path / "x.mkv", map(numbered, range(100)), times=times, codec_options=NO_B_FRAMES
    )
    sound = write_sound(tmp_path / "x.m4a", "aac", 27)
    video, seconds = decoded(interleave(pictures, sound, tmp_path / "x.ts"))
    assert [read_number(second.frame) for second in seconds] == [12, 37, *[49] * 23, 62, 87]
    assert video.gaps == ((2, 25),)


def test_without_sound_it_is_a_joint(tmp_path: Path) -> None:
    times = [i / 25 for i in range(50)] + [25 + i / 25 for i in range(50)]
    path = write_video(
        tmp_path / "x.ts", map(numbered, range(100)), times=times, codec_options=NO_B_FRAMES
    )
    assert numbers(path) == [12, 37, 62, 87]


@pytest.mark.parametrize("suffix", ["mkv", "mp4", "flv"])
def test_where_clocks_do_not_leap_a_gap_is_kept_and_said(suffix: str, tmp_path: Path) -> None:
    times = [i / 25 for i in range(50)] + [62 + i / 25 for i in range(50)]
    path = write_video(tmp_path / f"x.{suffix}", map(numbered, range(100)), times=times)
    video, seconds = decoded(path)
    observed = [read_number(second.frame) for second in seconds]
    assert observed[:64] == [12, 37, *[49] * 60, 62, 87]
    assert len(observed) <= 65  # the last frame lasts as long as others do on average
    assert video.status is Status.OK
    assert video.gaps == ((2, 62),)
    assert video.reason.startswith("once no frame comes for more than 10 s, ")
    assert video.reason.endswith(" s in all: the one before is shown")


def test_a_frame_that_comes_when_it_is_due_ends_no_gap(tmp_path: Path) -> None:
    path = write_video(
        tmp_path / "x.mp4",
        map(numbered, range(4)),
        times=[0, 15, 30, 45],
        codec_options=NO_B_FRAMES,
    )
    video, seconds = decoded(path)
    assert len(seconds) == 45
    assert (video.gaps, video.reason) == ((), "")


def test_gaps_are_kept_with_the_video(tmp_path: Path) -> None:
    times = [i / 25 for i in range(50)] + [62 + i / 25 for i in range(50)]
    path = write_video(tmp_path / "x.mkv", map(numbered, range(100)), times=times)
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        result = ingest_file(path, catalog, Shades())
        assert result.reason.startswith("once no frame comes for more than 10 s, 60 s in all")
        record = catalog.videos.get(result.video or "")
    assert record is not None
    assert record.evidence["gaps"] == [[2, 62]]
    home = {"REELMATCH_HOME": str(tmp_path)}
    retold = CliRunner().invoke(videos.command, ["--json"], env=home).output
    assert json.loads(retold)["videos"][0]["gaps"] == [[2, 62]]
    assert "60 s in all" in CliRunner().invoke(videos.command, [], env=home).output


@pytest.mark.parametrize("clocks", ["ahead", "back"])
def test_what_is_put_into_a_stream_by_address_is_watched_for_as_long_as_it_lasts(
    clocks: str, site: Site, folder: Path, tmp_path: Path
) -> None:
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:5"]
    for name, ahead in zip("ab", CLOCKS[clocks], strict=True):
        part = retold(folder / f"{name}-sound.ts", tmp_path / f"{name}.ts", ahead)
        site.answers[f"/{name}.ts"] = Answer(part.read_bytes(), "video/mp2t")
        lines += ["#EXT-X-DISCONTINUITY", "#EXTINF:5,", f"{name}.ts"]
    playlist = "\n".join([*lines, "#EXT-X-ENDLIST", ""]).encode()
    site.answers["/video.m3u8"] = Answer(playlist, "application/x-mpegURL")
    limits = FetchLimits(allowed_networks=(site.network,))
    fetched = fetch(site.address("/video.m3u8"), tmp_path / "fetched", limits)
    assert numbers(fetched.path) == WHOLE
