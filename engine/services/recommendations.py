"""Recommendations for a viewer, page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil

from engine.domain.filters import EVERY_VIDEO, Filter
from engine.domain.keywords import IgnoredWord
from engine.domain.recommendations import Basis, Reason, Recommendation, RecommendationPage
from engine.domain.viewers import Event
from engine.ports.catalog import Catalog
from engine.ports.index import IndexSnapshot
from engine.search.cursors import Cursor, digest_of, next_cursor
from engine.search.eligibility import RuleResult, viewer_case
from engine.search.profiles import ProfileRules, profile_of, profile_vector_of
from engine.search.recommend import Page, Question, page_of
from engine.search.rerank import BY_SCORE, Ranking
from engine.services.evidence import seconds_of_tags, seconds_on, with_seconds
from engine.services.ignored_words import ignored_tags
from engine.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class RecommendationQuery:
    """A question for recommendations: the viewer, and the options.

    Attributes:
        viewer: the id of one who is kept; None for a profile that is sent along.
        interests: tag -> weight of the profile that is sent along.
        events: its events.
        liked: ids of videos it likes.
        k: how many.
        where: which videos may be found.
        ranking: what counts beside the score.
        again: whether seen and hidden videos may come back.
        strict: whether interests that are no tags are refused, instead of left out.
        explain: whether each tag's sources and seconds are told.
        cursor: the ``next`` of the page before.
    """

    viewer: str | None = None
    interests: dict[str, float] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    liked: tuple[str, ...] = ()
    k: int = 10
    where: Filter = EVERY_VIDEO
    ranking: Ranking = BY_SCORE
    again: bool = False
    strict: bool = False
    explain: bool = False
    cursor: str | None = None

    @property
    def digest(self) -> bytes:
        """Digest that identifies this question, the same on every page.

        A kept viewer may do something between two pages; that is still the same question.
        """
        who: object = self.viewer
        if self.viewer is None:
            did = [(event.video, event.kind, event.share) for event in self.events]
            who = (sorted(self.interests.items()), did, self.liked)
        return digest_of(who, self.where, self.ranking, self.again)


@dataclass(frozen=True, slots=True)
class ViewerCase:
    """All that speaks for and against a video for a viewer who is kept.

    Attributes:
        viewer: the id.
        video: the id.
        generation: of the index.
        basis: what recommendations to this viewer go by.
        recommended: whether every rule is kept.
        score: the exact cosine.
        rank: its place without reranking; None when it is not among the 1,000 best.
        why: the tags that made the score.
        rules: every rule, in the order they apply.
    """

    viewer: str
    video: str
    generation: str
    basis: Basis
    recommended: bool
    score: float
    rank: int | None
    why: tuple[Reason, ...]
    rules: tuple[RuleResult, ...]


def recommend(
    catalog: Catalog,
    view: IndexSnapshot,
    query: RecommendationQuery,
    rules: ProfileRules,
    *,
    now: float,
) -> RecommendationPage:
    """Answer one question; ``now`` is in seconds since 1970.

    Raises:
        InvalidInput: when something that was asked cannot be.
        CursorExpired: when the page before was too long ago.
    """
    cursor = None
    if query.cursor is not None:
        cursor = Cursor.from_text(query.cursor, question=query.digest, now=now)
    # Whole seconds, as in the cursor: the second page weighs what the first one did.
    asked_at = ceil(now) if cursor is None else cursor.asked_at
    shown = () if cursor is None else cursor.shown
    interests = query.interests
    # What is sent along with the second page is what was sent with the first.
    events = tuple(replace(event, at=min(event.at, asked_at)) for event in query.events)
    if query.viewer is not None:
        # One of whom nothing is kept yet is new here: what is fresh is the answer.
        (kept,) = catalog.viewers.some([query.viewer])
        interests, events = dict(kept.interests), kept.events
    view.require(query.liked)
    alone = not events and not query.liked
    interests, ignored = known_interests(
        view.vocabulary, interests, strict=query.strict, alone=alone
    )
    profile = profile_of(interests, events, rules, now=float(asked_at), liked=query.liked)
    profile_vector = profile_vector_of(profile, view, rules)
    question = Question(
        profile, float(asked_at), query.k, query.where, query.ranking, query.again, shown
    )
    page = page_of(
        view, profile_vector, question, rules, track_of=catalog.tracks.get, explained=query.explain
    )
    return RecommendationPage(
        view.generation_id,
        page.basis,
        page.basis.note,
        _timed(catalog, view, page.found) if query.explain else page.found,
        next=_next(view, page, query, asked_at, cursor),
        continued_from=None if cursor is None else cursor.generation,
        ignored=ignored,
    )


def viewer_case_of(
    catalog: Catalog,
    view: IndexSnapshot,
    viewer: str,
    video: str,
    rules: ProfileRules,
    *,
    now: float,
    where: Filter = EVERY_VIDEO,
) -> ViewerCase:
    """Return all that speaks for and against a video for a viewer who is kept.

    Raises:
        UnknownViewer: when nothing is kept of them.
    """
    kept = catalog.viewers.get(viewer)
    asked_at = float(ceil(now))
    profile = profile_of(kept.interests, kept.events, rules, now=asked_at)
    case = viewer_case(view, video, Question(profile, asked_at, where=where), rules)
    tags = [reason.tag for reason in case.why]
    seconds = seconds_on(catalog.tracks.get(video), view, tags)
    return ViewerCase(
        viewer,
        video,
        view.generation_id,
        case.basis,
        all(ruling.kept for ruling in case.rulings),
        case.score,
        case.rank,
        with_seconds(case.why, seconds),
        case.rulings,
    )


def known_interests(
    vocabulary: Vocabulary, interests: Mapping[str, float], *, strict: bool, alone: bool
) -> tuple[dict[str, float], tuple[IgnoredWord, ...]]:
    """Return the interests that are tags, and the words that are none.

    Args:
        vocabulary: the tags there are.
        interests: tag -> weight.
        strict: refuse words that are no tags, instead of leaving them out.
        alone: whether nothing else is known of the viewer.

    Raises:
        UnknownTag: when words, or without ``strict`` all there is to go by, are no tags.
    """
    known, unknown = vocabulary.split(interests)
    if unknown and (strict or (alone and not known)):
        raise vocabulary.unknown(unknown)
    return known, ignored_tags(unknown, vocabulary)


def _next(
    view: IndexSnapshot,
    page: Page,
    query: RecommendationQuery,
    asked_at: int,
    cursor: Cursor | None,
) -> str | None:
    if not page.more:
        return None
    shown = [*(cursor.shown if cursor else ()), *(one.video for one in page.found)]
    generation = cursor.generation if cursor else view.generation_id
    following = next_cursor(generation, query.digest, asked_at, shown)
    return None if following is None else following.to_text()


def _timed(
    catalog: Catalog, view: IndexSnapshot, found: Sequence[Recommendation]
) -> tuple[Recommendation, ...]:
    """Return recommendations with the seconds on which each of their tags was observed."""
    tags = {one.video: [reason.tag for reason in one.why] for one in found}
    seconds = seconds_of_tags(catalog.tracks, view, tags)
    return tuple(replace(one, why=with_seconds(one.why, seconds[one.video])) for one in found)
