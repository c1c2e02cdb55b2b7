"""Context of a line: its video's other lines, whose title says what is a name in all of them."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from engine.domain.lines import Line
from engine.keywords.thesaurus.nouns import noun_thesaurus
from ingest.taggers.lines.mentions import Mention, mentions_in, names_in
from ingest.taggers.lines.titles import is_named_work, is_of_song, song_words
from ingest.taggers.lines.tokens import runs_of
from ingest.taggers.lines.word_lists import leagues

TITLES: Final = ("title", "file")
"""Fields that say what a video is called."""


class Context(NamedTuple):
    """Knowledge of a video before a line of it is read.

    Attributes:
        names: words that are names, in small letters, also without an ending.
        song: the words by which its title says that it is one of a song; empty if it does not.
        is_called: whether its title is what a song, a film or another work is called.
        is_sport: whether teams play on it, which are called like animals.
    """

    names: frozenset[str] = frozenset()
    song: str = ""
    is_called: bool = False
    is_sport: bool = False

    def hides(self, mention: Mention) -> bool:
        """Tell whether words of another line than the title name something, and mean nothing."""
        words = mention.words.lower().split()
        return all(not _forms(word).isdisjoint(self.names) for word in words)


def context_of(lines: Sequence[Line]) -> Context:
    """Return what the lines of a video say of each other."""
    titles = [line.text for line in lines if line.field in TITLES]
    others = [line.text for line in lines if line.field == "description"]
    words_of_publisher = [line.text for line in lines if line.field == "tag"]
    words = {token.word for line in lines for run in runs_of(line.text) for token in run}
    names: set[str] = set()
    song = ""
    is_called = False
    for title in titles:
        named = song_words(title) or (is_of_song(title, others, words_of_publisher) and "song")
        song = song or named or ""
        is_work = bool(named) or is_named_work(title)
        is_called = is_called or is_work
        names |= _words(title) if is_work else names_in(title)
    if song:
        # What is seen may still be named: a guitar lesson, a piano cover.
        names -= {token for one in mentions_in(song) for token in one.words.lower().split()}
    return Context(
        frozenset(form for name in names for form in _forms(name)),
        song,
        is_called,
        not words.isdisjoint(leagues()),
    )


def _words(text: str) -> set[str]:
    return {token.word for run in runs_of(text) for token in run}


def _forms(word: str) -> set[str]:
    return {word, *noun_thesaurus().singulars(word)}
