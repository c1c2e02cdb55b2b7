"""``reelmatch recommend``: videos for a viewer."""

import json
import time
from collections.abc import Iterator, Sequence

import click

from api.background.list_settings import RequestOptions
from api.background.live import Live
from api.cli.matching.reasons import TAG_HEAD, beside, in_a_line, place_text, tag_cells
from api.cli.output import (
    count_option,
    json_option,
    language_option,
    like_option,
    liked_option,
    no_sensitive_option,
    print_ignored,
    print_json,
    print_table,
    sources_option,
    strict_option,
    title_of,
    variety_option,
    weighted,
    where_option,
)
from api.encoding import encoded
from api.filter_parser import harmless
from api.settings import load_settings
from engine.domain.evaluations.shown_lists import EntryPoint
from engine.domain.matching.filters import Filter
from engine.domain.matching.keywords import IgnoredWord
from engine.domain.matching.recommendations import (
    Reason,
    Recommendation,
    RecommendationPage,
    Source,
)
from engine.domain.matching.source_weights import SourceWeights
from engine.ports.catalog import Catalog
from engine.search.rerank import BY_SCORE, Ranking
from engine.services.recommendations import RecommendationQuery, recommend

_share = click.FloatRange(0.0, 1.0)


@click.command("recommend")
@like_option
@click.option(
    "--dislike",
    "dislikes",
    multiple=True,
    metavar="TAG[=WEIGHT]",
    callback=weighted("--dislike", 1.0),
    help="A tag the viewer dislikes: pushes videos down.",
)
@liked_option
@click.option("--viewer", help="A viewer who is stored, instead of likes and dislikes.")
@click.option("--all-viewers", is_flag=True, help="Every viewer who is stored, as JSON lines.")
@click.option(
    "--diversity",
    type=_share,
    default=0.0,
    help="How much likeness to videos ranked before counts against one, 0 to 1.",
)
@click.option(
    "--freshness",
    type=_share,
    default=0.0,
    help="How much being new counts instead of the score, 0 to 1.",
)
@click.option(
    "--half-life",
    "half_life_days",
    type=float,
    default=BY_SCORE.half_life_days,
    show_default=True,
    help="After so many days a video is half as fresh.",
)
@click.option("--fold", is_flag=True, help="The same footage comes once.")
@variety_option
@click.option("--again", is_flag=True, help="Seen and hidden videos may come back.")
@click.option("--explain", is_flag=True, help="Tell where tags came from and when they were seen.")
@click.option("--cursor", help="The 'next' of the page before.")
@language_option
@where_option
@no_sensitive_option
@strict_option
@sources_option
@count_option
@json_option
def command(
    likes: dict[str, float],
    dislikes: dict[str, float],
    liked: tuple[str, ...],
    viewer: str | None,
    language: str,
    where: Filter,
    k: int,
    diversity: float,
    freshness: float,
    half_life_days: float,
    variety: int | None,
    cursor: str | None,
    sources: SourceWeights,
    *,
    all_viewers: bool,
    fold: bool,
    again: bool,
    explain: bool,
    no_sensitive: bool,
    strict: bool,
    as_json: bool,
) -> None:
    """Recommend videos to a viewer, by what they like.

    \b
    reelmatch recommend --like animal=1 --like nature=0.5 --dislike car
    reelmatch recommend --viewer ann --diversity 0.3 --fold
    """
    both = sorted(likes.keys() & dislikes.keys())
    if both:
        raise click.UsageError(f"liked and disliked at once: {', '.join(both)}")
    profile = {**likes, **{tag: -weight for tag, weight in dislikes.items()}}
    if (viewer is not None or all_viewers) and (profile or liked):
        raise click.UsageError("--viewer and --all-viewers go by what is stored: leave out likes")
    if (viewer is not None or all_viewers) and language:
        raise click.UsageError("--language is of likes and dislikes that are given here")
    if all_viewers and (viewer is not None or cursor is not None or explain):
        raise click.UsageError("--all-viewers takes no --viewer, --cursor or --explain")
    settings = load_settings()
    ranking = Ranking(diversity, freshness, half_life_days, fold, variety)
    passing = harmless(where) if no_sensitive else where
    request_options = RequestOptions(sources, variety)
    with Live.open(settings) as live:
        if all_viewers:
            from engine.batch.recommend_all import PageOptions, recommend_all

            options = PageOptions(k, passing, ranking, again, sources)
            rules, local = settings.profile_rules, live.local_snapshot
            for line in recommend_all(
                live.catalog,
                local,
                options,
                rules,
                now=time.time(),
                executor=settings.executor,
                experiment=live.lists.experiment,
            ):
                shown = live.lists.viewer_recommendations(line, local, rules, request_options)
                click.echo(json.dumps(encoded(shown), ensure_ascii=False))
            return
        ignored: tuple[IgnoredWord, ...] = ()
        if language:
            from engine.services.keywords import understood_interests

            profile, ignored = understood_interests(
                live.keyword_service,
                live.snapshot.vocabulary,
                profile,
                language=language,
                strict=strict,
                is_all=not liked,
            )
        query = RecommendationQuery(
            viewer=viewer,
            interests=profile,
            ignored=ignored,
            liked=tuple(live.catalog.videos.find(name).id for name in liked),
            k=k,
            where=passing,
            ranking=ranking,
            again=again,
            strict=strict,
            explain=explain,
            cursor=cursor,
            sources=sources,
        )
        rules, snapshot = live.lists.rules_of(viewer, settings.profile_rules), live.snapshot
        page = recommend(live.catalog, snapshot, query, rules, now=time.time())
        answer = live.lists.recommendations(
            page, EntryPoint.COMMAND, snapshot, rules, viewer=viewer, options=request_options
        )
        if as_json:
            print_json(answer)
        else:
            _print(answer, live.catalog, explained=explain)


def _print(answer: RecommendationPage, catalog: Catalog, *, explained: bool) -> None:
    print_ignored(answer.ignored)
    if answer.note:
        click.echo(answer.note, err=True)
    if not answer.matches:
        return
    head, rows = ("rank", "score", "video", "title"), list[Sequence[str]]()
    for match in answer.matches:
        video = match.video
        place = place_text(match.rank, match.moved)
        cells = (place, f"{match.score:.3f}", video, title_of(catalog, video))
        if explained:
            rows += beside(cells, _lines(match, catalog))
        else:
            why = [in_a_line(match.why), *_beside_the_score(match)]
            rows.append((*cells, ", ".join(filter(None, why))))
    print_table((*head, *TAG_HEAD, "from") if explained else (*head, "why"), rows)
    if answer.next:
        click.echo(f"more: --cursor {answer.next}", err=True)


def _lines(match: Recommendation, catalog: Catalog) -> Iterator[Sequence[str]]:
    """Yield a line a tag, whose shares add up to the score, and one for what counts beside it."""
    for reason in match.why:
        yield (*tag_cells(reason), _from(reason, catalog) if isinstance(reason, Reason) else "")
    liked = _liked(match.co_likes_from or (), catalog)
    moved = [*_beside_the_score(match), *([f"co-liked by {liked}"] if liked else [])]
    if moved or not match.why:
        yield ("", "", "", ", ".join(moved))


def _from(reason: Reason, catalog: Catalog) -> str:
    parts = [f"explicit {reason.explicit:+.3f}"] if reason.explicit else []
    parts += [_liked([source], catalog) for source in reason.from_]
    parts += [f"other {reason.other:+.3f}"] if round(reason.other, 3) else []
    return ", ".join(parts)


def _liked(sources: Sequence[Source], catalog: Catalog) -> str:
    return ", ".join(
        f"{source.kind} {title_of(catalog, source.video) or source.video} {source.share:+.3f}"
        for source in sources
    )


def _beside_the_score(match: Recommendation) -> list[str]:
    """Return what ranked a match beside its tags, in words."""
    named = [f"liked together {match.co_likes:+.2f}"] if match.co_likes else []
    named += [f"{len(match.folded)} alike folded"] if match.folded else []
    return named
