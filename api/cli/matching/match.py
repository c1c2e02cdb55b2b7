"""``reelmatch match``: videos for an advertiser."""

import click

from api.background.list_settings import RequestOptions
from api.background.live import Live
from api.cli.matching.matches import print_matches
from api.cli.matching.reasons import explain_option
from api.cli.output import (
    count_option,
    json_option,
    language_option,
    no_sensitive_option,
    sources_option,
    strict_option,
    variety_option,
    weighted,
    where_option,
)
from api.filter_parser import harmless
from api.settings import load_settings
from engine.domain.evaluations.shown_lists import EntryPoint
from engine.domain.matching.filters import Filter
from engine.domain.matching.source_weights import SourceWeights
from engine.services.matches import keyword_matches


@click.command("match")
@click.option(
    "--keyword",
    "keywords",
    multiple=True,
    required=True,
    metavar="WORD[=WEIGHT]",
    callback=weighted("--keyword", 1.0),
    help="What the campaign is about: a tag or any word or phrase; may be given again.",
)
@click.option(
    "--exclude",
    multiple=True,
    metavar="TAG",
    help="Leave out videos on which this tag counts (two seconds unless set otherwise).",
)
@click.option(
    "--min-relevance",
    type=click.FloatRange(0.0, 1.0),
    help="Least score, as a share of the best one's; that of the settings unless given.",
)
@variety_option
@language_option
@where_option
@no_sensitive_option
@strict_option
@sources_option
@count_option
@explain_option
@json_option
def command(
    keywords: dict[str, float],
    exclude: tuple[str, ...],
    language: str,
    where: Filter,
    sources: SourceWeights,
    k: int,
    min_relevance: float | None,
    variety: int | None,
    *,
    no_sensitive: bool,
    strict: bool,
    explain: bool,
    as_json: bool,
) -> None:
    """Find the videos that fit an advertiser's keywords.

    \b
    reelmatch match --keyword bicycle --keyword city --exclude alcohol
    reelmatch match --keyword "live music festival"

    A word that is no tag is understood as tags, in fifteen languages; `reelmatch keywords` says
    how. One that means no tag is named and does not count.
    """
    settings = load_settings()
    least = settings.min_relevance if min_relevance is None else min_relevance
    variety = settings.variety if variety is None else variety
    with Live.open(settings) as live:
        snapshot = live.snapshot
        passing = harmless(where) if no_sensitive else where
        profile, understood = live.weights(
            snapshot.vocabulary, keywords, strict=strict, language=language
        )
        answer = keyword_matches(
            live.catalog.tracks,
            snapshot,
            profile,
            understood,
            words=keywords,
            k=k,
            exclude=exclude,
            where=passing,
            sources=sources,
            min_relevance=least,
            variety=variety,
            explained=explain,
        )
        options = RequestOptions(sources, variety, least)
        answer = live.lists.matches(answer, EntryPoint.COMMAND, snapshot, options=options)
        print_matches(live, answer, explain=explain, as_json=as_json)
