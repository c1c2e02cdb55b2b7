"""Evaluation as its users meet it: events in, a table out, the winner stored and in force."""

import json
from pathlib import Path

import pytest

from support.product import reelmatch

TOPICS = ("animal", "car", "food", "music", "sport", "nature")
EACH = 12


def write_films(path: Path) -> None:
    """Write films of some topics, with an external id each."""
    lines = [
        {
            "source": f"https://films.example/{topic}/{number}",
            "external_id": f"{kind * 100 + number}",
            "tags": [{"tag": topic, "seconds": [[0, 9, 0.9]]}],
        }
        for kind, topic in enumerate(TOPICS, start=1)
        for number in range(EACH)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def write_ratings(path: Path, viewers: int) -> None:
    """Write ratings of viewers who half like films of one topic, and later like others of it."""
    rows = ["userId,movieId,rating,timestamp"]
    for viewer in range(viewers):
        kind = viewer % len(TOPICS) + 1
        for at in range(8):
            film = kind * 100 + (viewer // len(TOPICS) + at) % EACH
            rows.append(f"{viewer},{film},{3.5 if at < 4 else 5},{1000 * at + viewer}")
    path.write_text("\n".join(rows))


@pytest.mark.slow
def test_settings_that_win_are_stored_and_in_force(tmp_path: Path) -> None:
    home = tmp_path / "home"
    write_films(tmp_path / "films.jsonl")
    write_ratings(tmp_path / "ratings.csv", 60)
    assert reelmatch(home, "import", tmp_path / "films.jsonl").code == 0
    loaded = reelmatch(home, "viewer", "load", tmp_path / "ratings.csv", "--json").json
    assert (loaded["added"], loaded["events_of_unknown_videos"]) == (480, 0)

    (home / "settings.env").write_text("REELMATCH_VIEWER_WATCHED=0\n")
    split = ("--split", "1970-01-01T01:06:00")
    requested = ("--compare", "watched=0.5", "--compare", "power=1", "--write", "--json")
    answer = reelmatch(home, "evaluate", *split, *requested)
    reported = answer.json
    assert reported["winner"] == "watched=0.5"
    assert reported["viewers"] == 60
    present, watched, power = reported["compared"]
    assert watched["settings"] == {"viewer_watched": "0.5"}
    assert watched["differences"]["nDCG@10"]["is_real"] is True
    assert power["differences"]["nDCG@10"]["is_real"] is False
    assert present["measures"]["coverage"]["value"] == 0.0

    assert "written: viewer_watched=0.5" in answer.err
    assert (home / "settings.env").read_text().splitlines()[-1] == "REELMATCH_VIEWER_WATCHED=0.5"
    again = reelmatch(home, "evaluate", *split).out
    assert again.split("\n")[1].split()[1] == f"{watched['measures']['nDCG@10']['value']:.3f}"
    refused = reelmatch(home, "evaluate", "--compare", "taste=1")
    assert refused.code == 1
    assert "viewer_half_life_days" in refused.err
