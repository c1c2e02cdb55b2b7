"""Why one video is, or is not, recommended to a viewer: every rule, and whether it is kept."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from engine.domain.filters import And, Filter, sentence_of
from engine.domain.recommendations import Basis, Reason
from engine.ports.index import IndexSnapshot
from engine.search.explain import reasons
from engine.search.profiles import ProfileRules, ProfileVector, profile_vector_of
from engine.search.recommend import (
    POOL,
    Question,
    fallback_ranking,
    fitting_candidates,
    fresh_candidates,
)
from engine.search.rerank import BY_SCORE, rerank


class Rule(StrEnum):
    """A rule that keeps a video from a viewer."""

    INDEXED = "indexed"
    UNSEEN = "unseen"
    WHERE = "where"
    FITS = "fits"
    AMONG_BEST = "among_best"


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule: whether it is kept, and by what that is known."""

    rule: Rule
    kept: bool
    evidence: str


@dataclass(frozen=True, slots=True)
class ViewerEligibilityReport:
    """All that speaks for and against a video for a viewer.

    Attributes:
        basis: what recommendations to this viewer go by.
        score: the exact cosine; 0.0 for a video that cannot be found.
        rank: its place, without reranking; None when it is not among the 1,000 best.
        why: the tags that made the score.
        rulings: every rule, in the order they apply.
    """

    basis: Basis
    score: float
    rank: int | None
    why: tuple[Reason, ...]
    rulings: tuple[RuleResult, ...]


def viewer_case(
    view: IndexSnapshot, video: str, question: Question, rules: ProfileRules
) -> ViewerEligibilityReport:
    """Judge one video for a viewer by all rules that recommendations go by.

    Args:
        view: where it is searched.
        video: an id.
        question: who asks, and for what; pages and reranking do not matter.
        rules: how the profile is weighed.
    """
    profile_vector = profile_vector_of(question.profile, view, rules)
    if video not in view:
        gone = f"not in generation {view.generation_id}: it was not watched, or was deleted"
        return ViewerEligibilityReport(
            Basis.PROFILE, 0.0, None, (), (RuleResult(Rule.INDEXED, kept=False, evidence=gone),)
        )
    basis, rank = _ranked(view, video, question, profile_vector, rules)
    score = float(view.score(profile_vector.query, [video])[0])
    rulings = [
        RuleResult(
            Rule.INDEXED, kept=True, evidence=f"in generation {view.generation_id}, or beside it"
        ),
        _unseen(video, question),
        *_filtered(question.where, view, video),
    ]
    if all(ruling.kept for ruling in rulings):
        rulings += _placed(basis, rank, score)
    return ViewerEligibilityReport(
        basis, score, rank, reasons(view, profile_vector, video), tuple(rulings)
    )


def _ranked(
    view: IndexSnapshot,
    video: str,
    question: Question,
    profile_vector: ProfileVector,
    rules: ProfileRules,
) -> tuple[Basis, int | None]:
    plain = replace(question, k=POOL, ranking=BY_SCORE, shown=())
    if profile_vector.is_empty:
        basis, candidates = fresh_candidates(view, profile_vector, plain)
        ranking = fallback_ranking(BY_SCORE)
    else:
        basis, candidates = Basis.PROFILE, fitting_candidates(view, profile_vector, plain, rules)
        ranking = BY_SCORE
    found = rerank(candidates, ranking, view, k=POOL, now=plain.now)
    return basis, next((one.rank for one in found if one.candidate.video == video), None)


def _unseen(video: str, question: Question) -> RuleResult:
    kinds = [one.kind for one in question.profile.reactions if one.video == video]
    if video not in question.profile.seen:
        return RuleResult(Rule.UNSEEN, kept=True, evidence="the viewer has no event of it")
    said = kinds[0] if kinds else "hidden, or an event that weighs nothing"
    return RuleResult(
        Rule.UNSEEN, kept=question.again, evidence=f"the viewer has an event of it: {said}"
    )


def _filtered(where: Filter, view: IndexSnapshot, video: str) -> Iterator[RuleResult]:
    for part in where.parts if isinstance(where, And) else (where,):
        passes = bool(view.passes([video], part).all())
        evidence = f"the filter asks that {sentence_of(part)}"
        yield RuleResult(Rule.WHERE, kept=passes, evidence=evidence)


def _placed(basis: Basis, rank: int | None, score: float) -> list[RuleResult]:
    if basis is not Basis.PROFILE:
        said = "nothing is known of what the viewer likes: the newest harmless videos come"
        return [RuleResult(Rule.FITS, kept=rank is not None, evidence=said)]
    if rank is None and score <= 0:
        return [
            RuleResult(
                Rule.FITS, kept=False, evidence=f"the score is {score:.4f}: it must be above 0"
            )
        ]
    fits = RuleResult(Rule.FITS, kept=True, evidence=f"the score is {score:.4f}")
    among = f"place {rank}" if rank is not None else f"{POOL} others fit better"
    return [fits, RuleResult(Rule.AMONG_BEST, kept=rank is not None, evidence=among)]
