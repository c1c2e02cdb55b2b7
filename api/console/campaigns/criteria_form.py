"""Criteria of campaigns as fields of a form, and as people read them, by their declarations."""

from collections.abc import Mapping
from typing import Any

from api.console.campaigns.campaign_text import words_in, words_text
from engine.domain.advertising.campaigns import Campaign
from engine.targeting.criteria import Choices, CodeList, Criterion, Number
from engine.targeting.rules import CRITERIA


def criterion_fields(one: Criterion, campaign: Campaign) -> dict[str, str]:
    """Return the fields of a form that say what a campaign asks."""
    if isinstance(one, Number):
        return {one.name: f"{one.of(campaign)!r}".removesuffix(".0")}
    words = one.of(campaign)
    if isinstance(one, Choices):
        return {f"{one.name}.{word}": "on" for word in words}
    unknown = {f"{one.name}.unknown": "on"} if "" in words else {}
    return {one.name: words_text(filter(None, words)), **unknown}


def criterion_value(one: Criterion, form: Mapping[str, str]) -> Any:
    """Return what a form says, as it stands in a plan."""
    if isinstance(one, Number):
        return form.get(one.name) or 0
    if isinstance(one, Choices):
        return [word for word in one.options if f"{one.name}.{word}" in form]
    return [
        *words_in(form.get(one.name, "")),
        *([""] if one.unknown_label and f"{one.name}.unknown" in form else []),
    ]


def criteria_by_form() -> list[tuple[str, Criterion]]:
    """Return all criteria, each behind its kind of field: number, choices or words."""
    return [(type(one).__name__.lower(), one) for one in CRITERIA]


def code_lists() -> list[CodeList]:
    """Return the lists of codes that criteria choose from, each once."""
    codes = (one.codes for _, one in criteria_by_form() if not isinstance(one, Choices | Number))
    return list(dict.fromkeys(one for one in codes if one is not None))


def criteria_texts(campaign: Campaign) -> list[tuple[str, str]]:
    """Return the label of each criterion that a campaign has, with what it asks."""
    return [(one.label, _text(one, campaign)) for one in CRITERIA if one.of(campaign)]


def _text(one: Criterion, campaign: Campaign) -> str:
    if isinstance(one, Number):
        return f"{one.of(campaign):g}"
    words = one.of(campaign)
    named = one.options if isinstance(one, Choices) else {}
    return ", ".join(named.get(word, word) or "unknown" for word in words)
