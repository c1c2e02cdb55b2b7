"""Eligibility of one video for a viewer's recommendations: every rule, and whether it passes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from engine.domain.matching.filters import And, Filter, sentence_of
from engine.domain.matching.recommendations import Basis, Reason
from engine.ports.index import IndexSnapshot
from engine.search.explain import reasons
from engine.search.profiles import ProfileRules, ProfileVector, profile_vector_of
from engine.search.recommend import (
    POOL,
    Question,
    best_candidates,
    fallback_ranking,
    fresh_candidates,
)
from engine.search.rerank import BY_SCORE, Ranking, rerank


class Rule(StrEnum):
    """A rule that keeps a video from a viewer."""

    INDEXED = "indexed"
    UNSEEN = "unseen"
    WHERE = "where"
    FITS = "fits"
    AMONG_BEST = "among_best"


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule: whether it lets the video pass, and by what that is known."""

    rule: Rule
    passed: bool
    evidence: str


@dataclass(frozen=True, slots=True)
class ViewerEligibilityReport:
    """All that speaks for and against a video for a viewer.

    Attributes:
        basis: what recommendations to this viewer go by.
        score: of its tags; 0.0 for a video that cannot be found.
        rank: its place, with the variety of the settings; None when it is not among the 1,000 best.
        rank_without: the place it has by the score alone, None likewise.
        why: the tags that made the score.
        results: every rule, in the order they apply.
    """

    basis: Basis
    score: float
    rank: int | None
    rank_without: int | None
    why: tuple[Reason, ...]
    results: tuple[RuleResult, ...]


def viewer_eligibility(
    snapshot: IndexSnapshot, video: str, question: Question, rules: ProfileRules
) -> ViewerEligibilityReport:
    """Judge one video for a viewer by all rules that recommendations go by.

    Args:
        snapshot: the index to search.
        video: an id.
        question: who asks, and for what; pages and reranking do not matter.
        rules: weights of the profile.
    """
    profile_vector = profile_vector_of(question.profile, snapshot, rules, question.sources)
    if video not in snapshot:
        gone = f"not in generation {snapshot.generation_id}: it was not analyzed, or was deleted"
        return ViewerEligibilityReport(
            Basis.PROFILE,
            0.0,
            None,
            None,
            (),
            (RuleResult(Rule.INDEXED, passed=False, evidence=gone),),
        )
    basis, rank, varied = _ranked(snapshot, video, question, profile_vector, rules)
    score = float(snapshot.score(profile_vector.query, [video])[0])
    results = [
        RuleResult(
            Rule.INDEXED,
            passed=True,
            evidence=f"in generation {snapshot.generation_id}, or beside it",
        ),
        _unseen(video, question),
        *_filtered(question.where, snapshot, video),
    ]
    if all(result.passed for result in results):
        formula = ", cosine x confidence" if snapshot.config.slope < 1.0 else ""
        results += _placed(basis, rank, varied, score, formula)
    return ViewerEligibilityReport(
        basis, score, varied, rank, reasons(snapshot, profile_vector, video), tuple(results)
    )


def _ranked(
    snapshot: IndexSnapshot,
    video: str,
    question: Question,
    profile_vector: ProfileVector,
    rules: ProfileRules,
) -> tuple[Basis, int | None, int | None]:
    """Return the place of a video by its value, and the one that variety leaves it."""
    plain = replace(question, k=POOL, ranking=BY_SCORE, shown=())
    if profile_vector.is_empty:
        basis, candidates = fresh_candidates(snapshot, profile_vector, plain)
        ranking = fallback_ranking(BY_SCORE)
    else:
        basis, candidates = Basis.PROFILE, best_candidates(snapshot, profile_vector, plain, rules)
        ranking = BY_SCORE

    def place(ranking: Ranking) -> int | None:
        ranked = rerank(candidates, ranking, snapshot, k=POOL, now=plain.now)
        return next((one.rank for one in ranked if one.candidate.video == video), None)

    return basis, place(ranking), place(replace(ranking, variety=rules.variety))


def _unseen(video: str, question: Question) -> RuleResult:
    kinds = [one.kind for one in question.profile.reactions if one.video == video]
    if video not in question.profile.consumed:
        return RuleResult(Rule.UNSEEN, passed=True, evidence="the viewer has no event of it")
    reason = kinds[0] if kinds else "hidden, or an event that weighs nothing"
    return RuleResult(
        Rule.UNSEEN, passed=question.again, evidence=f"the viewer has an event of it: {reason}"
    )


def _filtered(where: Filter, snapshot: IndexSnapshot, video: str) -> Iterator[RuleResult]:
    for part in where.parts if isinstance(where, And) else (where,):
        passes = bool(snapshot.passes([video], part).all())
        evidence = f"the filter asks that {sentence_of(part)}"
        yield RuleResult(Rule.WHERE, passed=passes, evidence=evidence)


def _placed(
    basis: Basis, rank: int | None, varied: int | None, score: float, formula: str
) -> list[RuleResult]:
    if basis is not Basis.PROFILE:
        reason = "nothing is known of what the viewer likes: the newest harmless videos come"
        return [RuleResult(Rule.FITS, passed=rank is not None, evidence=reason)]
    if rank is None and score <= 0:
        return [
            RuleResult(
                Rule.FITS,
                passed=False,
                evidence=f"the score is {score:.4f}{formula}: it must be above 0",
            )
        ]
    fits = RuleResult(Rule.FITS, passed=True, evidence=f"the score is {score:.4f}{formula}")
    among = f"place {rank} by score" if rank is not None else f"{POOL} others fit better"
    if varied != rank:
        among += f", shown as number {varied} for variety"
    return [fits, RuleResult(Rule.AMONG_BEST, passed=rank is not None, evidence=among)]
