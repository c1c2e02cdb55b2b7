"""Output of ``reelmatch match`` and ``reelmatch similar``."""

from collections.abc import Sequence

import click

from api.background.live import Live
from api.cli.matching.reasons import place_text, print_explained
from api.cli.output import print_ignored, print_json, title_of
from engine.domain.matching.results import Match, Matches


def print_matches(live: Live, answer: Matches, *, explain: bool, as_json: bool) -> None:
    """Print ranked matches with the tags that made each score, and when they were seen if asked."""
    if as_json:
        print_json(answer)
        return
    print_ignored(answer.ignored)
    for word_match in answer.understood:
        tags = ", ".join(
            f"{candidate.tag} {candidate.confidence:.2f}" for candidate in word_match.used
        )
        click.echo(f"{word_match.word!r} is understood as {tags}", err=True)
    if answer.matches:
        _print_ranked(live, answer.matches, explain=explain)
    if answer.nearest:
        fits = "no more fit" if answer.matches else "no video fits"
        click.echo(f"{fits}; the nearest, by what is broader:", err=True)
        _print_ranked(live, answer.nearest, explain=explain)
    elif not answer.matches:
        click.echo("no video fits", err=True)


def _print_ranked(live: Live, matches: Sequence[Match], *, explain: bool) -> None:
    rows = (
        (
            (
                place_text(rank, one.moved),
                f"{one.score:.3f}",
                one.video,
                title_of(live.catalog, one.video),
            ),
            one.why,
        )
        for rank, one in enumerate(matches, start=1)
    )
    print_explained(("rank", "score", "video", "title"), rows, explained=explain)
