"""Child processes are started whatever the name of the temporary folder is."""

import multiprocessing
import re
import tempfile
from multiprocessing import connection
from pathlib import Path

import pytest

from ingest.runner import sockets
from ingest.runner.sockets import MAX_ADDRESS_BYTES, NoSocketFolder, prepare_sockets, socket_parent
from support.footage import carphone
from support.product import reelmatch


def folder_of(parent: Path, size: int) -> Path:
    """Return a new folder whose whole name has ``size`` bytes."""
    folder = parent
    while (left := size - len(str(folder)) - 1) > 100:
        folder /= "l" * 60
    folder /= "é" * (left // 2) + "l" * (left % 2)
    folder.mkdir(parents=True)
    assert len(bytes(folder)) == size
    return folder


@pytest.fixture
def no_folder_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process forget the folder of its sockets for a while."""
    config = multiprocessing.current_process()._config  # type: ignore[attr-defined]
    monkeypatch.delitem(config, "tempdir", raising=False)


@pytest.mark.parametrize("size", [0, 250, 1000])
def test_videos_are_watched_whatever_the_temporary_folder_is_called(
    tmp_path: Path, size: int
) -> None:
    # The shortest is one byte over what a socket's address can hold.
    minimum = MAX_ADDRESS_BYTES - len("/pymp-12345678/listener-12345678") + 1
    folder = folder_of(tmp_path, max(size, minimum, len(str(tmp_path)) + 4))
    done = reelmatch(tmp_path / "home", "ingest", carphone(), settings={"TMPDIR": str(folder)})
    assert done.code == 0, done.err
    assert re.search(r" ok +4 ", done.out)
    assert done.err == ""
    assert list(folder.iterdir()) == []


def test_a_short_name_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/short")
    assert socket_parent() == Path("/short")


@pytest.mark.usefixtures("no_folder_yet")
def test_addresses_fit_and_other_temporary_files_stay_where_they_belong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of(tmp_path, 300)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    prepare_sockets()
    with connection.Listener(family="AF_UNIX") as listener:
        assert isinstance(listener.address, str)
        assert len(listener.address) <= MAX_ADDRESS_BYTES
    assert tempfile.gettempdir() == str(folder)


def test_where_no_folder_is_short_enough_it_is_said_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(folder_of(tmp_path, 300)))
    monkeypatch.setattr(sockets, "_SHORT_FOLDERS", ("/nowhere",))
    monkeypatch.setenv("XDG_RUNTIME_DIR", "run")
    with pytest.raises(NoSocketFolder, match=r"too long for sockets \(300 bytes.*set TMPDIR to a"):
        prepare_sockets()
