"""All campaigns, and a form for a new one."""

import re
from collections.abc import Iterator
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from api.console.rendering import page
from api.console.security import Form
from api.planning import campaign_of
from api.routes.campaign_access import CurrentAccess
from api.routes.dependencies import CurrentLive
from api.schemas.campaigns import CampaignBody
from engine.errors import InvalidInput

router = APIRouter()

PAGE_CAMPAIGNS: Final = 50
_ID: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
_FIELDS: Final = ("campaign", "advertiser", "name", "keywords", "exclude", "min_relevance")


@router.get("/campaigns")
def get_campaigns(
    request: Request, access: CurrentAccess, after: Annotated[str, Query(max_length=64)] = ""
) -> Response:
    """Show a page of the campaigns, by id."""
    return _list(request, access, after=after)


def _list(
    request: Request,
    access: CurrentAccess,
    *,
    after: str = "",
    status: int = 200,
    form: dict[str, str] | None = None,
    wrong: str = "",
) -> Response:
    found = access.page(None, None, after, PAGE_CAMPAIGNS + 1)
    blank = {**dict.fromkeys(_FIELDS, ""), "advertiser": access.advertiser or ""}
    return page(
        request,
        "campaigns.html",
        status=status,
        campaigns=found[:PAGE_CAMPAIGNS],
        more=found[PAGE_CAMPAIGNS - 1].id if len(found) > PAGE_CAMPAIGNS else "",
        after=after,
        form={**blank, **(form or {})},
        wrong=wrong,
        own=access.advertiser,
    )


@router.post("/campaigns")
def post_campaign(
    request: Request, form: Form, live: CurrentLive, access: CurrentAccess
) -> Response:
    """Store a new campaign and show what its words were understood as."""
    name = form.get("campaign", "").strip()
    try:
        if not re.fullmatch(_ID, name):
            raise InvalidInput(
                f"{name!r} is no id: begin with a letter or digit, then letters, digits, dots,"
                " hyphens and underscores, 64 at most"
            )
        body = _body(form)
        before = access.before(name, body.advertiser)
        plan = campaign_of(name, body, before, live.catalog.vocabulary(), live.understanding)
        if before is not None:
            raise InvalidInput(f"there is a campaign {name!r} already: choose another id")
    except InvalidInput as error:
        return _list(request, access, status=422, form=form, wrong=str(error))
    stored = access.campaigns.put(plan, expected=0)
    return RedirectResponse(f"{request.scope['root_path']}/campaigns/{stored.id}", 303)


def _body(form: dict[str, str]) -> CampaignBody:
    try:
        return CampaignBody.model_validate(
            {
                "advertiser": form.get("advertiser", "").strip(),
                "name": form.get("name", "").strip(),
                "keywords": dict(map(_keyword, _words(form.get("keywords", "")))),
                "exclude": list(_words(form.get("exclude", ""))),
                "min_relevance": form.get("min_relevance", "").strip() or 0,
            },
            strict=False,
        )
    except ValidationError as error:
        wrong = (
            f"{'.'.join(map(str, item['loc'])).replace('_', ' ')}: {item['msg']}"
            for item in error.errors()
        )
        raise InvalidInput("; ".join(wrong)) from None


def _words(text: str) -> Iterator[str]:
    for part in text.replace(",", "\n").splitlines():
        if word := part.strip():
            yield word


def _keyword(text: str) -> tuple[str, float]:
    word, equals, weight = text.rpartition("=")
    if not equals:
        return text, 1.0
    try:
        return word.strip(), float(weight)
    except ValueError:
        raise InvalidInput(f"keywords: the weight of {word.strip()!r} is no number") from None
