"""The webhook of a campaign's new matches, and the state of its deliveries."""

from typing import Any

from engine.catalogs.sqlite.webhooks import Webhooks
from engine.domain.webhooks import Webhook


def webhook_json(webhooks: Webhooks, webhook: Webhook) -> dict[str, Any]:
    """Return a webhook without its secret."""
    return {
        "campaign": webhook.campaign,
        "url": webhook.url,
        "deliveries": webhooks.counts(webhook.campaign),
        "trouble": webhooks.last_trouble(webhook.campaign),
    }


def new_webhook_json(webhook: Webhook) -> dict[str, Any]:
    """Return a webhook that was just set, with its secret."""
    return {"campaign": webhook.campaign, "url": webhook.url, "secret": webhook.secret}
