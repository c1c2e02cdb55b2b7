"""Campaigns written in a form: new ones, copies, changes; deleting; and who is told of matches."""

import re
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.background.live import Live
from api.background.signed_post import check_url
from api.console.campaigns.campaign_form import (
    ACCEPTED_RISKS,
    CREATIVE_FIELDS,
    MAX_SUGGESTED,
    Fields,
    UnknownWord,
    Wrong,
    WrongFields,
    blank_fields,
    body_of,
    fields_of,
    id_of,
    replaced,
    tidied,
    understood,
    unknown_in,
)
from api.console.campaigns.criteria_form import code_lists, criteria_by_form
from api.console.rendering import page
from api.console.security import Form
from api.http.read_routes import ReadRoute
from api.http.routes.campaign_access import CampaignAccess, CurrentAccess, CurrentCampaign
from api.http.routes.dependencies import CurrentLive, CurrentSettings
from api.http.schemas.campaigns import CampaignInput
from engine.domain.advertising.campaigns import Campaign
from engine.domain.assessments.suitability import BRAND_TOPICS
from engine.errors import CampaignChanged, InvalidInput
from ingest.sources.guard import AllowedNetwork

router = APIRouter(route_class=ReadRoute)

_MAX_ROWS: Final = 50
_REVISION: Final = re.compile(r"[0-9]{1,18}")


@router.get("/new-campaign")
def get_new_campaign(
    request: Request, access: CurrentAccess, copy: Annotated[str, Query(max_length=64)] = ""
) -> Response:
    """Show the form of a new campaign, empty or with what another one says."""
    form = blank_fields(access.advertiser or "")
    if copy:
        form = fields_of(access.find(copy)) | {"campaign": "", "revision": ""}
    return _form(request, access, form, before=None)


@router.post("/campaigns")
def post_campaign(
    request: Request, form: Form, live: CurrentLive, access: CurrentAccess
) -> Response:
    """Store a new campaign and show what its words were understood as."""
    return _Answer(request, live, access, None).of(form)


@router.get("/campaigns/{campaign}/edit")
def get_edit(request: Request, campaign: CurrentCampaign, access: CurrentAccess) -> Response:
    """Show the form of a campaign as it is."""
    return _form(request, access, fields_of(campaign), before=campaign)


@router.post("/campaigns/{campaign}/edit")
def post_edit(
    request: Request,
    campaign: CurrentCampaign,
    form: Form,
    live: CurrentLive,
    access: CurrentAccess,
) -> Response:
    """Store a campaign as it was changed, unless somebody else has changed it meanwhile."""
    return _Answer(request, live, access, campaign).of({**form, "campaign": campaign.id})


@router.get("/campaigns/{campaign}/delete")
def get_delete(request: Request, campaign: CurrentCampaign) -> Response:
    """Ask whether a campaign is to be deleted."""
    return page(request, "campaign_delete.html", campaign=campaign)


@router.post("/campaigns/{campaign}/delete")
def post_delete(
    request: Request,
    campaign: CurrentCampaign,
    form: Form,  # noqa: ARG001 - checks
    access: CurrentAccess,
) -> Response:
    """Delete a campaign."""
    access.campaigns.delete(campaign.id)
    return RedirectResponse(f"{request.scope['root_path']}/campaigns", 303)


@router.get("/campaigns/{campaign}/webhook")
def get_webhook(request: Request, campaign: CurrentCampaign, live: CurrentLive) -> Response:
    """Show who is told of a campaign's new matches, and how that goes."""
    return _webhook(request, campaign, live)


@router.post("/campaigns/{campaign}/webhook")
def post_webhook(
    request: Request,
    campaign: CurrentCampaign,
    form: Form,
    live: CurrentLive,
    settings: CurrentSettings,
) -> Response:
    """Tell an address of a campaign's new matches, or nobody when none is given."""
    webhooks, url = live.catalog.webhooks, form.get("url", "").strip()
    if "remove" in form:
        webhooks.remove(campaign.id)
        return RedirectResponse(f"{request.scope['root_path']}/campaigns/{campaign.id}", 303)
    try:
        allowed = tuple(map(AllowedNetwork.parse, settings.web_allowed_networks))
        secret = webhooks.set(campaign.id, check_url(url, allowed)).secret
    except InvalidInput as error:
        return _webhook(request, campaign, live, url=url, wrong=str(error))
    return _webhook(request, campaign, live, secret=secret)


def _webhook(
    request: Request,
    campaign: Campaign,
    live: Live,
    *,
    url: str | None = None,
    wrong: str = "",
    secret: str = "",
) -> Response:
    webhooks = live.catalog.webhooks
    webhook = webhooks.get(campaign.id)
    return page(
        request,
        "campaign_webhook.html",
        status=422 if wrong else 200,
        campaign=campaign,
        webhook=webhook,
        deliveries=webhooks.counts(campaign.id) if webhook else {},
        trouble=webhooks.last_trouble(campaign.id) if webhook else "",
        url=url if url is not None else webhook.url if webhook else "",
        wrong=wrong,
        secret=secret,
    )


class _Answer:
    """Answers what was written in a form: by storing it, or with the form and what is wrong.

    Args:
        request: the form's.
        live: where words are understood.
        access: whose campaigns may be stored.
        before: what is to be replaced, None for a new campaign.
    """

    def __init__(
        self, request: Request, live: Live, access: CampaignAccess, before: Campaign | None
    ) -> None:
        self._request = request
        self._live = live
        self._access = access
        self._before = before

    def of(self, form: Fields) -> Response:
        """Return the answer to a form."""
        try:
            fields = tidied(form)
            if "use" in fields:
                fields = replaced(fields, fields.pop("use"))
                return self._checked(fields)
            if "more" in fields:
                return self._again(fields, more=fields.pop("more"))
            return self._stored(fields)
        except InvalidInput as error:
            return self._again(fields, Wrong("keywords", "Keywords", str(error)))
        except WrongFields as error:
            return self._again(fields, *error.wrong)

    def _stored(self, fields: Fields) -> Response:
        name, body, before = self._plan(fields)
        unknown = self._unknown(fields, body)
        if unknown:
            return self._again(fields, unknown=unknown)
        plan = understood(
            name, body, before, self._live.catalog.tags.vocabulary(), self._live.keyword_service
        )
        try:
            self._access.campaigns.put(plan, expected=_expected(fields, before))
        except CampaignChanged:
            return self._changed_meanwhile(fields, name)
        return RedirectResponse(f"{self._request.scope['root_path']}/campaigns/{name}", 303)

    def _checked(self, fields: Fields) -> Response:
        """Show the form with what is still unknown in it."""
        return self._again(fields, unknown=self._unknown(fields, body_of(fields)), status=200)

    def _plan(self, fields: Fields) -> tuple[str, CampaignInput, Campaign | None]:
        name, body = id_of(fields), body_of(fields)
        before = self._access.before(name, body.advertiser)
        if before is not None and self._before is None:
            raise WrongFields(_taken(name))
        return name, body, before

    def _unknown(self, fields: Fields, body: CampaignInput) -> list[UnknownWord]:
        vocabulary = self._live.catalog.tags.vocabulary()
        unknown = unknown_in(fields, body, vocabulary, self._live.keyword_service)
        # Whoever stored keywords that mean nothing was asked about them then.
        before = self._before.keywords if self._before else ()
        accepted = {one.match.word for one in before if not one.match.used}
        return [one for one in unknown if one.field != "keywords" or one.word not in accepted]

    def _changed_meanwhile(self, fields: Fields, name: str) -> Response:
        now = self._access.find(name)
        if self._before is None:
            return self._again(fields, _taken(name))
        says = (
            "somebody has changed this campaign since you opened the form: look at it in another"
            " window, or store again what is written here in its place"
        )
        fields["revision"] = str(now.revision)
        return self._again(fields, Wrong("", "", says), status=409)

    def _again(
        self,
        fields: Fields,
        *wrong: Wrong,
        unknown: list[UnknownWord] | None = None,
        more: str = "",
        status: int = 0,
    ) -> Response:
        status = status or (200 if more else 422)
        return _form(
            self._request,
            self._access,
            fields,
            before=self._before,
            wrong=wrong,
            unknown=unknown or [],
            more=more,
            status=status,
        )


def _taken(name: str) -> Wrong:
    return Wrong("campaign", "Id", f"there is a campaign {name!r} already: choose another id")


def _expected(fields: Fields, before: Campaign | None) -> int:
    """Return the revision that is to be replaced, 0 for none."""
    if before is None:
        return 0
    revision = fields.get("revision", "")
    return int(revision) if _REVISION.fullmatch(revision) else before.revision


def _form(
    request: Request,
    access: CampaignAccess,
    fields: Fields,
    *,
    before: Campaign | None,
    wrong: tuple[Wrong, ...] = (),
    unknown: list[UnknownWord] | None = None,
    more: str = "",
    status: int = 200,
) -> Response:
    unknown = unknown or []
    keywords = [one for one in unknown if one.field == "keywords"]
    return page(
        request,
        "campaign_form.html",
        status=status,
        form=fields,
        before=before,
        wrong=wrong,
        unknown=unknown[:MAX_SUGGESTED],
        more_unknown=max(len(unknown) - MAX_SUGGESTED, 0),
        only_keywords=bool(unknown) and len(keywords) == len(unknown),
        groups=_row_numbers(fields, "group", "words", 1 + (more == "groups")),
        creatives=_row_numbers(fields, "creative", "id", int(more == "creatives")),
        creative_fields=CREATIVE_FIELDS,
        criteria=criteria_by_form(),
        code_lists=code_lists(),
        topics=[topic.name for topic in BRAND_TOPICS],
        risks=ACCEPTED_RISKS,
        opens_suitability=any(fields.get(f"suitability.{one.name}") for one in BRAND_TOPICS)
        or any(one.field.startswith("suitability") for one in wrong),
        own=access.advertiser,
    )


def _row_numbers(fields: Fields, kind: str, name: str, blank: int) -> range:
    filled = sum(1 for at in range(_MAX_ROWS) if f"{kind}.{at}.{name}" in fields)
    return range(min(filled + blank, _MAX_ROWS))
