"""Files and folders that a person names."""

import hashlib
import os
from pathlib import Path

import pytest

from ingest.sources.files import LocalFile, NoVideoFile, content_id, local_files
from support.footage import bikes, carphone


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
    found = [file.path for file in local_files([Path("b.mp4"), Path("a.mp4")])]
    assert found == [tmp_path / "b.mp4", tmp_path / "a.mp4"]


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
        patch.setattr(Path, "open", denied)
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
