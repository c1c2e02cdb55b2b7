"""Lists of words that say what others are in a sentence; ``words.toml`` says what each is for."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

_ARTICLE: Final = re.compile(r"^an?\s")

WORDS: Final = Path(__file__).with_name("words.toml")


@cache
def _lists() -> Mapping[str, str]:
    lists: Mapping[str, str] = tomllib.loads(WORDS.read_text("utf-8"))
    return lists


@cache
def _list(name: str) -> frozenset[str]:
    return frozenset(_lists()[name].split())


def function_words() -> frozenset[str]:
    """Return the little words of English."""
    return _list("function")


def foreign_words() -> frozenset[str]:
    """Return little words of other languages that are none of English."""
    return _list("foreign")


def determiners() -> frozenset[str]:
    """Return the words that a noun comes after."""
    return _list("determiners")


def subjects() -> frozenset[str]:
    """Return the words that a verb comes after."""
    return _list("subjects")


def objects() -> frozenset[str]:
    """Return the words that come after a verb."""
    return _list("objects")


def brands() -> frozenset[str]:
    """Return the nouns that are as often names of what is sold, or of teams."""
    return _list("brands")


def ambiguous() -> frozenset[str]:
    """Return the nouns that mean a tag's thing no more often than something else."""
    return _list("ambiguous")


def unsure() -> frozenset[str]:
    """Return the nouns that a title uses in another sense about as often."""
    return _list("unsure")


def folders() -> frozenset[str]:
    """Return the names of folders that say nothing."""
    return _list("folders")


def about_the_first() -> frozenset[str]:
    """Return the words that end a phrase which is about its first word."""
    return _list("about_the_first")


def settings() -> frozenset[str]:
    """Return the tags of places and occasions: a pool is seen with water, and is none."""
    return _list("settings")


def nature() -> frozenset[str]:
    """Return the tags above those of nature, after which bands, teams and films are called."""
    return _list("nature")


def rooms() -> frozenset[str]:
    """Return those of ``settings`` that are rooms: an oven is no kind of a kitchen."""
    return _list("rooms")


def leagues() -> frozenset[str]:
    """Return the words that say that teams play."""
    return _list("leagues")


@cache
def figures_of_speech() -> frozenset[str]:
    """Return the phrases whose nouns are not meant, without the article before them."""
    written = filter(None, map(str.strip, _lists()["figures_of_speech"].splitlines()))
    return frozenset(_ARTICLE.sub("", phrase) for phrase in written)
