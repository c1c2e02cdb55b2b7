"""``reelmatch serve``: the HTTP service."""

import click

from api.settings import load_settings


@click.command("serve")
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65_535), help="Port to listen on; 0: a free one.")
def command(host: str | None, port: int | None) -> None:
    """Answer over HTTP; the documentation is at /docs."""
    import uvicorn

    from api.app import create_app

    settings = load_settings()
    uvicorn.run(
        create_app(settings),
        host=host or settings.host,
        port=settings.port if port is None else port,
    )
