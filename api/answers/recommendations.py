"""Recommendations: ranked videos, why, and what moved them."""

from collections.abc import Mapping
from typing import Any, Final

from engine.ports.index import IndexSnapshot
from engine.search.explain import Reason, reasons
from engine.search.profiles import ProfileRules, ProfileVector
from engine.search.recommend import Basis, Page, Recommendation, together_sources

Explained = Mapping[str, Mapping[str, list[list[int]]]]
"""Video -> tag -> runs of seconds, both ends included."""

_NOTES: Final = {
    Basis.PROFILE: "",
    Basis.FRESH: (
        "nothing is known of what this viewer likes: these are the newest videos on which nothing"
        " sensitive is suspected, varied"
    ),
    Basis.FRESH_UNJUDGED: (
        "nothing is known of what this viewer likes, and no video was judged harmless: these are"
        " the newest that nobody has judged, varied"
    ),
}


def recommendations_json(
    view: IndexSnapshot,
    taste: ProfileVector,
    page: Page,
    rules: ProfileRules,
    explained: Explained | None,
) -> dict[str, Any]:
    """Return a page; with the sources and seconds of each tag when they are ``explained``."""
    return {
        "generation": view.generation_id,
        "basis": page.basis,
        "note": _NOTES[page.basis],
        "matches": [_match_json(view, taste, one, rules, explained) for one in page.found],
    }


def _match_json(
    view: IndexSnapshot,
    taste: ProfileVector,
    one: Recommendation,
    rules: ProfileRules,
    explained: Explained | None,
) -> dict[str, Any]:
    ranked = one.ranked
    video = ranked.candidate.video
    answer: dict[str, Any] = {
        "video": video,
        "score": ranked.candidate.score,
        "why": [{"tag": reason.tag, "share": reason.share} for reason in one.why],
        "rank": ranked.rank,
        "rank_without": ranked.rank_without,
        "moved": [{"by": move.by, "from": move.before, "to": move.after} for move in ranked.moved],
        "together": one.together,
        "folded": list(ranked.folded),
    }
    if explained is not None:
        answer["why"] = [
            reason_json(reason, explained[video][reason.tag])
            for reason in reasons(view, taste, video)
        ]
        answer["together_from"] = [
            {"video": reaction.video, "kind": reaction.kind, "share": share}
            for reaction, share in together_sources(view, taste, video, rules)
        ]
    return answer


def reason_json(reason: Reason, seconds: list[list[int]]) -> dict[str, Any]:
    """Return one tag's share, where it came from, and when it was seen."""
    return {
        "tag": reason.tag,
        "share": reason.share,
        "stated": reason.stated,
        "from": [
            {
                "video": source.reaction.video,
                "kind": source.reaction.kind,
                "share": source.share,
            }
            for source in reason.sources
        ],
        "other": reason.other,
        "seconds": seconds,
    }
