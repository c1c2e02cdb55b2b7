"""``reelmatch ingest``: watch files and folders."""

import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import click

from api.catalogs import open_own_catalog
from api.cli.output import json_option, print_json, print_table
from api.cli.progress import WatchingBars
from api.media import tidy_media
from api.settings import load_settings
from engine.domain.jobs import Job
from engine.domain.tags import AUDIO, METADATA, SPEECH, TEXT
from engine.domain.text import shown
from engine.domain.videos import ANALYZED
from engine.errors import InvalidInput
from engine.executors import is_remote, open_executor
from engine.ports.catalog import Catalog
from engine.system.cpus import usable_cpus
from ingest.decoding.probe import Status
from ingest.metadata import reread_metadata
from ingest.outdated import count_outdated, find_lacking, find_outdated
from ingest.pipeline import KNOWN, IngestResult
from ingest.pipeline import Progress as Done
from ingest.runner.worker import POLL_SECONDS, Worker
from ingest.sources.addresses import canonical, is_address, read_addresses
from ingest.sources.files import LINKS_OUT, LeftOut, NoVideoFile, check_name, local_files
from ingest.sources.web import playlist_addresses
from ingest.taggers.registry import DEFAULT, Identity, check_tagger, find_factory, identity_of
from ingest.taggers.speech.registry import check_recognizer

ADDABLE = (AUDIO, TEXT, METADATA, SPEECH)
"""Sources of tags that old videos can get without being seen again."""

_INTERRUPTED = 130
_MAX_NAMED = 10
_MAX_UNDER_WAY = 64
"""Videos of a cluster at a time: each is a process here, of some 50 MB, that asks the catalog."""


@click.command("ingest")
@click.argument("sources", nargs=-1, metavar="[PATH_OR_ADDRESS]...")
@click.option(
    "--addresses",
    "address_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file with an address a line, too.",
)
@click.option("--playlist", is_flag=True, help="Take all videos of addresses that are playlists.")
@click.option(
    "--tagger",
    default=DEFAULT,
    show_default=True,
    metavar="NAME[:ARGUMENT]",
    help="Who looks: 'local' comes along; 'onnx:FOLDER' is a CLIP-like pair of yours;"
    " 'vlm:URL#MODEL' is a model that looks at pictures, on a server; 'clarifai' is a service (the"
    " video leaves this machine); packages bring others.",
)
@click.option(
    "--every",
    type=click.IntRange(1, 3_600),
    default=1,
    show_default=True,
    metavar="SECONDS",
    help="Have at most one in so many seconds tagged, to pay for fewer answers; the others take"
    " what was said of the last.",
)
@click.option(
    "--audio/--no-audio",
    default=True,
    help="Hear the sound, too (the default), or save the time that it takes.",
)
@click.option(
    "--text/--no-text",
    default=True,
    help="Read the words on the picture, too (the default), or save the time that it takes.",
)
@click.option(
    "--speech",
    default="",
    metavar="NAME:ARGUMENT",
    help="Who writes down what is spoken where there are no captions: 'whisper:FOLDER' is a model"
    " in a folder. Captions that come along are read anyway.",
)
@click.option("--force", is_flag=True, help="Look again at videos that were analyzed before.")
@click.option(
    "--outdated",
    is_flag=True,
    help="Look again at all that an older version of the tagger saw, or whose kind older rules"
    " told, the newest first.",
)
@click.option(
    "--add",
    "added",
    metavar="SOURCES",
    help="Have sources of tags observe all analyzed videos that they did not observe yet, and leave"
    f" the others as they are: of {', '.join(ADDABLE)}, with commas between them. Metadata needs no"
    " footage.",
)
@click.option(
    "--processes",
    type=click.IntRange(min=1),
    help="How many videos at a time; as many as cores unless said, with a cluster twice as many as"
    f" it has threads, at most {_MAX_UNDER_WAY}.",
)
@json_option
def command(
    sources: tuple[str, ...],
    address_file: Path | None,
    *,
    playlist: bool,
    tagger: str,
    every: int,
    audio: bool,
    text: bool,
    speech: str,
    force: bool,
    outdated: bool,
    added: str | None,
    processes: int | None,
    as_json: bool,
) -> None:
    """Watch videos (files, folders with all below them, web addresses) and keep what was seen.

    A video that cannot be analyzed gets a status and a reason and never stops the others. What is
    interrupted waits in a queue: without sources, what waits is analyzed. Exit code 1 when not one
    could be analyzed. What was analyzed is searchable once there was a 'reelmatch reindex'.
    """
    again = "--outdated" if outdated else "--add" if added is not None else ""
    if again and (sources or address_file or playlist or force or (outdated and added)):
        raise click.UsageError(f"{again} looks at what the catalog knows: give it alone")
    adds = _read_added(added)
    settings = load_settings()
    limits = settings.fetch_limits
    context = settings.tagger_context
    tagger = check_tagger(tagger, context)
    speech = check_recognizer(speech, context) if speech else ""
    if every > 1 and find_factory(tagger).takes_whole_videos:
        raise InvalidInput(
            f"the tagger {tagger.partition(':')[0]!r} takes whole videos: it is not asked second"
            " by second, so there is nothing to leave out; take --every away"
        )
    cluster = settings.executor if is_remote(settings.executor) else ""
    addresses = [source for source in sources if is_address(source)]
    addresses += read_addresses(address_file) if address_file else ()
    if playlist:
        addresses = [one for each in addresses for one in playlist_addresses(each, limits)]
    if "" in sources:
        raise InvalidInput("a source is empty: name a file, a folder or an address")
    paths = [Path(source) for source in sources if not is_address(source)]
    with open_own_catalog(settings) as catalog:
        jobs = catalog.jobs
        goes_on = not paths and not addresses and not again
        if goes_on and not jobs.open_count():
            raise InvalidInput("nothing waits to be analyzed: name files, folders or addresses")
        left_out = LeftOut()
        files, missing = find_files(paths, left_out)
        waiting = [*map(str, files), *map(canonical, addresses)]
        options = {
            "tagger": tagger,
            "every": every,
            "audio": audio,
            "text": text,
            "speech": speech,
        }
        mine = jobs.add(waiting, {"force": force} | options, now=time.time())
        lost: list[IngestResult] = []
        if goes_on:
            mine = jobs.open_ids()
        if outdated:
            mine, lost = _queue_outdated(catalog, identity_of(tagger, context), options)
        if adds:
            mine, lost = _queue_added(catalog, adds, options)
        # What else waits is left alone when there is nothing to look at again.
        works = mine or not again
        worker = partial(
            Worker,
            catalog,
            settings.home,
            processes or _max_processes(cluster),
            fetch=limits,
            context=context,
            media=settings.media,
            cluster=cluster,
        )
        ended = _work(catalog, mine, worker) if works else []
        tidy_media(settings, catalog)
        known = any(KNOWN in result.reason for result in ended)
        n_older = count_outdated(catalog, identity_of(tagger, context)) if known else 0
    results = [*missing, *ended, *lost]
    if as_json:
        print_json(
            {
                "videos": results,
                "left_out": dict(_by_frequency(left_out.counts)),
                "links_out": [shown(str(link)) for link in left_out.links],
            }
        )
    else:
        if results or not again:
            _print_results(results)
        if known:
            _print_how_to_look_again(n_older)
        _print_left_out(left_out)
    if outdated and not results:
        click.echo(f"nothing is outdated: no video was seen by an older {tagger}", err=True)
    elif adds and not results:
        if analyzed := [source for source in adds if source != METADATA]:
            click.echo(f"no analyzed video lacks {' or '.join(analyzed)}", err=True)
    elif not any(result.status in ANALYZED for result in results):
        sys.exit(1)


def _queue_outdated(
    catalog: Catalog, tagger: Identity, options: Mapping[str, object]
) -> tuple[list[int], list[IngestResult]]:
    """Queue what an older version of a tagger saw; also return what is not there any more."""
    outdated = find_outdated(catalog, tagger)
    return catalog.jobs.add_again(outdated.there, options, now=time.time()), outdated.lost


def _max_processes(cluster: str) -> int:
    """Return how many videos are looked at at a time: by processes here, or those of a cluster.

    Raises:
        ClusterUnusable: when it cannot be asked.
    """
    if not cluster:
        return usable_cpus()
    with open_executor(cluster) as executor:
        return min(executor.max_in_flight, _MAX_UNDER_WAY)


def _read_added(text: str | None) -> tuple[str, ...]:
    """Read ``audio,metadata``.

    Raises:
        InvalidInput: naming a source that cannot be added.
    """
    adds = tuple(dict.fromkeys(part.strip() for part in (text or "").split(",") if part.strip()))
    if text is not None and not adds:
        raise InvalidInput(f"--add {text!r} names no source: choose from {', '.join(ADDABLE)}")
    for source in adds:
        if source not in ADDABLE:
            raise InvalidInput(
                f"the source {source!r} cannot be added: choose from {', '.join(ADDABLE)}"
            )
    return adds


def _queue_added(
    catalog: Catalog, adds: Sequence[str], options: Mapping[str, object]
) -> tuple[list[int], list[IngestResult]]:
    """Read metadata at once, and queue what needs footage; also return what is not there."""
    if METADATA in adds:
        n_read = reread_metadata(catalog)
        click.echo(
            f"read the metadata of {n_read} {'video' if n_read == 1 else 'videos'}", err=True
        )
    mine: dict[int, None] = {}
    lost: dict[str | None, IngestResult] = {}
    for source in adds:
        if source != METADATA:
            lacking = find_lacking(catalog, source)
            queued = catalog.jobs.add_sources(
                lacking.there, {**options, "add": [source]}, now=time.time()
            )
            mine |= dict.fromkeys(queued)
            lost |= {one.video: one for one in lacking.lost}
    return list(mine), list(lost.values())


def _work(
    catalog: Catalog,
    mine: Sequence[int],
    make_worker: Callable[..., Worker],
) -> list[IngestResult]:
    """Work the queue until it is empty and these jobs have ended, here or in another process.

    Returns:
        What became of these jobs, and of others that were found.
    """
    ended: dict[int, IngestResult] = {}
    try:
        with WatchingBars(shown=sys.stderr.isatty()) as bars:

            def on_end(job: Job, result: IngestResult) -> None:
                ended[job.id] = result
                bars.remove(job.id)

            def on_progress(job: Job, done: Done) -> None:
                bars.show(job.id, Path(job.source).name, done.done, done.declared_seconds)

            worker = make_worker(on_progress=on_progress, on_end=on_end)
            worker.run()
            if remote := catalog.jobs.count_open(mine):
                click.echo(f"waiting for {remote} that another process has begun", err=True)
            while catalog.jobs.count_open(mine):
                # Another process has them; should it give them up, they are ours again.
                time.sleep(POLL_SECONDS)
                worker.run()
    except KeyboardInterrupt:
        waiting = catalog.jobs.open_count()
        click.echo(
            f"\ninterrupted: {waiting} videos wait; 'reelmatch ingest' goes on with them", err=True
        )
        sys.exit(_INTERRUPTED)
    for number in mine:
        # Ended by another process that works the same queue.
        job = catalog.jobs.get(number)
        if number not in ended and job is not None:
            ended[number] = IngestResult(
                job.video or None, job.source, job.status or job.state, job.reason, job.seconds
            )
    return [ended[number] for number in sorted(ended)]


def find_files(paths: Sequence[Path], left_out: LeftOut) -> tuple[list[Path], list[IngestResult]]:
    """Return the files at the paths, and what is to be said of paths without any.

    What folders hold besides is added to ``left_out``.
    """
    files: list[Path] = []
    missing = []
    for path in paths:
        try:
            for file in local_files([path], left_out):
                try:
                    check_name(file.path)
                    files.append(file.path)
                except NoVideoFile as error:
                    missing.append(_missing(file.path, error))
        except NoVideoFile as error:
            missing.append(_missing(path, error))
    return list(dict.fromkeys(files)), missing


def _missing(path: Path, error: NoVideoFile) -> IngestResult:
    # Bytes that are no text can be neither printed nor stored.
    return IngestResult(None, shown(str(path.absolute())), Status.MISSING, shown(str(error)), 0)


def _print_left_out(left_out: LeftOut) -> None:
    """Say how many files of the folders were passed over, the most frequent endings first.

    Links out of the folders are named: somebody may have counted on what they lead to.
    """
    if not left_out.counts:
        return
    ranked = _by_frequency(left_out.counts)
    named = [f"{count} {suffix}" for suffix, count in ranked[:_MAX_NAMED]]
    if rest := sum(count for _, count in ranked[_MAX_NAMED:]):
        named.append(f"{rest} of other endings")
    click.echo(
        f"left out as no videos: {', '.join(named)}; a file named directly is always taken",
        err=True,
    )
    for link in left_out.links:
        click.echo(f"{LINKS_OUT}, not followed: {shown(str(link))}", err=True)
    if rest := left_out.counts[LINKS_OUT] - len(left_out.links):
        click.echo(f"and {rest} more of these links", err=True)


def _by_frequency(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _print_results(results: Sequence[IngestResult]) -> None:
    rows = (
        (
            result.video or "-",
            result.status,
            str(result.seconds),
            Path(result.source).name,
            result.reason,
        )
        for result in results
    )
    print_table(("video", "status", "seconds", "file", "reason"), rows)


def _print_how_to_look_again(n_older: int) -> None:
    """Say what to do about videos that were known: some of the catalog may be out of date."""
    click.echo("--force looks again at what was analyzed before", err=True)
    if n_older:
        who = "1 video was" if n_older == 1 else f"{n_older} videos were"
        click.echo(f"{who} analyzed by an older version: --outdated looks again", err=True)
