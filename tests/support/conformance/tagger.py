"""The suite of every tagger: a test class inherits, and gives the fixture."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.catalogs.sqlite.catalog import Catalog
from engine.errors import InvalidInput
from ingest.described import Described
from ingest.pipeline import ingest_file
from ingest.taggers.base import Frame, Tagger
from ingest.taggers.registry import (
    TaggerContext,
    check_tagger,
    find_factory,
    identity_of,
    make_tagger,
)
from ingest.taggers.remote.pipeline import ingest_remotely
from ingest.taggers.remote.whole_video import VideoTagger
from ingest.taggers.tag_names import tidy_tag
from support.footage import carphone

FRAME_SHAPES = [(1, 1), (1, 4096), (4096, 1), (3, 7), (64, 36), (301, 299), (1080, 1920), (2, 260)]


def noise(height: int, width: int) -> Frame:
    """A frame of random pixels, the same for the same size."""
    random = np.random.default_rng(height * 5000 + width)
    return random.integers(0, 256, (height, width, 3), dtype=np.uint8)


def assert_confidences(result: NDArray[np.float32], tagger: Tagger) -> None:
    """Each tag has one confidence, from 0.0 to 1.0."""
    assert result.shape == (len(tagger.tags),)
    assert result.dtype == np.float32
    assert np.isfinite(result).all()
    assert result.min() >= 0.0
    assert result.max() <= 1.0


class AnyTaggerConformance:
    """Every tagger, whoever brings it, on this machine or elsewhere.

    Inherit as ``TestSomeTagger`` with the fixtures ``chosen``, which is what ``--tagger`` is given,
    and ``given``, what an operator has set.
    """

    @pytest.fixture(scope="class")
    @classmethod
    def made(cls, chosen: str, given: TaggerContext) -> Tagger | VideoTagger:
        return make_tagger(check_tagger(chosen, given), given)

    def test_it_says_who_it_is(self, made: Tagger | VideoTagger) -> None:
        assert made.name
        assert made.version
        assert not set("@ \n") & set(made.name + made.version)

    def test_its_maker_knows_who_it_is(
        self, chosen: str, given: TaggerContext, made: Tagger | VideoTagger
    ) -> None:
        if isinstance(made, VideoTagger):
            with pytest.raises(InvalidInput, match="is a service"):
                identity_of(check_tagger(chosen, given), given)
        else:
            identity = identity_of(check_tagger(chosen, given), given)
            assert identity == (made.name, made.version)

    def test_it_is_one_of_the_two_kinds_and_its_maker_knows_which(
        self, chosen: str, made: Tagger | VideoTagger
    ) -> None:
        takes_whole_videos = find_factory(chosen).takes_whole_videos
        assert takes_whole_videos == isinstance(made, VideoTagger)
        assert takes_whole_videos != hasattr(made, "tag")

    def test_what_was_checked_can_be_checked_again_from_anywhere(
        self, chosen: str, given: TaggerContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stored = check_tagger(chosen, given)
        monkeypatch.chdir(tmp_path)
        assert check_tagger(stored, given) == stored

    def test_made_again_it_has_the_same_version(
        self, chosen: str, given: TaggerContext, made: Tagger | VideoTagger
    ) -> None:
        again = make_tagger(check_tagger(chosen, given), given)
        assert (again.name, again.version) == (made.name, made.version)

    def test_a_video_remembers_who_looked_and_with_which_words(
        self, made: Tagger | VideoTagger, catalog: Catalog
    ) -> None:
        described = Described.of_file(carphone())
        if isinstance(made, VideoTagger):
            result = ingest_remotely(carphone(), described, catalog, made, force=False)
        else:
            result = ingest_file(carphone(), catalog, made)
        assert (result.status, result.seconds) == ("ok", 4)
        record = catalog.videos.get(described.id)
        assert record is not None
        assert record.tagger == f"{made.name}@{made.version}"
        words = catalog.taggers.words_of(record.tagger)
        assert words == (None if isinstance(made, VideoTagger) else frozenset(made.tags))
        track, names = catalog.tracks.get(record.id), catalog.tags.vocabulary().names
        assert track.n_seconds == 4
        observed = {names[tag] for tag in track.tags}
        assert observed <= (words or observed)
        assert all(tag == tidy_tag(tag) for tag in words or observed)


class TaggerConformance(AnyTaggerConformance):
    """A tagger of frames, too."""

    @pytest.fixture(scope="class")
    @classmethod
    def tagger(cls, made: Tagger | VideoTagger) -> Tagger:
        assert not isinstance(made, VideoTagger)
        return made

    def test_tags_are_plain_words_without_repeats(self, tagger: Tagger) -> None:
        assert tagger.tags
        assert len(set(tagger.tags)) == len(tagger.tags)
        assert all(tag and tag == tag.strip() for tag in tagger.tags)
        assert set(tagger.requires_confirmation) <= set(tagger.tags)

    @pytest.mark.parametrize(("height", "width"), FRAME_SHAPES)
    def test_a_frame_of_any_size_gets_a_confidence_for_every_tag(
        self, tagger: Tagger, height: int, width: int
    ) -> None:
        assert_confidences(tagger.tag(noise(height, width)), tagger)

    def test_the_same_frame_gets_the_same_confidences(self, tagger: Tagger) -> None:
        frame = noise(90, 160)
        first = tagger.tag(frame).copy()
        tagger.tag(noise(160, 90))
        assert np.array_equal(tagger.tag(frame), first)

    def test_a_frame_may_be_read_only_and_is_left_as_it_was(self, tagger: Tagger) -> None:
        frame = noise(90, 160)
        frame.setflags(write=False)
        tagger.tag(frame)
        assert np.array_equal(frame, noise(90, 160))

    def test_a_view_of_a_larger_frame_is_tagged_like_a_copy_of_it(self, tagger: Tagger) -> None:
        part = noise(180, 320)[::2, 10:170:2]
        assert np.array_equal(tagger.tag(part), tagger.tag(part.copy()))
