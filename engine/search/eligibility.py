"""Eligibility of one video for a viewer's recommendations: every rule, and whether it passes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from engine.domain.matching.filters import And, Filter, sentence_of
from engine.domain.matching.recommendations import Basis, Reason
from engine.ports.index import IndexSnapshot
from engine.search.explain import reasons
from engine.search.profiles import ProfileRules, profile_vector_of
from engine.search.recommend import POOL, Question, next_ranked
from engine.search.rerank import BY_SCORE, Ranked


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
    plain = replace(question, k=POOL, ranking=BY_SCORE, shown=())
    basis, order = next_ranked(snapshot, profile_vector, plain, rules, POOL)
    ranked = next((one for one in order if one.candidate.video == video), None)
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
        results += _placed(basis, ranked, score, formula)
    return ViewerEligibilityReport(
        basis,
        score,
        None if ranked is None else ranked.rank,
        None if ranked is None else ranked.rank_without,
        reasons(snapshot, profile_vector, video),
        tuple(results),
    )


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


def _placed(basis: Basis, ranked: Ranked | None, score: float, formula: str) -> list[RuleResult]:
    if basis is not Basis.PROFILE:
        reason = "nothing is known of what the viewer likes: the newest harmless videos come"
        return [RuleResult(Rule.FITS, passed=ranked is not None, evidence=reason)]
    if ranked is None and score <= 0:
        return [
            RuleResult(
                Rule.FITS,
                passed=False,
                evidence=f"the score is {score:.4f}{formula}: it must be above 0",
            )
        ]
    fits = RuleResult(Rule.FITS, passed=True, evidence=f"the score is {score:.4f}{formula}")
    among = f"{POOL} others fit better"
    if ranked is not None:
        among = f"place {ranked.rank}, {ranked.rank_without} by score"
    return [fits, RuleResult(Rule.AMONG_BEST, passed=ranked is not None, evidence=among)]
