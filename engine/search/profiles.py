"""Profiles of viewers and advertisers: likes or requests -> one query vector."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from engine.domain.matching.source_weights import AS_INDEXED, SourceWeights
from engine.domain.viewers import Event, EventKind
from engine.errors import InvalidInput

if TYPE_CHECKING:
    # The settings hold the rules below; what searches compiles kernels, and they need none.
    from engine.ports.index import IndexSnapshot
    from engine.ports.query import Query

MAX_TAGS: Final = 1_000
"""A profile of more tags is refused."""

COMMON: Final = ""
"""Stands in ``Contributions`` for what most videos show."""

_DAY: Final = 86_400.0
_ROUNDING: Final = 1e-12

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ProfileRules:
    """Rules that turn a viewer's events into weights.

    Attributes:
        watched: the weight of a video that was watched whole, beside 1 for a liked one.
        skipped: how much a skipped video counts against, beside 1 for a disliked one.
        disliked: how much what they dislike counts beside what they like (Rocchio's gamma).
        half_life_days: after so many days an event counts half.
        mean_share: how much of what most videos show is taken off.
        power: of how much videos show of each tag; below 1 it damps the strongest. Of one video
            nothing is damped, of more and more the power comes to this.
        most_tags: number of the videos' tags that count, the strongest.
        co_likes: share of being liked by who likes the same in a video's value, 0.0 to
            ``MAX_MIX``; None for what the last reindex learned.
        variety: number of videos of one series among ten in a row; 0 for any number.
    """

    watched: float = 0.5
    skipped: float = 0.25
    disliked: float = 0.1
    half_life_days: float = 60.0
    mean_share: float = 0.85
    power: float = 0.5
    most_tags: int = 250
    co_likes: float | None = None
    variety: int = 2


VIEWER_RULES: Final = ProfileRules()
"""Rules that did best where it was measured, but that dislikes count; see benchmarks/quality."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """The reaction of a viewer to one video, by their events, the last word counting.

    Attributes:
        video: its id.
        kind: what was done.
        weight: above 0 for what they liked, below for what they did not; decayed by age.
    """

    video: str
    kind: EventKind
    weight: float


@dataclass(frozen=True, slots=True)
class Profile:
    """A viewer, kept or sent along.

    Attributes:
        interests: tag -> weight, negative for dislikes.
        reactions: one a video.
        consumed: every video there is an event of; these do not come back unless asked.
    """

    interests: Mapping[str, float] = field(default_factory=dict)
    reactions: tuple[Reaction, ...] = ()
    consumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contributions:
    """Contributions of each video to a profile, tag by tag, before damping.

    Attributes:
        reactions: shape (n,), places in ``ProfileVector.reactions``; -1 for what most videos show.
        tags: shape (n,), numbers, rising.
        values: shape (n,), above 0 towards the tag.
    """

    reactions: NDArray[np.int64]
    tags: NDArray[np.int64]
    values: Floats


@dataclass(frozen=True, slots=True)
class ProfileVector:
    """A profile as a query, and what it was made of.

    Attributes:
        query: of length 1; without tags when there is nothing to go by.
        explicit: shape (n_tags of the query,), the part of its units that the interests gave.
        reactions: those whose videos could be found.
        contributions: what those videos gave.
    """

    query: "Query"
    explicit: Floats
    reactions: tuple[Reaction, ...]
    contributions: Contributions

    @property
    def is_empty(self) -> bool:
        """Whether no tag has a weight, so that no video can fit."""
        return not bool(np.any(self.query.units > 0))


def profile_of(
    interests: Mapping[str, float],
    events: Iterable[Event],
    rules: ProfileRules,
    *,
    now: float,
    liked: Sequence[str] = (),
) -> Profile:
    """Turn what a viewer says and did into a profile.

    Args:
        interests: tag -> weight.
        events: in any order.
        rules: what each kind weighs.
        now: seconds since 1970; later events only keep their videos from coming back.
        liked: ids of videos liked just now.
    """
    newest_last = sorted(events, key=lambda event: (event.at, event.id))
    latest: dict[str, Event] = {}
    for event in newest_last:
        if event.at > now:
            continue
        before = latest.get(event.video)
        if before is None or _is_explicit(event) or not _is_explicit(before):
            latest[event.video] = event
    reactions = {
        video: Reaction(video, event.kind, _weight(event, rules, now))
        for video, event in latest.items()
    }
    for video in liked:
        reactions[video] = Reaction(video, EventKind.LIKED, 1.0)
    consumed = dict.fromkeys([*(event.video for event in newest_last), *liked])
    weighty = tuple(reaction for reaction in reactions.values() if reaction.weight)
    return Profile(interests, weighty, tuple(consumed))


def interests_query(interests: Mapping[str, float], snapshot: "IndexSnapshot") -> "Query":
    """Weigh a viewer's interests, or a campaign's keyword profile, by idf.

    Args:
        interests: tag -> weight; negative ones push a video down.
        snapshot: the index that the query is for.

    Raises:
        UnknownTag: for words that are not tags.
        InvalidInput: for weights that are no finite numbers, or too many tags.
    """
    if len(interests) > MAX_TAGS:
        raise InvalidInput(f"{len(interests)} tags are too many: at most {MAX_TAGS} count")
    for tag, weight in interests.items():
        if not isfinite(weight):
            raise InvalidInput(f"the weight of {tag!r} is {weight}: give a finite number")
    weights = snapshot.vocabulary.weighted(interests)
    return snapshot.query(list(weights), list(weights.values()))


def profile_vector_of(
    profile: Profile,
    snapshot: "IndexSnapshot",
    rules: ProfileRules,
    sources: SourceWeights = AS_INDEXED,
) -> ProfileVector:
    """Weigh a profile (Rocchio 1971): what they say, and what their videos show.

    The videos they liked are averaged, each with length 1, so that a long video counts for no
    more than a short one; a share of what most videos show and of what they dislike is taken off;
    how much is shown of each tag is damped, its idf is not, and the strongest are kept. That,
    brought to length 1, and the interests, brought to length 1, are added. Videos that are not in
    the view do not count. What a request weighs sources with multiplies the sum, tag by tag.

    Raises:
        UnknownTag: for interests that are not tags.
    """
    n_tags = len(snapshot.idf)
    interests = interests_query(profile.interests, snapshot)
    explicit = np.zeros(n_tags)
    explicit[interests.tags] = interests.units
    reactions, contributions = _contributions_of(profile.reactions, snapshot, rules)
    shown, gross = (
        np.bincount(contributions.tags, values, minlength=n_tags).astype(np.float64)
        for values in (contributions.values, np.abs(contributions.values))
    )
    shown = _rounded_off(shown, gross)
    shown = _damped(shown, snapshot.idf, _power(reactions, rules.power))
    if np.count_nonzero(shown) > rules.most_tags:
        shown[np.argsort(-np.abs(shown), kind="stable")[rules.most_tags :]] = 0.0
    length = float(np.sqrt(np.dot(shown, shown)))
    if length:
        only_dislikes = all(reaction.weight < 0 for reaction in reactions)
        shown *= (rules.disliked if only_dislikes else 1.0) / length
    if sources != AS_INDEXED:
        factors = sources.by_tag(snapshot.vocabulary.sources)[:n_tags]
        explicit, shown = explicit * factors, shown * factors
    whole = _rounded_off(explicit + shown, np.maximum(np.abs(explicit), np.abs(shown)))
    tags = np.flatnonzero(whole)
    # ``IndexSnapshot.query`` weighs by idf, and these weights are weighed already.
    query = snapshot.query(tags, (whole[tags] / snapshot.idf[tags]).tolist())
    scale = float(np.sqrt(np.dot(whole, whole))) or 1.0
    return ProfileVector(query, explicit[query.tags] / scale, reactions, contributions)


def _contributions_of(
    reactions: Sequence[Reaction], snapshot: "IndexSnapshot", rules: ProfileRules
) -> tuple[tuple[Reaction, ...], Contributions]:
    there = snapshot.contains([reaction.video for reaction in reactions])
    present = tuple(
        reaction for reaction, is_there in zip(reactions, there, strict=True) if is_there
    )
    weights = np.array([reaction.weight for reaction in present])
    liked = weights[weights > 0].sum()
    disliked = -weights[weights < 0].sum()
    factors = np.where(weights > 0, weights / (liked or 1.0), weights / (disliked or 1.0))
    if liked:
        factors[weights < 0] *= rules.disliked
    units = snapshot.vectors([reaction.video for reaction in present])
    owners, tags, values = units.rows, units.tags, units.values * factors[units.rows]
    if liked:
        mean = snapshot.mean_vector
        owners = np.concatenate([owners, np.full(len(mean.tags), -1)])
        tags = np.concatenate([tags, mean.tags])
        values = np.concatenate([values, -rules.mean_share * mean.values])
    order = np.argsort(tags, kind="stable")
    return present, Contributions(owners[order], tags[order], values[order])


def _rounded_off(sums: Floats, sizes: Floats) -> Floats:
    """Return sums with 0 for those of which what was added, of some size, leaves rounding alone.

    What undoes itself is no wish; brought to length 1, what is left of it would be one.
    """
    return np.where(np.abs(sums) <= _ROUNDING * sizes, 0.0, sums)


def _power(reactions: Sequence[Reaction], power: float) -> float:
    """Return the power for a mean of so many videos: 1 for one, and soon that of the rules.

    Their number is the effective one (Kish 1965): of weights of which one is far the largest, 1.
    """
    weights = np.array([one.weight for one in reactions if one.weight > 0])
    if not len(weights):
        weights = np.array([-one.weight for one in reactions])
    if not len(weights):
        return power
    weights /= weights.max()  # of events of long ago, squares would be 0
    n_effective = float(weights.sum() ** 2 / np.dot(weights, weights))
    return power + (1.0 - power) / n_effective**2


def _damped(weights: Floats, idf: Floats, power: float) -> Floats:
    """Take the power of weights but not of the idf in them: sign x idf x (size / idf) ^ power."""
    damped = np.zeros(len(weights))
    tags = np.flatnonzero(weights)
    sizes = np.abs(weights[tags])
    damped[tags] = np.sign(weights[tags]) * idf[tags] ** (1.0 - power) * sizes**power
    return damped


def _is_explicit(event: Event) -> bool:
    """Whether an event says outright what the viewer thinks of the video."""
    return event.kind in (EventKind.LIKED, EventKind.DISLIKED)


def _weight(event: Event, rules: ProfileRules, now: float) -> float:
    weight = {
        EventKind.WATCHED: rules.watched * event.share,
        EventKind.LIKED: 1.0,
        EventKind.DISLIKED: -1.0,
        EventKind.SKIPPED: -rules.skipped,
        # Hidden for a reason that we do not know: seen elsewhere, perhaps.
        EventKind.HIDDEN: 0.0,
    }[event.kind]
    age_days = max(0.0, now - event.at) / _DAY
    return float(weight * 0.5 ** (age_days / rules.half_life_days))
