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
class Trial:
    """Result of one flip, for a command and for a service that is started."""

    file: str
    bit: int
    command: str
    service: str


@pytest.fixture(scope="module")
def home_to_damage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("flips") / "home"
    make_home(home)
    return home


def flipped(home: Path, n: int) -> Iterator[Trial]:
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
        for where, trial in zip(lines[::2], lines[1::2], strict=True):
            yield Trial(**where, **trial)


def check(trials: list[Trial]) -> None:
    for trial in trials:
        assert trial.command == SAME or trial.command.startswith(REFUSED), trial
        assert trial.service == SAME or trial.service.startswith(REFUSED), trial
        if trial.file.startswith("generations/"):
            # There is another whole generation, whichever of them was hit.
            assert trial.service == SAME, trial
    refused = [trial for trial in trials if trial.command != SAME]
    assert len(refused) >= len(trials) // 5, "two fifths of the files are of the live generation"


@pytest.mark.slow
def test_no_flipped_bit_gives_a_wrong_answer(home_to_damage: Path) -> None:
    check(list(flipped(home_to_damage, BATCH)))


@pytest.mark.slow
def test_none_of_200_flipped_bits_gives_a_wrong_answer(home_to_damage: Path) -> None:
    check(list(flipped(home_to_damage, 200)))
