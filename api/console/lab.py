"""The viewer lab: what a viewer would be shown, while one moves what they like."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.background.list_settings import RequestOptions
from api.background.live import Live
from api.console.rendering import page, wants_fragment
from api.console.videos.cards import Card, cards, match_cards, snapshot_of
from api.console.videos.finding import common_tags, suggested_tags, tags_nowhere
from api.http.read_routes import ReadRoute
from api.http.routes.dependencies import CurrentLive, CurrentSettings
from engine.domain.evaluations.shown_lists import EntryPoint, ListKind
from engine.domain.matching.keywords import IgnoredWord, KeywordMatch
from engine.errors import InvalidInput
from engine.ports.index import IndexSnapshot
from engine.search.matches import recommend
from engine.search.profiles import MAX_TAGS, ProfileRules
from engine.services.ignored_words import ignored_tags

router = APIRouter(route_class=ReadRoute)

FIRST_SLIDERS: Final = 8
_WEIGHT: Final = "w."
_MATCHES: Final = 12


@dataclass(frozen=True, slots=True)
class Viewer:
    """A viewer as the address of the page says: sliders from -1 to 1, and videos they liked.

    Sliders of words that are no tags are ``ignored``, each with the nearest tags.
    """

    sliders: dict[str, float]
    liked: tuple[str, ...]
    added: KeywordMatch | None
    ignored: tuple[IgnoredWord, ...]

    @classmethod
    def of(cls, request: Request, live: Live, snapshot: IndexSnapshot) -> "Viewer":
        """Read a viewer from an address; without sliders, those of the commonest tags.

        Raises:
            InvalidInput: for a weight that is no number from -1 to 1, or too much of anything.
        """
        query = request.query_params
        sliders = {
            name.removeprefix(_WEIGHT): _weight(value)
            for name, value in query.multi_items()
            if name.startswith(_WEIGHT)
        }
        if not sliders:
            sliders = dict.fromkeys(common_tags(snapshot, FIRST_SLIDERS), 0.0)
        sliders, unknown = snapshot.vocabulary.split(sliders)
        added = _added(live, snapshot, query.get("add", "").strip(), sliders)
        liked = dict.fromkeys(query.getlist("liked"))
        for video in query.getlist("unlike"):
            liked.pop(video, None)
        if len(sliders) > MAX_TAGS or len(liked) > MAX_TAGS:
            raise InvalidInput(f"a viewer has at most {MAX_TAGS} interests and liked videos")
        return cls(sliders, tuple(liked), added, ignored_tags(unknown, snapshot.vocabulary))

    @property
    def interests(self) -> dict[str, float]:
        """The sliders that say something."""
        return {tag: weight for tag, weight in self.sliders.items() if weight}


def _added(
    live: Live, snapshot: IndexSnapshot, word: str, sliders: dict[str, float]
) -> KeywordMatch | None:
    """Add a slider for a word; return how it was understood when it is not a tag."""
    tag = snapshot.vocabulary.tag(word)
    if not word or tag is not None:
        if tag is not None:
            sliders.setdefault(tag, 1.0)
        return None
    match = live.keyword_service.of(snapshot.vocabulary).read(word)
    if match.used:
        sliders.setdefault(match.used[0].tag, 1.0)
    return match


def _weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        raise InvalidInput(f"an interest is a number from -1 to 1, not {text[:40]!r}") from None
    if not -1 <= weight <= 1:
        raise InvalidInput(f"an interest is from -1 to 1, not {weight}")
    return weight


@router.get("/lab")
def get_lab(request: Request, live: CurrentLive, settings: CurrentSettings) -> Response:
    """Show the lab, or only its results to a script that asks for them."""
    snapshot = snapshot_of(live)
    if snapshot is None:
        return page(request, "lab_empty.html")
    viewer = Viewer.of(request, live, snapshot)
    shown = _recommended(live, snapshot, viewer, settings.profile_rules)
    options = RequestOptions(variety=settings.variety)
    kind, entry_point = ListKind.RECOMMENDATIONS, EntryPoint.CONSOLE
    values: dict[str, Any] = {
        "viewer": viewer,
        "shown": shown,
        "list_id": live.lists.note(kind, entry_point, len(shown), snapshot, options=options),
        "nowhere": tags_nowhere(snapshot, list(viewer.interests)),
    }
    if wants_fragment(request):
        return page(request, "lab_results.html", **values)
    return page(
        request,
        "lab.html",
        **values,
        liked=cards(live, snapshot, viewer.liked),
        suggested=suggested_tags(snapshot),
    )


def _recommended(
    live: Live, snapshot: IndexSnapshot, viewer: Viewer, rules: ProfileRules
) -> Sequence[Card]:
    if not viewer.interests and not viewer.liked:
        return []
    known = tuple(video for video in viewer.liked if video in snapshot)
    matches = recommend(
        snapshot,
        interests=viewer.interests,
        liked=known,
        k=_MATCHES,
        rules=rules,
        variety=rules.variety,
    )
    return match_cards(live, snapshot, matches)
