"""Observations of a worker of a cluster are stored as those of a look of this machine."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.content import SourceTrack
from engine.domain.lines import Line
from engine.domain.tags import AUDIO, METADATA, VISUAL
from engine.domain.tracks import Track
from engine.domain.videos import Pictures, VideoRecord
from ingest.described import Described
from ingest.runner import elsewhere
from ingest.runner.elsewhere import checkpoint_name, take_over
from ingest.runner.observation import KnownVideo
from ingest.runner.worker_process import JobSpec, Limits
from ingest.sources.web import FetchLimits
from ingest.taggers.registry import TaggerContext
from support.catalogs import NOW, save
from support.records import a_video

VIDEO = a_video().id
DESCRIBED = Described(VIDEO, "/films/here/cat.mp4", "cat")
PICTURES = Pictures(b"poster", b"strip", (0, 1))


@pytest.fixture
def observed(tmp_path: Path) -> Iterator[Catalog]:
    """A catalog with the video alone, as a worker writes it."""
    with Catalog.open(tmp_path / "observed.db") as catalog:
        yield catalog


def look(catalog: Catalog, record: VideoRecord, *, audio: bool = True) -> None:
    """Store a cat that purrs, and a sign in the second second."""
    numbers = catalog.tags.number(["cat", "dog"])
    confidences = np.array([[0.9, 0.0], [0.8, 0.6]], np.float32)
    catalog.taggers.remember("local@1", ["cat", "dog"])
    track = Track.from_confidences(confidences, numbers, requires_confirmation=numbers[1:])
    catalog.videos.save(record, track, now=NOW, pictures=PICTURES)
    if audio:
        numbers = catalog.tags.number(["purr"], AUDIO)
        audio_track = Track.of_whole(np.array([0.7]), numbers, 2)
        catalog.tracks.put(VIDEO, SourceTrack(AUDIO, "ears@1", audio_track, (Line("purr"),)))


def by_name(catalog: Catalog) -> dict[str, object]:
    (content,) = catalog.content.of([VIDEO])
    names = catalog.tags.vocabulary().names
    return {
        one.source: (
            one.tagger,
            one.track.starts.tolist(),
            sorted(zip([names[tag] for tag in one.track.tags], one.track.confidences, strict=True)),
            [names[tag] for tag in one.track.requires_confirmation],
            [names[tag] for tag in one.track.whole_tags],
            catalog.tracks.lines(VIDEO).get(one.source),
        )
        for one in content.tracks
        if one.source != METADATA
    }


def test_all_of_it_is_stored_under_the_numbers_of_this_catalog(
    catalog: Catalog, observed: Catalog
) -> None:
    catalog.tags.number(["dog", "zebra", "cat"])
    look(observed, a_video())
    result = take_over(DESCRIBED, observed, catalog, None)
    assert (result.status, result.video, result.seconds) == ("ok", VIDEO, 2)
    assert by_name(catalog) == by_name(observed)
    record = catalog.videos.named(VIDEO)
    assert (record.source, record.title, record.uploader) == (DESCRIBED.source, "cat", "Ann")
    assert catalog.thumbnails.get(VIDEO) == PICTURES
    assert catalog.taggers.words_of("local@1") == frozenset(("cat", "dog"))
    assert METADATA in catalog.tracks.taggers(VIDEO)


def test_only_what_was_observed_anew_is_stored_beside_the_rest(
    catalog: Catalog, observed: Catalog
) -> None:
    look(catalog, a_video(), audio=False)
    known = KnownVideo(catalog.videos.named(VIDEO), dict(catalog.tracks.taggers(VIDEO)))
    known.store(observed)
    assert observed.tracks.taggers(VIDEO) == {VISUAL: "local@1"}
    audio_track = Track.of_whole(np.array([0.7]), observed.tags.number(["purr"], AUDIO), 2)
    observed.tracks.put(VIDEO, SourceTrack(AUDIO, "ears@1", audio_track, (Line("purr"),)))
    before = by_name(catalog)
    assert take_over(DESCRIBED, observed, catalog, known).status == "ok"
    after = by_name(catalog)
    assert after.keys() == {VISUAL, AUDIO}
    assert after[VISUAL] == before[VISUAL]
    assert catalog.thumbnails.get(VIDEO) == PICTURES


def test_a_failure_is_told_beside_what_was_seen_before(catalog: Catalog, observed: Catalog) -> None:
    failed = replace(a_video(), status="damaged", reason="it is cut short", seconds=0)
    observed.videos.save_failure(failed, now=NOW)
    assert take_over(DESCRIBED, observed, catalog, None).status == "damaged"
    assert catalog.videos.named(VIDEO).reason == "it is cut short"


def test_a_failure_of_another_look_keeps_what_was_seen(catalog: Catalog, observed: Catalog) -> None:
    look(catalog, a_video())
    known = KnownVideo(catalog.videos.named(VIDEO), {})
    known.store(observed)
    observed.videos.save_failure(replace(a_video(), status="damaged", reason="cut"), now=NOW)
    before = by_name(catalog)
    assert take_over(DESCRIBED, observed, catalog, known).status == "damaged"
    attempt = catalog.videos.named(VIDEO).last_attempt
    assert attempt is not None
    assert (attempt.status, by_name(catalog)) == ("damaged", before)


def test_the_name_of_a_piece_holds_input_model_and_settings(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(catalog, VIDEO, {"cat": 1})
    spec = JobSpec(
        job=1,
        worker="w",
        source="/a.mp4",
        catalog="",
        home=tmp_path,
        force=False,
        limits=Limits(),
        fetch=FetchLimits(),
        tagger="local",
        context=TaggerContext(),
    )
    known = KnownVideo(catalog.videos.named(VIDEO), {VISUAL: "local@1"})
    name = checkpoint_name(spec, VIDEO, None)
    assert name.startswith(f"{VIDEO}-local@")
    assert name == checkpoint_name(replace(spec, job=2, worker="v", source="/b.mp4"), VIDEO, None)
    others = [
        checkpoint_name(spec, VIDEO[::-1], None),
        checkpoint_name(spec, VIDEO, known),
        checkpoint_name(spec, VIDEO, replace(known, taggers={})),
        checkpoint_name(spec, VIDEO, replace(known, record=replace(known.record, language="de"))),
        checkpoint_name(replace(spec, tagger="clarifai"), VIDEO, None),
        checkpoint_name(replace(spec, every=2), VIDEO, None),
        checkpoint_name(replace(spec, audio=False), VIDEO, None),
        checkpoint_name(replace(spec, text=False), VIDEO, None),
        checkpoint_name(replace(spec, add=(AUDIO,)), VIDEO, None),
        checkpoint_name(replace(spec, speech="whisper:/m"), VIDEO, None),
        checkpoint_name(replace(spec, force=True), VIDEO, None),
    ]
    newer = {"_FORMAT": 0, "KIND_RULES": 0, "version": lambda _: "0"}
    for of_reelmatch, value in newer.items():
        with monkeypatch.context() as patched:
            patched.setattr(elsewhere, of_reelmatch, value)
            others.append(checkpoint_name(spec, VIDEO, None))
    assert len({name, *others}) == 1 + len(others)
