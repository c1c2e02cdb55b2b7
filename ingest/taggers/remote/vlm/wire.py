"""The OpenAI chat form: what is asked about a picture, and what an answer says.

Servers differ in what they take: OpenAI has at most 1,000 words in a schema, and newer models of
theirs want ``max_completion_tokens`` and no temperature; LM Studio refuses ``json_object``; many
know no ``logprobs``. So the question has several forms, each asking for less than the one before.
"""

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, Final

from engine.domain.text import UnusableText, refuse_characters
from ingest.taggers.remote.whole_video import RemoteTaggerFailed

MAX_WORDS: Final = 20
"""Words that are asked for on one look."""

GIVEN_CONFIDENCE: Final = 0.75
"""Of a word, where a server gives no probabilities."""

PROMPT: Final = (
    "Name what this picture out of a video shows: things, animals, plants, food, clothes, places,"
    " activities, sports, instruments, weather, how the picture is made. Answer with JSON alone,"
    f' {{"words": ["...", "..."]}}: at most {MAX_WORDS} plain English nouns or activities of one to'
    " three words, singular, in small letters, the surest first, general ones as well as specific"
    " ones, and only what can plainly be seen. Say nothing about who people are: no names, age,"
    " sex, origin or feelings."
)

_MAX_TOKENS: Final = 1_000
_MAX_READ: Final = 100
_ROUNDED: Final = 1e-3  # above 0, where a probability of 1 was rounded
_THOUGHT: Final = "</think>"
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_NEXT_STRING: Final = re.compile(rf"[\s,]*({_STRING.pattern})")
_BEGINNING: Final = re.compile(r'"words"\s*:\s*\[')
_LIMITS: Final = ("max_tokens", "max_completion_tokens", "")


class AnswerUnreadable(RemoteTaggerFailed):
    """An answer that is not what was asked for."""


class Bound(IntEnum):
    """By what an answer is bound."""

    LISTED = 0  # a schema with every word
    FREE = 1  # a schema, any words
    OBJECT = 2  # JSON of any kind
    PROMPT = 3  # nothing but what it is told


@dataclass(frozen=True, slots=True)
class Form:
    """Options of a question beside its answer.

    Attributes:
        bound: by what the answer is bound.
        logprobs: whether the probability of each token is asked for.
        cold: whether the surest answer is asked for (temperature 0).
        limit: what the limit of tokens is called; empty for none.
    """

    bound: Bound
    logprobs: bool = True
    cold: bool = True
    limit: str = _LIMITS[0]

    def lesser(self, reason: str) -> "Form | None":
        """Return the form to try after a server refused this one; None when there is none.

        Args:
            reason: the server's words, which may name what it did not take.
        """
        reason = reason.lower()
        shorter = replace(self, limit=self._next_limit()) if self.limit else None
        colder = replace(self, cold=False) if self.cold else None
        blind = replace(self, logprobs=False) if self.logprobs else None
        freer = None
        if self.bound < Bound.PROMPT:
            freer = replace(self, bound=Bound(self.bound + 1))
        named = [
            (("logprob",), blind),
            (("max_tokens", "max_completion_tokens"), shorter),
            (("temperature",), colder),
            (("response_format", "schema", "enum", "grammar", "json"), freer),
        ]
        for names, form in named:
            if form is not None and any(name in reason for name in names):
                return form
        return blind or freer or colder or shorter

    def _next_limit(self) -> str:
        return _LIMITS[_LIMITS.index(self.limit) + 1]


def question(model: str, picture: str, form: Form, words: Sequence[str]) -> dict[str, Any]:
    """Return what is posted.

    Args:
        model: as the server calls it.
        picture: as a data URL.
        form: what is asked for.
        words: that an answer may have, where the form is bound to them.
    """
    content = [
        {"type": "text", "text": PROMPT},
        {"type": "image_url", "image_url": {"url": picture}},
    ]
    request: dict[str, Any] = {
        "model": model,
        "messages": [{"role": "user", "content": content}],
        "stream": False,
    }
    if form.cold:
        request["temperature"] = 0
    if form.limit:
        request[form.limit] = _MAX_TOKENS
    if form.logprobs:
        request["logprobs"] = True
    if form.bound < Bound.OBJECT:
        word = {"type": "string"} | ({"enum": [*words]} if form.bound is Bound.LISTED else {})
        request["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "words", "strict": True, "schema": _schema(word)},
        }
    elif form.bound is Bound.OBJECT:
        request["response_format"] = {"type": "json_object"}
    return request


def _schema(word: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"words": {"type": "array", "items": word, "maxItems": MAX_WORDS}},
        "required": ["words"],
        "additionalProperties": False,
    }


def words_in(answer: Any) -> list[tuple[str, float]]:
    """Return the words of an answer, each with its confidence, 0.0 to 1.0.

    The confidence is the geometric mean of the probabilities of the word's tokens. A model that
    would not say anything of a picture said no words.

    Raises:
        AnswerUnreadable: it is no answer to the question.
    """
    choice, message = _choice(answer)
    if message.get("refusal") or choice.get("finish_reason") == "content_filter":
        return []
    text = message.get("content")
    if not isinstance(text, str):
        raise AnswerUnreadable("the model's answer has no text")
    text = text.rpartition(_THOUGHT)[2]
    words = _listed(text, is_cut_off=choice.get("finish_reason") == "length")
    sure = _Probabilities.of(choice, text)
    return [(word, sure.of_span(*span)) for word, span in _placed(words[:_MAX_READ], text)]


def refusal_of(answer: Any) -> tuple[str, str]:
    """Return what a server says is wrong, and its code; either may be empty."""
    error = answer.get("error", answer) if isinstance(answer, dict) else None
    if isinstance(error, str):
        return error, ""
    if not isinstance(error, dict):
        return "", ""
    reason, code = error.get("message") or error.get("detail"), error.get("code")
    return (reason if isinstance(reason, str) else "", code if isinstance(code, str) else "")


def _choice(answer: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    choices = answer.get("choices") if isinstance(answer, dict) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        raise AnswerUnreadable("the server's answer is not of the OpenAI chat form")
    return choice, message


def _listed(text: str, *, is_cut_off: bool) -> list[str]:
    names = _read(text)
    if names is None and is_cut_off and (begun := _BEGINNING.search(text)):
        # What came whole counts: models that repeat themselves never come to an end.
        names = [*_whole_strings(text, begun.end())]
    words = names.get("words") if isinstance(names, dict) else names
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise AnswerUnreadable('the model\'s answer is not {"words": [...]} with words in it')
    for word in words:
        try:
            refuse_characters(word)
        except UnusableText as error:
            raise AnswerUnreadable(f"the model's word {error}") from error
    return words


def _whole_strings(text: str, offset: int) -> Iterator[str]:
    """Yield the strings of a list from a place on, until one is not whole or the list ends."""
    while one := _NEXT_STRING.match(text, offset):
        yield json.loads(one[1], strict=False)
        offset = one.end()


def _read(text: str) -> Any:
    """Return the JSON of an answer, which may stand among other words; None if there is none."""
    inside = text[text.find("{") : text.rfind("}") + 1]
    for candidate in (text, inside):
        try:
            return json.loads(candidate)
        except (ValueError, RecursionError):
            continue
    return None


def _placed(words: Sequence[str], text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield each word with the place in the text where it stands, without quotes and spaces."""
    begun = _BEGINNING.search(text)
    offset = begun.end() if begun else 0
    for word in words:
        match = _STRING.search(text, offset)
        if match is None:
            yield word, (0, 0)
            continue
        offset = match.end()
        inside = match[0][1:-1]
        start = match.start() + 1 + len(inside) - len(inside.lstrip())
        yield word, (start, start + len(inside.strip()))


@dataclass(frozen=True, slots=True)
class _Probabilities:
    """Log-probabilities of tokens and where each ends in the text; none if they are not given."""

    ends: tuple[int, ...] = ()
    logs: tuple[float, ...] = ()

    @classmethod
    def of(cls, choice: dict[str, Any], text: str) -> "_Probabilities":
        given = choice.get("logprobs")
        tokens = given.get("content") if isinstance(given, dict) else None
        if not isinstance(tokens, list) or not all(map(_is_token, tokens)):
            return cls()
        offset = "".join(token["token"] for token in tokens).find(text)
        if offset < 0:
            return cls()
        # A model that thinks aloud has tokens before its answer.
        end, ends = -offset, []
        for token in tokens:
            end += len(token["token"])
            ends.append(end)
        return cls(tuple(ends), tuple(float(token["logprob"]) for token in tokens))

    def of_span(self, start: int, end: int) -> float:
        """Return the confidence of a part of the text; the stated one where nothing is known."""
        starts = (0, *self.ends[:-1])
        logs = [
            log
            for begun, ended, log in zip(starts, self.ends, self.logs, strict=False)
            if begun < end and ended > start
        ]
        return min(1.0, math.exp(sum(logs) / len(logs))) if logs else GIVEN_CONFIDENCE


def _is_token(token: Any) -> bool:
    if not isinstance(token, dict) or not isinstance(token.get("token"), str):
        return False
    log = token.get("logprob")
    return isinstance(log, int | float) and not isinstance(log, bool) and -1e6 < log < _ROUNDED
