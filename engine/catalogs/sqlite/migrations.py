"""Migrations of the catalog's tables, step by step; each step is applied once."""

import json
from typing import Final

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from engine.domain.text import cleaned_line, composed

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
            "judges_nudity": int,
            "language": str,
            "kind": str,
            "evidence": str,
            "uploader": str,
            "categories": str,
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
    db.table("tombstones").create({"video": str, "revision": int}, pk="video")
    db.table("tombstones").create_index(["revision"])
    db.table("revisions").create({"id": int, "revision": int}, pk="id", not_null={"revision"})
    db.table("revisions").insert({"id": 0, "revision": 0})


@MIGRATIONS()
def create_pictures(db: Database) -> None:
    """Create the thumbnails, in a table of their own: lists of videos do not read them."""
    db.table("pictures").create(
        {"video": str, "poster": bytes, "strip": bytes, "strip_seconds": str},
        pk="video",
        foreign_keys=[("video", "videos", "id")],
    )


@MIGRATIONS()
def create_jobs(db: Database) -> None:
    """Create the queue of what is to be ingested."""
    db.table("jobs").create(
        {
            "id": int,
            "source": str,
            "options": str,
            "state": str,
            "attempts": int,
            "not_before": float,
            "worker": str,
            "lease_until": float,
            "video": str,
            "status": str,
            "reason": str,
            "seconds": int,
            "created_at": float,
            "changed_at": float,
        },
        pk="id",
        not_null={"source", "options", "state", "attempts", "not_before", "lease_until"},
    )
    db.table("jobs").create_index(["state", "not_before"])


@MIGRATIONS()
def create_taggers(db: Database) -> None:
    """Create the words of each tagger, which say more than whether it looked for nudity."""
    db.table("taggers").create({"tagger": str, "tags": str}, pk="tagger", not_null={"tags"})
    db.execute(
        "insert into taggers select distinct tagger, '[\"nudity\"]' from videos where judges_nudity"
    )
    db.execute("alter table videos drop column judges_nudity")


@MIGRATIONS()
def let_jobs_reindex(db: Database) -> None:
    """Let the queue hold reindexes, too, and how far each job is."""
    db.execute("alter table jobs add column kind text not null default 'ingest'")
    db.execute("alter table jobs add column done integer not null default 0")
    db.execute("alter table jobs add column total integer")
    db.execute("alter table jobs add column claimed_at float not null default 0")
    db.table("jobs").create_index(["source"])


@MIGRATIONS()
def create_keys(db: Database) -> None:
    """Create API keys, the sessions opened with them, and what was started under a client's key."""
    db.table("keys").create(
        {
            "id": int,
            "digest": bytes,
            "name": str,
            "scopes": str,
            "advertiser": str,
            "per_second": float,
            "created_at": float,
            "revoked_at": float,
        },
        pk="id",
        not_null={"digest", "name", "scopes", "advertiser", "per_second", "created_at"},
    )
    db.table("keys").create_index(["digest"], unique=True)
    db.table("sessions").create(
        {"digest": bytes, "key": int, "expires_at": float},
        pk="digest",
        not_null={"key", "expires_at"},
        foreign_keys=[("key", "keys", "id")],
    )
    db.table("started").create(
        {
            "caller": int,
            "name": str,
            "asked": bytes,
            "job": int,
            "started_at": float,
        },
        pk=("caller", "name"),
        not_null={"asked", "started_at"},
    )


@MIGRATIONS()
def index_lists_of_videos(db: Database) -> None:
    """Let people leaf through many videos: the newest, by title, of a kind, with trouble."""
    db.table("videos").create_index(["added_at", "id", "title", "uploader"], "videos_by_age")
    db.table("videos").create_index(["kind", "added_at", "id"], "videos_by_kind")
    db.execute("create index videos_unseen on videos (added_at, id) where seconds = 0")


@MIGRATIONS()
def create_viewers(db: Database) -> None:
    """Create the viewers who are stored, and what they did."""
    db.table("viewers").create(
        {"id": str, "interests": str, "changed_at": float}, pk="id", not_null={"interests"}
    )
    db.table("events").create(
        {"viewer": str, "id": str, "video": str, "kind": str, "at": float, "share": float},
        pk=("viewer", "id"),
        not_null={"video", "kind", "at", "share"},
        foreign_keys=[("viewer", "viewers", "id")],
    )
    db.table("events").create_index(["viewer", "at"])


@MIGRATIONS()
def create_campaigns(db: Database) -> None:
    """Create the campaigns, what is gone of them, and the revision they are at."""
    db.table("campaigns").create(
        {
            "id": str,
            "advertiser": str,
            "state": str,
            "plan": str,
            "revision": int,
        },
        pk="id",
        not_null={"advertiser", "state", "plan", "revision"},
    )
    db.table("campaigns").create_index(["revision"])
    db.table("campaigns").create_index(["advertiser", "id"])
    db.table("campaign_tombstones").create({"campaign": str, "revision": int}, pk="campaign")
    db.table("campaign_tombstones").create_index(["revision"])
    db.table("campaign_revisions").create(
        {"id": int, "revision": int}, pk="id", not_null={"revision"}
    )
    db.table("campaign_revisions").insert({"id": 0, "revision": 0})


@MIGRATIONS()
def create_webhooks(db: Database) -> None:
    """Create who is told of new matches, and what is still to be told; gone with the campaign."""
    db.execute(
        "create table webhooks ("
        " campaign text primary key references campaigns (id) on delete cascade,"
        " url text not null, secret text not null, since integer not null)"
    )
    db.execute(
        "create table deliveries ("
        " id integer primary key autoincrement,"
        " campaign text not null references webhooks (campaign) on delete cascade,"
        " video text not null, body text not null, attempts integer not null default 0,"
        " state text not null default 'waiting', not_before float not null default 0,"
        " says text not null default '', unique (campaign, video))"
    )
    db.table("deliveries").create_index(["state", "not_before"])
    db.execute("create table outbox (id integer primary key, noted integer not null)")
    db.execute("insert into outbox values (0, 0)")


@MIGRATIONS()
def date_deliveries(db: Database) -> None:
    """Note when deliveries ended, so that they can be forgotten; those so far end now."""
    db.execute("alter table deliveries add column ended_at float")
    db.execute(
        "update deliveries set ended_at = cast(strftime('%s', 'now') as float)"
        " where state != 'waiting'"
    )
    db.table("deliveries").create_index(["ended_at"])


@MIGRATIONS()
def identify_catalog(db: Database) -> None:
    """Give the catalog an identity, so that an index says which catalog it was built of."""
    db.execute("create table identity (catalog text not null)")
    db.execute("insert into identity values (lower(hex(randomblob(8))))")


@MIGRATIONS()
def keep_what_was_seen(db: Database) -> None:
    """Let a look that failed be told beside what was seen before, instead of in its place."""
    db.execute("alter table videos add column last_attempt text")


@MIGRATIONS()
def compose_texts(db: Database) -> None:
    """Write titles, uploaders, categories and tags in the one form that new ones are in."""
    videos = "select id, title, uploader, categories from videos"
    for video, title, uploader, categories in db.execute(videos).fetchall():
        filed = [cleaned_line(one) for one in json.loads(categories or "[]")]
        names = (cleaned_line(title or ""), cleaned_line(uploader or ""))
        tidy = (*names, json.dumps(filed, ensure_ascii=False))
        if tidy != (title, uploader, categories):
            db.execute(
                "update videos set title = ?, uploader = ?, categories = ? where id = ?",
                (*tidy, video),
            )
    for number, name in db.execute("select number, name from tags").fetchall():
        if composed(name) != name:
            # One that is there in both forms stays two: its numbers are in tracks.
            rename = "update or ignore tags set name = ? where number = ?"
            db.execute(rename, (composed(name), number))


@MIGRATIONS()
def name_videos_outside(db: Database) -> None:
    """Let apps give videos ids of their own, and people set what a look must not overwrite."""
    db.execute("alter table videos add column external_id text")
    db.execute("alter table videos add column edited text not null default '[]'")
    db.execute(
        "create unique index videos_by_external_id on videos (external_id)"
        " where external_id is not null"
    )
    db.table("events").create_index(["video"])


@MIGRATIONS()
def let_jobs_warn(db: Database) -> None:
    """Let a job that is done say what of it could not be."""
    db.execute("alter table jobs add column warning text not null default ''")


@MIGRATIONS()
def identify_uploaders(db: Database) -> None:
    """Let a video say the id of who published it: names are neither unique nor for good."""
    db.execute("alter table videos add column uploader_id text not null default ''")


@MIGRATIONS()
def tell_sources_apart(db: Database) -> None:
    """Give each tag and track its source; all there are so far were seen on pictures."""
    db.execute("alter table tags add column source text not null default 'visual'")
    db.execute("drop index idx_tags_name")
    db.table("tags").create_index(["name", "source"], unique=True)
    db.execute(
        "create table tracks_by_source ("
        " video text not null references videos (id), source text not null, tagger text not null,"
        " track blob not null, primary key (video, source))"
    )
    db.execute(
        "insert into tracks_by_source select t.video, 'visual', coalesce(v.tagger, ''), t.track"
        " from tracks t join videos v on v.id = t.video order by t.rowid"
    )
    db.execute("drop table tracks")
    db.execute("alter table tracks_by_source rename to tracks")
    db.execute("alter table videos drop column tagger")


@MIGRATIONS()
def keep_lines_of_text(db: Database) -> None:
    """Create the lines of text that videos carry; three characters each are looked up."""
    db.execute(
        "create table lines (id integer primary key, video text not null references videos (id),"
        " source text not null, lines blob not null, unique (video, source))"
    )
    db.execute("create virtual table line_texts using fts5(text, tokenize = 'trigram')")


@MIGRATIONS()
def let_jobs_tell_costs(db: Database) -> None:
    """Let an ingest that has ended say what each source of tags cost."""
    db.execute("alter table jobs add column cost text not null default '{}'")


@MIGRATIONS()
def keep_evaluations(db: Database) -> None:
    """Create what evaluations of settings found, by the job that ran each."""
    db.execute("create table evaluations (job integer primary key, report text not null)")


@MIGRATIONS()
def keep_shown_lists(db: Database) -> None:
    """Create the lists that were shown, and let events name the list they come from."""
    db.execute(
        "create table shown_lists (id text primary key, kind text not null, door text not null,"
        " first integer not null, size integer not null, viewer text, campaign text,"
        " experiment text not null, arm text not null, settings text not null) without rowid"
    )
    db.execute(
        "create index shown_lists_by_viewer on shown_lists (viewer) where viewer is not null"
    )
    db.execute("alter table events add column shown_by text")
    db.execute("alter table events add column position integer")


@MIGRATIONS()
def keep_pictures_elsewhere(db: Database) -> None:
    """Let thumbnails name objects in a store, and note the objects that nobody needs."""
    for column in ("poster_object", "strip_object"):
        db.execute(f"alter table pictures add column {column} text not null default ''")
    db.execute("create index pictures_here on pictures (video) where poster_object = ''")
    db.execute("create table unneeded_objects (name text primary key, due real not null)")


@MIGRATIONS()
def find_events_by_list(db: Database) -> None:
    """Let the events of a list be found without reading all of them."""
    db.execute("create index events_by_list on events (shown_by) where shown_by is not null")


def is_foreign(db: Database) -> bool:
    """Tell whether somebody else made tables here."""
    tables = set(db.table_names())
    return bool(tables - {MIGRATIONS.migrations_table}) and not MIGRATIONS.applied(db)


def is_newer(db: Database) -> bool:
    """Tell whether a catalog has steps that are not known here."""
    empty = Database(memory=True, execute_plugins=False)
    ours = {migration.name for migration in MIGRATIONS.pending(empty)}
    return any(step.name not in ours for step in MIGRATIONS.applied(db))
