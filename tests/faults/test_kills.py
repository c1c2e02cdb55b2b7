"""``kill -9`` at random moments loses nothing that was acknowledged; 200 by hand, some here."""

from pathlib import Path

import pytest

from faults.kills import KILLS, kill_and_check, prepare


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_kills_at_random_moments_lose_nothing(tmp_path: Path, seed: int) -> None:
    target = prepare(tmp_path, seed)
    assert kill_and_check(target, len(KILLS)) == dict.fromkeys(KILLS, 1)


@pytest.mark.slow
def test_kills_of_what_writes_the_catalog_lose_nothing(tmp_path: Path) -> None:
    names = ("import", "forget")
    assert kill_and_check(prepare(tmp_path, 3, footage=False), 2, names) == dict.fromkeys(names, 1)
