"""Ranked matches of keywords, or of another video, as every door tells them."""

from collections.abc import Sequence

from engine.domain.keywords import KeywordMatch
from engine.domain.results import Match, Matches
from engine.ports.catalog import Tracks
from engine.ports.index import IndexSnapshot
from engine.services.evidence import matches_with_seconds
from engine.services.ignored_words import ignored_keywords


def ranked_matches(
    tracks: Tracks,
    snapshot: IndexSnapshot,
    matches: Sequence[Match],
    understood: Sequence[KeywordMatch] = (),
    *,
    explained: bool = False,
) -> Matches:
    """Return what a search found, and what became of words that are no tags.

    Args:
        tracks: of the catalog.
        snapshot: the index that found it.
        matches: the best first.
        understood: the words that are no tags.
        explained: whether to tell on which seconds each tag was observed.
    """
    return Matches(
        understood=tuple(match for match in understood if match.used),
        ignored=ignored_keywords(understood),
        generation=snapshot.generation_id,
        matches=matches_with_seconds(tracks, snapshot, matches) if explained else tuple(matches),
    )
