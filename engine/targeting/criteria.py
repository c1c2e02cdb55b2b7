"""Criteria: what an advertiser writes in a plan for a rule, declared by the rule's class.

Everything that takes or shows one goes by its declaration: the documented body and answer of HTTP,
the parser of plans, the console's form and page. The catalog stores what is written, and knows
none of them. A criterion that is empty (no words, 0) asks for nothing, and is not stored.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.domain.advertising.campaigns import Campaign
from engine.errors import InvalidInput

ListOfWords = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CodeList:
    """Published codes that words are chosen from.

    Attributes:
        name: of the list; letters and hyphens.
        options: returns each code with its name for people, in the order they are offered.
        check: raises ``InvalidInput`` for a code that is not in the list.
    """

    name: str
    options: Callable[[], Sequence[tuple[str, str]]]
    check: Callable[[Iterable[str]], object]


@dataclass(frozen=True, slots=True)
class Choices:
    """Any number of a few words.

    Attributes:
        name: in plans.
        label: for people.
        doc: description of it.
        options: word -> its name for people.
    """

    name: str
    label: str
    doc: str
    options: Mapping[str, str]

    def of(self, campaign: Campaign) -> ListOfWords:
        """Return the words that a campaign chose; none for all."""
        return tuple(campaign.criteria.get(self.name, ()))

    def parsed(self, value: Any) -> ListOfWords:
        """Return the words of a plan, each once."""
        return tuple(dict.fromkeys(value))


@dataclass(frozen=True, slots=True)
class Words:
    """Any number of words or codes.

    Attributes:
        name: in plans.
        label: for people.
        doc: description of it.
        hint: for people, what it means to write some, or none.
        placeholder: an example.
        max_length: of a word, in characters.
        unknown_label: for people, of ``""``, which stands for what is unknown; empty where that
            cannot be asked for.
        codes: that they are chosen from; None for any words.
    """

    name: str
    label: str
    doc: str
    hint: str = ""
    placeholder: str = ""
    max_length: int = 32
    unknown_label: str = ""
    codes: CodeList | None = None

    def of(self, campaign: Campaign) -> ListOfWords:
        """Return the words of a campaign; none for all."""
        return tuple(campaign.criteria.get(self.name, ()))

    def parsed(self, value: Any) -> ListOfWords:
        """Return the words of a plan, each once.

        Raises:
            InvalidInput: naming one that is not in the list of codes.
        """
        words = tuple(dict.fromkeys(value))
        if self.codes is not None:
            try:
                self.codes.check(words)
            except InvalidInput as error:
                raise InvalidInput(f"{self.name}: {error}") from None
        return words


@dataclass(frozen=True, slots=True)
class Number:
    """A number; 0 asks for nothing.

    Attributes:
        name: in plans.
        label: for people.
        doc: description of it.
        highest: the highest that may be written; the lowest is 0.
    """

    name: str
    label: str
    doc: str
    highest: float

    def of(self, campaign: Campaign) -> float:
        """Return the number of a campaign."""
        return float(campaign.criteria.get(self.name, 0.0))

    def parsed(self, value: Any) -> float:
        """Return the number of a plan."""
        return float(value)


Criterion = Choices | Words | Number
