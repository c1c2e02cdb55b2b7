"""A client made from the served document, as a stranger would make one, asks a real server."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.advertising.campaigns import Creative
from engine.domain.keys import Scope
from engine.domain.matching.index_config import IndexConfig
from engine.indexes.local.disk.generations import Generations
from support.campaigns import campaign
from support.catalogs import save, video_id
from support.product import Served, serve

# What the generator does not know by itself; all else must pass without a word.
CONFIG = {
    "project_name_override": "reelmatch-client",
    "package_name_override": "reelmatch_client",
    "post_hooks": [],
    "content_type_overrides": {
        "application/gzip": "application/octet-stream",
        "application/x-ndjson": "application/octet-stream",
        "application/xml": "text/plain",
        "image/webp": "application/octet-stream",
        "video/mp4": "application/octet-stream",
    },
}


@dataclass(frozen=True)
class Made:
    """A generated package, the server that it is for, and a key of each scope."""

    served: Served
    keys: Mapping[Scope, str]

    def part(self, name: str) -> Any:
        return importlib.import_module(f"reelmatch_client.{name}")

    def client(self, scope: Scope) -> Any:
        address = str(self.served.client.base_url)
        return self.part("client").AuthenticatedClient(base_url=address, token=self.keys[scope])

    def ask(self, operation: str, scope: Scope, **arguments: Any) -> Any:
        with self.client(scope) as client:
            return self.part(f"api.{operation}").sync_detailed(client=client, **arguments)

    def parsed(self, operation: str, scope: Scope, **arguments: Any) -> Any:
        answer = self.ask(operation, scope, **arguments)
        assert answer.status_code == 200, answer.content
        return answer.parsed


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("generated")
    with Catalog.open(home / "catalog.db") as catalog:
        for number in range(1, 4):
            save(catalog, video_id(number), {"cat": 90, "city": 10 * number}, length=120)
        reindex(catalog, Generations(home / "generations"), IndexConfig(threshold=0.7, tf="raw"))
        spot = Creative("a", 15.0, "https://ads.example/a.mp4", "video/mp4", 640, 360)
        catalog.campaigns.put(campaign("cats", {"cat": 1.0}, creatives=(spot,)))
        keys = {
            scope: catalog.keys.create(scope, {scope}, now=1.0)[1]
            for scope in (Scope.READ, Scope.PLACE, Scope.ADMIN)
        }
    for served in serve(home):
        generate(served.client.get("/openapi.json").json(), folder)
        sys.path.insert(0, str(folder))
        yield Made(served, keys)
        sys.path.remove(str(folder))


def generate(document: dict[str, Any], folder: Path) -> None:
    (folder / "openapi.json").write_text(json.dumps(document))
    (folder / "config.json").write_text(json.dumps(CONFIG))
    generator = Path(sys.executable).parent / "openapi-python-client"
    done = subprocess.run(
        [
            *(generator, "generate", "--meta=none"),
            *("--path", folder / "openapi.json", "--config", folder / "config.json"),
            *("--output-path", folder / "reelmatch_client"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    assert "WARNING" not in output, output
    assert "ERROR" not in output, output


def test_it_recommends_and_every_field_is_read(made: Made) -> None:
    models = made.part("models")
    interests = models.RecommendationRequestInterests.from_dict({"cat": 1.0, "city": 0.5})
    body = models.RecommendationRequest(interests=interests, k=2, explain=True)
    matches = made.parsed("matching.recommend_videos", Scope.READ, body=body)
    assert isinstance(matches, models.RecommendationPage)
    assert [match.rank for match in matches.matches] == [1, 2]
    why = matches.matches[0].why[0]
    assert (why.tag, why.explicit) == ("cat", pytest.approx(why.share))
    response = made.served.client.post(
        "/v1/recommendations", json=body.to_dict(), headers={"x-api-key": made.keys[Scope.READ]}
    )
    answers = [matches.to_dict(), response.json()]
    # Where the next page goes on says when the first was asked for.
    assert all(answer.pop("next") and answer.pop("list_id") for answer in answers)
    assert answers[0] == answers[1]


def test_it_matches_by_a_filter(made: Made) -> None:
    models = made.part("models")
    where = models.VideoFilter.from_dict({"not": {"within": [video_id(1)]}})
    keywords = models.MatchRequestKeywords.from_dict({"cat": 1})
    body = models.MatchRequest(keywords=keywords, where=where, k=10)
    matches = made.parsed("matching.match_videos", Scope.READ, body=body)
    assert {match.video for match in matches.matches} == {video_id(2), video_id(3)}


def test_it_finds_campaigns_and_breaks(made: Made) -> None:
    placed = made.parsed("campaigns.get_video_campaigns", Scope.PLACE, video=video_id(1))
    (one,) = placed.campaigns
    assert (one.campaign, one.creatives[0].url) == ("cats", "https://ads.example/a.mp4")
    listed = made.parsed("campaigns.list_campaigns", Scope.ADMIN)
    assert [each.name for each in listed.campaigns] == ["Cats"]
    assert listed.campaigns[0].keywords.to_dict() == {"cat": 1.0}
    breaks = made.parsed(
        "campaigns.get_video_breaks", Scope.PLACE, video=video_id(1), campaign="cats"
    )
    assert breaks.campaign == "cats"
    vmap = made.parsed("campaigns.get_video_breaks_vmap", Scope.PLACE, video=video_id(1))
    assert "VMAP" in vmap


def test_it_stores_a_campaign_and_lists_videos(made: Made) -> None:
    models = made.part("models")
    keywords = models.CampaignInputKeywords.from_dict({"city": 2})
    plan = models.CampaignInput(advertiser="acme", name="City", keywords=keywords)
    stored = made.ask("campaigns.put_campaign", Scope.ADMIN, campaign="city", body=plan)
    assert (stored.status_code, stored.parsed.campaign) == (201, "city")
    assert stored.headers["etag"] == f'"{stored.parsed.revision}"'
    videos = made.parsed("videos.list_videos", Scope.READ, limit=2)
    assert [video.video for video in videos.videos] == [video_id(1), video_id(2)]
    following = made.parsed("videos.list_videos", Scope.READ, cursor=videos.next_)
    assert [video.video for video in following.videos] == [video_id(3)]
    tags = made.parsed("videos.get_video_tags", Scope.READ, video=video_id(1))
    assert [(tag.tag, tag.seconds) for tag in tags.tags] == [("cat", 90), ("city", 10)]


@pytest.mark.parametrize(
    ("operation", "scope", "arguments", "code"),
    [
        ("videos.get_video", Scope.READ, {"video": "beef"}, "not_found"),
        ("campaigns.list_campaigns", Scope.READ, {}, "forbidden"),
        ("operation.get_metrics", Scope.PLACE, {}, "forbidden"),
        ("videos.list_videos", Scope.READ, {"cursor": "never"}, "invalid_request"),
        ("videos.get_video_tag", Scope.READ, {"video": video_id(1), "tag": "ct"}, "unknown_tag"),
    ],
)
def test_it_reads_problems(
    made: Made, operation: str, scope: Scope, arguments: dict[str, Any], code: str
) -> None:
    answer = made.ask(operation, scope, **arguments)
    problem = answer.parsed
    assert isinstance(problem, made.part("models").Problem)
    assert (problem.code, problem.status) == (code, answer.status_code)
    assert problem.detail
    assert problem.request_id == answer.headers["x-request-id"]


def test_it_names_the_fields_that_are_wrong(made: Made) -> None:
    models = made.part("models")
    keywords = models.MatchRequestKeywords.from_dict({"cat": 1})
    body = models.MatchRequest(keywords=keywords, k=0)
    problem = made.ask("matching.match_videos", Scope.READ, body=body).parsed
    assert [error.field for error in problem.errors] == ["body.k"]
