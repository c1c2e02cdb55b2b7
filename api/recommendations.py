"""Recommendations for a viewer: the same for HTTP and the command line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any

from api.answers.keywords import ignored_tags_json
from api.answers.recommendations import Explained, recommendations_json
from api.background.live import Live
from engine.content.tag_time_ranges import tag_time_ranges
from engine.domain.filters import EVERY_VIDEO, Filter
from engine.domain.results import Match
from engine.domain.viewers import Event
from engine.ports.index import IndexSnapshot
from engine.search.cursors import Cursor, digest_of, next_cursor
from engine.search.profiles import ProfileRules, profile_of, taste_of
from engine.search.recommend import Page, Question, page_of
from engine.search.rerank import BY_SCORE, Ranking
from engine.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for recommendations: the viewer, and the options.

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


def recommend_json(live: Live, asked: Asked, rules: ProfileRules, *, now: float) -> dict[str, Any]:
    """Answer one question; ``now`` is in seconds since 1970.

    Raises:
        InvalidInput: when something that was asked cannot be.
        CursorExpired: when the page before was too long ago.
    """
    cursor = None
    if asked.cursor is not None:
        cursor = Cursor.from_text(asked.cursor, question=asked.digest, now=now)
    # Whole seconds, as in the cursor: the second page weighs what the first one did.
    asked_at = ceil(now) if cursor is None else cursor.asked_at
    shown = () if cursor is None else cursor.shown
    view = live.view
    interests = asked.interests
    # What is sent along with the second page is what was sent with the first.
    events = tuple(replace(event, at=min(event.at, asked_at)) for event in asked.events)
    if asked.viewer is not None:
        # One of whom nothing is kept yet is new here: what is fresh is the answer.
        (kept,) = live.catalog.viewers.some([asked.viewer])
        interests, events = dict(kept.interests), kept.events
    view.require(asked.liked)
    alone = not events and not asked.liked
    interests, ignored = known_interests(
        view.vocabulary, interests, strict=asked.strict, alone=alone
    )
    profile = profile_of(interests, events, rules, now=float(asked_at), liked=asked.liked)
    taste = taste_of(profile, view, rules)
    question = Question(
        profile, float(asked_at), asked.k, asked.where, asked.ranking, asked.again, shown
    )
    page = page_of(view, taste, question, rules, track_of=live.catalog.tracks.get)
    explained = _explained(live, view, page) if asked.explain else None
    return {
        **recommendations_json(view, taste, page, rules, explained),
        "next": _next(view, page, asked, asked_at, cursor),
        "continued_from": None if cursor is None else cursor.generation,
        **ignored_answer(ignored, view.vocabulary),
    }


def known_interests(
    vocabulary: Vocabulary, interests: Mapping[str, float], *, strict: bool, alone: bool
) -> tuple[dict[str, float], list[str]]:
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
    return known, unknown


def ignored_answer(words: Sequence[str], vocabulary: Vocabulary) -> dict[str, Any]:
    """Return what an answer says of words that did not count; nothing when there are none."""
    return {"ignored": ignored_tags_json(words, vocabulary)} if words else {}


def _next(
    view: IndexSnapshot, page: Page, asked: Asked, asked_at: int, cursor: Cursor | None
) -> str | None:
    if not page.more:
        return None
    shown = [*(cursor.shown if cursor else ()), *(one.ranked.candidate.video for one in page.found)]
    generation = cursor.generation if cursor else view.generation_id
    following = next_cursor(generation, asked.digest, asked_at, shown)
    return None if following is None else following.to_text()


def _explained(live: Live, view: IndexSnapshot, page: Page) -> Explained:
    """Return, video by video and tag by tag, the seconds on which it was seen."""
    return {
        one.ranked.candidate.video: seconds_of(
            live, view, one.ranked.candidate.video, [reason.tag for reason in one.why]
        )
        for one in page.found
    }


def seconds_of_all(
    live: Live, view: IndexSnapshot, matches: Sequence[Match]
) -> dict[str, dict[str, list[list[int]]]]:
    """Return, video by video and tag by tag, the seconds on which what made a match was seen."""
    return {
        match.video: seconds_of(live, view, match.video, [part.tag for part in match.why])
        for match in matches
    }


def seconds_of(
    live: Live, view: IndexSnapshot, video: str, tags: Sequence[str]
) -> dict[str, list[list[int]]]:
    """Return the runs of seconds on which each tag counted on a video, both ends included."""
    numbers = view.vocabulary.numbers(tags)
    ranges = tag_time_ranges(live.catalog.tracks.get(video), numbers, view.config.threshold)
    return {
        tag: [[one.first, one.last] for one in ranges[number]]
        for tag, number in zip(tags, numbers, strict=True)
    }
