"""Nouns of which JSON does not tell every field as it is: member -> where its value is.

A value is the path of an attribute, or what a function returns of the record.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from engine.domain.advertising.campaigns import ALWAYS, FOREVER, Group
from engine.domain.advertising.placements import RuleEvidence
from engine.domain.evaluations.shown_lists import ShownList, list_moment
from engine.domain.jobs import Job, Kind
from engine.domain.keys import Key
from engine.domain.matching.keywords import IgnoredWord, KeywordMatch, TagCandidate
from engine.domain.matching.recommendations import Reason, Recommendation
from engine.domain.videos import VideoRecord
from engine.domain.viewers import Event, Viewer
from engine.search.eligibility import RuleResult
from engine.services.campaigns import CampaignNow, keyword_matches_of
from engine.services.ignored_words import ignored_keywords
from engine.targeting.criteria import Criterion
from engine.targeting.rules import CRITERIA

Members = Mapping[str, str | Callable[[Any], Any]]


def _named(*names: str) -> dict[str, str]:
    return {name: name for name in names}


def _of_campaign(*names: str) -> dict[str, str]:
    return {name: f"campaign.{name}" for name in names}


def moment_of(event: Event) -> str:
    """Return when an event was, UTC, ISO 8601 with milliseconds."""
    return datetime.fromtimestamp(event.at, UTC).isoformat(timespec="milliseconds")


def _seconds(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def _video_of(job: Job) -> str | None:
    return (job.video or None) if job.kind is Kind.INGEST else None


def _generation_of(job: Job) -> str | None:
    return (job.video or None) if job.kind is Kind.REINDEX else None


def _groups(now: CampaignNow) -> list[dict[str, list[str]]]:
    return [_group(group) for group in now.campaign.groups]


def _group(group: Group) -> dict[str, list[str]]:
    return {group.rule: [word.word for word in group.words]}


def _keywords(now: CampaignNow) -> dict[str, float]:
    return {keyword.match.word: keyword.weight for keyword in now.campaign.keywords}


def _skips_unknown(now: CampaignNow) -> bool:
    return not all(keyword.match.used for keyword in now.campaign.keywords)


def _flight(now: CampaignNow) -> dict[str, str | None]:
    begins, ends = now.campaign.begins, now.campaign.ends
    return {
        "starts": None if begins == ALWAYS else datetime.fromtimestamp(begins, UTC).isoformat(),
        "ends": None if ends == FOREVER else datetime.fromtimestamp(ends, UTC).isoformat(),
    }


def _criterion(one: Criterion) -> Callable[[CampaignNow], Any]:
    return lambda now: one.of(now.campaign)


def _ignored(now: CampaignNow) -> tuple[IgnoredWord, ...]:
    return ignored_keywords([keyword.match for keyword in now.campaign.keywords])


def _understood(now: CampaignNow) -> list[KeywordMatch]:
    return keyword_matches_of(now.campaign)


_VIDEO: Final[Members] = {
    "video": "id",
    **_named("external_id", "title", "source", "status", "reason", "seconds", "width", "height"),
    **_named("codec", "tagger", "kind", "language", "uploader", "uploader_id", "categories"),
    **_named("added_at", "last_attempt"),
}
_JOB: Final[Members] = {
    "job": "id",
    **_named("kind", "source", "state", "attempts"),
    "video": _video_of,
    "generation": _generation_of,
    **_named("status", "reason", "warning", "seconds", "cost", "done", "total"),
    "created_at": lambda job: _seconds(job.created_at),
    "changed_at": lambda job: _seconds(job.changed_at),
}
_VIEWER: Final[Members] = {
    "viewer": "id",
    "interests": "interests",
    "events": lambda viewer: viewer.events[::-1],
    "lists": lambda viewer: viewer.lists[::-1],
}
_SHOWN_LIST: Final[Members] = {
    "list_id": "id",
    **_named("kind", "entry_point"),
    "at": lambda shown: _seconds(list_moment(shown.id)),
    **_named("first", "size", "campaign", "experiment", "arm", "settings"),
}
_EVENT: Final[Members] = {
    **_named("id", "video", "kind", "share"),
    "at": moment_of,
    **_named("shown_by", "position"),
}
_CAMPAIGN: Final[Members] = {
    "campaign": "campaign.id",
    **_of_campaign("advertiser", "name", "state"),
    "status": "status",
    "revision": "campaign.revision",
    "keywords": _keywords,
    "skip_unknown": _skips_unknown,
    "groups": _groups,
    "exclude": lambda now: [word.word for word in now.campaign.exclude],
    **{one.name: _criterion(one) for one in CRITERIA},
    **_of_campaign("suitability"),
    "flight": _flight,
    **_of_campaign("language", "creatives", "bid", "profile"),
    "ignored": _ignored,
    "understood": _understood,
}

_KEY: Final[Members] = {
    "key": "id",
    "name": "name",
    "scopes": lambda key: sorted(key.scopes),
    "advertiser": lambda key: key.advertiser or None,
    "per_second": "per_second",
    "created_at": lambda key: _seconds(key.created_at),
    "revoked_at": lambda key: None if key.revoked_at is None else _seconds(key.revoked_at),
}

MEMBERS: Final[Mapping[type, Members]] = {
    VideoRecord: _VIDEO,
    Job: _JOB,
    Key: _KEY,
    Viewer: _VIEWER,
    Event: _EVENT,
    ShownList: _SHOWN_LIST,
    CampaignNow: _CAMPAIGN,
    KeywordMatch: {
        **_named("word", "status"),
        "meanings": "candidates",
        "used": lambda match: [candidate.tag for candidate in match.used],
        "languages": "languages",
    },
    TagCandidate: {
        "tag": "tag",
        "confidence": lambda candidate: round(candidate.confidence, 4),
        "how": "method",
        "by": "by",
    },
    RuleEvidence: {**_named("rule", "passed", "says"), "seen": "observed"},
    RuleResult: {"rule": "rule", "kept": "passed", "evidence": "evidence"},
}

EARLIER_NAMES: Final[Mapping[type, Mapping[str, str]]] = {
    Reason: {"explicit": "stated"},
    Recommendation: {"co_likes": "together", "co_likes_from": "together_from"},
}
"""Records -> field -> the name of its member before: written besides, for one minor version."""
