"""Every failure a caller can cause or must expect.

::

    ReelmatchError
    |-- InvalidInput           a value that cannot be used; names it and the way out
    |   |-- UnknownTag         words that are not in the vocabulary
    |   |-- UnknownVideo       no such video in the catalog
    |   |-- ExternalIdTaken    an app's id of a video that another video has
    |   |-- UnknownCampaign    no such campaign
    |   |-- AmbiguousVideo     several videos answer to that name
    |   |-- UnknownJob         no such job in the queue
    |   `-- UnknownViewer      nothing is stored of that viewer
    |-- CursorExpired          a page's cursor that was given out too long ago
    |-- CampaignChanged        a campaign is not what it was when the caller last saw it
    |-- NothingIndexed         a search before the first reindex
    |-- OutdatedGeneration     the index was built by another version
    |   `-- ColumnNotIndexed   it does not hold what a filter asks for
    |-- ReindexRunning         a second reindex while one runs
    |-- CorruptData            stored bytes that are not what was written
    |-- CatalogUnusable        the catalog cannot be opened, is gone, or is of a newer version
    |-- CatalogUnavailable     the catalog's server does not answer now
    |-- IndexUnavailable       the index's server does not answer now
    |-- DiskFull               nothing can be written any more
    |-- TooManyOpenFiles       the process may open no more
    |-- JobLost                a job that somebody else has by now
    |-- WorkerDied             a process that ran a task ended before the task did
    |-- NoWorkers              no process can be started for tasks
    |-- ClusterUnusable        a cluster of workers cannot be asked, or is not like this
    |-- StoreUnusable          a store of objects cannot be asked, or refuses
    |-- ReadOnlyCatalog        a change where only reading is possible
    `-- MissingPart            an optional part is not installed; says how to get it
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

_SHOWN: Final = 100
"""Number of characters of a value that are repeated."""


class ReelmatchError(Exception):
    """Root of all expected failures; the CLI and the API turn it into a short message.

    The message is shown at every entry point, so it names no command and no flag of one; the hint
    does.

    Args:
        message: names what was wrong and what to do.
        hint: what to do on the command line, which only the command line tells; may be empty.
    """

    hint: str = ""

    def __init__(self, message: str = "", *, hint: str = "") -> None:
        super().__init__(message)
        if hint:
            self.hint = hint

    def __reduce__(self) -> tuple[Any, ...]:
        # A worker's error comes back as it was raised; ``__init__`` of many takes no message.
        return _restored, (type(self), self.args, self.__dict__)


def _restored(
    kind: type[ReelmatchError], args: tuple[Any, ...], state: dict[str, Any]
) -> ReelmatchError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


class InvalidInput(ReelmatchError):
    """A value that cannot be used."""


class UnknownTag(InvalidInput):
    """Words that are not tags, each with the nearest tags.

    Args:
        nearest: the word -> the tags most like it, best first, possibly none.
        more: how many words besides are not tags.
        empty: whether there are no tags at all.
        languages: word -> the languages in which it was tried to understand it, where any others
            than English may have been.
        denials: those of the words that only say what is not wanted.
    """

    def __init__(
        self,
        nearest: Mapping[str, Sequence[str]],
        *,
        more: int = 0,
        empty: bool = False,
        languages: Mapping[str, Sequence[str]] | None = None,
        denials: Collection[str] = (),
    ) -> None:
        self.nearest = dict(nearest)
        self.more = more
        tried = languages or {}
        messages = [
            denial(word)
            if word in denials
            else _unknown(word, tags, empty=empty) + read_in(tried.get(word, ("en",)))
            for word, tags in nearest.items()
        ]
        super().__init__("; ".join([*messages, *([f"and {more} words more"] if more else [])]))


def read_in(languages: Sequence[str]) -> str:
    """Return the languages in which a word was read, to stand behind it; English goes unsaid."""
    if tuple(languages) == ("en",):
        return ""
    return f" (read in {', '.join(languages)})" if languages else " (nothing reads its language)"


def denial(word: str) -> str:
    """Return what is said of a keyword that only denies."""
    return f"{word[:_SHOWN]!r} only says what is not wanted: exclude that, by the name of its tag"


def _unknown(word: str, tags: Sequence[str], *, empty: bool) -> str:
    if empty:
        return f"{word[:_SHOWN]!r} is not a tag: no tags are known yet"
    nearest = f": the nearest are {', '.join(tags)}" if tags else ", and none is like it"
    return f"{word[:_SHOWN]!r} is not a tag{nearest}"


class UnknownVideo(InvalidInput):
    """No video in the catalog answers to that name or id.

    Args:
        name: as it was given.
        nearest: the titles most like it, best first, possibly none.
    """

    hint = "give an id, the start of one, a path or a file name ('reelmatch videos' lists them)"

    def __init__(self, name: str, nearest: Sequence[str] = ()) -> None:
        meant = f"; the nearest titles are {', '.join(nearest)}" if nearest else ""
        super().__init__(f"no video {name!r} in the catalog{meant}")


class ExternalIdTaken(InvalidInput):
    """Another video has the id that an app gives to one."""

    def __init__(self, external_id: str, video: str) -> None:
        super().__init__(
            f"external id {external_id[:80]!r} is that of video {video} already: give each video"
            " one of its own, or take it from that one first"
        )


class UnknownCampaign(InvalidInput):
    """There is no campaign with this id, or it is somebody else's."""

    hint = "'reelmatch campaigns list' lists them"

    def __init__(self, campaign: str) -> None:
        super().__init__(f"no campaign {campaign!r}")


class CampaignChanged(ReelmatchError):
    """A campaign is not what it was when the caller last saw it."""

    def __init__(self, campaign: str, revision: int | None) -> None:
        now = "is gone" if revision is None else f"is at revision {revision} by now"
        super().__init__(f"campaign {campaign!r} {now}: fetch it, and change what you find")


class AmbiguousVideo(InvalidInput):
    """Several videos answer to that name."""

    def __init__(self, name: str, ids: Iterable[str]) -> None:
        super().__init__(f"{name!r} names several videos: {', '.join(ids)}; give one of these ids")


class UnknownJob(InvalidInput):
    """No job of the queue has that number."""

    hint = "'reelmatch jobs' lists them"

    def __init__(self, job: int) -> None:
        super().__init__(f"no job {job} in the queue")


class UnknownEvaluation(InvalidInput):
    """No report of an evaluation has that number."""

    def __init__(self, job: int) -> None:
        super().__init__(
            f"no report of an evaluation {job}: it may not be done yet, have failed, or be one of"
            " long ago; its job says which"
        )


class UnknownViewer(InvalidInput):
    """Nothing is stored of that viewer."""

    def __init__(self, viewer: str) -> None:
        super().__init__(
            f"no viewer {viewer!r}: put interests or events first, or send a profile along with"
            " the question"
        )


class CursorExpired(ReelmatchError):
    """A page's cursor that was given out too long ago."""

    def __init__(self, hours: int) -> None:
        super().__init__(f"cursor: it is older than {hours} hours; leave it out to begin anew")


class NothingIndexed(ReelmatchError):
    """A search before the first reindex."""

    hint = "run 'reelmatch ingest', then 'reelmatch reindex'"

    def __init__(self) -> None:
        super().__init__("nothing is indexed yet: ingest videos, then reindex")


class OutdatedGeneration(ReelmatchError):
    """The index was built by a version that wrote it differently."""

    hint = "run 'reelmatch reindex'"

    def __init__(self, generation: str) -> None:
        super().__init__(
            f"generation {generation} was built by another version of reelmatch: reindex (nothing"
            " is analyzed anew)"
        )


class ColumnNotIndexed(OutdatedGeneration):
    """The index was built by a version that did not store what a filter asks for."""

    def __init__(self, name: str) -> None:
        ReelmatchError.__init__(
            self,
            f"no filter by {name!r} yet, as the index was built by an earlier version of reelmatch:"
            " reindex (nothing is analyzed anew)",
        )


class ReindexRunning(ReelmatchError):
    """A second reindex while one runs."""

    def __init__(self) -> None:
        super().__init__("another reindex is running on this catalog: wait until it is done")


class CorruptData(ReelmatchError):
    """Stored bytes that are not what was written."""


class CatalogUnusable(ReelmatchError):
    """The catalog cannot be opened, is gone, or was written by a newer version."""


class CatalogUnavailable(ReelmatchError):
    """The server of the catalog does not answer now, or cannot do it now."""


class IndexUnavailable(ReelmatchError):
    """The server of the index does not answer now, or cannot do it now."""


class DiskFull(ReelmatchError):
    """Nothing can be written any more.

    Args:
        folder: where something was to be written; empty when that is not known.
        missing_bytes: how much more room is needed there, 0 when that is not known.

    Attributes:
        folder: as given.
    """

    def __init__(self, folder: Path | str = "", missing_bytes: int = 0) -> None:
        self.folder = str(folder)
        missing = f" ({math.ceil(missing_bytes / 1e6):,} MB more are needed)"
        where = f" nothing more can be written to {self.folder}{missing if missing_bytes else ''};"
        super().__init__(
            "the disk is full (or a quota, or a limit of file size, is reached):"
            f"{where if self.folder else ''} free some of it, or name a folder on another"
            " (REELMATCH_HOME; for temporary files TMPDIR), and try this again; what was stored"
            " before is whole"
        )


class TooManyOpenFiles(ReelmatchError):
    """The process may open no more files.

    Args:
        maximum: how many it may.
    """

    def __init__(self, maximum: int) -> None:
        super().__init__(
            f"too many files are open: this process may open {maximum}, connections among them;"
            " raise the limit ('ulimit -n 4096', LimitNOFILE= of systemd) and start it again"
        )


class JobLost(ReelmatchError):
    """A job that somebody else has by now: what is known of it counts no more."""

    def __init__(self, job: int) -> None:
        super().__init__(f"job {job} is another worker's by now: what came of it here is dropped")


class WorkerDied(ReelmatchError):
    """A process that ran a task ended before the task did.

    Args:
        reason: how it ended.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"a process that worked on a part of this ended before it was done ({reason}); was"
            " there too little memory for it? Try again, with fewer processes"
            " (REELMATCH_EXECUTOR=serial: starts none)"
        )


class NoWorkers(ReelmatchError):
    """No process can be started for tasks.

    Args:
        reason: what the system says.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"no process can be started ({reason}): set REELMATCH_EXECUTOR=serial: to do without"
        )


class ClusterUnusable(ReelmatchError):
    """A cluster of workers cannot be asked, or its workers are not like this installation."""


class StoreUnusable(ReelmatchError):
    """A store of objects cannot be asked, refuses, or holds what is not ours."""


class ReadOnlyCatalog(ReelmatchError):
    """A change of a catalog that can only be read here."""

    def __init__(self) -> None:
        super().__init__(
            "this is a replica, which only answers: send changes to the service that publishes"
        )


class MissingPart(ReelmatchError):
    """An optional part is not installed."""

    def __init__(self, what: str, install: str) -> None:
        super().__init__(f"{what} needs: {install}")
