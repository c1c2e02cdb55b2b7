"""A server of PostgreSQL for tests: Debian's own, in a folder, on a free port of this machine."""

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest

from support.servers import free_port

_INSTALLED: Final = Path("/usr/lib/postgresql")
_HOW: Final = "apt-get install postgresql, and pip install -e '.[postgres]'"
# A crash of the machine may lose all of it, one of the server nothing.
_QUICK: Final = {"fsync": "off", "full_page_writes": "off"}
_SETTINGS: Final = {
    "max_connections": "120",
    "listen_addresses": "127.0.0.1",
}
PASSWORD: Final = "p4ss%w:rd@/"  # noqa: S105 - of a server that ends with its test
"""Of the server's user, with all that has to be written otherwise in a URL."""


@dataclass(slots=True)
class Server:
    """One that can be stopped and started again.

    Args:
        programs: folder of them.
        folder: of its files; owned by whom it runs as.
        port: that it listens on.
        fsync: whether it waits for the disk.
    """

    programs: Path
    folder: Path
    port: int
    fsync: bool = False

    def url(self, database: str) -> str:
        """Return the URL of a database."""
        password = quote(PASSWORD, safe="")
        return f"postgresql://postgres:{password}@127.0.0.1:{self.port}/{database}"

    def make(self) -> None:
        """Make its files."""
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        owner = _unprivileged()
        if owner:
            for path in (self.folder, secret):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        self._run(
            "initdb", "-D", self.folder / "data", "-U", "postgres", "-A", "scram-sha-256",
            f"--pwfile={secret}", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip

    def start(self) -> None:
        """Start it, and wait until it answers."""
        quick = {} if self.fsync else _QUICK
        options = " ".join(f"-c {name}={value}" for name, value in (_SETTINGS | quick).items())
        self._run(
            "pg_ctl", "-D", self.folder / "data", "-w", "-t", "60", "-l", self.folder / "log",
            "-o", f"-p {self.port} -k {self.folder} {options}", "start",
        )  # fmt: skip

    def stop(self) -> None:
        """Stop it at once, as a machine does that is switched off."""
        self._run("pg_ctl", "-D", self.folder / "data", "-w", "-m", "immediate", "stop")

    def create(self, database: str) -> str:
        """Create an empty database, unless it is there; return its URL."""
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            known = connection.execute("select 1 from pg_database where datname = %s", [database])
            if not known.fetchone():
                connection.execute(f'create database "{database}" template template0')
        return self.url(database)

    def _run(self, program: str, *arguments: str | Path) -> None:
        owner = _unprivileged()
        # A server that goes on holds what it is given: a file, which nobody waits for.
        with (self.folder / "output").open("a") as output:
            done = subprocess.run(
                [self.programs / program, *arguments],
                user=owner.pw_uid if owner else None,
                group=owner.pw_gid if owner else None,
                extra_groups=[] if owner else None,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
        assert done.returncode == 0, (self.folder / "output").read_text()[-2000:]


def _unprivileged() -> pwd.struct_passwd | None:
    """Return who runs the server; None for whoever runs the tests: it refuses root."""
    return pwd.getpwnam("postgres") if os.geteuid() == 0 else None


@contextmanager
def serving_postgres(*, fsync: bool = False) -> Iterator[Server]:
    """Run a server for a block; skip the test where none is installed.

    Args:
        fsync: whether it waits for the disk, as an installation does.
    """
    versions = sorted(_INSTALLED.glob("*/bin"), key=lambda path: int(path.parent.name))
    try:
        import psycopg_pool  # noqa: F401
    except ImportError:
        versions = []
    if not versions:
        pytest.skip(f"needs: {_HOW}")
    # Not below pytest's folders, which only their owner may enter.
    folder = Path("/tmp") / f"reelmatch-postgres-{os.getpid()}-{time.time_ns()}"  # noqa: S108
    folder.mkdir(mode=0o700)
    server = Server(versions[-1], folder, free_port(), fsync=fsync)
    try:
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)
