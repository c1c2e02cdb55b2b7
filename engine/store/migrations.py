"""How the catalog's tables came to be, step by step; each step is applied once."""

from typing import Final

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

MIGRATIONS: Final = Migrations("reelmatch")


@MIGRATIONS()
def create_catalog(db: Database) -> None:
    """Create videos, their sources and tracks, the tags, and the revision they are at."""
    db.table("tags").create({"number": int, "name": str}, pk="number", not_null={"name"})
    db.table("tags").create_index(["name"], unique=True)
    db.table("videos").create(
        {
            "id": str,
            "title": str,
            "status": str,
            "reason": str,
            "seconds": int,
            "width": int,
            "height": int,
            "codec": str,
            "tagger": str,
            "added_at": str,
            "revision": int,
        },
        pk="id",
        not_null={"title", "status", "reason", "seconds", "added_at", "revision"},
    )
    db.table("videos").create_index(["revision"])
    db.table("sources").create(
        {"source": str, "video": str}, pk="source", foreign_keys=[("video", "videos", "id")]
    )
    db.table("sources").create_index(["video"])
    db.table("tracks").create(
        {"video": str, "track": bytes}, pk="video", foreign_keys=[("video", "videos", "id")]
    )
    db.table("revisions").create({"id": int, "revision": int}, pk="id", not_null={"revision"})
    db.table("revisions").insert({"id": 0, "revision": 0})
