"""Recommendations for a viewer, page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil

from engine.domain.matching.filters import EVERY_VIDEO, Filter
from engine.domain.matching.keywords import IgnoredWord
from engine.domain.matching.recommendations import Basis, Reason, Recommendation, RecommendationPage
from engine.domain.matching.results import shares_by_source
from engine.domain.matching.source_weights import AS_INDEXED, SourceWeights
from engine.domain.viewers import Event, check_id
from engine.ports.catalog import Catalog
from engine.ports.index import IndexSnapshot
from engine.search.cursors import Cursor, digest_of, next_cursor
from engine.search.eligibility import RuleResult, viewer_eligibility
from engine.search.profiles import ProfileRules, profile_of, profile_vector_of
from engine.search.recommend import Page, Question, page_of
from engine.search.rerank import BY_SCORE, Ranking
from engine.services.evidence import seconds_of_tags, seconds_on, with_seconds
from engine.services.ignored_words import ignored_tags
from engine.words.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class RecommendationQuery:
    """A question for recommendations: the viewer, and the options.

    Attributes:
        viewer: the id of one who is stored; None for a profile that is sent along.
        interests: tag -> weight of the profile that is sent along.
        events: its events.
        liked: ids of videos it likes.
        k: number of results.
        where: filter of the videos.
        ranking: options that count beside the score.
        again: whether seen and hidden videos may come back.
        strict: whether interests that are no tags are refused, instead of left out.
        explain: whether each tag's sources and seconds are told.
        cursor: the ``next`` of the page before.
        sources: factors of the weights of tags.
        ignored: interests that were left out before, as they mean no tag.
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
    sources: SourceWeights = AS_INDEXED
    ignored: tuple[IgnoredWord, ...] = ()

    @property
    def digest(self) -> bytes:
        """Digest that identifies this question, the same on every page.

        A kept viewer may do something between two pages; that is still the same question.
        """
        who: object = self.viewer
        if self.viewer is None:
            did = [(event.video, event.kind, event.share) for event in self.events]
            who = (sorted(self.interests.items()), did, self.liked)
        return digest_of(who, self.where, self.ranking, self.again, *self.sources.factors)


@dataclass(frozen=True, slots=True)
class ViewerEligibility:
    """All that speaks for and against a video for a viewer who is stored.

    Attributes:
        viewer: the id.
        video: the id.
        generation: of the index.
        basis: what recommendations to this viewer go by.
        recommended: whether every rule lets the video pass.
        score: of its tags: the exact cosine, times a confidence where a slope is set.
        rank: its place, with the variety of the settings; None when it is not among the 1,000 best.
        rank_without: the place it has by the score alone, None likewise.
        why: the tags that made the score.
        by_source: source -> what its tags gave together, adding up to the score.
        rules: every rule, in the order they apply.
    """

    viewer: str
    video: str
    generation: str
    basis: Basis
    recommended: bool
    score: float
    rank: int | None
    rank_without: int | None
    why: tuple[Reason, ...]
    by_source: Mapping[str, float] = field(init=False, compare=False)
    rules: tuple[RuleResult, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_source", shares_by_source(self.why))


def recommend(
    catalog: Catalog,
    snapshot: IndexSnapshot,
    query: RecommendationQuery,
    rules: ProfileRules,
    *,
    now: float,
) -> RecommendationPage:
    """Answer one question; ``now`` is in seconds since 1970.

    Raises:
        InvalidInput: when something that was asked cannot be, or the id is none.
        CursorExpired: when the page before was too long ago.
    """
    cursor = None
    if query.cursor is not None:
        cursor = Cursor.from_text(query.cursor, question=query.digest, now=now)
    # Whole seconds, as in the cursor: the second page weighs what the first one did.
    at = ceil(now) if cursor is None else cursor.at
    shown = () if cursor is None else cursor.shown
    interests = query.interests
    # What is sent along with the second page is what was sent with the first.
    events = tuple(replace(event, at=min(event.at, at)) for event in query.events)
    if query.viewer is not None:
        # One of whom nothing is stored yet is new here: what is fresh is the answer.
        (stored,) = catalog.viewers.some([check_id("viewer", query.viewer)])
        interests, events = dict(stored.interests), stored.events
    snapshot.require(query.liked)
    is_all = not events and not query.liked
    interests, ignored = known_interests(
        snapshot.vocabulary, interests, strict=query.strict, is_all=is_all
    )
    profile = profile_of(interests, events, rules, now=float(at), liked=query.liked)
    profile_vector = profile_vector_of(profile, snapshot, rules, query.sources)
    question = Question(
        profile,
        float(at),
        query.k,
        query.where,
        query.ranking,
        query.again,
        shown,
        query.sources,
    )
    page = page_of(
        snapshot,
        profile_vector,
        question,
        rules,
        track_of=catalog.tracks.get,
        explained=query.explain,
    )
    return RecommendationPage(
        snapshot.generation_id,
        page.basis,
        page.basis.note_on(len(page.matches)),
        _timed(catalog, snapshot, page.matches) if query.explain else page.matches,
        next=_next(snapshot, page, query, at, cursor),
        continued_from=None if cursor is None else cursor.generation,
        ignored=(*query.ignored, *ignored),
    )


def viewer_eligibility_of(
    catalog: Catalog,
    snapshot: IndexSnapshot,
    viewer: str,
    video: str,
    rules: ProfileRules,
    *,
    now: float,
    where: Filter = EVERY_VIDEO,
) -> ViewerEligibility:
    """Return all that speaks for and against a video for a viewer who is stored.

    Raises:
        UnknownViewer: when nothing is stored of them.
    """
    stored = catalog.viewers.get(viewer)
    at = float(ceil(now))
    profile = profile_of(stored.interests, stored.events, rules, now=at)
    report = viewer_eligibility(snapshot, video, Question(profile, at, where=where), rules)
    tags = [reason.tag for reason in report.why]
    seconds = seconds_on(catalog.tracks.get(video), snapshot, tags)
    return ViewerEligibility(
        viewer,
        video,
        snapshot.generation_id,
        report.basis,
        all(result.passed for result in report.results),
        report.score,
        report.rank,
        report.rank_without,
        with_seconds(report.why, seconds),
        report.results,
    )


def known_interests(
    vocabulary: Vocabulary, interests: Mapping[str, float], *, strict: bool, is_all: bool
) -> tuple[dict[str, float], tuple[IgnoredWord, ...]]:
    """Return the interests that are tags, and the words that are none.

    Args:
        vocabulary: the tags there are.
        interests: tag -> weight.
        strict: refuse words that are no tags, instead of leaving them out.
        is_all: whether nothing else is known of the viewer.

    Raises:
        UnknownTag: when words, or without ``strict`` all there is to go by, are no tags.
    """
    known, unknown = vocabulary.split(interests)
    if unknown and (strict or (is_all and not known)):
        raise vocabulary.unknown(unknown)
    return known, ignored_tags(unknown, vocabulary)


def _next(
    snapshot: IndexSnapshot,
    page: Page,
    query: RecommendationQuery,
    at: int,
    cursor: Cursor | None,
) -> str | None:
    if not page.more:
        return None
    shown = [*(cursor.shown if cursor else ()), *(one.video for one in page.matches)]
    generation = cursor.generation if cursor else snapshot.generation_id
    following = next_cursor(generation, query.digest, at, shown)
    return None if following is None else following.to_text()


def _timed(
    catalog: Catalog, snapshot: IndexSnapshot, matches: Sequence[Recommendation]
) -> tuple[Recommendation, ...]:
    """Return recommendations with the seconds on which each of their tags was observed."""
    tags = {one.video: [reason.tag for reason in one.why] for one in matches}
    seconds = seconds_of_tags(catalog.tracks, snapshot, tags)
    return tuple(replace(one, why=with_seconds(one.why, seconds[one.video])) for one in matches)
