"""Tables of a catalog, whatever holds it: names, columns, and the order of their rows."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    Attributes:
        name: of it.
        columns: all that is stored, but for numbers that only say which row came first.
        order: columns that put its rows in one order, the same in every database.
        counts: whether new rows get the number after the last one ever given.
    """

    name: str
    columns: tuple[str, ...]
    order: str
    counts: bool = False


def _table(name: str, columns: str, order: str, *, counts: bool = False) -> Table:
    return Table(name, tuple(columns.split()), order, counts)


TABLES: Final = (
    _table("identity", "catalog", "catalog"),
    _table("revisions", "id revision", "id"),
    _table("tags", "number name source", "number"),
    _table(
        "videos",
        "id title status reason seconds width height codec language kind evidence uploader"
        " categories added_at revision last_attempt external_id edited uploader_id",
        "rowid",
    ),
    _table("sources", "source video", "rowid"),
    _table("tracks", "video source tagger track", "video, source"),
    _table("lines", "id video source lines", "id", counts=True),
    _table("line_texts", "rowid text", "rowid"),
    _table("tombstones", "video revision", "video"),
    _table("pictures", "video poster strip strip_seconds poster_object strip_object", "video"),
    _table("unneeded_objects", "name due", "name"),
    _table(
        "jobs",
        "id source options state attempts not_before worker lease_until video status reason seconds"
        " created_at changed_at kind done total claimed_at warning cost",
        "id",
        counts=True,
    ),
    _table("evaluations", "job report", "job"),
    _table("taggers", "tagger tags", "tagger"),
    _table(
        "keys",
        "id digest name scopes advertiser per_second created_at revoked_at",
        "id",
        counts=True,
    ),
    _table("sessions", "digest key expires_at", "digest"),
    _table("started", "caller name asked job started_at", "caller, name"),
    _table("viewers", "id interests changed_at", "id"),
    _table("events", "viewer id video kind at share shown_by position", "viewer, id"),
    _table(
        "shown_lists",
        "id kind door first size viewer campaign experiment arm settings",
        "id",
    ),
    _table("campaigns", "id advertiser state plan revision", "id"),
    _table("campaign_tombstones", "campaign revision", "campaign"),
    _table("campaign_revisions", "id revision", "id"),
    _table("webhooks", "campaign url secret since", "campaign"),
    _table(
        "deliveries",
        "id campaign video body attempts state not_before says ended_at",
        "id",
        counts=True,
    ),
    _table("outbox", "id noted", "id"),
)
"""Those that others refer to come first."""
