"""Watching leaves nothing behind and tells nobody: no file beside the catalog, no connection."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.footage import carphone

WATCH = """
import sys
from api.cli import main

def refuse(event, args):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"):
        # multiprocessing talks to its own children by paths.
        if event == "socket.getaddrinfo" or isinstance(args[1], tuple):
            print("CONNECTS", event, args[1:], file=sys.stderr, flush=True)

sys.addaudithook(refuse)
main()
"""


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Yield an environment whose home, caches and temporary folder are empty folders."""
    paths = {name: tmp_path / name.lower() for name in ("HOME", "XDG_CACHE_HOME")}
    for path in paths.values():
        path.mkdir()
    named = {name: str(path) for name, path in paths.items()}
    stored = {
        name: value for name, value in os.environ.items() if not name.startswith(("XDG", "ORT"))
    }
    # Sockets of child processes lie in the temporary folder, and their paths must be short.
    with tempfile.TemporaryDirectory() as short:
        yield {**stored, **named, "TMPDIR": short, "REELMATCH_HOME": str(tmp_path / "catalog")}


def files_below(folder: str) -> list[str]:
    return [str(path) for path in Path(folder).rglob("*") if not path.is_dir()]


def test_ingest_leaves_no_file_and_opens_no_connection(bare: dict[str, str]) -> None:
    requests = [sys.executable, "-c", WATCH, "ingest", str(carphone())]
    done = subprocess.run(requests, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "CONNECTS" not in done.stderr
    for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME"):
        assert files_below(bare[name]) == [], name


@pytest.mark.skipif(not Path("/proc/net").exists(), reason="needs /proc, as Linux has it")
def test_no_network_is_running_beside_a_network_that_is_loaded(bare: dict[str, str]) -> None:
    # Telemetry is native code, which no audit hook sees: its thread, files and sockets are.
    script = (
        "import os\n"
        "from ingest.taggers.visual.tagger import LocalTagger\n"
        "from models.minilm.embedder import shared_minilm\n"
        "tagger, texts = LocalTagger.load(), shared_minilm().embed(['dog'])\n"
        "opened = [os.readlink(f'/proc/self/fd/{one}') for one in os.listdir('/proc/self/fd')"
        " if os.path.lexists(f'/proc/self/fd/{one}')]\n"
        "names = [open(f'/proc/self/task/{one}/comm').read().strip()"
        " for one in os.listdir('/proc/self/task')]\n"
        "print([one for one in opened if one.startswith('socket:') or '/.cache/' in one], names)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**bare, "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("[] "), done.stdout
    for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME"):
        assert files_below(bare[name]) == [], name
