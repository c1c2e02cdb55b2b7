"""The OpenAPI document says what is the case, in words that clients can be made from."""

import re
from collections.abc import Iterator
from typing import Any, Final

import jsonschema_rs
import pytest
from fastapi.testclient import TestClient

from api.filter_parser import _KINDS, filter_of
from api.http.app import create_app
from api.http.middleware.problems import KINDS, MEDIA_TYPE
from api.http.middleware.scopes import EVERYBODY, scopes_for
from api.http.openapi import TAGS, operations
from api.settings import Settings
from engine.errors import InvalidInput

PROBLEM: Final = {"$ref": "#/components/schemas/Problem"}


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return create_app(Settings(home=tmp_path_factory.mktemp("home"))).openapi()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    home = tmp_path_factory.mktemp("home")
    app = create_app(Settings(home=home, processes=0))
    with TestClient(app, base_url="http://localhost", client=("127.0.0.1", 1)) as client:
        yield client


def schema_of(document: dict[str, Any], name: str) -> dict[str, Any]:
    """A schema of a document, with those that it names."""
    return {"$ref": f"#/components/schemas/{name}", "components": document["components"]}


def test_names_are_those_that_people_would_give(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    assert [name for name in ids if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name)] == []
    assert {"list_videos", "get_video_tags", "recommend_videos", "match_videos"} <= set(ids)
    schemas = document["components"]["schemas"]
    assert [name for name in schemas if not re.fullmatch(r"[A-Z][A-Za-z]+", name)] == []
    assert [name for name in schemas if name.endswith(("Answer", "Body"))] == []
    titles = [schema.get("title", name) for name, schema in schemas.items()]
    assert titles == list(schemas)


def test_every_operation_says_what_it_does_and_who_may_ask(document: dict[str, Any]) -> None:
    known = {tag["name"] for tag in TAGS}
    used = set()
    for path, method, operation in operations(document):
        assert operation["summary"][0].isupper(), path
        assert not operation["summary"].endswith(".")
        used.update(operation["tags"])
        scopes = scopes_for(method.upper(), path)
        names = {name for one in operation["security"] for name in one}
        assert names == (set() if scopes == EVERYBODY else {"ApiKey", "Bearer"}), path
        for scope in scopes:
            assert f"`{scope}`" in operation["description"], path
    assert used == known
    assert set(document["components"]["securitySchemes"]) == {"ApiKey", "Bearer"}


def test_every_error_is_a_problem(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        responses = operation["responses"]
        always = {"421", "500", "503", "507"}
        gated = {"401", "403", "429"} if operation["security"] else set()
        body = {"408", "413", "415", "422"} if "requestBody" in operation else set()
        assert always | gated | body <= set(responses), (method, path)
        for status, response in responses.items():
            if int(status) >= 400 and "content" in response:
                assert response["content"][MEDIA_TYPE]["schema"] == PROBLEM, (method, path, status)
            if int(status) < 400:
                assert MEDIA_TYPE not in response.get("content", {}), (method, path, status)
    assert "HTTPValidationError" not in document["components"]["schemas"]
    assert set(document["components"]["schemas"]["Code"]["enum"]) == set(KINDS)


def test_every_body_has_a_schema(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        if method in ("put", "post") and not re.search(r"/(pause|resume|retry|rollback)$", path):
            content = operation["requestBody"]["content"]
            assert all(kind["schema"] for kind in content.values()), path


def test_every_schema_is_one(document: dict[str, Any]) -> None:
    for name in document["components"]["schemas"]:
        jsonschema_rs.validator_for(schema_of(document, name))


def examples(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], Any]]:
    for name, schema in document["components"]["schemas"].items():
        for example in schema.get("examples", ()):
            yield name, schema_of(document, name), example
        for field, part in schema.get("properties", {}).items():
            for one in (part, *part.get("anyOf", ())):
                for example in one.get("examples", ()):
                    whole = {**one, "components": document["components"]}
                    yield f"{name}.{field}", whole, example


def test_examples_are_what_they_are_examples_of(document: dict[str, Any]) -> None:
    named = set()
    for name, schema, example in examples(document):
        named.add(name)
        jsonschema_rs.validate(schema, example)
    for path, method, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        model = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
        assert not model or model in named, f"{method} {path}: {model} has no example"


def test_a_filter_is_documented_as_it_is_read(document: dict[str, Any]) -> None:
    schema = document["components"]["schemas"]["VideoFilter"]
    assert set(schema["properties"]) == set(_KINDS)
    validator = jsonschema_rs.validator_for(schema_of(document, "VideoFilter"))
    good: list[Any] = [
        {"and": [{"kind": ["motion"]}, {"not": {"seen": {"tag": "dog", "at_least": 2}}}]},
        {"duration": {"at_least": 1, "at_most": 2}},
        {"risk": {"at_most": "low", "unknown": True}},
        {"added": {"since": "2026-01-31"}},
        {"sensitive": {}},
        {"width": {"at_least": 1280}},
        {"uploader_id": ["UC1"]},
    ]
    bad: list[Any] = [
        {},
        {"kind": ["motion"], "iab": ["1"]},
        {"duration": {"at_least": "1"}},
        {"width": 1280},
        {"status": "ok"},
        {"seen": {}},
        {"and": {"kind": []}},
        {"kind": None},
        {"colour": ["red"]},
        {"risk": {"at_most": "low", "unknown": 1}},
    ]
    for payload in good:
        assert validator.is_valid(payload), payload
        filter_of(payload)
    for payload in bad:
        assert not validator.is_valid(payload), payload
        with pytest.raises(InvalidInput):
            filter_of(payload)


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/matches", {"keywords": {"cat": 1}, "explain": 0}, "explain"),
        ("/v1/matches", {"keywords": {"cat": 1}, "k": "10"}, "k"),
        ("/v1/matches", {"keywords": {"cat": "1"}}, "keywords"),
        ("/v1/matches", {"keywords": {"cat": True}}, "keywords"),
        ("/v1/recommendations", {"fold": "yes"}, "fold"),
        ("/v1/recommendations", {"events": [{"video": "a", "kind": "liked", "at": 0}]}, "at"),
        ("/v1/recommendations", {"events": [{"video": "a", "kind": "liked", "at": "0"}]}, "at"),
        ("/v1/viewers/me/events", {"events": [{"id": "1", "video": "a", "kind": 1}]}, "kind"),
        ("/v1/viewers/me/events", {"events": [{"id": 1, "video": "a", "kind": "liked"}]}, "id"),
        ("/v1/videos", {"source": "https://example.com/", "force": 1}, "force"),
        ("/v1/reindex", {"threshold": "0.7"}, "threshold"),
        ("/v1/viewers:campaigns", {"k": True}, "k"),
    ],
)
def test_types_are_those_of_json(
    client: TestClient, path: str, body: dict[str, Any], field: str
) -> None:
    answer = client.post(path, json=body)
    assert answer.status_code == 422
    assert field in answer.json()["errors"][0]["field"].split(".")


@pytest.mark.parametrize("path", ["/v1/matches", "/v1/recommendations", "/v1/viewers:campaigns"])
def test_a_body_that_is_required_is_missed(client: TestClient, path: str) -> None:
    answer = client.post(path)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", "/v1/videos", "GET, POST"),
        ("PUT", "/v1/videos/one", "DELETE, GET, PATCH"),
        ("PATCH", "/v1/campaigns/one", "DELETE, GET, PUT"),
        ("POST", "/v1/campaigns/one/webhook", "DELETE, GET, PUT"),
        ("GET", "/v1/matches", "POST"),
        ("DELETE", "/v1/reindex", "POST"),
        ("POST", "/docs", "GET, HEAD"),
        ("PUT", "/console/campaigns", "GET, POST"),
        ("DELETE", "/console/static/x/base.css", "GET, HEAD"),
    ],
)
def test_what_may_be_done_instead_is_all_named(
    client: TestClient, method: str, path: str, allowed: str
) -> None:
    answer = client.request(method, path)
    if "/static/" in path:
        folder = client.get("/console/").text.partition("/static/")[2].partition("/")[0]
        answer = client.request(method, path.replace("/x/", f"/{folder}/"))
    assert answer.status_code == 405, answer.text
    assert answer.headers["allow"] == allowed
