"""Access: every route, with a key of every scope, about its own campaign and another's.

A route that is not in the table below fails the first test: say there who may ask it.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from api.http.app import create_app
from api.http.middleware.auth import SESSION_COOKIE, csrf_token
from api.settings import Settings
from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.advertising.campaigns import Creative
from engine.domain.keys import Scope
from engine.domain.matching.index_config import IndexConfig
from engine.indexes.local.disk.generations import Generations
from support.campaigns import campaign
from support.catalogs import save, video_id
from support.product import Served, serve
from support.routes import routes_of

ROOT: Final = Path(__file__).parents[2]
VIDEO: Final = video_id(1)
ROLES: Final = {scope.value for scope in Scope}
READERS: Final = {"read", "advertise", "place", "ingest", "admin"}
SESSION: Final = "rs_of-a-browser"
CAMPAIGNS: Final = {"acme-dogs": "acme", "globex-dogs": "globex"}
OWN, OTHERS = CAMPAIGNS
SEEN: Final[dict[str, set[str]]] = {
    "read": set(),
    "ingest": set(),
    "advertise": {OWN},
    "place": {OWN, OTHERS},
    "admin": {OWN, OTHERS},
}
"""Campaigns that each scope may ever find in an answer, whatever it asks."""


STREAM: Final = "/console/jobs/events"
"""Never ends."""


@dataclass(frozen=True)
class RouteCase:
    """A request, and who may make it.

    Attributes:
        route: method and path, as the application has them.
        roles: the scopes that open it; ``None`` for everybody.
        query: parameters.
        body: sent as JSON.
        form: sent as a page of the console sends it.
        video: which is asked for.
    """

    route: str
    roles: set[str] | None
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    form: Mapping[str, str] | None = None
    video: str = VIDEO

    @property
    def method(self) -> str:
        return self.route.partition(" ")[0]

    @property
    def campaigns(self) -> tuple[str, ...]:
        """About whose campaign it is asked."""
        return (OWN, OTHERS) if self.of_campaign else ("",)

    @property
    def of_campaign(self) -> bool:
        return "{campaign}" in self.route or "{campaign}" in self.query.values()

    def path(self, campaign: str) -> str:
        return self.route.partition(" ")[2].format(
            video=self.video, campaign=campaign, viewer="anna", tag="cat", second=0, job=1,
            name="copy", state="paused", revision=1, level=0, number=0,
        )  # fmt: skip


EVERYBODY: Final = None
READ: Final = {"read", "admin"}
INGEST: Final = {"ingest", "admin"}
ADVERTISE: Final = {"advertise", "admin"}
PLACE: Final = {"place", "admin"}
OFFER: Final = {"place", "advertise", "admin"}
ADMIN: Final = {"admin"}

CASES: Final = (
    RouteCase("GET /openapi.json", EVERYBODY),
    RouteCase("GET /docs", EVERYBODY),
    RouteCase("GET /", EVERYBODY),
    RouteCase("GET /health/live", EVERYBODY),
    RouteCase("GET /health/ready", EVERYBODY),
    RouteCase("GET /hosted/{name}", EVERYBODY, {"expires": "1", "signature": "x"}),
    RouteCase("GET /metrics", READ),
    RouteCase("GET /v1/videos", READERS),
    RouteCase("POST /v1/videos", INGEST, body={"source": "file:///refused"}),
    RouteCase("POST /v1/videos:import", INGEST, {"dry_run": "true"}, body={}),
    RouteCase("GET /v1/videos:export", {"read", "ingest", "admin"}),
    RouteCase("POST /v1/videos:upload", INGEST, {"name": "nothing.mp4"}),
    RouteCase("GET /v1/videos/{video}", READERS),
    RouteCase("PATCH /v1/videos/{video}", INGEST, body={"language": "fr"}),
    RouteCase("DELETE /v1/videos/{video}", INGEST, video=video_id(9)),
    RouteCase("GET /v1/videos/{video}/poster", READERS),
    RouteCase("GET /v1/videos/{video}/strip", READERS),
    RouteCase("GET /v1/videos/{video}/tags", READERS),
    RouteCase("GET /v1/videos/{video}/tags/{tag}", READERS),
    RouteCase("GET /v1/videos/{video}/seconds/{second}", READERS),
    RouteCase("GET /v1/videos/{video}/similar", READERS),
    RouteCase("GET /v1/videos/{video}/suitability", READERS),
    RouteCase("GET /v1/videos/{video}/categories", READERS),
    RouteCase("GET /v1/videos/{video}/openrtb", READERS),
    RouteCase("GET /v1/videos/{video}/campaigns", OFFER),
    RouteCase("GET /v1/videos/{video}/campaigns", OFFER, {"k": "1000", "explain": "true"}),
    RouteCase("GET /v1/videos/{video}/breaks", READERS),
    RouteCase(
        "GET /v1/videos/{video}/breaks", OFFER, {"campaign": "{campaign}", "explain": "true"}
    ),
    RouteCase("GET /v1/videos/{video}/breaks.vmap", READERS),
    RouteCase("GET /v1/videos/{video}/breaks.vmap", OFFER, {"campaign": "{campaign}"}),
    RouteCase("GET /v1/explain", ADVERTISE, {"video": VIDEO, "campaign": "{campaign}"}),
    RouteCase("GET /v1/explain", READ, {"video": VIDEO, "viewer": "anna"}),
    RouteCase("GET /v1/keywords", READERS, {"q": "kitten"}),
    RouteCase("GET /v1/tags", READERS),
    RouteCase("POST /v1/matches", READERS, body={"keywords": {"cat": 1}}),
    RouteCase("POST /v1/recommendations", READ, body={"interests": {"cat": 1}}),
    RouteCase("PUT /v1/viewers/{viewer}/interests", INGEST, body={"interests": {"cat": 1}}),
    RouteCase(
        "POST /v1/viewers/{viewer}/events",
        INGEST,
        body={"events": [{"id": "1", "video": video_id(2), "kind": "liked"}]},
    ),
    RouteCase("GET /v1/viewers/{viewer}", READ),
    RouteCase("DELETE /v1/viewers/{viewer}", INGEST),
    RouteCase("GET /v1/viewers/{viewer}/recommendations", READ),
    RouteCase("GET /v1/viewers/{viewer}/campaigns", PLACE),
    RouteCase("POST /v1/viewers:campaigns", PLACE, body={"interests": {"cat": 1}}),
    RouteCase("GET /v1/campaigns", ADVERTISE),
    RouteCase("PUT /v1/campaigns/{campaign}", ADVERTISE),
    RouteCase("GET /v1/campaigns/{campaign}", ADVERTISE),
    RouteCase("DELETE /v1/campaigns/{campaign}", ADVERTISE),
    RouteCase("POST /v1/campaigns/{campaign}/pause", ADVERTISE),
    RouteCase("POST /v1/campaigns/{campaign}/resume", ADVERTISE),
    RouteCase("GET /v1/campaigns/{campaign}/matches", ADVERTISE, {"explain": "true"}),
    RouteCase("GET /v1/campaigns/{campaign}/webhook", ADVERTISE),
    RouteCase(
        "PUT /v1/campaigns/{campaign}/webhook", ADVERTISE, body={"url": "http://127.0.0.1:9/"}
    ),
    RouteCase("DELETE /v1/campaigns/{campaign}/webhook", ADVERTISE),
    RouteCase("GET /v1/jobs", INGEST),
    RouteCase("GET /v1/jobs/{job}", INGEST),
    RouteCase("POST /v1/jobs/{job}/retry", INGEST),
    RouteCase("POST /v1/reindex", ADMIN, body={}),
    RouteCase("GET /v1/reindex/generations", ADMIN),
    RouteCase("POST /v1/reindex/rollback", ADMIN),
    RouteCase("POST /v1/evaluations", ADMIN, body={}),
    RouteCase("GET /v1/evaluations", ADMIN),
    RouteCase("GET /v1/evaluations/{job}", ADMIN),
    RouteCase("GET /v1/evaluations/online", ADMIN),
    RouteCase("GET /console/", READERS),
    RouteCase("GET /console/videos/{video}", READERS),
    RouteCase("POST /console/videos/{video}/retry", INGEST, form={}),
    RouteCase("GET /console/videos/{video}/delete", INGEST),
    RouteCase("POST /console/videos/{video}/delete", INGEST, form={}, video=video_id(9)),
    RouteCase("GET /console/videos/{video}/timeline/{revision}", READERS),
    RouteCase("GET /console/videos/{video}/timeline/{revision}/{level}/{number}", READERS),
    RouteCase("GET /console/videos/{video}/lines/{revision}/{number}", READERS),
    RouteCase("GET /console/videos/{video}/media", READERS),
    RouteCase("GET /console/videos/{video}/poster/{revision}", READERS),
    RouteCase("GET /console/videos/{video}/strip/{revision}", READERS),
    RouteCase("GET /console/videos/{video}/advertising", READERS),
    RouteCase("GET /console/lab", READ),
    RouteCase("GET /console/campaigns", ADVERTISE),
    RouteCase("POST /console/campaigns", ADVERTISE, form={"campaign": "!"}),
    RouteCase("GET /console/new-campaign", ADVERTISE),
    RouteCase("GET /console/new-campaign", ADVERTISE, {"copy": "{campaign}"}),
    RouteCase("GET /console/campaigns/{campaign}", ADVERTISE, {"video": VIDEO}),
    RouteCase("GET /console/campaigns/{campaign}/edit", ADVERTISE),
    RouteCase(
        "POST /console/campaigns/{campaign}/edit",
        ADVERTISE,
        form={"advertiser": "{advertiser}", "name": "changed", "keywords": "cat = 2"},
    ),
    RouteCase("GET /console/campaigns/{campaign}/delete", ADVERTISE),
    RouteCase("POST /console/campaigns/{campaign}/delete", ADVERTISE, form={}),
    RouteCase("GET /console/campaigns/{campaign}/webhook", ADVERTISE),
    RouteCase("POST /console/campaigns/{campaign}/webhook", ADVERTISE, form={"remove": "yes"}),
    RouteCase("POST /console/campaigns/{campaign}/{state}", ADVERTISE, form={}),
    RouteCase("GET /console/jobs", INGEST),
    RouteCase("GET /console/jobs/events", INGEST),
    RouteCase("GET /console/jobs/generations", INGEST),
    RouteCase("POST /console/jobs/{job}/retry", INGEST, form={}),
    RouteCase("POST /console/jobs/failed/retry", INGEST, form={}),
    RouteCase("POST /console/jobs/reindex", ADMIN, form={}),
    RouteCase("POST /console/jobs/preview", ADMIN, form={}),
    RouteCase("POST /console/jobs/rollback", ADMIN, form={}),
    RouteCase("GET /console/evaluations", ADMIN),
    RouteCase("GET /console/evaluations/online", ADMIN),
    RouteCase("POST /console/evaluations/{job}/write", ADMIN, form={}),
    RouteCase("POST /console/evaluations", ADMIN, form={"compare": ""}),
    RouteCase("GET /console/add", INGEST),
    RouteCase("POST /console/add/addresses", INGEST, form={"addresses": ""}),
    RouteCase("POST /console/add/file", INGEST, {"name": ""}, form={}),
    RouteCase("GET /console/sign-in", EVERYBODY),
    RouteCase("POST /console/sign-in", EVERYBODY, form={"key": "rm_wrong"}),
    RouteCase("POST /console/sign-out", READERS, form={}),
)


def test_the_table_names_every_route_and_no_other(tmp_path: Path) -> None:
    app = create_app(Settings(home=tmp_path))
    assert {case.route for case in CASES} == set(routes_of(app.routes))


def store(catalog: Catalog) -> None:
    """Have both campaigns, and the webhook of each, as at first."""
    for name, advertiser in CAMPAIGNS.items():
        creative = Creative(name, 15.0, f"https://ads.example/{name}.mp4", "video/mp4", 640, 360)
        plan = campaign(name, {"cat": 1.0}, creatives=(creative,))
        catalog.campaigns.put(replace(plan, advertiser=advertiser, name=name))
        catalog.webhooks.set(name, "https://hooks.example/")


@dataclass(frozen=True)
class ScopedServer:
    """A service with two advertisers, and a key of each scope; ``advertise`` is for acme."""

    served: Served
    catalog: Catalog
    keys: Mapping[str, str]

    def ask(self, role: str | None, case: RouteCase, campaign: str) -> httpx.Response:
        headers = {"x-api-key": self.keys[role]} if role else {}
        query = {name: value.format(campaign=campaign) for name, value in case.query.items()}
        body, data = case.body, case.form
        if case.route.startswith("PUT /v1/campaigns/{campaign}") and body is None:
            body = {"advertiser": CAMPAIGNS[campaign], "name": campaign, "keywords": {"cat": 2}}
        if data is not None:
            headers["x-csrf-token"] = csrf_token(SESSION)
            headers["cookie"] = f"{SESSION_COOKIE}={SESSION}"
            advertiser = CAMPAIGNS.get(campaign, "")
            data = {name: text.format(advertiser=advertiser) for name, text in data.items()}
            data["csrf"] = csrf_token(SESSION)
        path = case.path(campaign)
        ask = self.served.client
        with ask.stream(
            case.method, path, headers=headers, params=query, json=body, data=data
        ) as answer:
            if path != STREAM:
                answer.read()
        return answer

    def restore(self, case: RouteCase) -> None:
        if case.method != "GET" and case.of_campaign:
            store(self.catalog)


@pytest.fixture(scope="module")
def scoped_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScopedServer]:
    home = tmp_path_factory.mktemp("scopes")
    with Catalog.open(home / "catalog.db") as catalog:
        for number in range(1, 4):
            save(catalog, video_id(number), {"cat": 90, "city": 10 * number}, length=120)
        reindex(catalog, Generations(home / "generations"), IndexConfig(threshold=0.7, tf="raw"))
        store(catalog)
        made = {
            scope: catalog.keys.create(
                scope, {scope}, now=1.0, advertiser="acme" if scope is Scope.ADVERTISE else ""
            )
            for scope in Scope
        }
        keys = {scope.value: secret for scope, (_, secret) in made.items()}
        # Nobody works the queue: what is started there is started, no more.
        for served in serve(home, Settings(home=home, processes=0)):
            yield ScopedServer(served, catalog, keys)


def may(role: str, case: RouteCase, campaign: str) -> bool:
    allowed = case.roles is EVERYBODY or role in case.roles
    return allowed and not (role == "advertise" and campaign == OTHERS)


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case.route}?{'&'.join(case.query)}".rstrip("?")
)
def test_a_scope_opens_what_the_table_says_and_shows_no_other_campaign(
    scoped_server: ScopedServer, case: RouteCase
) -> None:
    for requests, role in product(case.campaigns, sorted(ROLES)):
        scoped_server.catalog.viewers.put_interests("anna", {"cat": 1.0}, now=1.0)
        answer = scoped_server.ask(role, case, requests)
        scoped_server.restore(case)
        about = (role, case.route, dict(case.query), requests, answer.status_code)
        if may(role, case, requests):
            assert answer.status_code not in (401, 403) or case.roles is EVERYBODY, about
            assert not case.of_campaign or answer.status_code < 400 or case.body, about
        elif case.roles is EVERYBODY or role in case.roles:
            # Another's campaign: there is none, as far as this advertiser may know.
            assert answer.status_code in (403, 404), about
        else:
            assert answer.status_code == 403, about
        if case.path(requests) != STREAM:
            shown = {name for name in CAMPAIGNS if name in answer.text and name != requests}
            assert shown <= SEEN[role], about
            if not may(role, case, requests):
                assert "ads.example" not in answer.text, about


@pytest.mark.parametrize("case", [case for case in CASES if not case.query], ids=lambda c: c.route)
def test_nobody_without_a_key_passes(scoped_server: ScopedServer, case: RouteCase) -> None:
    answer = scoped_server.ask(None, case, OWN)
    if case.roles is EVERYBODY:
        assert answer.status_code != 401 or case.form is not None
    else:
        assert answer.status_code in (401, 303)
        assert answer.status_code == 401 or "/console/sign-in" in answer.headers["location"]


def test_what_fits_is_shown_to_whom_it_should_be(scoped_server: ScopedServer) -> None:
    """The table would hold for a service that shows nothing at all."""

    def shown(role: str, route: str, **query: str) -> set[str]:
        answer = scoped_server.ask(role, RouteCase(route, READERS, query), OWN)
        assert answer.status_code == 200, answer.text
        return {name for name in CAMPAIGNS if name in answer.text}

    scoped_server.catalog.viewers.put_interests("anna", {"cat": 1.0}, now=1.0)
    for_video = "GET /v1/videos/{video}/campaigns"
    page = "GET /console/videos/{video}/advertising"
    assert shown("place", for_video) == shown("admin", for_video) == {OWN, OTHERS}
    assert shown("advertise", for_video) == {OWN}
    assert shown("place", "GET /v1/viewers/{viewer}/campaigns") == {OWN, OTHERS}
    assert shown("place", page) == {OWN, OTHERS}
    assert shown("advertise", page) == {OWN}
    assert shown("read", page) == set()
    vmap = "GET /v1/videos/{video}/breaks.vmap"
    assert shown("place", vmap, campaign=OTHERS) == {OTHERS}


def test_a_key_that_may_place_and_keep_sees_all_that_fit_and_keeps_its_own(
    scoped_server: ScopedServer,
) -> None:
    _, secret = scoped_server.catalog.keys.create(
        "both", {Scope.PLACE, Scope.ADVERTISE}, now=1.0, advertiser="acme"
    )
    both = replace(scoped_server, keys={"both": secret})
    time.sleep(1.1)  # keys are read once a second
    for_video = both.ask("both", RouteCase("GET /v1/videos/{video}/campaigns", None), OWN)
    assert all(name in for_video.text for name in CAMPAIGNS)
    assert OTHERS not in both.ask("both", RouteCase("GET /v1/campaigns", None), OWN).text
    assert (
        both.ask("both", RouteCase("GET /v1/campaigns/{campaign}", None), OTHERS).status_code == 404
    )
