"""Output of ``reelmatch match`` and ``reelmatch similar``."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from api.background.live import Live
from api.cli.output import print_ignored, print_json, title_of
from api.cli.reasons import print_explained
from engine.domain.results import Match
from engine.ports.index import IndexSnapshot
from engine.services.matches import ranked_matches

if TYPE_CHECKING:
    from engine.domain.keywords import KeywordMatch


def print_matches(
    live: Live,
    snapshot: IndexSnapshot,
    matches: Sequence[Match],
    understood: "Sequence[KeywordMatch]" = (),
    *,
    explain: bool,
    as_json: bool,
) -> None:
    """Print ranked matches with the tags that made each score, and when they were seen if asked."""
    answer = ranked_matches(live.catalog.tracks, snapshot, matches, understood, explained=explain)
    if as_json:
        print_json(answer)
        return
    print_ignored(answer.ignored)
    for word_match in understood:
        if not word_match.used:
            continue
        tags = ", ".join(
            f"{candidate.tag} {candidate.confidence:.2f}" for candidate in word_match.used
        )
        click.echo(f"{word_match.word!r} is understood as {tags}", err=True)
    if not matches:
        click.echo("no video fits", err=True)
        return
    rows = (
        (
            (str(rank), f"{one.score:.3f}", one.video, title_of(live.catalog, one.video)),
            one.why,
        )
        for rank, one in enumerate(answer.matches, start=1)
    )
    print_explained(("rank", "score", "video", "title"), rows, explained=explain)
