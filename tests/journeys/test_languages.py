"""Words of other languages at every entry point: keywords, matches, campaigns, interests."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.embedders import keyword_service
from api.http.app import create_app
from api.settings import Settings
from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.errors import InvalidInput
from engine.indexes.local.disk.generations import Generations
from engine.words.vocabulary import Vocabulary
from models.minilm.embedder import shared_minilm
from models.use_multilingual.embedder import shared_encoder
from support.catalogs import save, video_id

VIDEOS = ({"footwear": 9}, {"dessert": 9}, {"bicycle": 9, "dog": 2})


@pytest.fixture
def client(catalog: Catalog, tmp_path: Path) -> Iterator[TestClient]:
    """A service over three videos."""
    for number, seconds in enumerate(VIDEOS):
        save(catalog, video_id(number), seconds)
    settings = Settings(home=tmp_path / "home", processes=0)
    reindex(catalog, Generations(settings.generations_path), settings.index_config())
    # On a busy machine they may take longer to load than a request waits for them.
    shared_minilm()
    shared_encoder()
    app = create_app(settings)
    with TestClient(app, base_url="http://localhost", client=("127.0.0.1", 1)) as client:
        yield client


def tags_of(answer: Any) -> list[str]:
    """Return the tags that made the best match's score."""
    assert answer.status_code == 200, answer.text
    return [share["tag"] for share in answer.json()["matches"][0]["why"]]


def test_words_of_other_languages_are_understood_at_every_entry_point(client: TestClient) -> None:
    # Said to be Spanish, a pie is a foot; by its letters alone it is a dessert.
    pie: dict[str, Any] = {"keywords": {"pie": 1}}
    assert tags_of(client.post("/v1/matches", json=pie)) == ["dessert"]
    spanish = client.post("/v1/matches", json={**pie, "language": "es"})
    assert tags_of(spanish) == ["footwear"]
    (understood,) = spanish.json()["understood"]
    assert (understood["languages"], understood["meanings"][0]["how"]) == (["es"], "translation")

    words = {"q": ["自転車", "Versicherung", "ποδήλατο"]}
    read = client.get("/v1/keywords", params=words).json()["keywords"]
    assert [one["used"] for one in read] == [["bicycle"], [], []]
    assert read[0]["languages"] == ["ja", "zh"]
    assert len(read[1]["languages"]) == 9
    assert read[2]["languages"] == []
    reported = client.get("/v1/keywords", params={"q": "Versicherung", "language": "de"}).json()
    assert reported["keywords"][0]["languages"] == ["de"]

    # Words that are left out are told with the languages that were tried.
    written: dict[str, Any] = {"keywords": {"Fahrrad": 1, "Versicherung": 1}, "language": "de"}
    answer = client.post("/v1/matches", json=written)
    assert tags_of(answer) == ["bicycle"]
    assert [(one["word"], one["languages"]) for one in answer.json()["ignored"]] == [
        ("Versicherung", ["de"])
    ]
    nothing = client.post("/v1/matches", json={"keywords": {"dog": 1}, "language": "fi"})
    assert (nothing.status_code, "nothing reads its language" in nothing.text) == (422, True)
    wrong = client.post("/v1/matches", json={**pie, "language": "Spanish!"})
    assert (wrong.status_code, "no code of a language" in wrong.text) == (422, True)


def test_a_campaign_is_written_in_its_language(client: TestClient) -> None:
    plan: dict[str, Any] = {
        "advertiser": "a",
        "name": "n",
        "keywords": {"pie": 1},
        "language": "es",
    }
    plan |= {"groups": [{"any": ["zapatos"]}], "exclude": ["perro"]}
    stored = client.put("/v1/campaigns/c", json=plan)
    assert stored.status_code == 201, stored.text
    assert (stored.json()["language"], stored.json()["profile"].keys()) == ("es", {"footwear"})
    assert client.get("/v1/campaigns/c").json() == stored.json()
    assert tags_of(client.get("/v1/campaigns/c/matches")) == ["footwear"]
    # As it is read it can be stored again.
    fields = {name: stored.json()[name] for name in (*plan, "languages")}
    again = client.put("/v1/campaigns/c", json=fields)
    assert again.json()["profile"] == stored.json()["profile"]
    refused = client.put("/v1/campaigns/d", json={**plan, "exclude": ["seguro"]})
    assert (refused.status_code, "(read in es)" in refused.text) == (422, True)


def test_interests_are_said_in_their_language(client: TestClient) -> None:
    interests = {"interests": {"Fahrrad": 1, "Versicherung": 1}}
    unknown = client.post("/v1/recommendations", json=interests)
    assert unknown.status_code == 422
    answer = client.post("/v1/recommendations", json={**interests, "language": "de"})
    assert tags_of(answer) == ["bicycle"]
    assert [one["languages"] for one in answer.json()["ignored"]] == [["de"]]
    strict = {**interests, "language": "de", "strict": True}
    assert client.post("/v1/recommendations", json=strict).status_code == 422

    # What is stored of a viewer are tags.
    remaining = {"interests": {"zapatos": 1, "perro": -0.5}, "language": "es"}
    assert client.put("/v1/viewers/ana/interests", json=remaining).status_code == 204
    assert client.get("/v1/viewers/ana").json()["interests"].keys() == {"footwear", "dog"}


def test_without_the_extra_a_language_is_refused_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("api.embedders.is_installed", lambda _: False)
    keywords = keyword_service(tmp_path).of(Vocabulary(("cat", "dog")))
    assert keywords.read("dogs").languages == ("en",)
    with pytest.raises(InvalidInput, match="an extra that is not installed"):
        keywords.read("Hund", "de")
