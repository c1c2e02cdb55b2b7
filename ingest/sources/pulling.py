"""The child process of one pull: plain downloads, behind the guard.

Run as ``python -m ingest.sources.pulling``. It reads one line of JSON, the job, and writes lines of
JSON: ``{"bytes": n}`` now and then, and at last ``{"done": null}`` or ``{"failed": reason}``. When
its standard input ends, whoever wanted the files is gone, and it stops.
"""

import hashlib
import ipaddress
import json
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import requests

from engine.system.os_errors import expected_trouble
from ingest.sources.addresses import without_password
from ingest.sources.guard import AllowedNetwork, Forbidden, Guard
from ingest.taggers.onnx.model_hub import FileDownload

_MAX_REDIRECTS: Final = 5
_TIMEOUT_SECONDS: Final = 30
_PIECE_BYTES: Final = 1 << 18
_TELL_SECONDS: Final = 0.1
_MEMORY_BYTES: Final = 1 << 30
_OK: Final = 200
_REDIRECTS: Final = (301, 302, 303, 307, 308)


class _Refused(Exception):
    """Reasons for which a file is not taken."""


def main() -> None:
    """Do the job that standard input names, and say on standard output how it went."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")

    def answer(kind: str, value: object) -> None:
        print(json.dumps({kind: value}), file=answers, flush=True)

    job = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    downloads = [FileDownload(**one) for one in job["downloads"]]
    _limit_resources(downloads, job["deadline_seconds"])
    allowed = [AllowedNetwork.parse(network) for network in job["allowed_networks"]]
    guard = Guard(allowed)
    guard.install()
    try:
        with requests.Session() as session:
            # No proxies, no .netrc: nothing of this machine goes along.
            session.trust_env = False
            for one in downloads:
                _fetch(one, session, guard, _teller(answer))
    except (_Refused, OSError, Forbidden) as error:
        answer("failed", _reason(error, guard, Path(downloads[0].path).parent))
    else:
        answer("done", None)


def _fetch(
    file: FileDownload, session: requests.Session, guard: Guard, report: Callable[[int], None]
) -> None:
    """Write one file, if it is what is pinned."""
    digest, size = hashlib.sha256(), 0
    try:
        with (
            _opened(file.address, session, guard) as response,
            Path(file.path).open("wb") as output,
        ):
            for piece in response.iter_content(_PIECE_BYTES):
                size += len(piece)
                if size > file.size:
                    break
                digest.update(piece)
                output.write(piece)
                report(len(piece))
    except requests.RequestException as error:
        raise _Refused(
            f"{without_password(file.address)} cannot be reached ({type(error).__name__}):"
            " check the network, or try later"
        ) from error
    if (size, digest.hexdigest()) != (file.size, file.sha256):
        Path(file.path).unlink()
        actual = f"more than {file.size} bytes" if size > file.size else f"{size} bytes"
        raise _Refused(
            f"{without_password(file.address)} is not the file that is pinned: {actual}, sha256"
            f" {digest.hexdigest()[:12]}..., expected {file.size} bytes,"
            f" {file.sha256[:12]}...; nothing of it was stored"
        )


def _opened(address: str, session: requests.Session, guard: Guard) -> requests.Response:
    """Follow redirects by hand: none may leave https."""
    for _ in range(_MAX_REDIRECTS + 1):
        _check_scheme(address, guard)
        response = session.get(
            address, stream=True, allow_redirects=False, timeout=_TIMEOUT_SECONDS
        )
        if response.status_code in _REDIRECTS:
            address = urljoin(address, response.headers.get("Location", ""))
            response.close()
        elif response.status_code == _OK:
            return response
        else:
            response.close()
            raise _Refused(f"{without_password(address)} answered HTTP {response.status_code}")
    raise _Refused(f"{without_password(address)} redirects for ever")


def _check_scheme(address: str, guard: Guard) -> None:
    parts = urlsplit(address)
    # Without a certificate nobody knows who answers; where a network is allowed by name, one does.
    is_own = parts.scheme == "http" and _is_allowed(parts.hostname or "", parts.port or 80, guard)
    if parts.scheme != "https" and not is_own:
        raise _Refused(f"{without_password(address)} is not fetched: only https is")


def _is_allowed(host: str, port: int, guard: Guard) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(network.holds(address, port) for network in guard.allowed)


def _teller(answer: Callable[[str, Any], None]) -> Callable[[int], None]:
    waiting, last = 0, 0.0

    def report(n_bytes: int) -> None:
        nonlocal waiting, last
        waiting += n_bytes
        if time.monotonic() - last >= _TELL_SECONDS:
            answer("bytes", waiting)
            waiting, last = 0, time.monotonic()

    return report


def _reason(error: BaseException, guard: Guard, folder: Path) -> str:
    if guard.refused:
        return f"it leads where it must not: {guard.refused[0]}"
    if isinstance(error, _Refused):
        return str(error)
    return f"what came cannot be written: {expected_trouble(error, folder) or error}"


def _limit_resources(downloads: Sequence[FileDownload], deadline_seconds: float) -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY_BYTES, _MEMORY_BYTES))
    max_bytes = max(one.size for one in downloads) + _PIECE_BYTES
    resource.setrlimit(resource.RLIMIT_FSIZE, (max_bytes, max_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_REAL, deadline_seconds)


def _end_with_parent() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
