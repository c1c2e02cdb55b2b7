"""``reelmatch serve``: the HTTP service."""

import click

from api.settings import load_settings


@click.command("serve")
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65_535), help="Port to listen on; 0: a free one.")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Processes that answer; they share one mapped index.",
)
def command(host: str | None, port: int | None, workers: int) -> None:
    """Answer over HTTP; the documentation is at /docs.

    Without keys ('reelmatch keys create') the service is for this machine alone. One of its
    processes works the queue, too, unless REELMATCH_PROCESSES is 0.
    """
    from api.http.server import run

    settings = load_settings()
    chosen = settings.port if port is None else port
    run(settings, host=host or settings.host, port=chosen, workers=workers)
