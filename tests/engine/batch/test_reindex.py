"""A reindex by an executor: the same generation whoever counts, and errors that name themselves."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.batch.count_chunks import ChunkTask, count_chunk, read_chunk
from engine.batch.reindex import preview, reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.matching.co_watching import ENOUGH_VIEWERS
from engine.domain.matching.index_config import IndexConfig
from engine.domain.videos import Span
from engine.domain.viewers import Event, EventKind
from engine.errors import CatalogUnusable, CorruptData, InvalidInput, ReadOnlyCatalog
from engine.indexes.local.disk.generations import Generations
from engine.indexes.local.snapshot import LocalSnapshot
from engine.search.matches import explain_all
from support.catalogs import TAGS, save, video_id
from support.processes import children_of, counts_chunks, soon, works

LOG = IndexConfig(threshold=0.7, tf="log")
VIDEOS = 60


@pytest.fixture(scope="module")
def catalog_of_sixty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """Made-up videos, some of which nobody could watch; no test changes them."""
    rng = np.random.default_rng(7)
    with Catalog.open(tmp_path_factory.mktemp("home") / "catalog.db") as catalog:
        fill(catalog, rng)
        yield catalog


def fill(catalog: Catalog, rng: np.random.Generator) -> None:
    with catalog.transaction():
        for number in range(VIDEOS):
            shown = {tag: int(rng.integers(1, 20)) for tag in rng.choice(TAGS, 3)}
            save(catalog, video_id(number * 7), shown, language=("de", "", "en")[number % 3])
    for viewer in range(ENOUGH_VIEWERS):
        liked = [
            Event(str(at), video_id(video * 7), EventKind.LIKED, float(at))
            for at, video in enumerate(rng.choice(VIDEOS, 5, replace=False).tolist())
        ]
        catalog.viewers.add_events(f"v{viewer}", liked, now=9)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Catalog]:
    """The same, for a test to change."""
    with Catalog.open(tmp_path / "own" / "catalog.db") as own:
        fill(own, np.random.default_rng(7))
        yield own


@pytest.fixture(scope="module")
def expected(catalog_of_sixty: Catalog, tmp_path_factory: pytest.TempPathFactory) -> str:
    return reindex(catalog_of_sixty, Generations(tmp_path_factory.mktemp("whole")), LOG).id


@settings(max_examples=6, deadline=None)
@given(chunk_videos=st.integers(1, VIDEOS + 5))
def test_a_generation_is_the_same_whatever_the_files_hold(
    catalog_of_sixty: Catalog,
    expected: str,
    tmp_path_factory: pytest.TempPathFactory,
    chunk_videos: int,
) -> None:
    done: list[int] = []
    generations = Generations(tmp_path_factory.mktemp("serial"))
    built = reindex(
        catalog_of_sixty, generations, LOG, chunk_videos=chunk_videos, on_videos=done.append
    )
    assert built.id == expected
    assert sum(done) == VIDEOS
    assert max(done) <= chunk_videos


@pytest.mark.parametrize(
    ("executor", "chunk_videos"),
    [("local:2", 7), ("local:3", 20), ("local:2", 1000)],
)
def test_a_generation_is_the_same_however_many_processes_count(
    catalog_of_sixty: Catalog, expected: str, tmp_path: Path, executor: str, chunk_videos: int
) -> None:
    done: list[int] = []
    built = reindex(
        catalog_of_sixty,
        Generations(tmp_path / "generations"),
        LOG,
        chunk_videos=chunk_videos,
        executor=executor,
        on_videos=done.append,
    )
    assert built.id == expected
    assert sum(done) == VIDEOS
    assert not leftovers(tmp_path)


def leftovers(folder: Path) -> list[Path]:
    return [*folder.rglob("*.part"), *folder.rglob(".writing-*")]


def test_a_preview_by_processes_says_the_same(catalog_of_sixty: Catalog, tmp_path: Path) -> None:
    generations = Generations(tmp_path / "generations")
    reindex(catalog_of_sixty, generations, IndexConfig(threshold=0.95, tf="raw"))
    previewed = preview(catalog_of_sixty, generations, LOG)
    assert preview(catalog_of_sixty, generations, LOG, executor="local:2") == previewed
    assert previewed.after.videos == VIDEOS


def test_what_is_no_executor_is_refused(catalog_of_sixty: Catalog, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="'lokal:2' is no executor"):
        reindex(catalog_of_sixty, Generations(tmp_path), LOG, chunk_videos=9, executor="lokal:2")


@settings(max_examples=25, deadline=None)
@given(videos=st.integers(1, VIDEOS + 5))
def test_runs_of_videos_join_and_say_what_the_catalog_holds(
    catalog_of_sixty: Catalog, videos: int
) -> None:
    spans = catalog_of_sixty.content.spans(videos)
    ids = [one.record.id for one in catalog_of_sixty.content.page(limit=1000)]
    assert [span.last for span in spans] == [*ids[videos - 1 :: videos], *ids[-1:]][: len(spans)]
    assert [span.after for span in spans] == ["", *(span.last for span in spans[:-1])]
    assert sum(span.videos for span in spans) == len(ids)
    for span in spans:
        ((count, newest),) = catalog_of_sixty.rows(
            "select count(*), max(revision) from videos where id > ? and id <= ?",
            (span.after, span.last),
        )
        assert (span.videos, span.newest) == (count, newest)


def test_a_catalog_without_videos_has_no_runs_and_makes_a_generation(tmp_path: Path) -> None:
    with Catalog.open(tmp_path / "catalog.db") as empty:
        assert empty.content.spans(10) == []
        built = reindex(empty, Generations(tmp_path / "g"), LOG, executor="local:2")
    assert built.index.n_videos == 0


@pytest.mark.parametrize("change", ["more", "fewer", "other", "none left"])
def test_a_file_says_what_was_found_when_videos_changed_meanwhile(
    own: Catalog, tmp_path: Path, change: str
) -> None:
    span = own.content.spans(10)[2]
    inside = [video for video in ids_of(own) if span.after < video <= span.last]
    if change == "more":
        for number in range(3):
            save(own, f"{inside[0]}{number}", {"cat": 4})
    elif change == "fewer":
        own.videos.delete(inside[3])
    elif change == "other":
        save(own, inside[3], {"cat": 9})
    else:
        for video in inside:
            own.videos.delete(video)
    n_tags = len(own.tags.vocabulary())
    counted = count_chunk(ChunkTask(own.url, span, LOG, n_tags, tmp_path / "000002.counts"))
    now = [video for video in ids_of(own) if span.after < video <= span.last]
    chunk = read_chunk(tmp_path / "000002.counts", n_tags)
    assert chunk.ids == now
    assert chunk.span == counted
    assert counted == Span(span.after, span.last, len(now), counted.newest)
    assert counted != span
    assert chunk.counts.shape == (len(now), n_tags)


def test_tags_that_came_since_are_not_counted(own: Catalog, tmp_path: Path) -> None:
    span, n_tags = own.content.spans(10)[0], len(own.tags.vocabulary())
    save(own, span.last, {"cat": 5, "zebra": 5})
    count_chunk(ChunkTask(own.url, span, LOG, n_tags, tmp_path / "000000.counts"))
    counts = read_chunk(tmp_path / "000000.counts", n_tags).counts
    assert own.tags.vocabulary().names[n_tags:] == ("zebra",)
    assert counts.indices.max() < n_tags
    (cat,) = own.tags.vocabulary().numbers(["cat"])
    assert counts.indices[counts.indptr[-2] :].tolist() == [cat]


def test_what_a_killed_worker_did_not_finish_goes_with_the_next_reindex(
    own: Catalog, expected: str, tmp_path: Path
) -> None:
    generations = Generations(tmp_path / "generations")
    reindex(own, generations, LOG, chunk_videos=10)
    counted = next(generations.folder.rglob("000001.counts"))
    half = counted.read_bytes()[:500]
    counted.unlink()
    counted.with_suffix(".4711.part").write_bytes(half)
    assert reindex(own, generations, LOG, chunk_videos=10).id == expected
    assert not leftovers(tmp_path)


def ids_of(catalog: Catalog) -> list[str]:
    return [video for (video,) in catalog.rows("select id from videos order by id")]


def test_videos_that_change_while_processes_count_are_in_the_next_generation(
    own: Catalog, tmp_path: Path
) -> None:
    generations = Generations(tmp_path / "generations")
    changes = iter(range(3))

    def change(_videos: int) -> None:
        match next(changes, None):
            case 0:
                own.videos.delete(ids_of(own)[-1])
                own.videos.delete(ids_of(own)[0])
            case 1:
                save(own, video_id(3), {"cat": 9})
                save(own, video_id(9_999), {"zebra": 9})

    reindex(own, generations, LOG, chunk_videos=10, executor="local:2", on_videos=change)
    again = reindex(own, generations, LOG, chunk_videos=10, executor="local:2")
    whole = reindex(own, Generations(tmp_path / "whole"), LOG)
    assert again.id == whole.id
    assert again.index.ids.at(np.arange(VIDEOS)) == ids_of(own)


@pytest.mark.parametrize("executor", ["serial:", "local:2"])
def test_what_is_wrong_with_a_video_is_said_by_whoever_counts(
    own: Catalog, tmp_path: Path, executor: str
) -> None:
    broken = ids_of(own)[33]
    with own.transaction() as db:
        db.execute("update tracks set track = x'00' where video = ?", (broken,))
    generations = Generations(tmp_path / "generations")
    with pytest.raises(CorruptData, match=broken) as damaged:
        reindex(own, generations, LOG, chunk_videos=10, executor=executor)
    assert generations.current_id is None
    assert "Traceback" not in str(damaged.value)
    assert not leftovers(tmp_path)
    with own.transaction() as db:
        db.execute("delete from tracks where video = ?", (broken,))
    assert reindex(own, generations, LOG, executor=executor).index.n_videos == VIDEOS - 1


@pytest.mark.parametrize("executor", ["serial:", "local:2"])
def test_a_catalog_that_goes_while_it_is_counted_is_told_of(
    own: Catalog, tmp_path: Path, executor: str
) -> None:
    def move_away(_videos: int) -> None:
        if own.path.exists():
            own.path.rename(own.path.with_suffix(".away"))

    with pytest.raises(CatalogUnusable, match="is gone"):
        reindex(
            own,
            Generations(tmp_path / "generations"),
            LOG,
            chunk_videos=2,
            executor=executor,
            on_videos=move_away,
        )


@pytest.mark.slow
def test_workers_that_are_killed_are_replaced_and_nothing_is_lost(
    own: Catalog, expected: str, tmp_path: Path
) -> None:
    generations = Generations(tmp_path / "generations")
    before = set(children_of(os.getpid()))
    workers: set[int] = set()

    def kill(_videos: int) -> None:
        started = {one for one in children_of(os.getpid()) if counts_chunks(one)} - before
        workers.update(started)
        for one in started:
            os.kill(one, signal.SIGKILL)

    built = reindex(own, generations, LOG, chunk_videos=6, executor="local:2", on_videos=kill)
    assert built.id == expected
    assert workers
    soon(lambda: not any(map(works, workers)))
    assert not leftovers(tmp_path)


def test_who_only_reads_a_catalog_writes_nothing(own: Catalog) -> None:
    with Catalog.open(own.path, read_only=True) as reader:
        assert ids_of(reader) == ids_of(own)
        with pytest.raises(ReadOnlyCatalog):
            reader.videos.delete(ids_of(own)[0])
    assert len(ids_of(own)) == VIDEOS
    missing = own.path.with_name("missing.db")
    with pytest.raises(CatalogUnusable, match="is gone"):
        Catalog.open(missing, read_only=True)
    assert not missing.exists()


def test_below_slope_1_a_short_false_clip_loses_to_a_minute(
    catalog: Catalog, tmp_path: Path
) -> None:
    false, true = video_id(1), video_id(2)
    save(catalog, false, {"car": 1, "city": 1}, length=2)
    save(catalog, true, {"car": 60, "city": 55, "sky": 40}, length=60)
    generations = Generations(tmp_path / "generations")
    first = {}
    for slope in (1.0, 0.5):
        config = IndexConfig(threshold=0.7, tf="raw", least_seconds=2, slope=slope)
        snapshot = LocalSnapshot.of(reindex(catalog, generations, config))
        names = snapshot.vocabulary.names
        query = snapshot.query([names.index("car"), names.index("city")], [1.0, 1.0])
        hits = snapshot.search(query, 2)
        first[slope] = hits[0].video
        for hit in hits:
            shares = [reason.share for reason in explain_all(snapshot, query, [hit.video])[0]]
            assert sum(shares) == pytest.approx(hit.score)
    assert first == {1.0: false, 0.5: true}
