"""Lines of text in, the tags that their words mean out."""

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from engine.domain.content import SourceTrack
from engine.domain.lines import MAX_LINE_CHARACTERS, Line, LineTag
from engine.domain.tags import TEXT
from engine.domain.text import cleaned_line, is_blank
from engine.domain.time_ranges import TimeRange
from engine.domain.tracks import Track, merged
from engine.keywords.thesaurus.nouns import NOUNS
from engine.ports.catalog import Catalog
from ingest.taggers.known_words import known_parents, known_words
from ingest.taggers.lines.company import accompanied, accompanied_on_picture
from ingest.taggers.lines.context import TITLES, Context, context_of
from ingest.taggers.lines.english import is_english
from ingest.taggers.lines.mentions import Mention, is_team, mentions_in
from ingest.taggers.lines.nouns import TABLE, CandidateTag, tag_names
from ingest.taggers.lines.titles import is_named_work
from ingest.taggers.lines.tokens import has_address
from ingest.taggers.lines.word_lists import WORDS
from ingest.taggers.named_tracks import MAX_TAGS_A_SECOND, NamedTrack
from ingest.taggers.tag_ranges import TagRange, TagRanges

MAX_WHOLE_TAGS: Final = 12
"""Tags of a video as a whole: however long its description is, it does not drown what is seen."""

FIELDS: Final = {
    "title": 0.95,
    "file": 0.95,
    "category": 0.9,
    "tag": 0.85,
    "description": 0.75,
    "folder": 0.8,
    "": 0.85,
}
"""Certainty that a video is about what a field of it says; ``""`` is what is read or spoken."""

_MAX_TIMED_TAGS: Final = 100  # where there are too many: on each second of the longest video
_ALONE: Final = ("tag", "category", "folder")
_SONG: Final = (CandidateTag("music", 1.0),)
_METHOD: Final = 6
"""Raised when lines are understood in another way."""


class _TaggedLine(NamedTuple):
    """A line and the tags that it means, with confidences."""

    line: Line
    tags: tuple[CandidateTag, ...]


class LineTagger:
    """Finds the tags that words mean, for one source of lines.

    Attributes:
        source: of its tags.
    """

    name = "words"

    def __init__(self, source: str) -> None:
        self.source = source
        self.version = current_version()

    @property
    def tags(self) -> tuple[str, ...]:
        """Every tag this tagger can name, without repeats."""
        return tag_names()

    def observe(
        self, lines: Sequence[Line], n_seconds: int, catalog: Catalog, *, language: str = ""
    ) -> SourceTrack:
        """Return what lines say, with the lines.

        Args:
            lines: in order; what is beyond the end of the video is cut off.
            n_seconds: of the video.
            catalog: numbers the tags.
            language: of the lines, a code; where it is empty, their words tell.
        """
        within = [line for line in (_within(line, n_seconds) for line in lines) if line is not None]
        tagged_lines = _tagged_lines(within, language, is_read=self.source == TEXT)
        who = f"{self.name}@{self.version}"
        catalog.taggers.remember(who, self.tags)
        track = merged(
            [self._timed(tagged_lines, n_seconds, catalog), self._whole(tagged_lines, catalog)]
        )
        return SourceTrack(self.source, who, track, tuple(one.line for one in tagged_lines))

    def _timed(
        self, tagged_lines: Sequence[_TaggedLine], n_seconds: int, catalog: Catalog
    ) -> Track:
        if not n_seconds:
            return Track.empty()
        runs = TagRanges()
        for run in _tag_ranges(tagged_lines):
            runs.add(*run)
        names = runs.names
        numbers = dict(zip(names, catalog.tags.number(names, self.source), strict=True))
        return NamedTrack.of(runs, n_seconds).to_track(numbers)

    def _whole(self, tagged_lines: Sequence[_TaggedLine], catalog: Catalog) -> Track:
        surest = _surest_of_whole(tagged_lines)
        numbers = np.array(catalog.tags.number(tuple(surest), self.source), np.int64)
        return Track.of_whole(np.array(list(surest.values())), numbers, 0)


def _tag_ranges(tagged_lines: Sequence[_TaggedLine]) -> Iterator[TagRange]:
    """Yield when each tag is read or spoken, those of most seconds where there are too many.

    A page of print may hold more words at once than a second has room for.
    """
    ranges: dict[str, list[TagRange]] = {}
    for line, tags in tagged_lines:
        if line.seconds is not None:
            for tag, confidence in tags:
                ranges.setdefault(tag, []).append(TagRange(tag, *line.seconds, confidence))
    united = {tag: list(_united(own)) for tag, own in ranges.items()}
    if len(united) > MAX_TAGS_A_SECOND:
        lengths = {tag: sum(one.end - one.start for one in own) for tag, own in united.items()}
        longest = sorted(lengths, key=lambda tag: -lengths[tag])
        united = {tag: united[tag] for tag in longest[:_MAX_TIMED_TAGS]}
    for own in united.values():
        yield from own


def _united(runs: Sequence[TagRange]) -> Iterator[TagRange]:
    """Yield ranges of one tag of which none touches another, each as sure as its surest part."""
    ordered = sorted(runs, key=lambda run: run.start)
    last = ordered[0]
    for run in ordered[1:]:
        if run.start > last.end:
            yield last
            last = run
        else:
            confidence = max(run.confidence, last.confidence)
            last = last._replace(end=max(run.end, last.end), confidence=confidence)
    yield last


def tags_told(lines: Sequence[Line], language: str = "") -> dict[str, float]:
    """Return the tags of a video as a whole that lines mean, with confidences, the surest first."""
    return _surest_of_whole(_tagged_lines(lines, language))


def _surest_of_whole(tagged_lines: Sequence[_TaggedLine]) -> dict[str, float]:
    surest: dict[str, float] = {}
    for line, tags in tagged_lines:
        if line.seconds is None:
            for tag, confidence in tags:
                surest[tag] = max(confidence, surest.get(tag, 0.0))
    return dict(sorted(surest.items(), key=lambda one: -one[1])[:MAX_WHOLE_TAGS])


def _within(line: Line, n_seconds: int) -> Line | None:
    """Return a line as it is stored, up to the end of its video; None where nothing is left."""
    line = line._replace(text=cleaned_line(line.text)[:MAX_LINE_CHARACTERS])
    if is_blank(line.text):
        return None
    if line.seconds is None:
        return line
    start, end = max(line.seconds.start, 0), min(line.seconds.end, n_seconds)
    return line._replace(seconds=TimeRange(start, end)) if start < end else None


def _tagged_lines(
    lines: Sequence[Line], language: str, *, is_read: bool = False
) -> list[_TaggedLine]:
    if not is_english((line.text for line in lines), language):
        return [_TaggedLine(line, ()) for line in lines]
    context = context_of([line for line in lines if line.field])
    mentions = [_mentions(line, context) for line in lines]
    counted = accompanied(lines, mentions, is_called=context.is_called)
    if is_read:
        counted = accompanied_on_picture(lines, counted)
    return [_tagged(line, own) for line, own in zip(lines, counted, strict=True)]


def _tagged(line: Line, mentions: Sequence[Mention]) -> _TaggedLine:
    sure = FIELDS[line.field]
    best: dict[str, CandidateTag] = {}
    words: dict[str, str] = {}
    for mention in mentions:
        for tag, confidence in mention.candidates:
            if tag not in best or sure * confidence > best[tag].confidence:
                best[tag] = CandidateTag(tag, sure * confidence)
                words[tag] = mention.words
    tags = tuple(LineTag(tag, words[tag]) for tag in best)
    return _TaggedLine(line._replace(tags=tags), tuple(best.values()))


def _mentions(line: Line, context: Context) -> list[Mention]:
    if line.field in TITLES and context.song:
        return [Mention(context.song, _SONG)]
    if line.field in TITLES and is_named_work(line.text):
        return []
    if line.field == "description" and has_address(line.text):
        return []
    mentions = mentions_in(line.text, alone=line.field in _ALONE)
    if line.field not in TITLES:
        mentions = [one for one in mentions if not context.hides(one)]
    if context.is_sport:
        mentions = [one for one in mentions if not is_team(one)]
    return mentions


def current_version() -> str:
    """Return a digest of everything that decides what words are said to mean."""
    tables = [_digest_of(path) for path in (TABLE, NOUNS)]
    lists = [WORDS.read_text("utf-8"), _digest_of_words()]
    parts = [_METHOD, dict(FIELDS), MAX_WHOLE_TAGS, tables, lists, tag_names()]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


@cache
def _digest_of(table: Path) -> str:
    # Asked for with every video whose metadata is read.
    return hashlib.sha256(table.read_bytes()).hexdigest()


@cache
def _digest_of_words() -> str:
    parts = [sorted(known_words().items()), sorted(known_parents().items())]
    return hashlib.sha256(repr(parts).encode()).hexdigest()
