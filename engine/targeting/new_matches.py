"""New videos meet standing campaigns: what came since the caller last looked, in that order."""

from dataclasses import dataclass

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.filters import Filter
from engine.domain.results import Match
from engine.indexes.local.snapshot import View
from engine.kernels.best import LEAST
from engine.ports.query import Query
from engine.search.matches import explain


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Matches among the videos that came or changed, the oldest change first.

    Attributes:
        matches: at most as many as were asked for.
        revision: ask again with it for what comes after.
        more: whether there is more already.
    """

    matches: tuple[Match, ...]
    revision: int
    more: bool


def arrivals(
    view: View,
    catalog: Catalog,
    query: Query,
    wanted: Filter,
    *,
    since: int,
    k: int,
    min_relevance: float,
) -> Arrivals:
    """Return the videos that came or changed after a revision and fit a campaign.

    Args:
        view: the videos; what it has not seen yet comes with a later call.
        catalog: of the videos.
        query: what the campaign looks for.
        wanted: which videos it may run on.
        since: a revision of the catalog.
        k: at most so many.
        min_relevance: the least score.
    """
    found: list[Match] = []
    last = since
    passing = [segment.passing(wanted) for segment in view.segments]
    for revision, video in catalog.revisions(after=min(since, view.revision), upto=view.revision):
        place = view.locate(video)
        if place is None:
            continue
        at = next(n for n, segment in enumerate(view.segments) if segment is place.segment)
        bitmap = passing[at]
        if bitmap is not None and not bitmap[place.row]:
            continue
        score = float(place.segment.index.score_rows(query, [place.row])[0])
        if score > LEAST and score >= min_relevance:
            if len(found) == k:
                return Arrivals(tuple(found), last, more=True)
            found.append(Match(video, score, explain(view, query, place)))
            last = revision
    return Arrivals(tuple(found), max(since, view.revision), more=False)
