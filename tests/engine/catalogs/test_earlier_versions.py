"""Catalogs of earlier versions open, and go on."""

import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.background.live import Live
from api.settings import Settings
from engine.batch.backup.dumps import dump, restore
from engine.batch.reindex import reindex
from engine.catalogs.copying import copy_between
from engine.domain.matching.filters import Field
from engine.domain.matching.index_config import IndexConfig
from engine.errors import CorruptData, OutdatedGeneration
from engine.search.matches import match, recommend, similar
from engine.services.targeting import matches_of
from ingest.sources.exports import exported_lines
from ingest.sources.imports.importing import Imported, import_file
from support.catalogs import save, video_id

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """A home and a dump of it, from before generations listed the digests of their files."""
    packed = Path(__file__).parents[2] / "data" / "homes" / "before-digests.tar.xz"
    with tarfile.open(packed) as tar:
        tar.extractall(tmp_path, filter="data")
    return tmp_path


def test_a_home_from_before_digests_opens_as_it_is(earlier: Path) -> None:
    home = earlier / "home"
    with Live.open(Settings(home=home)) as live:
        assert live.generations.current_id == "73528c4f02b9"
        assert live.snapshot.n_videos == 13
        assert len(similar(live.snapshot, video_id(50), k=5)) == 5
        assert live.generations.rollback().config.threshold == 0.5
        assert live.generations.rollback().config.threshold == 0.7
        live.catalog.check(indexes=True, tracks=True)


def test_a_filter_by_what_an_earlier_generation_lacks_asks_for_a_reindex(earlier: Path) -> None:
    with Live.open(Settings(home=earlier / "home")) as live:
        wide = Field("width", "between", (64, None))
        assert live.snapshot.count(Field("kind", "in", ("unknown",))) == 13
        with pytest.raises(OutdatedGeneration, match=r"no filter by 'width' yet, .*: reindex"):
            live.snapshot.count(wide)
        reindex(live.catalog, live.generations, IndexConfig(threshold=0.7, tf="log"))
        assert live.snapshot.count(wide) == 13
        assert live.snapshot.count(Field("uploader_id", "in", ("",))) == 13


def test_a_reindex_of_the_same_videos_gives_a_generation_with_digests(earlier: Path) -> None:
    with Live.open(Settings(home=earlier / "home")) as live:
        live.catalog.videos.delete(video_id(50))
        built = reindex(live.catalog, live.generations, IndexConfig(threshold=0.7, tf="log"))
        assert built.id != "73528c4f02b9"  # a configuration names the least seconds now
        assert (built.folder / "digests.txt").is_file()
        assert live.generations.load_current().catalog == live.catalog.identity()
        save(live.catalog, video_id(60), {"cat": 3})
        assert live.snapshot.n_videos == 13


def test_a_damaged_generation_from_before_digests_is_refused(earlier: Path) -> None:
    path = earlier / "home" / "generations" / "73528c4f02b9" / "index" / "idf.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with (
        Live.open(Settings(home=earlier / "home")) as live,
        pytest.raises(CorruptData, match=r"73528c4f02b9 is damaged .*: reindex"),
    ):
        _ = live.snapshot


def test_a_dump_from_before_digests_comes_back_and_is_brought_up_to_date(earlier: Path) -> None:
    brought = restore(earlier / "dump.tar", earlier / "other")
    assert (brought.videos, brought.generation) == (13, "73528c4f02b9")
    with Live.open(Settings(home=earlier / "other")) as live:
        assert live.snapshot.n_videos == 13
        with closing(sqlite3.connect(live.catalog.url)) as db:
            assert db.execute("pragma journal_mode").fetchall() == [("wal",)]
        reindex(live.catalog, live.generations, IndexConfig(threshold=0.7, tf="raw"))
        dump(live.catalog, live.generations, earlier / "again.tar")
    assert restore(earlier / "again.tar", earlier / "third").videos == 13


@pytest.fixture
def first_edition(tmp_path: Path) -> Path:
    """A home and a dump of it, as the first edition left them.

    Three imported videos, one that was analyzed, a viewer, a campaign, a key, two generations.
    """
    packed = Path(__file__).parents[2] / "data" / "homes" / "first-edition.tar.xz"
    with tarfile.open(packed) as tar:
        tar.extractall(tmp_path, filter="data")
    return tmp_path


CAT, DOG, NOTHING, FILM = (
    "00c0ffee00c0ffee",
    "00d0d0d0d0d0d0d0",
    "00e0e0e0e0e0e0e0",
    "4f87a51f8619247c",
)


def test_a_home_of_the_first_edition_opens_with_all_that_was_in_it(first_edition: Path) -> None:
    with Live.open(Settings(home=first_edition / "home")) as live:
        catalog = live.catalog
        catalog.check(indexes=True, tracks=True)
        assert live.generations.current_id == "f042913fec4a"
        assert [match.video for match in similar(live.snapshot, DOG, k=5)] == []
        assert {video: catalog.tracks.taggers(video) for video in (CAT, DOG, NOTHING)} == {
            CAT: {"visual": "eyes@3"},
            DOG: {"visual": "import"},
            NOTHING: {"visual": "import"},
        }
        film = catalog.videos.get(FILM)
        assert film is not None
        assert film.tagger.startswith("local@")
        assert catalog.thumbnails.get(FILM) is not None
        # What looks like another source's tag was seen: that is what the first edition knew.
        assert "visual:audio:bell" in catalog.tags.vocabulary().names
        assert catalog.tags.vocabulary().tag("audio:bell") == "visual:audio:bell"
        (viewer,) = catalog.viewers.some(["ann"])
        assert viewer.interests == {"cat": 1.0, "dog": -0.5}
        assert set(catalog.campaigns.some(["spring-cats"])) == {"spring-cats"}
        assert [key.name for key in catalog.keys.all()] == ["app"]


def test_a_home_of_the_first_edition_is_reindexed_and_answers_as_before(
    first_edition: Path,
) -> None:
    with Live.open(Settings(home=first_edition / "home")) as live:
        before = match(live.snapshot, keywords={"cat": 2, "train": 1}, k=5)
        assert "performance" in live.snapshot.missing_columns
        reindex(live.catalog, live.generations, IndexConfig(threshold=0.7, tf="raw"))
        assert match(live.snapshot, keywords={"cat": 2, "train": 1}, k=5) == before
        assert live.snapshot.missing_columns == ()
        assert [one.video for one in before] == [CAT]
        assert match(live.snapshot, keywords={"audio:bell": 1}, k=5)[0].video == DOG


def opened(first_edition: Path) -> Path:
    return first_edition / "home"


def restored(first_edition: Path) -> Path:
    home = first_edition / "restored"
    assert restore(first_edition / "first-edition.dump", home).videos == 4
    return home


def copied(first_edition: Path) -> Path:
    home = first_edition / "copied"
    home.mkdir()
    result = copy_between(*(str(one / "catalog.db") for one in (first_edition / "home", home)))
    assert (result.videos, len(set(result.digests.values()))) == (4, 1)
    return home


def exported(first_edition: Path) -> Path:
    home, lines = first_edition / "exported", first_edition / "all.jsonl"
    with Live.open(Settings(home=first_edition / "home")) as live:
        lines.write_text("".join(exported_lines(live.catalog)), "utf-8")
    with Live.open(Settings(home=home)) as live:
        assert {type(one) for one in import_file(lines, live.catalog, now=NOW)} == {Imported}
    return home


@pytest.mark.parametrize("brought_over", [opened, restored, copied, exported])
def test_all_ways_from_the_first_edition_lead_to_the_answers_it_gave(
    first_edition: Path, brought_over: Callable[[Path], Path]
) -> None:
    """The scores are those that 093c75b itself printed of this home."""
    with Live.open(Settings(home=brought_over(first_edition))) as live:
        if live.generations.current_id is None:
            reindex(live.catalog, live.generations, IndexConfig(threshold=0.7, tf="raw"))
        (cat,) = match(live.snapshot, keywords={"cat": 2, "train": 1}, k=5)
        assert {cat.video: cat.score} == pytest.approx({CAT: 1.0})
        assert {one.tag: one.share for one in cat.why} == pytest.approx({"cat": 0.8, "train": 0.2})
        liked = recommend(live.snapshot, interests={"dog": 1.0, "cat": 0.5}, k=5)
        assert [one.video for one in liked] == [DOG, CAT]
        assert [one.score for one in liked] == pytest.approx([0.8, 0.4])
        if brought_over is not exported:  # which is of videos alone
            (campaign,) = live.catalog.campaigns.some(["spring-cats"]).values()
            answer = matches_of(live.catalog, live.snapshot, campaign, 5, now=0, explained=False)
            assert {one.video: one.score for one in answer.matches} == pytest.approx({CAT: 1.0})
            assert (answer.reach.videos, answer.reach.seconds) == (1, 13)
