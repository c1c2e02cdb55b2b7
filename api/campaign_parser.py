"""A campaign as its advertiser wrote it -> as stored: its words understood, its dates read."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

from api.http.schemas.campaigns import CampaignInput, FlightInput, KeywordGroupInput
from engine.domain.advertising.campaigns import (
    ALWAYS,
    FOREVER,
    Bid,
    Campaign,
    CampaignState,
    Creative,
    Group,
    Keyword,
)
from engine.domain.assessments.suitability import BRAND_TOPICS, RISKS, Risk, risk_index, topic_index
from engine.domain.matching.keywords import KeywordMatch, MatchMethod, Status, TagCandidate
from engine.domain.tags import explicit_tag
from engine.errors import InvalidInput, denial, read_in
from engine.keywords.multilingual import is_english
from engine.keywords.weights import nearest_tags, only_denies
from engine.services.keywords import KeywordService
from engine.targeting.rules import CRITERIA
from engine.words.languages import standard
from engine.words.spelling import MAX_SUGGESTED_WORDS
from engine.words.vocabulary import Vocabulary


def campaign_of(
    campaign: str,
    body: CampaignInput,
    before: Campaign | None,
    vocabulary: Vocabulary,
    keyword_service: KeywordService,
) -> Campaign:
    """Return a campaign as it is stored.

    Args:
        campaign: its id.
        body: as its advertiser wrote it.
        before: what is kept under this id.
        vocabulary: the tags there are.
        keyword_service: of words as tags of the vocabulary.

    Raises:
        InvalidInput: naming each field that cannot be used, and what could.
    """
    reader = _Reader(vocabulary, keyword_service, body)
    begins, ends = _flight(body.flight)
    state = body.state or (before.state if before else CampaignState.ACTIVE)
    keywords = reader.keywords(body)
    groups = tuple(reader.group(at, group) for at, group in enumerate(body.groups))
    exclude = reader.all_known("exclude", body.exclude)
    return Campaign(
        id=campaign,
        advertiser=body.advertiser,
        name=body.name,
        keywords=keywords,
        groups=groups,
        exclude=exclude,
        suitability=_suitability(body.suitability),
        criteria=_criteria(body),
        begins=begins,
        ends=ends,
        language=standard(body.language),
        creatives=tuple(Creative(**creative.model_dump()) for creative in body.creatives),
        bid=Bid(body.bid.amount, body.bid.currency) if body.bid else None,
        state=state,
    )


def unknown_words(
    body: CampaignInput, vocabulary: Vocabulary, keyword_service: KeywordService
) -> dict[str, tuple[KeywordMatch, ...]]:
    """Return the words of a plan that mean no tag for sure, by the field they are in.

    Raises:
        InvalidInput: for words that are empty or too long.
    """
    reader = _Reader(vocabulary, keyword_service, body)
    fields: dict[str, Iterable[str]] = {"keywords": body.keywords, "exclude": body.exclude}
    for at, group in enumerate(body.groups):
        fields[f"groups.{at}"] = group.any or group.all or ()
    matches = {field: reader.read_all(field, words) for field, words in fields.items()}
    unknown = {
        field: tuple(match for match in read if not match.used) for field, read in matches.items()
    }
    return {field: words for field, words in unknown.items() if words}


class _Reader:
    """Reads the words of a plan, all in one go; a word that is a tag needs no understanding."""

    def __init__(
        self, vocabulary: Vocabulary, keyword_service: KeywordService, body: CampaignInput
    ) -> None:
        self._vocabulary = vocabulary
        self._keyword_service = keyword_service
        self._language = body.language
        # Words that decide come first: what is read of many words is bounded.
        groups = (
            word for group in body.groups for word in (*(group.any or ()), *(group.all or ()))
        )
        self._known: dict[str, KeywordMatch] = {}
        with suppress(InvalidInput):  # which read_all tells, with the field that it is in
            self._known = self._read(_distinct((*body.exclude, *groups, *body.keywords)))

    def _read(self, words: Sequence[str]) -> dict[str, KeywordMatch]:
        # A word of another language may only look like a tag.
        named = words if is_english(self._language) else filter(explicit_tag, words)
        tags = {word: self._vocabulary.tag(word) for word in named}
        matches = {word: _exactly(word, tag) for word, tag in tags.items() if tag is not None}
        others = [word for word in words if word not in matches]
        if others:
            read = self._keyword_service.of(self._vocabulary).read_all(others, self._language)
            matches |= zip(others, read, strict=True)
        return matches

    def read_all(self, field: str, words: Iterable[str]) -> tuple[KeywordMatch, ...]:
        words = _distinct(words)
        try:
            fresh = self._read([word for word in words if word not in self._known])
        except InvalidInput as error:
            raise InvalidInput(f"{field}: {error}") from error
        matches = self._known | fresh
        return tuple(matches[word] for word in words)

    def keywords(self, body: CampaignInput) -> tuple[Keyword, ...]:
        matches = self.read_all("keywords", body.keywords)
        keywords = tuple(map(Keyword, matches, body.keywords.values()))
        useless = [keyword.match for keyword in keywords if not keyword.match.used]
        if useless and body.strict:
            raise InvalidInput(
                f"{self._refusal('keywords', useless)}; leave these out, write other words, or"
                " store the campaign without 'strict', and these words will not count"
            )
        if len(useless) == len(keywords):
            raise InvalidInput(self._refusal("keywords", useless))
        if not any(keyword.weight > 0 and keyword.match.used for keyword in keywords):
            raise InvalidInput("keywords: none has a weight above 0, so nothing could match")
        return keywords

    def group(self, at: int, group: KeywordGroupInput) -> Group:
        field = f"groups.{at}"
        if (group.any is None) == (group.all is None):
            raise InvalidInput(f"{field}: give either 'any' or 'all', a list of words")
        rule, words = ("any", group.any) if group.any is not None else ("all", group.all)
        if not words:
            raise InvalidInput(f"{field}.{rule}: give at least one word")
        matches = self.all_known(f"{field}.{rule}", words)
        return Group("any" if rule == "any" else "all", matches)

    def all_known(self, field: str, words: Iterable[str]) -> tuple[KeywordMatch, ...]:
        """Read words that decide: one that means nothing must not be passed over."""
        matches = self.read_all(field, words)
        useless = [match for match in matches if not match.used]
        if useless:
            raise InvalidInput(self._refusal(field, useless))
        return matches

    @staticmethod
    def _refusal(field: str, useless: Sequence[KeywordMatch]) -> str:
        named = useless[:MAX_SUGGESTED_WORDS]
        sentences = [f"{field}: {_useless(match)}" for match in named]
        more = len(useless) - len(named)
        return "; ".join([*sentences, *([f"and {more} words more"] if more else [])])


def _useless(match: KeywordMatch) -> str:
    nearest = nearest_tags(match)
    if only_denies(match.word, nearest):
        return denial(match.word)
    near = f": the nearest are {', '.join(nearest)}" if nearest else ", and none is like it"
    return f"{match.word!r} means no tag for sure{read_in(match.languages)}{near}"


def _exactly(word: str, tag: str) -> KeywordMatch:
    return KeywordMatch(word, Status.USED, (TagCandidate(tag, 1.0, MatchMethod.EXACT, word),))


def _criteria(body: CampaignInput) -> dict[str, Any]:
    parsed = {one.name: one.parsed(getattr(body, one.name)) for one in CRITERIA}
    return {name: value for name, value in parsed.items() if value}


def _suitability(limits: Mapping[str, str]) -> dict[str, str]:
    if Risk.FLOOR in limits.values():
        raise InvalidInput("suitability: nothing runs at the floor: accept at most 'high'")
    try:
        return {
            BRAND_TOPICS[topic_index(topic)].name: RISKS[risk_index(risk)]
            for topic, risk in limits.items()
        }
    except InvalidInput as error:
        raise InvalidInput(f"suitability: {error}") from None


def _flight(body: FlightInput) -> tuple[int, int]:
    begins = ALWAYS if body.starts is None else _moment("flight.starts", body.starts, timedelta())
    ends = FOREVER if body.ends is None else _moment("flight.ends", body.ends, timedelta(days=1))
    if ends <= begins:
        raise InvalidInput(
            f"flight: it ends ({body.ends}) before it starts ({body.starts}): change one of them"
        )
    return begins, ends


def _moment(field: str, text: str, after_day: timedelta) -> int:
    """Return seconds since 1970 of a moment, or of a day's start plus ``after_day``."""
    try:
        moment = datetime.fromisoformat(text)
        if _is_day(text):
            moment += after_day
        # Answers tell it in UTC, where the first or the last year may already be left.
        in_utc = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        return int(in_utc.timestamp())
    except OverflowError:
        raise InvalidInput(
            f"{field}: {text[:40]!r} reaches beyond the years 1 to 9999: leave it out for a flight"
            " that is not bounded there"
        ) from None
    except ValueError:
        raise InvalidInput(
            f"{field}: {text[:40]!r} is no date: write it as 2026-03-01 or"
            " 2026-03-01T08:00:00+00:00"
        ) from None


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _distinct(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
