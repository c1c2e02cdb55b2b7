"""``reelmatch campaigns webhook``: who is told of a campaign's new matches."""

import click

from api.background.signed_post import check_url
from api.catalogs import open_own_catalog
from api.cli.groups import Group
from api.cli.output import json_option, print_json, print_table
from api.settings import load_settings
from engine.errors import InvalidInput
from engine.services.webhooks import new_webhook, webhook_status
from ingest.sources.guard import AllowedNetwork


@click.group("webhook", cls=Group)
def command() -> None:
    """Choose who is told of a campaign's new matches, which `reelmatch serve` does.

    \b
    reelmatch campaigns webhook set spring-bikes https://ads.example.com/reelmatch
    reelmatch campaigns webhook list
    """


@command.command("set")
@click.argument("campaign")
@click.argument("url")
@json_option
def set_(campaign: str, url: str, *, as_json: bool) -> None:
    """Tell URL of the new matches of CAMPAIGN from now on; prints its new secret, this once."""
    settings = load_settings()
    allowed = tuple(map(AllowedNetwork.parse, settings.web_allowed_networks))
    with open_own_catalog(settings) as catalog:
        record = catalog.campaigns.find(campaign)
        webhook = catalog.webhooks.set(record.id, check_url(url, allowed))
    if as_json:
        print_json(new_webhook(webhook))
    else:
        click.echo(webhook.secret)
        click.echo("matches are signed with this secret: it is not shown again", err=True)


@command.command("list")
@json_option
def list_(*, as_json: bool) -> None:
    """List who is told, and how that goes."""
    with open_own_catalog(load_settings()) as catalog:
        webhooks = catalog.webhooks
        statuses = [webhook_status(webhooks, webhook) for webhook in webhooks.all()]
    if as_json:
        print_json({"webhooks": statuses})
    elif not statuses:
        click.echo("nobody is told of any campaign's matches", err=True)
    else:
        print_table(
            ("campaign", "waiting", "delivered", "failed", "url", "trouble"),
            (
                (one.campaign, *map(str, one.deliveries.values()), one.url, one.trouble)
                for one in statuses
            ),
        )


@command.command("delete")
@click.argument("campaign")
def delete(campaign: str) -> None:
    """Tell nobody of the matches of CAMPAIGN any more; what was not told yet is dropped."""
    with open_own_catalog(load_settings()) as catalog:
        if not catalog.webhooks.remove(catalog.campaigns.find(campaign).id):
            raise InvalidInput(
                f"nobody is told of the matches of {campaign!r}:"
                " 'reelmatch campaigns webhook list' shows who is"
            )
