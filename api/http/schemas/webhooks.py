"""Webhooks for a campaign's new matches."""

from pydantic import BaseModel, ConfigDict

from api.http.schemas.bodies import Body


class WebhookRequest(Body):
    """The address that new matches are sent to."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"url": "https://ads.example.com/reelmatch"}]}
    )

    url: str
    """A public web address; ``https`` unless you have a reason."""


class NewWebhook(BaseModel):
    """A webhook that was set; the secret that signatures are made with is shown this once."""

    campaign: str
    url: str
    secret: str


class WebhookStatus(BaseModel):
    """A campaign's webhook; ``trouble`` is the error of the last attempt that failed."""

    campaign: str
    url: str
    deliveries: dict[str, int]
    trouble: str
