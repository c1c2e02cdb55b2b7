"""A flipped bit anywhere in a catalog: a sentence, never a wrong answer or a dead process."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from support.flips import REFUSED, SAME, make_home

BATCH: Final = 20
SEED: Final = 11


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one flip, for a command and for a service that is started."""

    file: str
    bit: int
    command: str
    service: str


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("flips") / "home"
    make_home(home)
    return home


def flipped(home: Path, n: int) -> Iterator[Told]:
    """Flip so many bits, some in each process, so that one that dies is seen."""
    for first in range(0, n, BATCH):
        done = subprocess.run(
            [sys.executable, "-m", "support.flips", home, *map(str, (SEED, first, first + BATCH))],
            # A command that ran in this process before may have switched looking there off.
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert done.returncode == 0, (done.returncode, lines[-1:], done.stderr[-2000:])
        for where, told in zip(lines[::2], lines[1::2], strict=True):
            yield Told(**where, **told)


def check(all_told: list[Told]) -> None:
    for told in all_told:
        assert told.command == SAME or told.command.startswith(REFUSED), told
        assert told.service == SAME or told.service.startswith(REFUSED), told
        if told.file.startswith("generations/"):
            # There is another whole generation, whichever of them was hit.
            assert told.service == SAME, told
    refused = [told for told in all_told if told.command != SAME]
    assert len(refused) >= len(all_told) // 5, "two fifths of the files are of the live generation"


@pytest.mark.slow
def test_no_flipped_bit_gives_a_wrong_answer(home: Path) -> None:
    check(list(flipped(home, BATCH)))


@pytest.mark.slow
def test_none_of_200_flipped_bits_gives_a_wrong_answer(home: Path) -> None:
    check(list(flipped(home, 200)))
