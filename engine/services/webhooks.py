"""Webhooks of campaigns' new matches, and how their deliveries go."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.domain.advertising.webhooks import DeliveryState, Webhook
from engine.ports.catalog import Webhooks


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """A webhook that was just set, with the secret that is shown this once."""

    campaign: str
    url: str
    secret: str


@dataclass(frozen=True, slots=True)
class WebhookStatus:
    """A webhook without its secret.

    Attributes:
        campaign: whose matches.
        url: address that they are sent to.
        deliveries: how many are in each state.
        trouble: of the last attempt that failed; empty when none did.
    """

    campaign: str
    url: str
    deliveries: Mapping[DeliveryState, int]
    trouble: str


def new_webhook(webhook: Webhook) -> NewWebhook:
    """Return a webhook that was just set, with its secret."""
    return NewWebhook(webhook.campaign, webhook.url, webhook.secret)


def webhook_status(webhooks: Webhooks, webhook: Webhook) -> WebhookStatus:
    """Return who is told of a campaign's matches, and how that goes."""
    return WebhookStatus(
        webhook.campaign,
        webhook.url,
        webhooks.counts(webhook.campaign),
        webhooks.last_trouble(webhook.campaign),
    )
