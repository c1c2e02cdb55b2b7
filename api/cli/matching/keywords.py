"""``reelmatch keywords``: which tags words mean."""

from collections.abc import Iterator

import click

from api.background.live import Live
from api.cli.output import json_option, language_option, print_json, print_table
from api.settings import load_settings
from engine.domain.matching.keywords import KeywordMatch


@click.command("keywords")
@click.argument("words", nargs=-1, required=True, metavar="WORD...")
@language_option
@json_option
def command(words: tuple[str, ...], language: str, *, as_json: bool) -> None:
    """Say which tags WORDs mean, how sure that is, and what led there.

    From a confidence of 0.60 on a word can be used as a keyword of `reelmatch match`; from 0.45 on
    its tags are suggested; below it is refused. Put a phrase in quotes.

    \b
    reelmatch keywords sneakers "live music festival"
    reelmatch keywords --language es pie zapatos
    """
    with Live.open(load_settings()) as live:
        keywords = live.keyword_service.of(live.catalog.tags.vocabulary())
        matches = keywords.read_all(words, language)
    if as_json:
        print_json({"keywords": matches})
    else:
        rows = (row for match in matches for row in _rows(match))
        print_table(("word", "status", "read in", "tag", "confidence", "how", "by"), rows)


def _rows(match: KeywordMatch) -> Iterator[tuple[str, ...]]:
    word, status, read = match.word, match.status.value, ", ".join(match.languages)
    if not match.candidates:
        yield word, status, read, "", "", "", ""
    for candidate in match.candidates:
        used = " *" if candidate in match.used else ""
        confidence = f"{candidate.confidence:.2f}{used}"
        yield word, status, read, candidate.tag, confidence, candidate.method.value, candidate.by
        word = status = read = ""
