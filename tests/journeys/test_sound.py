"""Sound from files to answers: heard by default, apart from what is seen, left out when asked."""

from pathlib import Path

import numpy as np
import pytest

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.content import VideoContent
from support.footage import big_buck_bunny, bikes
from support.product import reelmatch
from support.sounds import Track, melody, write_film


@pytest.fixture(scope="module")
def home_with_sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real clip with six channels, one without sound, and a grey picture over a melody."""
    folder = tmp_path_factory.mktemp("films")
    song = write_film(folder / "song.mp4", 8, Track(melody(8)[None]))
    home = folder / "home"
    done = reelmatch(home, "ingest", big_buck_bunny(), bikes(), song, "--json")
    assert done.code == 0, done.err
    assert [(one["status"], one["reason"]) for one in done.json["videos"]] == [("ok", "")] * 3
    assert reelmatch(home, "reindex").code == 0
    return home


def contents(home: Path) -> dict[str, VideoContent]:
    """Return what is known of each video, by its title."""
    with Catalog.open(home / "catalog.db") as catalog:
        ids = [one.id for one in catalog.videos.page()]
        return {one.record.title: one for one in catalog.content.of(ids)}


def test_what_is_heard_is_listed_beside_what_is_seen(home_with_sound: Path) -> None:
    listed = reelmatch(home_with_sound, "tags", "song", "--json")
    counts = {one["tag"]: one["seconds"] for one in listed.json["tags"]}
    assert counts["audio:music"] >= 7
    assert "audio:speech" not in counts
    assert "audio:silence" not in counts


def test_tags_of_one_source_are_listed_alone(home_with_sound: Path) -> None:
    home, song = home_with_sound, "song"
    audible = reelmatch(home, "tags", song, "--source", "audio", "--all")
    assert audible.out.startswith("audio:music, ")
    assert all(line.startswith("audio:") for line in audible.out.splitlines())
    observed = reelmatch(home, "tags", "bikes", "--source", "visual", "--json").json["tags"]
    of_all = reelmatch(home, "tags", "bikes", "--json").json["tags"]
    assert observed == [one for one in of_all if ":" not in one["tag"]]
    at_second = reelmatch(home, "tags", song, "--source", "audio", "--second", "3").out
    assert at_second.startswith("audio:music, ")
    along = reelmatch(home, "tags", song, "--source", "audio", "--tag", "music", "--json").json
    assert along["tag"] == "audio:music"
    nothing = reelmatch(home, "tags", "bikes", "--source", "audio")
    assert (nothing.code, nothing.out) == (0, "")
    assert "no tag reached 0.7" in nothing.err
    unread = reelmatch(home, "tags", song, "--source", "people")
    assert "nothing of people was observed, but of audio, " in unread.err
    assert "'smell'" in reelmatch(home, "tags", song, "--source", "smell").err


def test_every_video_was_listened_to(home_with_sound: Path) -> None:
    known = contents(home_with_sound)
    assert set(known) == {"bigbuckbunny", "bikes", "song"}
    for content in known.values():
        assert {"audio", "visual"} <= {track.source for track in content.tracks}
        audible = content.of("audio")
        assert audible is not None
        assert audible.tagger.startswith("sound@")
        assert audible.track.n_seconds == content.record.seconds
    silent, real = known["bikes"].of("audio"), known["bigbuckbunny"].of("audio")
    assert silent is not None
    assert real is not None
    assert len(silent.track.tags) == 0
    assert len(real.track.tags) > 0


def test_music_is_found_by_its_sound(home_with_sound: Path) -> None:
    matches = reelmatch(home_with_sound, "match", "--keyword", "audio:music", "--json").json[
        "matches"
    ]
    assert contents(home_with_sound)["song"].record.id in {one["video"] for one in matches}
    assert contents(home_with_sound)["bikes"].record.id not in {one["video"] for one in matches}


def test_deaf_it_sees_the_same(home_with_sound: Path, tmp_path: Path) -> None:
    deaf = tmp_path / "home"
    assert reelmatch(deaf, "ingest", "--no-audio", big_buck_bunny()).code == 0
    (without,) = contents(deaf).values()
    assert without.of("audio") is None
    observed = contents(home_with_sound)["bigbuckbunny"].of("visual")
    assert observed is not None
    for part in ("starts", "confidences"):
        assert np.array_equal(getattr(observed.track, part), getattr(without.track, part))
