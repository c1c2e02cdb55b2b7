"""Videos that an older tagger saw, or a source has yet to observe, as far as they are there."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from engine.domain.media import StoredUpload
from engine.domain.tags import AUDIO, TEXT
from engine.domain.videos import OutdatedVideo
from engine.ports.catalog import Catalog
from ingest.changes.video_kind import KIND_RULES
from ingest.decoding.probe import Status
from ingest.pipeline import STORED, IngestResult
from ingest.sources.addresses import NotAnAddress, is_address
from ingest.sources.files import NoVideoFile, content_id
from ingest.taggers.lines.tagger import LineTagger
from ingest.taggers.registry import Identity
from ingest.web_pipeline import described_by_address


@dataclass(frozen=True, slots=True)
class Outdated:
    """Videos that are to be observed again.

    Attributes:
        there: source -> video, of those that can be looked at again, the newest first.
        lost: what is to be said of the others.
    """

    there: dict[str, str]
    lost: list[IngestResult]


def find_outdated(catalog: Catalog, tagger: Identity) -> Outdated:
    """Return what another version of a tagger saw, or other rules told the kind of.

    Reads no file that is the only place of a video.

    So whether a file is still the video that it was is told when it is looked at.
    """
    return _located(catalog.listing.outdated(tagger.name, tagger.version, KIND_RULES))


def count_outdated(catalog: Catalog, tagger: Identity) -> int:
    """Return how many videos ``find_outdated`` finds."""
    return catalog.listing.count_outdated(tagger.name, tagger.version, KIND_RULES)


def find_lacking(catalog: Catalog, source: str) -> Outdated:
    """Return what a source of tags has yet to observe, as ``find_outdated`` does.

    Args:
        catalog: of the videos.
        source: ``audio``, ``text`` or ``speech``; of the first two, what an older version of the
            tagger that comes along observed is there, too.
    """
    tagger = _own_tagger(source)
    return _located(catalog.listing.lacking(source, tagger.name, tagger.version))


def count_lacking(catalog: Catalog, source: str) -> int:
    """Return how many videos ``find_lacking`` finds; of metadata, how many are yet to be read."""
    tagger = _own_tagger(source)
    return catalog.listing.count_lacking(source, tagger.name, tagger.version)


def _own_tagger(source: str) -> Identity:
    # They load networks' files: only who adds a source waits for them.
    if source == AUDIO:
        from ingest.taggers.audio.tagger import LocalSoundTagger

        sound_tagger = LocalSoundTagger()
        return Identity(sound_tagger.name, sound_tagger.version)
    if source == TEXT:
        from ingest.taggers.text.reader import LocalTextReader

        reader = LocalTextReader()
        return Identity(reader.name, reader.version)
    tagger = LineTagger(source)
    return Identity(tagger.name, tagger.version)


def _located(videos: Iterable[OutdatedVideo]) -> Outdated:
    outdated = Outdated({}, [])
    for video in videos:
        source = _source_of(video)
        if source is None:
            outdated.lost.append(_lost(video))
        else:
            outdated.there[source] = video.video
    return outdated


def _source_of(video: OutdatedVideo) -> str | None:
    sources = [source for source in video.sources if _may_be(source, video.video)]
    last = sources[-1] if sources else None
    return next((source for source in sources[:-1] if _is(source, video.video)), last)


def _may_be(source: str, video: str) -> bool:
    try:
        if is_address(source):
            return described_by_address(source).id == video
        if (upload := StoredUpload.parse(source)) is not None:
            return upload.video == video
        return Path(source).is_file()
    except (NotAnAddress, OSError, ValueError):
        return False


def _is(source: str, video: str) -> bool:
    if is_address(source) or StoredUpload.parse(source) is not None:
        return True
    try:
        return content_id(Path(source)) == video
    except NoVideoFile:
        return False


def _lost(video: OutdatedVideo) -> IngestResult:
    source = video.sources[0] if video.sources else ""
    reason = (
        f"no file there any more; {STORED}" if source else f"nothing says where it is; {STORED}"
    )
    return IngestResult(video.video, source, Status.MISSING, reason, video.seconds)
