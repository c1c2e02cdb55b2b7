"""Routes of the webhooks for a campaign's new matches."""

from fastapi import APIRouter

from api.background.signed_post import check_url
from api.http.middleware.problems import Code, Refused
from api.http.read_routes import ReadRoute
from api.http.routes.campaign_access import CurrentCampaign
from api.http.routes.dependencies import CurrentLive, CurrentSettings
from api.http.schemas import webhooks as webhooks_schemas
from api.http.schemas.webhooks import WebhookRequest
from engine.services.webhooks import NewWebhook, WebhookStatus, new_webhook, webhook_status
from ingest.sources.guard import AllowedNetwork

router = APIRouter(
    prefix="/v1/campaigns/{campaign}/webhook", tags=["campaigns"], route_class=ReadRoute
)


@router.put("", response_model=webhooks_schemas.NewWebhook)
def put_campaign_webhook(
    campaign: CurrentCampaign, body: WebhookRequest, live: CurrentLive, settings: CurrentSettings
) -> NewWebhook:
    """Tell an address of new matches from now on; the secret is shown this once."""
    allowed = map(AllowedNetwork.parse, settings.web_allowed_networks)
    webhook = live.catalog.webhooks.set(campaign.id, check_url(body.url, tuple(allowed)))
    return new_webhook(webhook)


@router.get("", response_model=webhooks_schemas.WebhookStatus)
def get_campaign_webhook(campaign: CurrentCampaign, live: CurrentLive) -> WebhookStatus:
    """Return who is told, and how that goes."""
    webhooks = live.catalog.webhooks
    webhook = webhooks.get(campaign.id)
    if webhook is None:
        raise _nobody(campaign.id)
    return webhook_status(webhooks, webhook)


@router.delete("", status_code=204)
def delete_campaign_webhook(campaign: CurrentCampaign, live: CurrentLive) -> None:
    """Tell nobody any more."""
    if not live.catalog.webhooks.remove(campaign.id):
        raise _nobody(campaign.id)


def _nobody(campaign: str) -> Refused:
    return Refused(Code.NOT_FOUND, f"nobody is told of the matches of {campaign!r}: PUT a webhook")
