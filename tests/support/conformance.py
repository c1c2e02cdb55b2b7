"""What every implementation of a Protocol must do: a test class inherits, and gives the fixture."""

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.taggers.base import Frame, Tagger

FRAME_SHAPES = [(1, 1), (1, 4096), (4096, 1), (3, 7), (64, 36), (301, 299), (1080, 1920), (2, 260)]


def noise(height: int, width: int) -> Frame:
    """A frame of random pixels, the same for the same size."""
    random = np.random.default_rng(height * 5000 + width)
    return random.integers(0, 256, (height, width, 3), dtype=np.uint8)


def assert_confidences(found: NDArray[np.float32], tagger: Tagger) -> None:
    """Each tag has one confidence, from 0.0 to 1.0."""
    assert found.shape == (len(tagger.tags),)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    assert found.min() >= 0.0
    assert found.max() <= 1.0


class TaggerConformance:
    """Inherit as ``TestSomeTagger`` with a fixture ``tagger``."""

    def test_a_tagger_says_who_it_is(self, tagger: Tagger) -> None:
        assert tagger.name
        assert tagger.version
        assert not set("@ \n") & set(tagger.name + tagger.version)

    def test_tags_are_plain_words_without_repeats(self, tagger: Tagger) -> None:
        assert tagger.tags
        assert len(set(tagger.tags)) == len(tagger.tags)
        assert all(tag and tag == tag.strip() for tag in tagger.tags)

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
