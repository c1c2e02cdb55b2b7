"""Doubtful tags are stored as they were seen, and count only where two looks show them."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.catalogs.sqlite.catalog import Catalog
from engine.content.counting import count_distinct_seconds, count_tags
from engine.domain.confirmation import confirmed
from engine.domain.tracks import MIN_CONFIDENCE, NEW_CONTENT, ChangeTrack, Track
from support.catalogs import save, video_id

TEXT = 1


def track(values: list[float], new: list[int]) -> Track:
    """A cat on every second, surely, and text as sure as said; only text requires confirmation."""
    confidences = np.array([[0.9, value] for value in values], np.float32).reshape(-1, 2)
    flags = NEW_CONTENT * np.array(new, np.uint8)
    changes = ChangeTrack(flags.astype(np.uint8), np.zeros(len(new), np.uint8))
    return Track.from_confidences(confidences, np.arange(2), changes, [TEXT])


def text_of(observed: Track) -> NDArray[np.float64]:
    """The confidence of text on every second, 0.0 where none is left."""
    values = np.zeros(observed.n_seconds)
    positions = np.flatnonzero(observed.tags == TEXT)
    seconds = np.searchsorted(observed.starts, positions, side="right") - 1
    values[seconds] = observed.confidences[positions] / 65_535
    return values


def test_a_still_picture_shown_for_minutes_is_one_look_and_its_text_is_dropped() -> None:
    observed = confirmed(track([0.95] * 180, [1, *[0] * 179]))
    assert not text_of(observed).any()
    assert count_tags(observed, 0.7).seconds.tolist() == [180]


def test_text_on_two_different_looks_stays_as_sure_as_the_less_sure_look() -> None:
    observed = confirmed(track([0.9, 0.9, 0.8], [1, 0, 1]))
    assert text_of(observed) == pytest.approx([0.8, 0.8, 0.8], abs=1e-4)


def test_a_second_look_without_text_does_not_save_it() -> None:
    observed = confirmed(track([0.9, 0.9, 0.1], [1, 0, 1]))
    assert text_of(observed) == pytest.approx([0.1, 0.1, 0.1], abs=1e-4)


def test_the_first_second_begins_a_look_whatever_is_said_of_it() -> None:
    observed = confirmed(track([0.9, 0.8], [0, 1]))
    assert text_of(observed) == pytest.approx([0.8, 0.8], abs=1e-4)


def test_an_empty_track_stays_empty() -> None:
    assert confirmed(Track.empty()).n_seconds == 0
    assert confirmed(track([], [])).n_seconds == 0


def test_everything_is_stored_and_judged_when_it_is_counted(tmp_path: Path) -> None:
    observed = track([0.9, 0.9, 0.1], [1, 0, 1])
    assert (
        Track.from_bytes(observed.to_bytes()).confidences.tolist() == observed.confidences.tolist()
    )
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        catalog.tags.number(["cat", "text"])
        save(catalog, video_id(1), {"cat": 1})
        (record,) = catalog.videos.page()
        catalog.videos.save(record, observed, now=datetime.now(UTC))
        ((blob,),) = catalog.rows("select track from tracks")
        stored = Track.from_bytes(blob)
        assert text_of(stored) == pytest.approx([0.9, 0.9, 0.1], abs=1e-4)
        assert stored.requires_confirmation.tolist() == [TEXT]
        for counted in (
            catalog.tracks.get(record.id),
            catalog.content.page()[0].track,
            catalog.content.of([record.id])[0].track,
        ):
            assert count_tags(counted, 0.7).tags.tolist() == [0]
            assert count_distinct_seconds(counted, 0.7).tags.tolist() == [0]


def test_a_track_without_doubtful_tags_has_the_bytes_it_always_had() -> None:
    plain = Track.from_confidences(np.full((2, 1), 0.9), np.zeros(1, int))
    raw = Track.from_bytes(plain.to_bytes())
    assert raw.requires_confirmation.tolist() == []
    assert confirmed(raw) is raw


@given(
    st.lists(st.tuples(st.floats(0, 1, width=32), st.booleans()), min_size=1, max_size=30),
    st.floats(0.125, 1, width=32),
)
def test_at_every_threshold_a_tag_passes_where_it_did_if_two_looks_pass(
    seconds: list[tuple[float, bool]], threshold: float
) -> None:

    def passes(value: float) -> bool:
        is_stored = np.float32(value) >= MIN_CONFIDENCE
        return bool(is_stored) and round(value * 65_535) >= round(threshold * 65_535)

    values = [value for value, _ in seconds]
    new = [number == 0 or is_new for number, (_, is_new) in enumerate(seconds)]
    passing_segments = {
        sum(new[: number + 1]) for number, value in enumerate(values) if passes(value)
    }
    expected = [passes(value) and len(passing_segments) >= 2 for value in values]
    observed = confirmed(track(values, [int(one) for one in new]))
    # As stored: to the nearest of 65,535 steps.
    assert (text_of(observed) >= round(threshold * 65_535) / 65_535).tolist() == expected
    assert text_of(confirmed(observed)).tolist() == text_of(observed).tolist()
