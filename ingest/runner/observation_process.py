"""The process that looks at one video for ``observe``, under limits of memory and CPU time."""

import os
import pickle
import secrets
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from engine.catalogs import open_catalog
from engine.ports.catalog import Catalog
from engine.system.os_errors import expected_trouble, writing_to
from engine.system.temporary_files import abandoned, held_folder, remove_abandoned
from ingest.decoding.probe import Status
from ingest.pipeline import IngestResult, Progress
from ingest.runner.observation import BEAT, RESULT, ObserveTask
from ingest.runner.worker_process import ingest_here, limit_process

_UNFINISHED: Final = ".unfinished-"


def look(task: ObserveTask, report: Callable[[Progress], object]) -> IngestResult:
    """Look at a video; write the file when anything is to be said of it."""
    if not task.path.parent.is_dir():
        why = f"a worker of the cluster has no folder {task.path.parent}: mount it at the same path"
        return IngestResult(None, task.spec.source, Status.FAILED, why, 0)
    temporary = Path(tempfile.gettempdir())
    for left in abandoned(temporary):
        remove_abandoned(left)
    with held_folder(temporary, hidden=False) as home:
        # What is fetched lies on the machine that looks.
        spec = replace(task.spec, home=home)
        with open_catalog(home / "observed.db") as catalog:
            if task.known is not None:
                task.known.store(catalog)
            result = ingest_here(spec, catalog, report)
            if result.video is not None:
                with writing_to(task.path.parent):
                    _write(catalog, task.path)
        return result


def _write(catalog: Catalog, path: Path) -> None:
    aside = path.with_name(f"{path.name}{_UNFINISHED}{secrets.token_hex(8)}")
    try:
        catalog.copy_to(aside)
        with aside.open("rb") as file:
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def _end_with_parent() -> None:
    # Not by ``sys.stdin``: the interpreter aborts when it ends while a thread holds its lock.
    os.read(0, 1)
    os._exit(1)


def main() -> None:
    """Read a task, look, and write the result."""
    # Whatever libraries print is no result.
    out = os.dup(1)
    os.dup2(2, 1)
    length = int.from_bytes(sys.stdin.buffer.read(8), "big")
    task: ObserveTask = pickle.loads(sys.stdin.buffer.read(length))  # noqa: S301 - of our parent
    threading.Thread(target=_end_with_parent, name="parent-watcher", daemon=True).start()
    limit_process(task.spec.limits)
    try:
        result = look(task, lambda _: os.write(out, BEAT))
    except Exception as error:
        if (trouble := expected_trouble(error)) is None:
            raise
        # Of the machine, not of the video.
        result = IngestResult(None, task.spec.source, Status.FAILED, str(trouble), 0)
    os.write(out, RESULT + pickle.dumps(result))


if __name__ == "__main__":
    main()
