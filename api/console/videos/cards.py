"""A video as a card: what a list of videos shows of each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from api.background.live import Live
from engine.domain.assessments.sensitivity import ASSESSED_TAGS
from engine.domain.matching.results import Contribution, Match, Move, TagCount
from engine.domain.videos import VideoRecord
from engine.errors import CorruptData, NothingIndexed
from engine.ports.index import IndexSnapshot

_MAX_TAGS: Final = 3


@dataclass(frozen=True, slots=True)
class Card:
    """A video as a list shows it.

    Attributes:
        record: its metadata in the catalog.
        pictured: whether there is a thumbnail.
        tags: those that tell most; empty when it is not indexed.
        sensitive: its level; ``unknown`` when it is not indexed.
        performance: as it is indexed; ``unknown`` when it is not.
        score: how well it fits what was asked, if something was.
        why: the shares of the score, the largest first.
        moved: what moved it from the place by its score, if anything did.
    """

    record: VideoRecord
    pictured: bool
    tags: tuple[TagCount, ...]
    sensitive: str
    performance: str
    score: float | None = None
    why: tuple[Contribution, ...] = ()
    moved: tuple[Move, ...] = ()


def snapshot_of(live: Live) -> IndexSnapshot | None:
    """Return what can be searched, None before a first reindex, or a new one that is needed."""
    try:
        return live.snapshot
    except (NothingIndexed, CorruptData):
        return None


def cards(live: Live, snapshot: IndexSnapshot | None, videos: Sequence[str]) -> list[Card]:
    """Return the cards of some videos, in their order."""
    with_picture = live.catalog.thumbnails.pictured(videos)
    return [
        Card(record, record.id in with_picture, *_indexed(live, snapshot, record.id))
        for record in live.catalog.videos.in_order(videos)
    ]


def match_cards(live: Live, snapshot: IndexSnapshot, matches: Sequence[Match]) -> list[Card]:
    """Return the cards of matches, best first, with what made each score."""
    by_id = {match.video: match for match in matches}
    ranked = ((card, by_id[card.record.id]) for card in cards(live, snapshot, list(by_id)))
    return [replace(card, score=one.score, why=one.why, moved=one.moved) for card, one in ranked]


def _indexed(
    live: Live, snapshot: IndexSnapshot | None, video: str
) -> tuple[tuple[TagCount, ...], str, str]:
    """Return the tags, the sensitive level and the performance that the index has of a video."""
    if snapshot is None or video not in snapshot:
        return (), "unknown", "unknown"
    tags, seconds = snapshot.counts(video)
    names = snapshot.vocabulary.names
    counts = [
        TagCount(names[tag], int(of))
        for tag, of in zip(tags, seconds, strict=True)
        if names[tag] not in ASSESSED_TAGS
    ]
    columns = snapshot.columns([video], ["sensitive", "performance"])
    (level,), (performance,) = columns["sensitive"], columns["performance"]
    return tuple(live.tag_idf.ranked(counts)[:_MAX_TAGS]), level, performance
