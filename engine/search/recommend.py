"""Recommendations for a viewer: a profile in, a page of ranked videos out, with the reasons."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.domain.matching.filters import EVERY_VIDEO, HARMLESS, And, Field, Filter, Ids, Not
from engine.domain.matching.recommendations import Basis, Reason, Recommendation, Source
from engine.domain.matching.results import Contribution
from engine.domain.matching.source_weights import AS_INDEXED, SourceWeights
from engine.errors import InvalidInput
from engine.ports.index import Hit, IndexSnapshot
from engine.search.co_watching import added_to_scores, co_like_sources, co_liked, mix_of
from engine.search.explain import Explainer
from engine.search.matches import MAX_MATCHES, explain_all
from engine.search.profiles import Profile, ProfileRules, ProfileVector, profile_vector_of
from engine.search.rerank import BY_SCORE, Candidate, Ranked, Ranking, TrackOf, freshness, rerank
from engine.search.variety import MoreCandidatesNeeded, pool_sizes

POOL: Final = 1_000
"""Number of the best videos that are ranked anew when more than the score counts."""

_FALLBACK_DIVERSITY: Final = 0.3
_UNJUDGED: Final = Not(Field("sensitive", "at_most", "block"))


@dataclass(frozen=True, slots=True)
class Question:
    """A request for the recommendations of a viewer.

    Attributes:
        profile: who.
        now: seconds since 1970.
        k: number of results, 1 to 1,000.
        where: filter of the videos.
        ranking: options that count beside the score.
        again: whether videos that the viewer has seen or hidden may come back.
        shown: ids that earlier pages showed, in their order.
        sources: factors of the weights of tags.
    """

    profile: Profile
    now: float
    k: int = 10
    where: Filter = EVERY_VIDEO
    ranking: Ranking = BY_SCORE
    again: bool = False
    shown: tuple[str, ...] = ()
    sources: SourceWeights = AS_INDEXED

    @property
    def allowed(self) -> Filter:
        """The videos that may be found at all, on whichever page."""
        if self.again or not self.profile.consumed:
            return self.where
        return And((self.where, Not(Ids(self.profile.consumed))))


@dataclass(frozen=True, slots=True)
class Page:
    """A page of recommendations.

    Attributes:
        basis: of the recommendations: profile, or newness.
        matches: in order.
        more: whether another page follows.
    """

    basis: Basis
    matches: tuple[Recommendation, ...]
    more: bool


def recommend_page(
    snapshot: IndexSnapshot,
    question: Question,
    rules: ProfileRules,
    *,
    track_of: TrackOf | None = None,
) -> Page:
    """Answer a question.

    Without anything to go by - no interest, no liked or watched video that can be found - the
    answer says so and is fresh, varied and harmless instead: the newest videos that were judged
    and found harmless, or, when none was judged, the newest.

    Args:
        snapshot: the index to search.
        question: who asks, and for what.
        rules: weights of the profile.
        track_of: gives observations, for near-duplicates to be told by.

    Raises:
        InvalidInput: for unknown tags, or a ``k`` outside 1 to 1,000.
    """
    profile_vector = profile_vector_of(question.profile, snapshot, rules, question.sources)
    return page_of(snapshot, profile_vector, question, rules, track_of=track_of)


def recommend_many(
    snapshot: IndexSnapshot,
    questions: Sequence[Question],
    rules: ProfileRules,
    *,
    where: Filter,
    track_of: TrackOf | None = None,
) -> list[tuple[ProfileVector, Page]]:
    """Answer many viewers' first pages at once; each answer is that of ``recommend_page``.

    Searches run on all cores, and all of them pass one filter: what each viewer has seen is dropped
    from what is found.

    Args:
        snapshot: the index to search.
        questions: all of them with this ``where``.
        rules: weights of profiles.
        where: filter of the videos.
        track_of: as in ``recommend_page``.
    """
    profile_vectors, hits = _searched(snapshot, questions, rules, where)
    return [
        (
            profile_vector,
            page_of(snapshot, profile_vector, question, rules, track_of=track_of, hits=best),
        )
        for profile_vector, question, best in zip(profile_vectors, questions, hits, strict=True)
    ]


def ranked_many(
    snapshot: IndexSnapshot, questions: Sequence[Question], rules: ProfileRules, *, where: Filter
) -> list[tuple[Basis, list[Ranked]]]:
    """Return the lists of ``recommend_many``, without the reasons of each match.

    Args:
        snapshot: the index to search.
        questions: all of them with this ``where``.
        rules: weights of profiles.
        where: filter of the videos.
    """
    profile_vectors, hits = _searched(snapshot, questions, rules, where)
    return [
        next_ranked(snapshot, profile_vector, question, rules, question.k, hits=best)
        for profile_vector, question, best in zip(profile_vectors, questions, hits, strict=True)
    ]


def _searched(
    snapshot: IndexSnapshot, questions: Sequence[Question], rules: ProfileRules, where: Filter
) -> tuple[list[ProfileVector], list[list[Hit] | None]]:
    """Return the profile of each question, and what fits it; None where there is none."""
    profile_vectors = [
        profile_vector_of(question.profile, snapshot, rules, question.sources)
        for question in questions
    ]
    consumed = [() if question.again else question.profile.consumed for question in questions]
    hits: list[list[Hit] | None] = [None] * len(questions)
    groups: dict[tuple[int, int], list[int]] = {}
    for number, question in enumerate(questions):
        if not profile_vectors[number].is_empty:
            # Who has seen much is searched for beside others who have.
            k = _batch_count(candidate_counts(snapshot, question, rules))
            key = k, len(consumed[number]).bit_length()
            groups.setdefault(key, []).append(number)
    for (k, _), numbers in groups.items():
        queries = [profile_vectors[number].query for number in numbers]
        exclude = [consumed[number] for number in numbers]
        answers = snapshot.search_many(queries, k, where, exclude=exclude)
        for number, answer in zip(numbers, answers, strict=True):
            hits[number] = answer
    return profile_vectors, hits


def page_of(
    snapshot: IndexSnapshot,
    profile_vector: ProfileVector,
    question: Question,
    rules: ProfileRules,
    *,
    track_of: TrackOf | None = None,
    hits: Sequence[Hit] | None = None,
    explained: bool = False,
) -> Page:
    """Answer a question of which the profile is known; see ``recommend_page``.

    Args:
        snapshot: the index to search.
        profile_vector: of who asks.
        question: who asks, and for what.
        rules: weights of the profile.
        track_of: gives observations, for near-duplicates to be told by.
        hits: what the search for many viewers found, when that is done already.
        explained: whether to tell which of the viewer's videos each share came from.
    """
    if not 1 <= question.k <= MAX_MATCHES:
        raise InvalidInput(f"k is {question.k}: ask for 1 to {MAX_MATCHES} matches")
    basis, ranked = next_ranked(
        snapshot,
        profile_vector,
        question,
        rules,
        question.k + 1,
        track_of=track_of,
        hits=hits,
    )
    page = ranked[: question.k]
    videos = [one.candidate.video for one in page]
    sources_of: Sequence[tuple[Source, ...] | None] = [None] * len(page)
    if explained:
        added = [one.candidate.bonus if basis is Basis.PROFILE else 0.0 for one in page]
        sources_of = co_like_sources(snapshot, profile_vector, videos, added)
    whys = _whys(snapshot, profile_vector, videos, explained=explained)
    recommended = tuple(
        Recommendation(
            one.candidate.video,
            one.candidate.score,
            why,
            one.rank,
            one.rank_without,
            one.moved,
            one.candidate.bonus if basis is Basis.PROFILE else 0.0,
            one.folded,
            sources,
        )
        for one, why, sources in zip(page, whys, sources_of, strict=True)
    )
    return Page(basis, recommended, more=len(ranked) > len(page))


def next_ranked(
    snapshot: IndexSnapshot,
    profile_vector: ProfileVector,
    question: Question,
    rules: ProfileRules,
    k: int,
    *,
    track_of: TrackOf | None = None,
    hits: Sequence[Hit] | None = None,
) -> tuple[Basis, list[Ranked]]:
    """Return the next ``k`` videos after those that were shown, and what they go by.

    Args:
        snapshot: the index to search.
        profile_vector: of who asks.
        question: who asks, and for what; its own ``k`` says how many are looked for.
        rules: weights of the profile.
        k: number of results.
        track_of: gives observations, for near-duplicates to be told by.
        hits: what the search for many viewers found, when that is done already.
    """
    ranking = ranking_of(question, rules)
    order = partial(
        rerank, snapshot=snapshot, k=k, now=question.now, shown=question.shown, track_of=track_of
    )
    if profile_vector.is_empty:
        basis, candidates = fresh_candidates(snapshot, profile_vector, question)
        fresh = order(candidates, fallback_ranking(ranking))
        # There is no order by score that anything could have been moved from.
        return basis, [replace(one, rank_without=one.rank, moved=()) for one in fresh]
    counts = candidate_counts(snapshot, question, rules)
    if hits is not None:
        counts = counts[counts.index(_batch_count(counts)) :]
    for n in counts:
        if hits is None:
            hits = snapshot.search(profile_vector.query, n, question.allowed)
        candidates = best_candidates(snapshot, profile_vector, question, rules, hits)
        is_all = n == counts[-1] or len(hits) < n
        try:
            return Basis.PROFILE, order(candidates, ranking, is_all=is_all)
        except MoreCandidatesNeeded:
            hits = None
    raise AssertionError("the last candidates are all there are")


def _whys(
    snapshot: IndexSnapshot,
    profile_vector: ProfileVector,
    videos: Sequence[str],
    *,
    explained: bool,
) -> Sequence[tuple[Contribution | Reason, ...]]:
    if explained:
        return Explainer(snapshot, profile_vector).reasons(videos)
    return explain_all(snapshot, profile_vector.query, videos)


def fallback_ranking(ranking: Ranking) -> Ranking:
    """Return how videos are ranked when there is nothing to go by: varied at least a little.

    Freshness is what ranks them already.
    """
    return replace(ranking, diversity=max(ranking.diversity, _FALLBACK_DIVERSITY), freshness=0.0)


def ranking_of(question: Question, rules: ProfileRules) -> Ranking:
    """Return the ranking that was asked for, with the variety of the rules unless it was."""
    if question.ranking.variety is not None:
        return question.ranking
    return replace(question.ranking, variety=rules.variety)


def candidate_counts(snapshot: IndexSnapshot, question: Question, rules: ProfileRules) -> list[int]:
    """Return how many of the best videos are looked for, and how many if these do not suffice.

    By the score alone, as many as are asked for tell their order, or where some are of one series,
    some more; otherwise it is always the same pool that is ranked, so that pages fit together.
    """
    if not question.ranking.is_plain or mix_of(snapshot, rules):
        return [POOL]
    n = len(question.shown) + question.k + 1
    return pool_sizes(n, POOL) if ranking_of(question, rules).variety else [min(n, POOL)]


def _batch_count(counts: Sequence[int]) -> int:
    """Return how many are looked for at once for many viewers: asking again costs more."""
    return counts[:2][-1]


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of the values of candidates, by rising id.

    Attributes:
        videos: ids.
        scores: shape (n,), by their tags.
        co_likes: shape (n,), how much each goes with what was liked; 0.0 where nobody knows.
    """

    videos: list[str]
    scores: NDArray[np.float64]
    co_likes: NDArray[np.float64]


def best_candidates(
    snapshot: IndexSnapshot,
    profile_vector: ProfileVector,
    question: Question,
    rules: ProfileRules,
    hits: Sequence[Hit] | None = None,
) -> list[Candidate]:
    """Return the videos that fit best by their tags, and those that go with what was liked."""
    parts = _parts(snapshot, profile_vector, question, rules, hits)
    added = added_to_scores(parts.scores, parts.co_likes, mix_of(snapshot, rules))
    return list(map(Candidate, parts.videos, parts.scores.tolist(), added.tolist()))


def parts_of_many(
    snapshot: IndexSnapshot, questions: Sequence[Question], rules: ProfileRules, *, where: Filter
) -> Iterator[Parts]:
    """Yield what ``ranked_many`` ranks, question by question; no video where there is no profile.

    Args:
        snapshot: the index to search.
        questions: all of them with this ``where``.
        rules: weights of profiles.
        where: filter of the videos.
    """
    profile_vectors, hits = _searched(snapshot, questions, rules, where)
    for profile_vector, question, best in zip(profile_vectors, questions, hits, strict=True):
        if profile_vector.is_empty:
            # It is no profile that ranks, and nothing is mixed.
            yield Parts([], np.zeros(0), np.zeros(0))
        else:
            yield _parts(snapshot, profile_vector, question, rules, best)


def _parts(
    snapshot: IndexSnapshot,
    profile_vector: ProfileVector,
    question: Question,
    rules: ProfileRules,
    hits: Sequence[Hit] | None,
) -> Parts:
    if hits is None:
        n = candidate_counts(snapshot, question, rules)[-1]
        hits = snapshot.search(profile_vector.query, n, question.allowed)
    scores = {hit.video: hit.score for hit in hits}
    liked: dict[str, float] = {}
    if mix_of(snapshot, rules):
        liked = co_liked(snapshot, profile_vector, question.allowed, POOL)
        others = [video for video in liked if video not in scores]
        scores |= zip(others, snapshot.score(profile_vector.query, others).tolist(), strict=True)
    videos = sorted(scores)
    return Parts(
        videos,
        np.array([scores[video] for video in videos]),
        np.array([liked.get(video, 0.0) for video in videos]),
    )


def fresh_candidates(
    snapshot: IndexSnapshot, profile_vector: ProfileVector, question: Question
) -> tuple[Basis, list[Candidate]]:
    """Return the newest harmless videos; what the viewer dislikes counts against them."""
    basis, videos = Basis.FRESH, snapshot.newest(And((question.allowed, HARMLESS)), k=POOL)
    if not videos:
        basis = Basis.FRESH_UNJUDGED
        videos = snapshot.newest(And((question.allowed, _UNJUDGED)), k=POOL)
    added = np.array(snapshot.columns(videos, ["added_at"])["added_at"], float)
    fresh = freshness(added, question.ranking.half_life_days, question.now)
    scores = snapshot.score(profile_vector.query, videos)
    return basis, list(map(Candidate, videos, scores.tolist(), fresh.tolist()))
