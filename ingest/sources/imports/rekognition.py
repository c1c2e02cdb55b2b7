"""Label detection of Amazon Rekognition: the pages that ``GetLabelDetection`` gives.

Times are milliseconds, confidences 0 to 100. One video is one page or several, of one job; the
last one is that without a ``NextToken``.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, Final

from engine.errors import InvalidInput
from ingest.decoding.frames import LONGEST_SECONDS
from ingest.sources.imports.documents import BadLine, Document, bad_part
from ingest.sources.imports.fields import BadField, Fields
from ingest.sources.imports.merging import HELD_RANGES
from ingest.sources.imports.videos import (
    MAX_PARTS,
    LabelResult,
    collected,
    id_of,
    seconds_touched,
    tag_in,
)
from ingest.taggers.tag_ranges import TagRange, TagRanges

TAGGER: Final = "rekognition"

_LONGEST_MS: Final = LONGEST_SECONDS * 1000
_MAX_TOKEN_CHARACTERS: Final = 10_000
_OTHERS: Final = {
    "ModerationLabels": "content moderation",
    "Faces": "faces",
    "Celebrities": "celebrities",
    "Persons": "persons",
    "Segments": "segments",
    "TextDetections": "text",
}
_CANNOT_BE_DATED: Final = (
    "pages that name neither JobId nor Video cannot be told apart, and some of one are missing"
)


def recognises(value: Any) -> bool:
    """Whether a JSON value is a page, of label detection or of another operation on videos."""
    if not isinstance(value, dict):
        return False
    return "JobStatus" in value or "Labels" in value or bool(_about(value))


def results(document: Document) -> Iterator[LabelResult | BadLine]:
    """Refuse what is no page; pages go through ``joined``.

    Raises:
        BadField: always.
    """
    Fields(document.value)
    raise BadField("Labels: there are none, so this is no page of GetLabelDetection")


def joined(
    documents: Iterable[Document | BadLine],
) -> Iterator[Document | BadLine | LabelResult]:
    """Put the pages of each video together, by job and object; what is no page passes through.

    In whatever order they come, and however often: a page twice counts once. A video of which a
    page is missing, so far as can be told, is refused: half of it would pass for the whole.
    """
    jobs = _Jobs()
    for document in documents:
        if isinstance(document, BadLine):
            jobs.miss(document.line)
            yield document
        elif not recognises(document.value):
            yield document
        else:
            try:
                jobs.add(document)
            except BadField as error:
                yield bad_part(document, str(error))
            yield from jobs.too_many()
    yield from jobs.rest()


class _Job:
    """Contents of the pages of one job so far."""

    def __init__(self, line: int) -> None:
        self.line = self.last_line = line
        self.job_id = self.source = self.title = self.tagger = ""
        self.tag_ranges = TagRanges()
        self.duration = 0.0
        self.is_whole = False
        self.trouble = ""
        self.is_reported = False
        self.digests: list[str] = []

    def add(self, page: Fields, document: Document, tag_ranges: TagRanges) -> None:
        self.last_line = document.line
        self.job_id = self.job_id or page.text("JobId")
        self.source = self.source or _source(page)
        self.title = self.title or page.text("JobTag")
        version = page.text("LabelModelVersion", longest=40)
        self.tagger = self.tagger or (f"{TAGGER}@{version}" if version else "")
        self.duration = max(self.duration, _duration(page))
        self.is_whole |= not _token(page)
        self.digests.append(document.digest)
        try:
            self.tag_ranges.extend(tag_ranges)
        except InvalidInput as error:
            raise BadField(str(error)) from error

    def result(self) -> LabelResult | BadLine:
        id_ = id_of(self.source, self.job_id or "/".join(self.digests))
        if self.trouble:
            return BadLine(self.last_line, "" if self.is_reported else self.trouble, id_)
        if not self.is_whole:
            reason = (
                "NextToken: this is not the last page of the video, but no more follow;"
                " put all its pages into the file"
            )
            return BadLine(self.last_line, reason, id_)
        return LabelResult(
            line=self.line,
            id=id_,
            source=self.source,
            tagger=self.tagger or TAGGER,
            tag_ranges=self.tag_ranges,
            duration=self.duration,
            title=self.title if not self.source else "",
        )


class _Jobs:
    """The jobs whose pages wait for more of theirs."""

    def __init__(self) -> None:
        self._jobs: list[_Job] = []
        self._by_job: dict[str, _Job] = {}
        self._by_object: dict[str, _Job] = {}
        self._open: _Job | None = None  # whose next page is expected
        self._nameless: set[bytes] = set()  # digests of pages that name neither
        self._missing_line: int | None = None

    def add(self, document: Document) -> None:
        """Take a page in.

        Raises:
            BadField: it cannot be used; its video is given up.
        """
        page = Fields(document.value)
        _refuse_others(page)
        job_id, source = page.text("JobId"), _source(page)
        tag_ranges, trouble = _page_ranges(page)
        if not job_id and not source and not trouble:
            self._refuse_repeated(page, tag_ranges)
        job = self._job_of(job_id, source) or self._new(document.line)
        if self._missing_line is not None:
            job.trouble = _missing(self._missing_line)
            self._missing_line = None
        try:
            job.add(page, document, tag_ranges)
            if trouble:
                raise trouble
        except BadField as error:
            job.trouble = job.trouble or str(error)
            job.is_reported = True
            raise
        finally:
            if job_id:
                self._by_job[job_id] = job
            if source:
                self._by_object.setdefault(source, job)
            self._open = None if job.is_whole else job

    def miss(self, line: int) -> None:
        """Know that on a line there may have been a page of what is not whole yet."""
        self._missing_line = line
        for job in self._jobs:
            if not job.is_whole:
                job.trouble = _missing(line)

    def too_many(self) -> Iterator[LabelResult | BadLine]:
        """Yield the oldest as long as there are more than can wait."""
        while len(self._jobs) > MAX_PARTS or (
            len(self._jobs) > 1 and sum(len(job.tag_ranges) for job in self._jobs) > HELD_RANGES
        ):
            job = next((job for job in self._jobs if job.is_whole), self._jobs[0])
            self._delete(job)
            yield job.result()

    def rest(self) -> Iterator[LabelResult | BadLine]:
        """Yield all when nothing more comes."""
        nameless = [job for job in self._jobs if not job.job_id and not job.source]
        if not all(job.is_whole for job in nameless):
            for job in nameless:
                # The last page of another may have come first, and passed for a whole video.
                job.trouble = job.trouble or (job.is_whole and _CANNOT_BE_DATED) or ""
        for job in self._jobs:
            yield job.result()

    def _job_of(self, job_id: str, source: str) -> _Job | None:
        if job_id in self._by_job:
            return self._by_job[job_id]
        of_object = self._by_object.get(source)
        if of_object is not None and not (job_id and of_object.job_id):
            return of_object
        # Who leaves names out on some pages has them one after the other.
        is_other = self._open is None or (
            (job_id and self._open.job_id) or (source and self._open.source)
        )
        return None if is_other else self._open

    def _new(self, line: int) -> _Job:
        job = _Job(line)
        self._jobs.append(job)
        return job

    def _delete(self, job: _Job) -> None:
        self._jobs.remove(job)
        for names in (self._by_job, self._by_object):
            for name in [name for name, one in names.items() if one is job]:
                del names[name]

    def _refuse_repeated(self, page: Fields, tag_ranges: TagRanges) -> None:
        """Refuse a page that was there after the last one: it would be a video of its own."""
        fields = repr((_token(page), _duration(page))).encode() + tag_ranges.digest()
        digest = hashlib.sha256(fields).digest()
        if self._open is None and digest in self._nameless:
            raise BadField("this page is in the file already: it counts once")
        if len(self._nameless) < MAX_PARTS:
            self._nameless.add(digest)


def _page_ranges(page: Fields) -> tuple[TagRanges, BadField | None]:
    """Return what a page says was seen, as far as it can be used, and what cannot."""
    tag_ranges = TagRanges()
    try:
        for label in page.each("Labels"):
            collected(_tag_ranges(label), tag_ranges)
    except BadField as error:
        return tag_ranges, error
    return tag_ranges, None


def _missing(line: int) -> str:
    return f"a page of this video may be missing: line {line} cannot be used"


def _about(value: dict[str, Any]) -> str:
    if "Labels" in value:
        return ""
    return next((what for key, what in _OTHERS.items() if key in value), "")


def _refuse_others(page: Fields) -> None:
    if about := _about(dict.fromkeys(page.keys())):
        raise BadField(f"this is about {about}, not a page of GetLabelDetection")
    if (status := page.text("JobStatus")) not in ("", "SUCCEEDED"):
        reason = page.text("StatusMessage") or "fetch it again when it has succeeded"
        raise BadField(f"JobStatus: {status}: {reason}")
    if not page.has("Labels"):
        raise BadField("Labels: there are none, so this is no page of GetLabelDetection")


def _token(page: Fields) -> str:
    return page.text("NextToken", longest=_MAX_TOKEN_CHARACTERS)


def _source(page: Fields) -> str:
    s3_object = page.inside("Video").inside("S3Object")
    bucket, name = s3_object.text("Bucket"), s3_object.text("Name")
    return f"s3://{bucket}/{name}" if bucket and name else ""


def _duration(page: Fields) -> float:
    # A video of several streams has a list of them.
    fields = page.raw("VideoMetadata")
    streams = (
        page.each("VideoMetadata") if isinstance(fields, list) else [page.inside("VideoMetadata")]
    )
    durations = (one.number("DurationMillis", maximum=_LONGEST_MS, default=0.0) for one in streams)
    return max(durations, default=0.0) / 1000


def _tag_ranges(fields: Fields) -> Iterator[TagRange]:
    if "Label" not in fields and "Name" in fields:
        raise BadField(f"{fields.path}: a label without a time, as DetectLabels gives of a picture")
    label = fields.inside("Label")
    tag = tag_in(label.raw("Name"), label.name("Name"))
    confidence = label.number("Confidence", maximum=100) / 100
    if "StartTimestampMillis" in fields:
        start = fields.number("StartTimestampMillis", maximum=_LONGEST_MS)
        end = fields.number("EndTimestampMillis", maximum=_LONGEST_MS)
        if end < start:
            raise BadField(f"{fields.name('EndTimestampMillis')}: it ends before it starts")
    else:
        start = end = fields.number("Timestamp", maximum=_LONGEST_MS - 1)
    yield TagRange(tag, *seconds_touched(start / 1000, end / 1000), confidence)
