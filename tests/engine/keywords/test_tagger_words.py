"""The words of each tagger are stored, and what an older catalog knew of them is not lost."""

import sqlite3
from pathlib import Path

from sqlite_utils import Database

from engine.catalogs.sqlite.catalog import Catalog
from engine.catalogs.sqlite.migrations import MIGRATIONS
from engine.domain.tracks import Track


def test_the_words_of_a_tagger_are_kept_as_it_first_said_them(tmp_path: Path) -> None:
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        taggers = catalog.taggers
        taggers.remember("local@1", ["cat", "dog"])
        taggers.remember("local@1", ["mouse"])
        taggers.remember("local@2", ["elk"])
        assert taggers.words_of("local@1") == frozenset({"cat", "dog"})
        assert taggers.words() == {"local@1": {"cat", "dog"}, "local@2": {"elk"}}
        assert taggers.words_of("clarifai/general@latest") is None


def test_a_catalog_from_before_keeps_that_nudity_was_looked_for(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    db = Database(sqlite3.connect(path))
    names = [step.name for step in MIGRATIONS.pending(db)]
    MIGRATIONS.apply(db, stop_before=names[names.index("create_taggers")])
    for video, tagger, judges in (("1" * 16, "local@1", 1), ("2" * 16, "clarifai@1", 0)):
        db.table("videos").insert(
            {"id": video, "title": "", "status": "ok", "reason": "", "seconds": 1, "width": 1,
             "height": 1, "codec": "", "tagger": tagger, "judges_nudity": judges, "language": "",
             "kind": "motion", "evidence": "{}", "uploader": "", "categories": "[]",
             "added_at": "2026-01-01T00:00:00+00:00", "revision": 1}
        )  # fmt: skip
        db.table("tracks").insert({"video": video, "track": Track.empty().to_bytes()})
    db.close()
    with Catalog.open(path) as catalog:
        assert catalog.taggers.words() == {"local@1": {"nudity"}}
        assert [record.tagger for record in catalog.videos.page()] == ["local@1", "clarifai@1"]
