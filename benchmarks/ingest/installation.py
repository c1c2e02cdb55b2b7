"""Weight of an installation, and the first answer of a new process."""

import subprocess
import sys
import tempfile
import time
from importlib.metadata import distribution
from pathlib import Path

from api.cli.footage import packaged_clips

OURS = "reelmatch"
RUNS = 3


def print_first_query() -> None:
    """Time a whole command in a new process: imports, opening, one search."""
    reelmatch = Path(sys.executable).parent / "reelmatch"
    with tempfile.TemporaryDirectory() as home:
        environment = {"REELMATCH_HOME": home, "PATH": str(reelmatch.parent)}

        def run(*arguments: str) -> float:
            started = time.perf_counter()
            subprocess.run(  # noqa: S603 - our own command
                [reelmatch, *arguments], env=environment, capture_output=True, check=True
            )
            return time.perf_counter() - started

        run("ingest", str(packaged_clips()[2]))
        run("reindex")
        run("match", "--keyword", "person")
        best = min(run("match", "--keyword", "person") for _ in range(RUNS))
    print(f"\nFirst query of a new process, kernels cached: {best:.2f} s wall with all imports")


def print_installation() -> None:
    """Add up the files of the distribution and of all it needs, extras left out.

    pip is left out, too: sqlite-utils asks for it, and every virtual environment has it.
    """
    sizes = {name: _size(name) for name in _needed(OURS) - {"pip"}}
    print(f"\nInstallation without extras: {sum(sizes.values()) / 1e6:.0f} MB")
    for name, size in sorted(sizes.items(), key=lambda pair: -pair[1])[:10]:
        print(f"  {name}: {size / 1e6:.0f} MB")


def _needed(name: str) -> set[str]:
    from packaging.requirements import Requirement

    modules: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop().lower().replace("_", "-")
        if one in modules:
            continue
        modules.add(one)
        for text in distribution(one).requires or []:
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(requirement.name)
    return modules


def _size(name: str) -> int:
    if name == OURS:
        root = Path(__file__).parent.parent.parent
        packages = ("api", "engine", "ingest", "models", "reelmatch")
        files = [path for package in packages for path in (root / package).rglob("*")]
    else:
        files = [Path(str(file.locate())) for file in distribution(name).files or []]
    return sum(path.stat().st_size for path in files if path.is_file())
