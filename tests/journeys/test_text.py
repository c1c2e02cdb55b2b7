"""Words on the picture, from files to answers: read by default, left out when asked."""

from pathlib import Path

import numpy as np
import pytest

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.content import VideoContent
from engine.domain.lines import Line
from support.footage import Picture, bikes, carphone, every_frame
from support.product import reelmatch
from support.writing import write_seconds, written

OFFER = "Guitar lessons for beginners"


def street_with_an_offer() -> list[Picture]:
    """Return ten seconds of a street, with words over it from the third to the seventh."""
    frames = every_frame(bikes())[12:250:25]
    pictures = [np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for _, frame in frames]
    for second in range(3, 8):
        pictures[second] = written(pictures[second], OFFER, size=34, middle=(320, 220))
    return pictures


@pytest.fixture(scope="module")
def home_with_text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A street with an offer written over it, and a man in a car without any text."""
    folder = tmp_path_factory.mktemp("films")
    film = write_seconds(folder / "street.mp4", street_with_an_offer())
    home = folder / "home"
    done = reelmatch(home, "ingest", film, carphone(), "--no-audio", "--json")
    assert done.code == 0, done.err
    assert [(one["status"], one["reason"]) for one in done.json["videos"]] == [("ok", "")] * 2
    assert reelmatch(home, "reindex").code == 0
    return home


def contents(home: Path) -> dict[str, tuple[VideoContent, tuple[Line, ...]]]:
    """Return what is known of each video, and the lines that were read on it, by its title."""
    with Catalog.open(home / "catalog.db") as catalog:
        shown = catalog.content.of([one.id for one in catalog.videos.page()])
        return {
            one.record.title: (one, catalog.tracks.lines(one.record.id).get("text", ()))
            for one in shown
        }


def test_lines_are_kept_with_the_seconds_they_are_on(home_with_text: Path) -> None:
    _, lines = contents(home_with_text)["street"]
    (offer,) = (line for line in lines if line.text == OFFER)
    assert offer.seconds == (3, 8)
    assert {tag.tag: tag.words for tag in offer.tags}["guitar"] == "Guitar"


def test_words_that_mean_a_tag_become_tags(home_with_text: Path) -> None:
    listed = reelmatch(home_with_text, "tags", "street", "--json").json["tags"]
    assert {one["tag"]: one["seconds"] for one in listed}["text:guitar"] == 5
    shown = reelmatch(home_with_text, "match", "--keyword", "text:guitar", "--json").json["matches"]
    assert [one["video"] for one in shown] == [contents(home_with_text)["street"][0].record.id]


def test_every_video_was_looked_at(home_with_text: Path) -> None:
    for content, _ in contents(home_with_text).values():
        read = content.of("text")
        assert read is not None
        assert read.tagger.startswith("ppocr@")
        assert read.track.n_seconds == content.record.seconds
    assert contents(home_with_text)["carphone_pristine"][1] == ()


def test_without_it_the_same_is_seen_but_for_text(home_with_text: Path, tmp_path: Path) -> None:
    blind = tmp_path / "home"
    assert reelmatch(blind, "ingest", "--no-text", "--no-audio", carphone()).code == 0
    ((without, _),) = contents(blind).values()
    assert without.of("text") is None
    visual, same = (
        contents(home_with_text)["carphone_pristine"][0].of("visual"),
        without.of("visual"),
    )
    assert visual is not None
    assert same is not None
    assert np.array_equal(visual.track.starts, same.track.starts)
