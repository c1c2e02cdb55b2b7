"""Reasons why a video is, or is not, recommended to a viewer: the same for HTTP and the CLI."""

from math import ceil
from typing import Any

from api.answers.recommendations import reason_json
from api.background.live import Live
from api.recommendations import seconds_of
from engine.domain.filters import EVERY_VIDEO, Filter
from engine.search.eligibility import viewer_case
from engine.search.profiles import ProfileRules, profile_of
from engine.search.recommend import Question


def viewer_case_json(
    live: Live,
    viewer: str,
    video: str,
    rules: ProfileRules,
    *,
    now: float,
    where: Filter = EVERY_VIDEO,
) -> dict[str, Any]:
    """Return all that speaks for and against a video for a viewer who is kept.

    Raises:
        UnknownViewer: when nothing is kept of them.
    """
    view, kept = live.view, live.catalog.viewers.get(viewer)
    asked_at = float(ceil(now))
    profile = profile_of(kept.interests, kept.events, rules, now=asked_at)
    case = viewer_case(view, video, Question(profile, asked_at, where=where), rules)
    seconds = seconds_of(live, view, video, [reason.tag for reason in case.why])
    return {
        "viewer": viewer,
        "video": video,
        "generation": view.generation_id,
        "basis": case.basis,
        "recommended": all(ruling.kept for ruling in case.rulings),
        "score": case.score,
        "rank": case.rank,
        "why": [reason_json(reason, seconds[reason.tag]) for reason in case.why],
        "rules": [
            {"rule": ruling.rule, "kept": ruling.kept, "evidence": ruling.evidence}
            for ruling in case.rulings
        ],
    }
