"""A page that is explained reads each thing once, and adds nothing to what ranks."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from engine.batch.recommend_all import PageOptions, recommend_all
from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.matching.index_config import IndexConfig
from engine.domain.matching.recommendations import Reason
from engine.domain.time_ranges import TimeRange
from engine.domain.tracks import Track
from engine.errors import InvalidInput, UnknownTag
from engine.indexes.local.disk.generations import Generations
from engine.indexes.local.snapshot import LocalSnapshot
from engine.ports.index import IndexSnapshot
from engine.search.profiles import ProfileRules
from engine.services.recommendations import RecommendationQuery, recommend, viewer_eligibility_of
from support.catalogs import save, video_id

NOW = 1_800_000_000.0
RULES = ProfileRules()
CAT, ZOO, STREET = video_id(1), video_id(2), video_id(3)


@pytest.fixture
def catalog_of_three(catalog: Catalog) -> Catalog:
    """A catalog of three videos."""
    save(catalog, CAT, {"animal": 9, "cat": 9})
    save(catalog, ZOO, {"animal": 5, "city": 1}, length=9)
    save(catalog, STREET, {"car": 8, "city": 8, "animal": 2})
    return catalog


@pytest.fixture
def snapshot_of_three(catalog_of_three: Catalog, tmp_path: Path) -> LocalSnapshot:
    """The three videos, indexed."""
    generations = Generations(tmp_path / "generations")
    return LocalSnapshot.of(reindex(catalog_of_three, generations, IndexConfig(0.7, "raw")))


class Counting:
    """An object of which each method that is called is counted."""

    def __init__(self, counted: Any, calls: Counter[str]) -> None:
        self._counted = counted
        self._calls = calls

    def __contains__(self, one: object) -> bool:
        return one in self._counted

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._counted, name)
        if callable(value):
            self._calls[name] += 1
        return value


def test_a_page_is_explained_once_a_video_and_its_tracks_are_read_together(
    catalog_of_three: Catalog, snapshot_of_three: LocalSnapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = Counter[str]()
    requested: list[Sequence[str]] = []
    read_tracks = catalog_of_three.tracks.some

    def some(videos: Sequence[str]) -> dict[str, Track]:
        requested.append(list(videos))
        return read_tracks(videos)

    def one_by_one(_: str) -> Track:
        raise AssertionError("a track was read by itself")

    monkeypatch.setattr(catalog_of_three.tracks, "some", some)
    monkeypatch.setattr(catalog_of_three.tracks, "get", one_by_one)
    query = RecommendationQuery(interests={"animal": 1.0}, explain=True)
    counted = cast(IndexSnapshot, Counting(snapshot_of_three, calls))
    page = recommend(catalog_of_three, counted, query, RULES, now=NOW)
    videos = [one.video for one in page.matches]
    assert sorted(videos) == [CAT, ZOO, STREET]
    assert requested == [videos]
    assert (calls["explain_all"], calls["explain"]) == (1, 0)


def test_an_explained_page_ranks_and_scores_as_a_plain_one(
    catalog_of_three: Catalog, snapshot_of_three: LocalSnapshot
) -> None:
    plain, explained = (
        recommend(
            catalog_of_three,
            snapshot_of_three,
            RecommendationQuery(interests={"city": 0.5}, liked=(CAT,), explain=explain),
            RULES,
            now=NOW,
        )
        for explain in (False, True)
    )
    for one, other in zip(plain.matches, explained.matches, strict=True):
        assert (one.video, one.score, one.rank) == (other.video, other.score, other.rank)
        assert [(share.tag, share.share) for share in one.why] == [
            (share.tag, share.share) for share in other.why
        ]
        assert all(share.seconds is None for share in one.why)
        assert one.co_likes_from is None
        assert other.co_likes_from == ()


def test_a_reason_tells_the_seconds_and_the_video_that_it_is_from(
    catalog_of_three: Catalog, snapshot_of_three: LocalSnapshot
) -> None:
    query = RecommendationQuery(liked=(CAT,), explain=True)
    rules = ProfileRules(mean_share=0.0)
    (zoo, street) = recommend(catalog_of_three, snapshot_of_three, query, rules, now=NOW).matches
    (reason,) = zoo.why
    assert isinstance(reason, Reason)
    assert (reason.tag, reason.seconds) == ("animal", (TimeRange(0, 5),))
    assert [source.video for source in reason.from_] == [CAT]
    assert [share.seconds for share in street.why] == [(TimeRange(0, 2),)]


def test_a_video_deleted_since_is_explained_without_seconds(
    catalog_of_three: Catalog, snapshot_of_three: LocalSnapshot
) -> None:
    catalog_of_three.videos.delete(ZOO)
    query = RecommendationQuery(interests={"animal": 1.0}, explain=True)
    page = recommend(catalog_of_three, snapshot_of_three, query, RULES, now=NOW)
    seconds = {one.video: [share.seconds for share in one.why] for one in page.matches}
    assert seconds[ZOO] == [()]
    assert seconds[CAT] == [(TimeRange(0, 9),)]


def test_interests_that_are_no_tags_are_named(
    catalog_of_three: Catalog, snapshot_of_three: LocalSnapshot
) -> None:
    query = RecommendationQuery(interests={"animal": 1.0, "animl": 1.0})
    (ignored,) = recommend(catalog_of_three, snapshot_of_three, query, RULES, now=NOW).ignored
    assert (ignored.word, ignored.nearest[0]) == ("animl", "animal")
    with pytest.raises(UnknownTag):
        recommend(
            catalog_of_three,
            snapshot_of_three,
            RecommendationQuery(interests={"animl": 1.0}),
            RULES,
            now=NOW,
        )


def test_a_case_says_the_same_as_the_page(
    catalog_of_three: Catalog, snapshot_of_three: LocalSnapshot
) -> None:
    catalog_of_three.viewers.put_interests("ann", {"city": 1.0}, now=NOW)
    query = RecommendationQuery(viewer="ann", explain=True)
    first = recommend(catalog_of_three, snapshot_of_three, query, RULES, now=NOW).matches[0]
    report = viewer_eligibility_of(
        catalog_of_three, snapshot_of_three, "ann", first.video, RULES, now=NOW
    )
    assert report.recommended
    assert (report.score, report.rank, report.why) == (first.score, first.rank, first.why)


def test_all_viewers_get_the_pages_that_each_would_get_alone(
    catalog_of_three: Catalog, snapshot_of_three: LocalSnapshot
) -> None:
    catalog_of_three.viewers.put_interests("ann", {"city": 1.0}, now=NOW)
    catalog_of_three.viewers.put_interests("bob", {"cat": 1.0, "car": -1.0}, now=NOW)
    pages = list(
        recommend_all(catalog_of_three, snapshot_of_three, PageOptions(k=2), RULES, now=NOW)
    )
    assert [one.viewer for one in pages] == ["ann", "bob"]
    for one in pages:
        query = RecommendationQuery(viewer=one.viewer, k=2)
        page = recommend(catalog_of_three, snapshot_of_three, query, RULES, now=NOW)
        assert (one.generation, one.basis, one.note) == (page.generation, page.basis, page.note)
        assert one.matches == page.matches


def test_who_saw_all_that_fits_is_told_why_nothing_is_left(
    catalog_of_three: Catalog, snapshot_of_three: LocalSnapshot
) -> None:
    query = RecommendationQuery(liked=(CAT, ZOO, STREET))
    page = recommend(catalog_of_three, snapshot_of_three, query, RULES, now=NOW)
    assert page.matches == ()
    assert page.note.startswith("no video is left that fits")
    some = recommend(
        catalog_of_three, snapshot_of_three, RecommendationQuery(liked=(CAT,)), RULES, now=NOW
    )
    assert (bool(some.matches), some.note) == (True, "")


@pytest.mark.parametrize("viewer", ["", "a\x00b", "a" * 129])
def test_a_viewer_who_cannot_be_is_recommended_nothing(
    catalog_of_three: Catalog, snapshot_of_three: LocalSnapshot, viewer: str
) -> None:
    query = RecommendationQuery(viewer=viewer)
    with pytest.raises(InvalidInput, match="viewer: an id is 1 to 128 printable characters"):
        recommend(catalog_of_three, snapshot_of_three, query, RULES, now=NOW)
