"""Reach counts every video once, ranks are places in the whole list, arrivals come in order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.batch.follow import follow
from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.matching.filters import EVERY_VIDEO, And, Field, Filter, HasTag
from engine.domain.matching.index_config import IndexConfig
from engine.indexes.local.disk.generations import Generations
from engine.indexes.local.snapshot import LocalSnapshot
from engine.targeting.new_matches import new_matches
from engine.targeting.reach import BANDS, rank_of, reach_of
from support.campaigns import TAGS, Shown, snapshot_of
from support.catalogs import save, video_id

videos = st.lists(
    st.dictionaries(st.sampled_from(TAGS), st.integers(1, 3), max_size=3), min_size=1, max_size=9
).map(lambda listed: [Shown(f"v{number}", seconds) for number, seconds in enumerate(listed)])
profiles = st.dictionaries(st.sampled_from(TAGS), st.sampled_from([1.0, 2.0, -1.0]), min_size=1)
filters = st.sampled_from([EVERY_VIDEO, Field("kind", "in", ("static",)), HasTag("car")])


@given(videos, profiles, filters, st.sampled_from([0.0, 0.3, 0.7]))
def test_reach_and_ranks_are_those_of_the_whole_list(
    shown: list[Shown], profile: dict[str, float], where: Filter, minimum: float
) -> None:
    snapshot = snapshot_of(shown)
    query = snapshot.query(snapshot.vocabulary.numbers(profile), list(profile.values()))
    matches = [one for one in snapshot.search(query, 100, where) if one.score >= minimum]
    reach = reach_of(snapshot, query, where, min_relevance=minimum)
    assert reach.videos == len(matches) == sum(band.videos for band in reach.bands)
    assert reach.seconds == 30 * len(matches) == sum(band.seconds for band in reach.bands)
    for band, above in zip(reach.bands, [*BANDS[1:], 2.0], strict=True):
        assert band.videos == sum(band.at_least <= one.score < above for one in matches)
    ranks = [
        rank_of(snapshot, query, where, one.video, one.score, min_relevance=minimum)
        for one in matches
    ]
    assert ranks == list(range(1, len(matches) + 1))


@pytest.fixture
def catalog_of_cars(catalog: Catalog) -> Catalog:
    for number in range(4):
        save(catalog, video_id(number), {"car": 1 + number})
    return catalog


def snapshot_now(catalog: Catalog) -> LocalSnapshot:
    generations = Generations(catalog.path.parent / "generations")
    if generations.current_id is None:
        reindex(catalog, generations, IndexConfig(0.7, "raw"))
    return follow(LocalSnapshot.of(generations.load_current()), catalog)


def ids(catalog: Catalog, since: int, k: int = 10, *, where: Filter = EVERY_VIDEO) -> list[str]:
    snapshot = snapshot_now(catalog)
    query = snapshot.query(snapshot.vocabulary.numbers(["car"]), [1.0])
    changed = catalog.videos.revisions(after=since, upto=snapshot.revision)
    matches = new_matches(snapshot, changed, query, where, since=since, k=k, min_relevance=0.1)
    return [match.video for match in matches.matches]


def test_what_came_since_comes_in_the_order_it_came(catalog_of_cars: Catalog) -> None:
    snapshot_now(catalog_of_cars)
    revision = catalog_of_cars.revision()
    assert ids(catalog_of_cars, revision) == []
    save(catalog_of_cars, video_id(9), {"car": 2})
    save(catalog_of_cars, video_id(2), {"car": 9})  # analyzed again, so it changed
    save(catalog_of_cars, video_id(7), {"cat": 9})  # does not fit
    save(catalog_of_cars, video_id(5), {"car": 1})
    catalog_of_cars.videos.delete(video_id(5))
    assert ids(catalog_of_cars, revision) == [video_id(9), video_id(2)]
    assert ids(catalog_of_cars, revision, where=And((HasTag("car", 3),))) == [video_id(2)]


def test_a_page_goes_on_where_the_one_before_ended(catalog_of_cars: Catalog) -> None:
    snapshot = snapshot_now(catalog_of_cars)
    query = snapshot.query(snapshot.vocabulary.numbers(["car"]), [1.0])
    listed: list[str] = []
    since, more = 0, True
    while more:
        changed = catalog_of_cars.videos.revisions(after=since, upto=snapshot.revision)
        page = new_matches(
            snapshot, changed, query, EVERY_VIDEO, since=since, k=3, min_relevance=0.0
        )
        listed += [match.video for match in page.matches]
        since, more = page.revision, page.more
    assert listed == [video_id(number) for number in range(4)]
    assert since == snapshot.revision
