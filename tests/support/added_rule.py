"""A rule of campaigns that is not there, added as a developer would: a class in one file.

Run as a program, it adds the class to the text of ``engine/targeting/rules.py``, changes nothing
else, and tells as JSON what each entry point of the product makes of a campaign that uses it.
"""

import importlib.util
import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from support.product import Served

RULE: Final = '''
class TopicRule(VideoRule):
    """Whether the video is filed under a topic by whoever put it up."""

    name = "topic"
    columns = ("category",)
    topics: Final = Words("topics", "Topics", "As the platform files videos.", hint="none: all")
    sizes: Final = Choices("sizes", "Sizes", "Of the pictures.", {"small": "Up to 720 rows"})
    least: Final = Number("min_length", "Least length", "In seconds.", highest=600)
    criteria = (topics, sizes, least)

    def tokens(self, video: VideoTraits) -> Iterable[Token]:
        return [("topic", topic) for topic in video.metadata["category"]]

    def requires(self, campaign: Campaign, _: Vocabulary) -> Iterable[Iterable[Token]]:
        topics = self.topics.of(campaign)
        return [[("topic", topic) for topic in topics]] if topics else []

    def filter(self, campaign: Campaign) -> Filter | None:
        topics = self.topics.of(campaign)
        return Field("category", "in", topics) if topics else None

    def says(self, report: EligibilityReport) -> Evidence:
        own = ", ".join(report.content.record.categories)
        return f"filed under {own}, takes {', '.join(self.topics.of(report.campaign))}", _NOTHING


'''

PLAN: Final = {
    "advertiser": "acme",
    "name": "Topics",
    "keywords": {"cat": 1},
    "topics": ["Pets", "Music, live"],
    "sizes": ["small"],
    "min_length": 2.5,
}


def add_rule() -> None:
    """Load the module of the rules with one class more, before anything else has loaded it."""
    name, listed = "engine.targeting.rules", "RULES: Final[tuple[CampaignRule, ...]] = (\n"
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    assert name not in sys.modules
    before, after = Path(spec.origin).read_text("utf-8").split(listed)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    exec(f"{before}{RULE}{listed}    TopicRule(),\n{after}", module.__dict__)  # noqa: S102 - our own text


def answers(home: Path) -> Iterator[tuple[str, Any]]:
    """Yield what each entry point answers about the campaign, by the entry point's name."""
    from api.cli import cli
    from api.settings import Settings
    from engine.batch.reindex import reindex
    from engine.catalogs.sqlite.catalog import Catalog
    from engine.domain.matching.index_config import IndexConfig
    from engine.indexes.local.disk.generations import Generations
    from support.catalogs import save, video_id
    from support.product import serve

    def command(*arguments: str) -> Any:
        with redirect_stdout(io.StringIO()) as out:
            cli.main([*arguments, "--json"], standalone_mode=False)
        return json.loads(out.getvalue())

    settings = Settings(home=home)
    home.mkdir()
    with Catalog.open(settings.catalog_path) as catalog:
        for number, topics in ((1, ("Pets", "Films")), (2, ("News",))):
            save(catalog, video_id(number), {"cat": 3}, categories=topics)
        reindex(catalog, Generations(settings.generations_path), IndexConfig(0.7, "raw"))
    plans = home / "plans.json"
    plans.write_text(json.dumps({"campaign": "filed", **PLAN}))
    yield "file", command("campaigns", "add", str(plans))["campaigns"][0]
    with contextmanager(serve)(home, settings) as served:
        yield from served_answers(served)
    yield "shown", command("campaigns", "show", "put")


def served_answers(served: "Served") -> Iterator[tuple[str, Any]]:
    """Yield what HTTP and the console answer."""
    from support.catalogs import video_id
    from support.pages import get
    from support.processes import soon

    client = served.client
    documented = client.get("/openapi.json").json()["components"]["schemas"]
    yield "documented", documented["CampaignInput"]["properties"]
    yield "put", client.put("/v1/campaigns/put", json=PLAN).json()
    yield "refused", client.put("/v1/campaigns/no", json={**PLAN, "sizes": ["big"]}).json()
    yield "get", client.get("/v1/campaigns/put").json()
    yield "matches", client.get("/v1/campaigns/put/matches").json()["matches"]
    of_video = f"/v1/videos/{video_id(1)}/campaigns"
    # The server follows changes of campaigns within a second.
    soon(lambda: len(client.get(of_video).json()["campaigns"]) == 2)
    for number in (1, 2):
        fits = client.get(f"/v1/videos/{video_id(number)}/campaigns").json()["campaigns"]
        yield f"campaigns of {number}", [one["campaign"] for one in fits]
    query = {"campaign": "put", "video": video_id(2)}
    yield "explained", client.get("/v1/explain", params=query).json()["rules"]
    yield "page", get(served, "/campaigns/put").text
    yield "form", get(served, "/campaigns/put/edit").text


if __name__ == "__main__":
    add_rule()
    sys.stdout.write(json.dumps(dict(answers(Path(sys.argv[1])))))
