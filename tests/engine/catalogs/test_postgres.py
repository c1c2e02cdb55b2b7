"""The catalog in PostgreSQL: the suite, and what only a server can do to it."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import ClassVar

import pytest

from engine.catalogs import open_catalog
from engine.catalogs.copying import copy_between
from engine.catalogs.postgres.catalog import Catalog
from engine.catalogs.postgres.statements import prepared
from engine.catalogs.sql.copying import digest_of
from engine.catalogs.sql.tables import TABLES
from engine.catalogs.sql.thumbnails import Thumbnails
from engine.domain.evaluations.shown_lists import EntryPoint, ListKind, ShownList, new_list_id
from engine.domain.jobs import Claim
from engine.domain.videos import Pictures
from engine.errors import CatalogUnavailable, CatalogUnusable, InvalidInput
from support.catalogs import add_pictures, save, video_id
from support.conformance.catalog import CatalogSuite
from support.filled_catalogs import fill
from support.postgres import PASSWORD, Server

pytestmark = pytest.mark.slow


class TestPostgres(CatalogSuite):
    server: ClassVar[Server]

    @pytest.fixture(autouse=True, scope="module")
    @classmethod
    def _served(cls, postgres: Server) -> None:
        TestPostgres.server = postgres

    @classmethod
    def url(cls, folder: Path) -> str:
        return cls.server.create(f"catalog_{sha256(bytes(folder)).hexdigest()[:16]}")


@pytest.fixture
def url(postgres: Server, tmp_path: Path) -> str:
    """The URL of a database that is empty."""
    return postgres.create(f"own_{sha256(bytes(tmp_path)).hexdigest()[:16]}")


@pytest.fixture
def shared(url: str) -> Iterator[Catalog]:
    """A catalog in it."""
    with Catalog.open(url) as opened:
        yield opened


def test_tables_are_those_of_the_file_of_sqlite(shared: Catalog) -> None:
    tables: dict[str, set[str]] = {}
    for table, column in shared.rows(
        "select table_name, column_name from information_schema.columns"
        " where table_schema = current_schema()"
    ):
        tables.setdefault(table, set()).add(column)
    for table in TABLES:
        assert tables.pop(table.name) - {"rowid", "folded"} == {*table.columns} - {"rowid"}
    # Of this kind alone: its steps, and what is no part of a catalog.
    assert tables.keys() == {"reelmatch_migrations", "rates"}


def test_all_is_copied_there_and_back(url: str, tmp_path: Path) -> None:
    first, last = tmp_path / "first.db", tmp_path / "last.db"
    with open_catalog(first) as catalog:
        fill(catalog)
    there = copy_between(str(first), url)
    back = copy_between(url, str(last))
    assert len({*there.digests.values(), *back.digests.values()}) == 1
    with open_catalog(url) as shared, open_catalog(last) as catalog:
        assert isinstance(shared, Catalog)
        assert digest_of(shared) == back.digests[shared.name]
        assert shared.listing.titled("straße", limit=9) == [video_id(1)]
        assert shared.listing.titled("gitarre", limit=9) == [video_id(1)]
        assert [shared.jobs.add(["/new"], {}, now=9)] == [catalog.jobs.add(["/new"], {}, now=9)]
        shared.check(indexes=True, tracks=True)


def test_a_copy_that_is_cut_short_leaves_nothing(
    url: str, shared: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_catalog(tmp_path / "first.db") as catalog:
        fill(catalog)
    before = digest_of(shared)

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Catalog.dialect, "set_last_id", fail)
    with pytest.raises(KeyboardInterrupt):
        copy_between(str(tmp_path / "first.db"), url)
    assert digest_of(shared) == before


def test_what_is_no_text_is_refused_and_nothing_else_is_lost(shared: Catalog) -> None:
    for text in ("a\0b", "a\ud800b"):
        with pytest.raises(InvalidInput, match="none of a text"):
            shared.jobs.add([text], {}, now=0)
        assert shared.listing.titled("cat", limit=1) == []
    with pytest.raises(OverflowError):
        shared.evaluations.put(2**63, {})


def test_an_open_transaction_holds_up_nobody_who_reads(shared: Catalog, url: str) -> None:
    with Catalog.open(url) as other, shared.transaction():
        save(shared, video_id(1), {"cat": 1})
        assert other.videos.count() == 0
    assert shared.videos.count() == 1


def test_a_list_for_a_viewer_who_is_being_deleted_is_nobodys(shared: Catalog, url: str) -> None:
    shared.viewers.put_interests("ann", {"cat": 1.0}, now=1.0)
    shown = ShownList(new_list_id(1.0), ListKind.SIMILAR, EntryPoint.HTTP, 1, 10, viewer="ann")
    with Catalog.open(url) as other, ThreadPoolExecutor(1) as pool:
        with shared.transaction():
            shared.viewers.delete("ann")
            putting = pool.submit(other.shown_lists.put, [shown], since=0.0)
            time.sleep(0.2)  # until it waits
        putting.result(60)
    assert shared.rows("select id, viewer from shown_lists") == [(shown.id, None)]


def test_leases_run_by_the_clock_of_the_server_alone(
    shared: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shared.lease_clock()
    # This machine sleeps, and its clock with it.
    monkeypatch.setattr(time, "monotonic", lambda: 0.0)
    time.sleep(0.05)
    assert shared.lease_clock() >= before + 0.05


def test_addresses_that_cannot_be_opened_say_why_and_no_password(
    postgres: Server, url: str
) -> None:
    wrong = url.replace("postgres:", "nobody:")
    cases = {
        wrong: (CatalogUnusable, "authentication failed"),
        postgres.url("nowhere"): (CatalogUnusable, '"nowhere" does not exist'),
        url.replace(f":{postgres.port}", ":1"): (CatalogUnavailable, "does not answer"),
        f"postgresql://u:{PASSWORD}%zz@h/d": (InvalidInput, "none of PostgreSQL"),
        f"postgresql://u:{PASSWORD}@h:port:x/d": (InvalidInput, "none of PostgreSQL"),
    }
    for address, (kind, spoken) in cases.items():
        with pytest.raises(kind, match=spoken) as caught:
            Catalog.open(address)
        assert PASSWORD not in str(caught.value)
        assert "p4ss" not in str(caught.value)


def test_tables_of_another_program_are_left_alone(url: str) -> None:
    import psycopg

    with psycopg.connect(url) as connection:
        connection.execute("create table theirs (id int)")
    with pytest.raises(CatalogUnusable, match="of another program"):
        Catalog.open(url)


def test_one_of_a_newer_version_is_refused(shared: Catalog, url: str) -> None:
    with shared.transaction() as db:
        db.execute("insert into reelmatch_migrations (name) values ('of_tomorrow')")
    with pytest.raises(CatalogUnusable, match="newer reelmatch"):
        Catalog.open(url)


def test_many_who_open_a_new_one_at_once_make_its_tables_once(url: str) -> None:
    identities = set()

    def open_it() -> None:
        with Catalog.open(url) as own:
            identities.add(own.identity())

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(identities) == 1


def test_a_server_that_went_is_told_and_all_goes_on_when_it_is_back(
    postgres: Server, shared: Catalog
) -> None:
    save(shared, video_id(1), {"cat": 1})
    with shared.leading("telling") as leadership:
        assert leadership is not None
        postgres.stop()
        try:
            assert not leadership.holds()
            with pytest.raises(CatalogUnavailable, match="does not answer") as caught:
                shared.videos.count()
            assert PASSWORD not in str(caught.value)
            with pytest.raises(CatalogUnavailable):
                save(shared, video_id(2), {"cat": 1})
        finally:
            postgres.start()
    for _ in range(100):
        try:
            save(shared, video_id(3), {"cat": 1})
            break
        except CatalogUnavailable:
            continue
    assert shared.videos.count() == 2
    with shared.leading("telling") as leadership:
        assert leadership is not None


def test_whoever_has_a_job_waits_for_a_server_that_is_away(
    postgres: Server, shared: Catalog, url: str
) -> None:
    shared.jobs.add(["/films/a.mp4"], {}, now=0)
    job = shared.jobs.claim("me", now=0)
    assert job is not None
    with Catalog.open(url, claim=Claim(job.id, "me")) as own, ThreadPoolExecutor(1) as pool:
        postgres.stop()
        try:
            saving = pool.submit(save, own, video_id(1), {"cat": 1})
            time.sleep(6)  # longer than others wait
        finally:
            postgres.start()
        saving.result(60)
        assert own.videos.count() == 1


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select ? , ?", ("select $1 , $2", [1, 2])),
        ("select ?2, ?1, ?", ("select $1, $2, $3", [2, 1, 3])),
        ("a = ?1 or '?' = ?1 and b like ?2", ("a = $1 or '?' = $1 and b ilike $2", [1, 2])),
        ("select x::text, ?1 || 'like'", ("select x::text, $1 || 'like'", [1])),
    ],
)
def test_statements_are_numbered_as_sqlite_does(sql: str, expected: tuple[str, list[int]]) -> None:
    assert prepared(sql, (1, 2, 3)) == expected


def test_a_name_may_stand_for_a_parameter() -> None:
    assert prepared("set a = :a, b = :b where a = :a", {"b": "x", "a": 1}) == (
        "set a = $1, b = $2 where a = $1",
        [1, "x"],
    )


def test_thumbnails_moved_while_their_video_is_deleted_are_left_to_nobody(
    shared: Catalog, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(shared, video_id(1), {"cat": 1})
    pictures = Pictures(b"poster", b"strip", (0,))
    add_pictures(shared, video_id(1), pictures)
    shared.unneeded_objects.note(["p", "s"], due=time.time() + 3600)
    leave, moved = Thumbnails.leave, []

    def move() -> None:
        with Catalog.open(url) as other:
            moved.append(other.thumbnails.move(video_id(1), pictures, "p", "s"))

    mover = threading.Thread(target=move)

    def left(self: Thumbnails, video: str) -> None:
        leave(self, video)
        mover.start()
        mover.join(1.0)  # it waits, or it has moved them by now

    monkeypatch.setattr(Thumbnails, "leave", left)
    shared.videos.delete(video_id(1))
    mover.join()
    assert moved == [False]
    assert shared.unneeded_objects.due(now=time.time() + 7200, limit=9) == ["p", "s"]
