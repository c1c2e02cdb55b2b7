"""Changes are found at once, and the answers equal those of a textbook over the new state."""

import threading
from itertools import pairwise
from math import log, sqrt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.batch.follow import follow
from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.matching.filters import HasTag, Ids
from engine.domain.matching.index_config import IndexConfig
from engine.indexes.local.delta import MERGE_FACTOR, tidy
from engine.indexes.local.disk.generations import Generations
from engine.indexes.local.snapshot import LocalSnapshot
from engine.search.matches import match, recommend, similar
from support.catalogs import TAGS, save, video_id

RAW = IndexConfig(threshold=0.7, tf="raw")
Videos = dict[str, dict[str, int]]


def textbook(query: dict[str, float], videos: Videos, built: Videos) -> dict[str, float]:
    """Cosines over ``videos`` with the idf of ``built``, best first, ties by id."""

    def idf(tag: str) -> float:
        df = sum(seconds.get(tag, 0) > 0 for seconds in built.values())
        return log((1 + len(built)) / (1 + df)) + 1

    def weigh(vector: dict[str, float] | dict[str, int]) -> dict[str, float]:
        weighed = {tag: value * idf(tag) for tag, value in vector.items() if value}
        length = sqrt(sum(value * value for value in weighed.values()))
        return {tag: value / length for tag, value in weighed.items()}

    weights = weigh(query)
    scores = {}
    for video, seconds in videos.items():
        shown = weigh(seconds)
        scores[video] = sum(part * shown.get(tag, 0.0) for tag, part in weights.items())
    ranked = sorted(scores, key=lambda video: (-int(scores[video] * 1e6 + 0.5), video))
    return {video: scores[video] for video in ranked if scores[video] > 1e-9}


some_seconds = st.dictionaries(st.sampled_from(TAGS[:6]), st.integers(1, 9), max_size=4)
some_videos = st.dictionaries(st.integers(0, 30).map(video_id), some_seconds, max_size=12)
some_changes = st.lists(
    st.tuples(st.integers(0, 40).map(video_id), st.none() | some_seconds), max_size=25
)
some_interests = st.dictionaries(
    st.sampled_from(TAGS[:6]), st.sampled_from([-1.0, -0.3, 0.2, 1.0, 3.0]), min_size=1
)


@settings(deadline=None, max_examples=60)
@given(some_videos, some_changes, some_interests, st.integers(1, 6))
def test_a_followed_view_equals_the_textbook(
    tmp_path_factory: pytest.TempPathFactory,
    built: Videos,
    changes: list[tuple[str, dict[str, int] | None]],
    interests: dict[str, float],
    every: int,
) -> None:
    folder = tmp_path_factory.mktemp("delta")
    with Catalog.open(folder / "catalog.db") as catalog:
        catalog.tags.number(TAGS)
        for video, seconds in built.items():
            save(catalog, video, seconds)
        snapshot = LocalSnapshot.of(reindex(catalog, Generations(folder / "generations"), RAW))
        videos = dict(built)
        for number, (video, change) in enumerate(changes):
            if change is not None:
                save(catalog, video, change)
                videos[video] = change
            elif video in videos:
                catalog.videos.delete(video)
                del videos[video]
            if number % every == 0:
                snapshot = tidy(follow(snapshot, catalog))
        snapshot = tidy(follow(snapshot, catalog))

        matches = recommend(snapshot, interests=interests, k=100)
        expected = textbook(interests, videos, built)
        assert [each.video for each in matches] == list(expected)
        assert [each.score for each in matches] == pytest.approx(list(expected.values()), abs=1e-6)
        for each in matches:
            assert sum(part.share for part in each.why) == pytest.approx(each.score, abs=1e-9)
        assert snapshot.n_videos == len(videos)


def test_segments_stay_few(catalog: Catalog, tmp_path: Path) -> None:
    snapshot = LocalSnapshot.of(reindex(catalog, Generations(tmp_path / "g"), RAW))
    for number in range(100):
        save(catalog, video_id(number), {"cat": 1 + number % 7})
        snapshot = tidy(follow(snapshot, catalog))
        sizes = [segment.n_alive for segment in snapshot.delta]
        assert all(before >= MERGE_FACTOR * after for before, after in pairwise(sizes))
    assert sum(sizes) == 100
    assert len(sizes) <= 4


def test_a_view_that_is_held_does_not_change(catalog: Catalog, tmp_path: Path) -> None:
    save(catalog, video_id(1), {"cat": 3})
    old = LocalSnapshot.of(reindex(catalog, Generations(tmp_path / "g"), RAW))
    catalog.videos.delete(video_id(1))
    save(catalog, video_id(2), {"cat": 3})
    new = follow(old, catalog)
    assert [each.video for each in match(old, keywords={"cat": 1}, k=5)] == [video_id(1)]
    assert [each.video for each in match(new, keywords={"cat": 1}, k=5)] == [video_id(2)]


def test_a_tag_that_came_later_can_be_asked_for(catalog: Catalog, tmp_path: Path) -> None:
    save(catalog, video_id(1), {"cat": 3})
    snapshot = LocalSnapshot.of(reindex(catalog, Generations(tmp_path / "g"), RAW))
    save(catalog, video_id(2), {"cat": 1, "zeppelin": 5})
    snapshot = follow(snapshot, catalog)
    matches = match(snapshot, keywords={"zeppelin": 1, "cat": 1}, k=5)
    assert [each.video for each in matches] == [video_id(2), video_id(1)]
    only = snapshot.search(
        snapshot.query([snapshot.vocabulary.numbers(["cat"])[0]], [1.0]), 5, HasTag("zeppelin")
    )
    assert [each.video for each in only] == [video_id(2)]


def test_a_changed_video_can_be_liked_and_looked_up(catalog: Catalog, tmp_path: Path) -> None:
    save(catalog, video_id(1), {"cat": 3})
    save(catalog, video_id(2), {"car": 3})
    snapshot = LocalSnapshot.of(reindex(catalog, Generations(tmp_path / "g"), RAW))
    save(catalog, video_id(3), {"cat": 9})
    save(catalog, video_id(1), {"car": 9})
    snapshot = follow(snapshot, catalog)
    assert [each.video for each in similar(snapshot, video_id(1), k=5)] == [video_id(2)]
    assert recommend(snapshot, interests={}, liked=[video_id(3)], k=5) == []


def test_filters_hold_in_the_delta_too(catalog: Catalog, tmp_path: Path) -> None:
    save(catalog, video_id(1), {"cat": 3})
    snapshot = LocalSnapshot.of(reindex(catalog, Generations(tmp_path / "g"), RAW))
    for number in (2, 3):
        save(catalog, video_id(number), {"cat": 3})
    snapshot = follow(snapshot, catalog)
    query = snapshot.query(snapshot.vocabulary.numbers(["cat"]), [1.0])
    weights = Ids((video_id(1), video_id(3)))
    assert [each.video for each in snapshot.search(query, 5, weights)] == [video_id(1), video_id(3)]


def test_searches_while_the_view_moves_on_see_one_moment(catalog: Catalog, tmp_path: Path) -> None:
    """Two videos swap their tags again and again; no search may see both or none with cats."""
    save(catalog, video_id(1), {"cat": 3})
    snapshot = LocalSnapshot.of(reindex(catalog, Generations(tmp_path / "g"), RAW))
    held = [snapshot]
    wrong: list[int] = []
    stop = threading.Event()

    def search() -> None:
        while not stop.is_set():
            matches = match(held[0], keywords={"cat": 1}, k=5)
            if len(matches) != 1:
                wrong.append(len(matches))

    threads = [threading.Thread(target=search) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(2, 40):
        save(catalog, video_id(number), {"cat": 3})
        catalog.videos.delete(video_id(number - 1))
        held[0] = tidy(follow(held[0], catalog))
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_video_with_new_tags_that_comes_while_a_reindex_counts_is_found_after_it(
    catalog: Catalog, tmp_path: Path
) -> None:
    save(catalog, video_id(0), {"animal": 3})

    def come_in(_n_videos: int) -> None:
        save(catalog, video_id(2), {"animal": 2, "zebra": 2})

    save(catalog, video_id(1), {"car": 3})
    generations = Generations(tmp_path / "generations")
    reindex(catalog, generations, RAW, on_videos=come_in, chunk_videos=1)
    snapshot = follow(LocalSnapshot.of(generations.load_current()), catalog)
    matches = match(snapshot, keywords={"zebra": 1.0}, k=9)
    assert [one.video for one in matches] == [video_id(2)]
