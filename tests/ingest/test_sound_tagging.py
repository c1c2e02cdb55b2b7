"""Sound beside pictures: what goes wrong with the one leaves the other as it is."""

from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.catalogs.sqlite.catalog import Catalog
from ingest.pipeline import Progress, ingest_file
from support.footage import bikes
from support.shades import Shades
from support.sounds import Track, melody, tone, write_film


class Ear:
    """Hears how loud it is; falls ill where told."""

    name, version, source = "ear", "1", "audio"
    tags = ("loud", "quiet")

    def __init__(self, ill_at: str = "") -> None:
        self.ill_at = ill_at
        self.n_samples = 0

    def start_session(self) -> "Ear":
        self.n_samples = 0
        return self

    def feed(self, samples: NDArray[np.int16]) -> None:
        if self.ill_at == "hear":
            raise ValueError("an earache")
        self.n_samples += len(samples)

    def end(self, n_seconds: int) -> NDArray[np.float32]:
        if self.ill_at == "end":
            raise ValueError("an earache")
        return np.tile(np.array([bool(self.n_samples), 0], np.float32), (n_seconds, 1))


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return write_film(tmp_path / "film.mp4", 3, Track(tone(440, 3)[None]))


def tags_of(catalog: Catalog, video: str | None) -> dict[str, int]:
    names = catalog.tags.vocabulary().names
    (content,) = catalog.content.of([video or ""])
    numbers, counts = np.unique(content.track.tags, return_counts=True)
    return {names[number]: int(count) for number, count in zip(numbers, counts, strict=True)}


def test_what_is_heard_lies_beside_what_is_seen(catalog: Catalog, film: Path) -> None:
    deaf = ingest_file(film, catalog, Shades())
    observed = tags_of(catalog, deaf.video)
    result = ingest_file(film, catalog, Shades(), Ear(), force=True)
    assert result.reason == ""
    assert {"audio", "decoding", "visual"} <= result.cost.keys()
    assert "audio" not in deaf.cost
    assert result.cost["decoding"] > 0
    assert ingest_file(film, catalog, Shades(), Ear()).cost == {}
    assert catalog.tracks.taggers(result.video or "")["audio"] == "ear@1"
    assert tags_of(catalog, result.video) == observed | {"audio:loud": 3}


def test_sound_alone_is_added_to_what_was_seen(catalog: Catalog, film: Path) -> None:
    shades = Shades()
    done: list[Progress] = []
    ingest_file(film, catalog, shades)
    n_tagged_before = shades.n_tagged
    result = ingest_file(film, catalog, shades, Ear(), on_second=done.append)
    assert shades.n_tagged == n_tagged_before
    assert (result.status, result.seconds, len(done)) == ("ok", 3, 3)
    assert tags_of(catalog, result.video)["audio:loud"] == 3


@pytest.mark.parametrize("ill_at", ["hear", "end"])
def test_a_tagger_that_fails_is_told_and_the_pictures_go_in(
    catalog: Catalog, film: Path, ill_at: str
) -> None:
    result = ingest_file(film, catalog, Shades(), Ear(ill_at))
    assert (result.status, result.seconds) == ("ok", 3)
    assert result.reason == "the sound was not heard: an earache"
    record = catalog.videos.get(result.video or "")
    assert record is not None
    assert record.reason == result.reason
    assert set(catalog.tracks.taggers(result.video or "")) == {"visual", "metadata"}


def test_those_who_watch_are_told_while_sound_goes_on_without_pictures(
    catalog: Catalog, tmp_path: Path
) -> None:
    film = write_film(tmp_path / "film.mkv", 2, Track(tone(440, 100)[None]))
    done: list[Progress] = []
    result_ = ingest_file(film, catalog, Shades(), Ear(), on_second=done.append)
    assert result_.seconds == 2
    assert len(done) == 2 + 3


def test_a_video_without_sound_was_listened_to(catalog: Catalog) -> None:
    result = ingest_file(bikes(), catalog, Shades(), Ear())
    assert result.reason == ""
    assert catalog.tracks.taggers(result.video or "")["audio"] == "ear@1"
    assert not any(tag.startswith("audio:") for tag in tags_of(catalog, result.video))


def test_sound_that_cannot_be_decoded_is_told_and_the_pictures_go_in(
    catalog: Catalog, tmp_path: Path
) -> None:
    whole = write_film(tmp_path / "whole.mkv", 3, Track(melody(3)[None]))
    broken = tmp_path / "broken.mkv"
    random = np.random.default_rng(2)
    with av.open(str(whole)) as source, av.open(str(broken), "w") as target:
        streams = {one.index: target.add_stream_from_template(one) for one in source.streams}
        for packet in source.demux():
            if packet.dts is None:
                continue
            copied: av.Packet[av.stream.Stream] = packet
            if packet.stream.type == "audio":
                copied = av.Packet(b"\xff" + random.bytes(packet.size))
                copied.pts, copied.dts, copied.time_base = packet.pts, packet.dts, packet.time_base
            copied.stream = streams[packet.stream.index]
            target.mux(copied)
    result = ingest_file(broken, catalog, Shades(), Ear())
    assert (result.status, result.seconds) == ("ok", 3)
    assert "damaged pieces of sound were left out" in result.reason
    assert "visual" in catalog.tracks.taggers(result.video or "")


def test_what_an_older_version_heard_is_heard_again_and_nothing_seen(
    catalog: Catalog, film: Path
) -> None:
    shades, newer = Shades(), Ear()
    video = ingest_file(film, catalog, shades, Ear()).video or ""
    requested = shades.n_tagged
    newer.version = "2"
    assert ingest_file(film, catalog, shades, newer).status == "ok"
    assert catalog.tracks.taggers(video)["audio"] == "ear@2"
    assert shades.n_tagged == requested
    assert "already analyzed" in ingest_file(film, catalog, shades, newer).reason
