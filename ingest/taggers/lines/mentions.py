"""Tags that words of a text mean, without those of names."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, Literal, NamedTuple

from engine.keywords.thesaurus.nouns import noun_thesaurus
from ingest.taggers.lines.nouns import (
    CandidateTag,
    called,
    candidate_tags,
    given_names,
    is_of_nature,
    places,
    rarely_nouns,
)
from ingest.taggers.lines.tokens import Token, runs_of
from ingest.taggers.lines.word_lists import (
    about_the_first,
    brands,
    determiners,
    figures_of_speech,
    function_words,
    objects,
    subjects,
    unsure,
)

LetterCase = Literal["sentence", "title", "none"]
"""Capitals tell names apart; or each word has one; or nothing has or all have."""

_LONGEST: Final = 3
_MIN_LETTERS: Final = 3
_TITLE_CASE: Final = 0.7
_TEAMS: Final = frozenset(
    {"animal", "bird", "wildlife", "big cat", "fish", "insect", "reptile", "rocket"}
    | {"cowboy", "knight", "pirate"}
)
_DENIALS: Final = frozenset({"no", "not", "without", "never", "forgot"})
_NO_OBJECT: Final = frozenset({"that", "first", "best", "new", "last", "one", "old"})
"""Determiners that also stand behind a noun: the dog that, guitar one."""
_AWAY: Final = 2  # a determiner or a denial, and one word more
_TWO_NAMES: Final = re.compile(r"\s[-\u2013\u2014|]\s")
# The title of a work, or what it is called.
_QUOTED: Final = re.compile(
    r"[\u201c\"\u00ab](?=[A-Z])[^\u201c\u201d\"\u00ab\u00bb]{2,80}[\u201d\"\u00bb]"
)
# What comes after is called so, in a title.
_NAMED_WORK: Final = re.compile(
    r"\b([Cc]over of|[Ss]ings|[Pp]erforms)\s+(?:[A-Z][^\s,.;:()|]*\s*)+"
)


class Mention(NamedTuple):
    """Words of a text and the tags they mean.

    Attributes:
        words: as they are written.
        candidates: the nearest first.
        may_be_name: whether bands, teams, brands or films are called so, too, or the words have
            another sense, and nothing tells that none of these is meant.
    """

    words: str
    candidates: tuple[CandidateTag, ...]
    may_be_name: bool = False


def mentions_in(text: str, *, alone: bool = False) -> list[Mention]:
    """Return the nouns of an English text that mean tags, in order.

    Args:
        text: to read.
        alone: True for a word or phrase that somebody picked, such as a hashtag.
    """
    plain_text = _figures().sub(" . ", text)
    case, read = case_of(text), _NAMED_WORK.sub(r"\1 . ", _QUOTED.sub(" . ", plain_text))
    mentions = [mention for run in runs_of(read) for mention in _mentions(run, case, alone=alone)]
    if case == "title" and _TWO_NAMES.search(text):  # an artist and a song, a series and an episode
        return [mention._replace(may_be_name=True) for mention in mentions]
    return mentions


@cache
def _figures() -> re.Pattern[str]:
    """Return what finds figures of speech, whose nouns are not there."""
    spelled = "|".join(re.escape(one) for one in sorted(figures_of_speech(), key=len, reverse=True))
    return re.compile(rf"\b(?:{spelled})\b", re.IGNORECASE)


def names_in(text: str) -> set[str]:
    """Return the words of a text that are names though they could mean a tag, in small letters."""
    case = case_of(text)
    quoted = " . ".join(_QUOTED.findall(text) + [one.group() for one in _NAMED_WORK.finditer(text)])
    names = {token.word for run in runs_of(quoted) for token in run if token.is_capital}
    for run in runs_of(text):
        for at, token in enumerate(run):
            if case != "none" and _is_name(run, at, 1, case):
                names.add(token.word)
    return names


def is_team(mention: Mention) -> bool:
    """Tell whether words may be the name of a team: several animals, pirates or rockets."""
    is_plural = mention.words.lower().endswith("s")
    return is_plural and any(one.tag in _TEAMS for one in mention.candidates)


def case_of(text: str) -> LetterCase:
    """Return how a text writes its words."""
    words = [token for run in runs_of(text) for token in run if token.word.isalpha()]
    if all(token.text.isupper() for token in words) or not any(one.is_capital for one in words):
        return "none"
    if not words[0].is_capital:
        return "sentence"
    telling = [one for one in words if not one.begins and one.word not in function_words()]
    capital = sum(one.is_capital for one in telling)
    return "title" if not telling or capital >= _TITLE_CASE * len(telling) else "sentence"


def _mentions(run: Sequence[Token], case: LetterCase, *, alone: bool) -> Iterator[Mention]:
    at = 0
    while at < len(run):
        for size in range(min(_LONGEST, len(run) - at), 0, -1):
            words = " ".join(token.word for token in run[at : at + size])
            if words in called() or (size > 1 and _means_another(words)):
                break
            candidates = candidate_tags(words) if len(words) >= _MIN_LETTERS else ()
            if candidates and _is_meant(run, at, size, case, alone=alone):
                written = " ".join(token.text for token in run[at : at + size])
                may_be_name = _may_be_name(run[at], candidates, alone=alone)
                is_doubtful = words in unsure() and not _is_one(run, at)
                yield Mention(written, candidates, may_be_name or is_doubtful)
                break
        at += size


def _may_be_name(token: Token, candidates: Sequence[CandidateTag], *, alone: bool) -> bool:
    """Tell whether a word is one of nature that begins with a capital, or a brand picked alone.

    The capital is that of a title or of a sentence's begin: within a sentence it makes a name.
    """
    if token.is_capital:
        return any(is_of_nature(one.tag) for one in candidates)
    return alone and token.word in brands()


def _is_one(run: Sequence[Token], at: int) -> bool:
    """Tell whether a word is said of one thing, or of somebody's: a house, our house."""
    before = {one.word for one in run[max(0, at - _AWAY) : at]}
    return bool(before & (determiners() - _NO_OBJECT - {"the"}))


def _means_another(phrase: str) -> bool:
    """Tell whether a phrase is something else than its parts are: a car bomb is no car."""
    if candidate_tags(phrase) or phrase.rpartition(" ")[2] in about_the_first():
        return False
    own = {entry.tag for entry in noun_thesaurus().entries(phrase)}
    of_parts = {one.tag for word in phrase.split() for one in candidate_tags(word)}
    return noun_thesaurus().is_set_phrase(phrase) or (bool(own) and own.isdisjoint(of_parts))


def _is_meant(run: Sequence[Token], at: int, size: int, case: LetterCase, *, alone: bool) -> bool:
    before = {one.word for one in run[max(0, at - _AWAY) : at]}
    if before & _DENIALS or _is_name(run, at, size, case):
        return False
    word = run[at].word
    if size == 1 and (_is_order(run, at) or _is_verb(run, at)):
        return False
    if size > 1 or not {word, *noun_thesaurus().singulars(word)} & rarely_nouns():
        return True
    is_only_word = len(run) == 1 and alone
    return is_only_word or bool(before & determiners())


def _is_order(run: Sequence[Token], at: int) -> bool:
    """Tell whether a word begins a sentence before a determiner, as verbs do: book a lesson."""
    after = run[at + 1].word if at + 1 < len(run) else ""
    return run[at].begins and after in determiners() - _NO_OBJECT


def _is_verb(run: Sequence[Token], at: int) -> bool:
    """Tell whether a word stands where verbs do: where you park it."""
    after = run[at + 1].word if at + 1 < len(run) else ""
    return after in objects() or (at > 0 and run[at - 1].word in subjects())


def _is_name(run: Sequence[Token], at: int, size: int, case: LetterCase) -> bool:
    first, last = run[at], run[at + size - 1]
    if case == "none":
        return at > 0 and run[at - 1].word in given_names() and not first.word.isdigit()
    if not first.is_capital:
        return False
    if case == "sentence" and not first.begins:
        return True
    if size == 1 and first.word in brands():
        return True
    before = run[at - 1] if at else None
    if before is not None and before.is_capital and _calls(before.word, first):
        return True
    after = run[at + size] if at + size < len(run) else None
    return (
        last.word in given_names()
        and after is not None
        and after.is_capital
        and after.word not in function_words()
        and not candidate_tags(after.word)
    )


def _calls(before: str, token: Token) -> bool:
    """Tell whether a word makes a name of the one after it: a person's, or a team's."""
    is_team = before in places() and token.word.endswith("s")
    return is_team or before in given_names() or (len(before) == 1 and before != "a")
