"""An evaluation as the options of a job: JSON values, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from engine.batch.evaluation.evaluation import Candidate, EvaluationOptions
from engine.domain.matching.index_config import IndexConfig
from engine.search.profiles import ProfileRules


def name_of(candidates: Sequence[Candidate], options: EvaluationOptions) -> str:
    """Return what an evaluation is called among jobs: what is compared, on whom, and when."""
    names = "; ".join(one.name for one in candidates[1:]) or candidates[0].name
    split = ""
    if options.split_at is not None:
        split = f", split at {datetime.fromtimestamp(options.split_at, UTC).isoformat()}"
    return f"{names}, up to {options.max_viewers} viewers{split}"


def options_of(candidates: Sequence[Candidate], options: EvaluationOptions) -> dict[str, Any]:
    """Return what is asked as JSON values; who computes is left to who does."""
    return {
        "candidates": [asdict(candidate) for candidate in candidates],
        "split_at": options.split_at,
        "max_viewers": options.max_viewers,
    }


def stored_request(
    stored: Mapping[str, Any], executor: str
) -> tuple[list[Candidate], EvaluationOptions]:
    """Return what was asked, of what ``options_of`` gave."""
    candidates = [
        Candidate(
            one["name"],
            one["settings"],
            IndexConfig.from_stored(one["config"]),
            ProfileRules(**one["rules"]),
        )
        for one in stored["candidates"]
    ]
    return candidates, EvaluationOptions(stored["split_at"], stored["max_viewers"], executor)
