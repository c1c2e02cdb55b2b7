"""Files and folders that a person names."""

import hashlib
import os
from pathlib import Path

import pytest

from api.cli.videos.ingest import find_files
from ingest.decoding.frames import Status, open_video
from ingest.sources.files import (
    LINKS_OUT,
    OTHER_SUFFIXES,
    LeftOut,
    LocalFile,
    NoVideoFile,
    content_id,
    local_files,
)
from support.footage import bikes, carphone, numbered, read_number, write_video


def touch(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def names(folder: Path, *paths: Path) -> list[str]:
    return [str(file.path.relative_to(folder)) for file in local_files(paths)]


def test_a_folder_gives_its_videos_by_name_and_nothing_else(tmp_path: Path) -> None:
    for name in ("b.mp4", "a.MKV", "notes.txt", "cover.jpg", ".hidden.mp4", "noending"):
        touch(tmp_path / name)
    for name in ("sub/z.webm", "sub/deeper/c.mpg", ".git/d.mp4"):
        touch(tmp_path / name)
    (tmp_path / "folder.mp4").mkdir()
    assert names(tmp_path, tmp_path) == ["a.MKV", "b.mp4", "sub/z.webm", "sub/deeper/c.mpg"]


def test_a_file_named_directly_is_taken_whatever_its_ending(tmp_path: Path) -> None:
    odd = touch(tmp_path / ".download.part", b"12345")
    assert list(local_files([odd])) == [LocalFile(odd, size_bytes=5)]


def test_paths_come_out_absolute_and_in_the_order_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path / "b.mp4")
    touch(tmp_path / "a.mp4")
    monkeypatch.chdir(tmp_path)
    result = [file.path for file in local_files([Path("b.mp4"), Path("a.mp4")])]
    assert result == [tmp_path / "b.mp4", tmp_path / "a.mp4"]


def test_a_file_named_twice_comes_once(tmp_path: Path) -> None:
    video = touch(tmp_path / "a.mp4")
    (tmp_path / "link.mp4").symlink_to(video)
    assert names(tmp_path, video, tmp_path, video) == ["a.mp4"]


def test_folders_that_link_in_a_circle_end(tmp_path: Path) -> None:
    touch(tmp_path / "sub" / "a.mp4")
    (tmp_path / "sub" / "round").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self.mp4").symlink_to(tmp_path / "self.mp4")
    (tmp_path / "gone.mp4").symlink_to(tmp_path / "nowhere")
    assert names(tmp_path, tmp_path) == ["sub/a.mp4"]


def test_links_that_lead_out_of_a_folder_are_counted_and_not_followed(tmp_path: Path) -> None:
    secret = touch(tmp_path / "secret" / "a.mp4")
    folder = tmp_path / "folder"
    touch(folder / "sub" / "own.mp4")
    (folder / "own link.mp4").symlink_to(folder / "sub" / "own.mp4")
    for name, to in {
        "out.mp4": secret,
        "up.mp4": Path("../secret/a.mp4"),
        "environ.mp4": Path("/proc/self/environ"),
        "zero.ts": Path("/dev/zero"),
        "gone.mp4": Path("/nowhere/at/all.mp4"),
    }.items():
        (folder / name).symlink_to(to)
    (folder / "twice.mp4").symlink_to(folder / "out.mp4")
    left_out = LeftOut()
    assert len(list(local_files([folder], left_out))) == 1
    assert left_out.counts == {LINKS_OUT: 6}
    named = ["environ.mp4", "gone.mp4", "out.mp4", "twice.mp4", "up.mp4", "zero.ts"]
    assert left_out.links == [folder / name for name in named]


def test_folders_that_are_links_out_of_a_folder_are_counted_too(tmp_path: Path) -> None:
    touch(tmp_path / "elsewhere" / "a.mp4")
    folder = tmp_path / "folder"
    touch(folder / "sub" / "own.mp4")
    touch(folder / ".hidden" / "b.mp4")
    for name, to in {"films": "../elsewhere", "up": "..", "same": "sub", "round": "."}.items():
        (folder / name).symlink_to(to, target_is_directory=True)
    (folder / "sub" / "deep").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (folder / ".dotted").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    left_out = LeftOut()
    assert [file.path for file in local_files([folder], left_out)] == [folder / "sub" / "own.mp4"]
    assert left_out.counts == {LINKS_OUT: 3}
    assert left_out.links == [folder / "films", folder / "up", folder / "sub" / "deep"]


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "/proc/self/environ"])
def test_what_has_no_size_is_no_content(path: str, tmp_path: Path) -> None:
    if not Path(path).exists():
        pytest.skip(f"{path} is of Linux; CI runs there")
    (tmp_path / "a.mp4").symlink_to(path)
    with pytest.raises(NoVideoFile):
        content_id(tmp_path / "a.mp4")


def test_a_pipe_that_took_the_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.mp4")
    with pytest.raises(NoVideoFile, match="neither a file nor a folder"):
        content_id(tmp_path / "a.mp4")


def test_a_file_that_cannot_be_read_in_time_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = touch(tmp_path / "a.mp4", b"x" * (3 << 20))
    monkeypatch.setattr("ingest.sources.files._READ_SECONDS", -60.0)
    with pytest.raises(NoVideoFile, match="could not be read in"):
        content_id(path)


def test_a_linked_folder_named_directly_is_entered(tmp_path: Path) -> None:
    touch(tmp_path / "real" / "a.mp4")
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    assert names(tmp_path, tmp_path / "link") == ["link/a.mp4"]


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gone.mp4"
    with pytest.raises(NoVideoFile) as caught:
        list(local_files([path]))
    assert str(caught.value) == f"{path}: there is no such file or folder"


def test_a_link_to_itself_is_named(tmp_path: Path) -> None:
    path = tmp_path / "self.mp4"
    path.symlink_to(path)
    with pytest.raises(NoVideoFile, match=r"self\.mp4: there is no such file or folder"):
        list(local_files([path]))


def test_a_folder_without_video_is_named(tmp_path: Path) -> None:
    touch(tmp_path / "sub" / "notes.txt")
    with pytest.raises(NoVideoFile) as caught:
        list(local_files([tmp_path]))
    assert str(caught.value) == (
        f"{tmp_path}: no video in this folder; a file named directly is always taken"
    )


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.mp4")
    with pytest.raises(NoVideoFile, match="neither a file nor a folder"):
        list(local_files([tmp_path / "x.mp4"]))
    with pytest.raises(NoVideoFile, match="no video in this folder"):
        list(local_files([tmp_path]))


def test_what_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = touch(tmp_path / "a.mp4")

    # The superuser may read anything, so the system's answers are put in their place.
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda *_: False)
        with pytest.raises(NoVideoFile) as file_refused:
            list(local_files([path]))
    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", denied)
        with pytest.raises(NoVideoFile) as folder_refused:
            list(local_files([tmp_path]))
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", denied)
        with pytest.raises(NoVideoFile) as content_refused:
            content_id(path)
    for refused in (file_refused, folder_refused, content_refused):
        assert str(refused.value) == f"{path}: cannot be read: Permission denied"


def test_a_content_id_is_the_start_of_the_sha256(tmp_path: Path) -> None:
    content = bikes().read_bytes() * 3  # more than one piece of a megabyte
    path = touch(tmp_path / "a.mp4", content)
    assert content_id(path) == hashlib.sha256(content).hexdigest()[:16]


def test_a_content_id_is_of_the_content_and_not_of_the_name(tmp_path: Path) -> None:
    copy = touch(tmp_path / "another name.bin", bikes().read_bytes())
    assert content_id(copy) == content_id(bikes())
    assert content_id(bikes()) != content_id(carphone())


TYPESCRIPT = (
    b'import { Grid } from "./grid";\n\nexport const G = (n: number): string => `${n}`;\n' * 60
)
QT_TRANSLATION = b'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n<TS version="2.1"></TS>\n'


def test_where_an_ending_is_that_of_other_things_the_content_tells(tmp_path: Path) -> None:
    recording = write_video(tmp_path / "recording.ts", [numbered(i) for i in range(25)])
    packets = recording.read_bytes()
    contents = {
        # Cut anywhere, as a recorder that was switched on late does, and with times before packets.
        "late.ts": packets[100:],
        "camera.MTS": b"".join(b"\0\0\0\0" + packets[i : i + 188] for i in range(0, 18800, 188)),
        "damaged.tp": bytes(5000) + packets,
        "dvd.dat": b"RIFF\xff\0\0\0CDXAfmt " + bytes(40) + b"\0\0\1\xba",
        "everio.MOD": b"\0\0\1\xba" + bytes(40),
        "theora.ogg": b"OggS\0\2" + bytes(22) + b"\x80theora",
        "code.ts": TYPESCRIPT,
        "code.mts": b"G" * 2000,  # the byte that packets begin with, every 188 bytes and others
        "german.ts": QT_TRANSLATION,
        "wide.ts": TYPESCRIPT.decode().encode("utf-16"),
        "song.mod": b"a song\0\0".ljust(1080, b"\0") + b"M.K." + bytes(2000),
        "data.dat": bytes(5000),
        "song.ogg": b"OggS\0\2" + bytes(22) + b"\1vorbis",
        "none.ts": b"",
    }
    for name, content in contents.items():
        touch(tmp_path / name, content)
    left_out = LeftOut()
    taken = {file.path.name for file in local_files([tmp_path], left_out)}
    assert taken == {
        *("recording.ts", "late.ts", "camera.MTS", "damaged.tp"),
        *("dvd.dat", "everio.MOD", "theora.ogg"),
    }
    assert left_out.counts == {".ts": 4, ".mts": 1, ".mod": 1, ".dat": 1, ".ogg": 1}


def test_of_pictures_a_folder_gives_those_that_move(tmp_path: Path) -> None:
    pictures = [numbered(i) for i in range(5)]
    write_video(tmp_path / "moves.webp", pictures, codec="libwebp_anim", rate=10)
    write_video(tmp_path / "still.webp", pictures[:1], codec="libwebp")
    write_video(tmp_path / "moves.avif", pictures, codec="libsvtav1")
    write_video(tmp_path / "still.avif", pictures[:1], codec="libsvtav1")
    left_out = LeftOut()
    taken = [file.path.name for file in local_files([tmp_path], left_out)]
    assert taken == ["moves.avif", "moves.webp"]
    assert left_out.counts == {".avif": 1, ".webp": 1}


@pytest.mark.parametrize(
    "name",
    [
        *("a.m2t", "b.TOD", "c.LRV", "d.insv", "e.trp", "f.rmvb", "g.rm", "h.mpv", "i.mjpeg"),
        *("j.360", "k.dvr-ms", "l.braw", "m.265"),
    ],
)
def test_cameras_and_recorders_name_videos_in_many_ways(name: str, tmp_path: Path) -> None:
    touch(tmp_path / name)
    assert names(tmp_path, tmp_path) == [name]


def test_what_a_folder_holds_besides_is_counted_by_ending(tmp_path: Path) -> None:
    for name in (
        *(
            "a.mp4",
            "b.JPG",
            "c.jpg",
            "d.txt",
            "noending",
            "e.x'y",
            "f.\u00e9t\u00e9",
            ".hidden.jpg",
        ),
        *("g." + "x" * 60, "sub/h.jpg", os.fsdecode(b"i.\xff")),
    ):
        touch(tmp_path / name)
    (tmp_path / "gone.mp4").symlink_to(tmp_path / "nowhere")
    left_out = LeftOut()
    assert [file.path.name for file in local_files([tmp_path], left_out)] == ["a.mp4"]
    assert left_out.counts == {".jpg": 3, ".txt": 1, ".mp4": 1, OTHER_SUFFIXES: 5}


@pytest.mark.parametrize(
    ("name", "codec"), [("x.rm", "rv20"), ("x.mjpeg", "mjpeg"), ("x.y4m", "wrapped_avframe")]
)
def test_what_cameras_and_recorders_write_is_watched(name: str, codec: str, tmp_path: Path) -> None:
    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    pictures = [numbered(i, 128, 96) for i in range(50)]
    path = write_video(tmp_path / name, pictures, codec=codec, pixels=pixels)
    with open_video(path) as video:
        assert [read_number(second.frame) for second in video.seconds()] == [12, 37]
        assert video.status is Status.OK


def test_names_that_are_no_text_get_a_reason_and_the_others_go_on(tmp_path: Path) -> None:
    good = [tmp_path / "a.mp4", tmp_path / "z \u3000\u200d.mp4"]
    bad = [os.fsencode(tmp_path) + name for name in (b"/caf\xe9.mp4", b"/x\x1b[2J.mp4")]
    for path in (*map(os.fsencode, good), *bad):
        Path(os.fsdecode(path)).write_bytes(b"x")
    files, missing = find_files(
        [tmp_path, Path("n" * 300 + ".mp4"), tmp_path / "no.mp4"], LeftOut()
    )
    assert sorted(files) == sorted(good)
    reasons = [result.reason for result in missing]
    assert len(reasons) == 4
    assert sum("is no UTF-8 text: rename the file" in reason for reason in reasons) == 1
    assert sum("cannot be printed (U+001B): rename the file" in reason for reason in reasons) == 1
    assert sum("File name too long" in reason for reason in reasons) == 1
    for result in missing:
        f"{result.source} {result.reason}".encode()


def test_a_folder_that_cannot_be_read_does_not_stop_those_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in "abc":
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "film.mp4").write_bytes(b"x")
    scandir = os.scandir

    def refusing(path: str) -> object:
        if str(path).endswith("/b"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    files, missing = find_files([tmp_path], LeftOut())
    assert [file.parent.name for file in files] == ["a", "c"]
    assert [result.reason for result in missing] == [
        f"{tmp_path / 'b'}: cannot be read: Permission denied"
    ]
