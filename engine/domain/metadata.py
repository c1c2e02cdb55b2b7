"""Metadata of videos besides their tags: one schema, a line a column.

Indexes store what is here, filters ask for it (``engine.domain.matching.filters.Field``), and the
documented form of filters follows from it. A new column is one line of ``SCHEMA``, and one of
``docs/filters.md``.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from engine.domain.assessments.iab.taxonomy import content_taxonomy
from engine.domain.assessments.performance import PERFORMANCES, Performance
from engine.domain.assessments.sensitivity import Level
from engine.domain.assessments.suitability import NOBODY_LOOKED, Risk
from engine.domain.videos import ANALYZED, KINDS, VideoRecord

MAX_NAMED: Final = 5
"""Number of words of a longer list that a sentence names."""

Bounds = tuple[int | None, int | None]
"""The lowest and the highest number that pass; None for no bound."""


@dataclass(frozen=True, slots=True)
class AssessedVideo:
    """A video with what its track says as a whole.

    Attributes:
        record: of the catalog.
        n_seconds: number of seconds that were analyzed.
        sensitive: the worst of the topics that the index's configuration counts.
        risks: of each of ``engine.domain.assessments.suitability.BRAND_TOPICS``.
        iab: ids of the IAB's content taxonomy 3.1 that say what it is about.
        performance: what it is by both senses.
    """

    record: VideoRecord
    n_seconds: int
    sensitive: Level
    risks: tuple[Risk, ...] = NOBODY_LOOKED
    iab: tuple[str, ...] = ()
    performance: Performance = Performance.UNKNOWN


class RiskLimit(NamedTuple):
    """Bound on the risk for a brand.

    Attributes:
        at_most: none, low, medium, high or floor.
        topic: one of ``BRAND_TOPICS`` of ``engine.domain.assessments.suitability``, by name or IAB
            id; all if empty.
        unknown: lets through what nobody looked for.
    """

    at_most: str
    topic: str = ""
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number from 0 up; passes ``Bounds``, both ends included.

    Attributes:
        unit: what is counted, in the plural.
        is_zero_unknown: whether 0 says that nobody knows it: then it passes no bound.
    """

    unit: str
    is_zero_unknown: bool = False

    unknown = 0
    verbs = ("is", "is not")

    @property
    def doc(self) -> str:
        """Description of what passes, for the documented form of filters."""
        unknown = "; an unknown one passes no bound" if self.is_zero_unknown else ""
        return f"In {self.unit}, both ends included{unknown}."

    def says(self, bounds: Bounds) -> str:
        """Return which numbers pass, for people."""
        low, high = bounds
        if low is not None and high is not None:
            numbers = f"exactly {low}" if low == high else f"{low} to {high}"
        elif low is None and high is None:
            return "any"
        else:
            numbers = f"at least {low}" if high is None else f"at most {high}"
        return f"{numbers} {self.unit}"


@dataclass(frozen=True, slots=True)
class Moment:
    """Whole seconds since 1970, UTC; passes ``Bounds``, both ends included."""

    unknown = 0
    verbs = ("is", "is not")
    doc = "From ``since`` on, before ``until``; UTC unless said."

    def says(self, bounds: Bounds) -> str:
        """Return which moments pass, for people."""
        since, until = bounds
        parts = [
            *([] if since is None else [f"from {_moment(since)} on"]),
            *([] if until is None else [f"before {_moment(until + 1)}"]),
        ]
        return " and ".join(parts) or "any"


@dataclass(frozen=True, slots=True)
class Word:
    """A word, empty when it is unknown; passes when it is one of some.

    Attributes:
        choices: the words there are; none for any word.
    """

    # Not in the ``repr``, by which kept counts are known: what is stored is the same.
    choices: tuple[str, ...] = field(default=(), repr=False)

    unknown = ""
    verbs = ("is", "is not")
    doc = "One of these; empty is unknown."

    def says(self, words: tuple[str, ...]) -> str:
        """Return which words pass, for people."""
        return one_of([repr(word) if word else "unknown" for word in words])


@dataclass(frozen=True, slots=True)
class Language(Word):
    """The code of a language; passes when one of some takes it, as RFC 4647 says."""

    doc = "In one of these; empty is unknown."


@dataclass(frozen=True, slots=True)
class Words:
    """Any number of words; passes when one of them is one of some."""

    unknown = ()
    verbs = ("include", "do not include")
    doc = "At least one of these."

    def says(self, words: tuple[str, ...]) -> str:
        """Return which words pass, for people."""
        return one_of([repr(word) for word in words])


@dataclass(frozen=True, slots=True)
class IabCategories(Words):
    """Ids of the IAB's content taxonomy 3.1; one passes with all that are below it."""

    doc = "Categories of the IAB's content taxonomy 3.1, or what is below them."

    def says(self, words: tuple[str, ...]) -> str:
        """Return which categories pass, for people."""
        known = content_taxonomy().categories
        named = [f"{one} ({known[one].name})" if one in known else repr(one) for one in words]
        return one_of(named)


@dataclass(frozen=True, slots=True)
class SensitivityLevel:
    """The sensitive level of a video; passes up to one: ``unknown`` lets all through."""

    unknown = Level.UNKNOWN
    verbs = ("is", "is not")
    doc = "The most sensitive that passes; ``unknown`` lets all through."

    def says(self, level: str) -> str:
        """Return which levels pass, for people."""
        return f"at most {level}"


@dataclass(frozen=True, slots=True)
class RiskLevels:
    """The risk for a brand in each topic; passes up to a ``RiskLimit``."""

    unknown = NOBODY_LOOKED
    verbs = ("is", "is not")
    doc = "The most risk for a brand that passes."

    def says(self, limit: RiskLimit) -> str:
        """Return which risks pass, for people."""
        topics = f"in {limit.topic!r}" if limit.topic else "in every topic"
        return f"at most {limit.at_most} {topics}{', or unknown' if limit.unknown else ''}"


ColumnType = Number | Moment | Word | Words | SensitivityLevel | RiskLevels


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the schema.

    Attributes:
        name: in indexes, and of ``Field``.
        type: what its values are.
        of: takes the value of a video.
        key: in filters as people write them; the name unless given.
        noun: in sentences, as "its NOUN is 'Ann'"; the key unless given.
        doc: in the documented form of filters; what the type says unless given.
    """

    name: str
    type: ColumnType
    of: Callable[[AssessedVideo], Any]
    key: str = ""
    noun: str = ""
    doc: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", self.key or self.name)
        object.__setattr__(self, "noun", self.noun or self.key)
        object.__setattr__(self, "doc", self.doc or self.type.doc)


def _added_at(video: AssessedVideo) -> int:
    return int(datetime.fromisoformat(video.record.added_at).timestamp())


def _one_of(words: Iterable[str]) -> str:
    return f"One of {', '.join(f'``{word}``' for word in words)}."


_PIXELS: Final = Number("pixels", is_zero_unknown=True)

SCHEMA: Final = (
    Column("seconds", Number("seconds"), of=lambda one: one.n_seconds, key="duration"),
    Column("language", Language(), of=lambda one: one.record.language),
    Column("kind", Word(KINDS), of=lambda one: one.record.kind, doc=_one_of(KINDS)),
    Column("uploader", Word(), of=lambda one: one.record.uploader),
    Column("category", Words(), of=lambda one: one.record.categories, noun="categories"),
    Column("iab", IabCategories(), of=lambda one: one.iab, noun="IAB categories"),
    Column("sensitive", SensitivityLevel(), of=lambda one: one.sensitive, noun="sensitive level"),
    Column("risk", RiskLevels(), of=lambda one: one.risks, noun="risk for a brand"),
    Column("added_at", Moment(), of=_added_at, key="added", noun="first ingestion"),
    Column("width", _PIXELS, of=lambda one: one.record.width),
    Column("height", _PIXELS, of=lambda one: one.record.height),
    Column("status", Word(ANALYZED), of=lambda one: one.record.status, doc=_one_of(ANALYZED)),
    Column("uploader_id", Word(), of=lambda one: one.record.uploader_id, noun="uploader's id"),
    Column(
        "performance",
        Word(PERFORMANCES),
        of=lambda one: one.performance.value,
        doc=_one_of(PERFORMANCES),
    ),
)
"""All columns, in the order in which they are documented."""

COLUMNS: Final[Mapping[str, Column]] = MappingProxyType({one.name: one for one in SCHEMA})
"""Columns by name."""

VideoMetadata = Mapping[str, Any]
"""Name of a column -> its value; a column that is not there is unknown."""


def metadata_of(video: AssessedVideo) -> dict[str, Any]:
    """Return all columns of a video."""
    return {column.name: column.of(video) for column in SCHEMA}


def one_of(names: list[str]) -> str:
    """Return a list of what may be, for people; a long one is cut."""
    named = names if len(names) <= MAX_NAMED + 1 else names[:MAX_NAMED]
    parts = [
        *named,
        *([f"one of {len(names) - len(named)} more"] if len(named) < len(names) else []),
    ]
    if len(parts) < 2:
        return "".join(parts) or "one of none"
    return f"{', '.join(parts[:-1])} or {parts[-1]}"


def _moment(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (OverflowError, ValueError, OSError):
        return f"{seconds} seconds after 1970"
