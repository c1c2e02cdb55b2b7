"""The form of a campaign: fields -> a plan, a campaign -> fields, and what is wrong with which."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from api.campaign_parser import campaign_of, unknown_words
from api.console.campaigns.campaign_text import (
    end_text,
    start_text,
    weighted_in,
    weighted_text,
    words_in,
    words_text,
)
from api.console.campaigns.criteria_form import criterion_fields, criterion_value
from api.http.schemas.campaigns import CampaignInput
from engine.domain.advertising.campaigns import Campaign, CampaignState
from engine.domain.assessments.suitability import BRAND_TOPICS, Risk
from engine.errors import InvalidInput
from engine.keywords.weights import nearest_tags, only_denies
from engine.services.keywords import KeywordService
from engine.targeting.rules import CRITERIA
from engine.words.vocabulary import Vocabulary

Fields = dict[str, str]
"""Name of a field -> what is written in it."""

KEEP: Final = "keep"
"""In the field ``unknown``: keywords that mean no tag are stored, and do not count."""

ACCEPTED_RISKS: Final = (Risk.NONE, Risk.LOW, Risk.MEDIUM, Risk.HIGH)
"""Risks that may be chosen for a topic."""

MAX_SUGGESTED: Final = 10
"""Number of unknown words that are shown with what may be meant."""

CREATIVE_FIELDS: Final = ("id", "seconds", "url", "mime", "width", "height")

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LABELS: Final = {
    "campaign": "Id",
    "advertiser": "Advertiser",
    "name": "Name",
    "keywords": "Keywords",
    "exclude": "Must not show",
    "starts": "Starts",
    "ends": "Ends",
    "flight": "Flight",
    "language": "Language of the words",
    "suitability": "Suitability",
    "bid.amount": "Bid",
    "bid.currency": "Currency",
    "state": "State",
    **{one.name: one.label for one in CRITERIA},
}
_CREATIVE_LABELS: Final = {
    "id": "creative id",
    "seconds": "seconds",
    "url": "address",
    "mime": "type",
    "width": "width",
    "height": "height",
}
_PATTERNS: Final = {
    "url": "write it in full, as https://ads.example.com/spot.mp4",
    "mime": "write it as video/mp4",
    "currency": "write three capital letters, as EUR",
}
_NUMBERS: Final = frozenset({"float_parsing", "int_parsing", "int_from_float", "finite_number"})
_MISSING: Final = frozenset({"missing", "string_too_short", "dict_type", "too_short"})
_WHERE: Final = re.compile(r"([a-z_]+(?:\.\w+)*): ")


@dataclass(frozen=True, slots=True)
class Wrong:
    """An error in a field.

    Attributes:
        field: its name; empty when it is about the campaign as a whole.
        label: what people know it by.
        says: what is wrong, and what to do.
    """

    field: str
    label: str
    says: str


class WrongFields(Exception):
    """Form input that cannot be stored as it is.

    Attributes:
        wrong: what is wrong with which field.
    """

    def __init__(self, *wrong: Wrong) -> None:
        super().__init__("; ".join(f"{one.label}: {one.says}" for one in wrong))
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A button that writes another word, or none, in the place of one that means no tag."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class UnknownWord:
    """A word that means no tag for sure.

    Attributes:
        field: the name of the field that it is in.
        label: what people know that by.
        word: as it was written.
        suggestions: tags that may be meant, the likeliest first; possibly none.
        without: leaves it out.
        denies: whether it only says what is not wanted.
    """

    field: str
    label: str
    word: str
    suggestions: tuple[Suggestion, ...]
    without: Suggestion
    denies: bool


def blank_fields(advertiser: str = "") -> Fields:
    """Return the fields of a form that nothing was written in."""
    fields = dict.fromkeys(_LABELS, "")
    return {**fields, "advertiser": advertiser, "state": "active"}


def fields_of(campaign: Campaign) -> Fields:
    """Return a form's fields that say just what a campaign is."""
    fields = blank_fields(campaign.advertiser) | {
        "campaign": campaign.id,
        "name": campaign.name,
        "keywords": weighted_text((one.match.word, one.weight) for one in campaign.keywords),
        "exclude": words_text(match.word for match in campaign.exclude),
        "starts": start_text(campaign.begins),
        "ends": end_text(campaign.ends),
        "language": campaign.language,
        "state": campaign.state.value,
        "revision": str(campaign.revision),
    }
    for one in CRITERIA:
        fields |= criterion_fields(one, campaign)
    fields |= {f"suitability.{topic}": risk for topic, risk in campaign.suitability.items()}
    for at, group in enumerate(campaign.groups):
        fields[f"group.{at}.rule"] = group.rule
        fields[f"group.{at}.words"] = words_text(match.word for match in group.words)
    for at, creative in enumerate(campaign.creatives):
        for name in CREATIVE_FIELDS:
            value = getattr(creative, name)
            fields[f"creative.{at}.{name}"] = f"{value}".removesuffix(".0") if value else ""
    if campaign.bid is not None:
        fields["bid.amount"] = f"{campaign.bid.amount!r}".removesuffix(".0")
        fields["bid.currency"] = campaign.bid.currency
    return fields


def tidied(form: Fields) -> Fields:
    """Return a form without its blank rows, so that the others are numbered as in a plan."""
    rows = re.compile(r"(group|creative)\.\d+\.\w+")
    fields = {name: text for name, text in form.items() if not rows.fullmatch(name)}
    fields = blank_fields() | {name: text.strip() for name, text in fields.items()}
    for kind, names in (("group", ("rule", "words")), ("creative", CREATIVE_FIELDS)):
        for at, row in enumerate(_rows(form, kind, names)):
            fields |= {f"{kind}.{at}.{name}": text for name, text in row.items()}
    return fields


def _rows(form: Fields, kind: str, names: Sequence[str]) -> Iterator[Fields]:
    field = re.compile(rf"{kind}\.(\d{{1,4}})\.(?:{'|'.join(names)})")
    numbers = sorted({int(match[1]) for name in form if (match := field.fullmatch(name))})
    for number in numbers:
        row = {name: form.get(f"{kind}.{number}.{name}", "").strip() for name in names}
        if any(text for name, text in row.items() if name != "rule"):
            yield row


def replaced(form: Fields, choice: str) -> Fields:
    """Return a form with one word written otherwise, or left out, as a suggestion's value says.

    What no form of the console sends changes nothing.
    """
    try:
        field, word, tag = json.loads(choice)
    except (ValueError, TypeError, RecursionError):
        return form
    if not all(isinstance(one, str) for one in (field, word, tag)) or field not in form:
        return form
    if field == "keywords":
        keywords = weighted_in(form[field])
        weights: dict[str, float] = {}
        for old, weight in keywords.items():
            new = tag if old == word else old
            if new and (old == new or new not in keywords):
                weights[new] = weight
        return form | {field: weighted_text(weights.items())}
    words = (tag if old == word else old for old in words_in(form[field]))
    return form | {field: words_text(dict.fromkeys(filter(None, words)))}


def body_of(form: Fields) -> CampaignInput:
    """Return the plan that a tidied form says.

    Raises:
        WrongFields: naming each that cannot be used.
    """
    try:
        return CampaignInput.model_validate(_plan(form), strict=False)
    except InvalidInput as error:
        raise WrongFields(_wrong_of(error)) from None
    except ValidationError as error:
        wrong = (_wrong(item["loc"], _says(item)) for item in error.errors())
        raise WrongFields(*dict.fromkeys(wrong)) from None


def _plan(form: Fields) -> dict[str, Any]:
    bid = {"amount": form["bid.amount"], "currency": form["bid.currency"].upper()}
    bid = {name: text for name, text in bid.items() if text}
    return {
        "advertiser": form["advertiser"],
        "name": form["name"],
        "keywords": weighted_in(form["keywords"]),
        "groups": [
            {"all" if row["rule"] == "all" else "any": words_in(row["words"])}
            for row in _rows(form, "group", ("rule", "words"))
        ],
        "exclude": words_in(form["exclude"]),
        "suitability": {
            topic.name: risk
            for topic in BRAND_TOPICS
            if (risk := form.get(f"suitability.{topic.name}", ""))
        },
        "flight": {"starts": form["starts"] or None, "ends": form["ends"] or None},
        "language": form.get("language", "").strip(),
        "creatives": [
            {name: text for name, text in row.items() if text}
            for row in _rows(form, "creative", CREATIVE_FIELDS)
        ],
        "bid": bid or None,
        "state": form["state"] or CampaignState.ACTIVE,
        **{one.name: criterion_value(one, form) for one in CRITERIA},
    }


def id_of(form: Fields) -> str:
    """Return the id that a form gives a new campaign.

    Raises:
        WrongFields: when it is none.
    """
    if not _ID.fullmatch(form["campaign"]):
        raise WrongFields(
            _wrong(
                ("campaign",),
                f"{form['campaign'][:80]!r} is no id: begin with a letter or digit, then letters,"
                " digits, dots, hyphens and underscores, 64 at most",
            )
        )
    return form["campaign"]


def understood(
    name: str,
    body: CampaignInput,
    before: Campaign | None,
    vocabulary: Vocabulary,
    keyword_service: KeywordService,
) -> Campaign:
    """Return the campaign that a plan makes, as ``campaign_of`` does.

    Raises:
        WrongFields: naming what cannot be used.
    """
    try:
        return campaign_of(name, body, before, vocabulary, keyword_service)
    except InvalidInput as error:
        raise WrongFields(_wrong_of(error)) from None


def unknown_in(
    form: Fields, body: CampaignInput, vocabulary: Vocabulary, keyword_service: KeywordService
) -> list[UnknownWord]:
    """Return the words of a form that mean no tag, each with what may be meant.

    Raises:
        WrongFields: when a word cannot be read at all.
    """
    try:
        unknown = unknown_words(body, vocabulary, keyword_service)
    except InvalidInput as error:
        raise WrongFields(_wrong_of(error)) from None
    fields_unknown = []
    for field, matches in unknown.items():
        if field == "keywords" and form.get("unknown") == KEEP:
            continue
        name, label = _name_and_label(field.split("."))
        fields_unknown += [
            UnknownWord(
                name,
                label,
                match.word,
                tuple(_suggestion(name, match.word, tag) for tag in nearest_tags(match)),
                _suggestion(name, match.word, ""),
                only_denies(match.word, nearest_tags(match)),
            )
            for match in matches
        ]
    return fields_unknown


def _suggestion(field: str, word: str, tag: str) -> Suggestion:
    value = json.dumps([field, word, tag], ensure_ascii=False)
    return Suggestion(tag or "leave it out", value)


def _says(item: Any) -> str:
    if item["type"] in _MISSING:
        return "is missing"
    if item["type"] in _NUMBERS:
        return "write a whole number" if item["type"].startswith("int") else "write a number"
    leaf = item["loc"][-1]
    if item["type"] == "string_pattern_mismatch" and leaf in _PATTERNS:
        return _PATTERNS[leaf]
    return str(item["msg"])


def _wrong_of(error: InvalidInput) -> Wrong:
    """Return an error that names its field as plans do, named as the form does."""
    text = str(error)
    match = _WHERE.match(text)
    return _wrong(match[1].split("."), text[match.end() :]) if match else Wrong("", "", text)


def _wrong(where: Iterable[str | int], says: str) -> Wrong:
    return Wrong(*_name_and_label([str(part) for part in where]), says)


def _name_and_label(where: Sequence[str]) -> tuple[str, str]:
    """Return a field's name and label, by its place in a plan."""
    head, *rest = where
    if head == "groups" and rest:
        return f"group.{rest[0]}.words", f"Must show, line {int(rest[0]) + 1}"
    if head == "creatives" and len(rest) > 1:
        name = rest[1]
        return (
            f"creative.{rest[0]}.{name}",
            f"Creative {int(rest[0]) + 1}, {_CREATIVE_LABELS[name]}",
        )
    if head == "flight":
        name = rest[0] if rest else "starts"
        return name, _LABELS[name] if rest else _LABELS["flight"]
    if head == "bid":
        name = f"bid.{rest[0]}" if rest else "bid.amount"
        return name, _LABELS[name]
    if head == "suitability" and rest:
        return f"suitability.{rest[0]}", f"Suitability, {rest[0]}"
    return head, _LABELS.get(head, head.replace("_", " ").capitalize())
