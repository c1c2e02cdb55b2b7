"""``reelmatch similar``: videos like one video."""

import click

from api.background.list_settings import RequestOptions
from api.background.live import Live
from api.cli.matching.matches import print_matches
from api.cli.matching.reasons import explain_option
from api.cli.output import (
    count_option,
    json_option,
    no_sensitive_option,
    sources_option,
    where_option,
)
from api.filter_parser import harmless
from api.settings import load_settings
from engine.domain.evaluations.shown_lists import EntryPoint, ListKind
from engine.domain.matching.filters import Filter
from engine.domain.matching.source_weights import SourceWeights
from engine.search.matches import similar
from engine.services.matches import ranked_matches


@click.command("similar")
@click.argument("video")
@where_option
@no_sensitive_option
@sources_option
@count_option
@explain_option
@json_option
def command(
    video: str,
    where: Filter,
    sources: SourceWeights,
    k: int,
    *,
    no_sensitive: bool,
    explain: bool,
    as_json: bool,
) -> None:
    """Find the videos most like VIDEO (id, path, file name or title)."""
    with Live.open(load_settings()) as live:
        snapshot = live.snapshot
        passing = harmless(where) if no_sensitive else where
        record = live.catalog.videos.find(video)
        matches = similar(snapshot, record.id, k=k, where=passing, sources=sources)
        answer = ranked_matches(live.catalog.tracks, snapshot, matches, explained=explain)
        answer = live.lists.matches(
            answer, EntryPoint.COMMAND, snapshot, ListKind.SIMILAR, options=RequestOptions(sources)
        )
        print_matches(live, answer, explain=explain, as_json=as_json)
