"""The files that deploy the service name only what exists."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from api.cli import _COMMANDS
from api.settings import Settings
from engine.executors import check_executor
from engine.indexes import LOCAL
from engine.indexes.milvus.address import MilvusAddress
from engine.object_stores import check_object_store

ROOT = Path(__file__).parent.parent
FILES = (
    "Dockerfile",
    "compose.yaml",
    "docs/operations.md",
    "compose.grown.yaml",
    "docs/kubernetes.md",
)


@pytest.mark.parametrize("name", FILES)
def test_commands_exist(name: str) -> None:
    text = (ROOT / name).read_text()
    commands = re.findall(r"(?:bin/|api |^ {4})reelmatch ([a-z]+)", text, re.M)
    commands += re.findall(r'\["reelmatch", "([a-z]+)"', text)
    commands += re.findall(r"\[reelmatch, ([a-z]+)", text)
    assert commands
    assert set(commands) <= set(_COMMANDS)


@pytest.mark.parametrize("name", FILES)
def test_settings_exist(name: str) -> None:
    output = re.findall(r"REELMATCH_([A-Z_]+)", (ROOT / name).read_text())
    assert output
    assert {setting.lower() for setting in output} <= set(Settings.__struct_fields__)


def test_the_image_copies_what_is_there_and_listens_where_it_says() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert "/src/constraints.txt" in text
    assert (ROOT / "constraints.txt").is_file()
    port = Settings().port
    assert f"EXPOSE {port}" in text
    assert f"127.0.0.1:{port}/health/live" in text
    assert f"127.0.0.1:{port}:{port}" in (ROOT / "compose.yaml").read_text()


def test_no_secret_is_in_what_is_deployed() -> None:
    for name in FILES:
        assert not re.search(r"rm_[\w-]{20,}|password|secret_key", (ROOT / name).read_text())


def test_the_image_leaves_out_what_does_not_run() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".git", "tests", "benchmarks"} <= set(ignored)
    assert not {"api", "engine", "ingest", "models", "reelmatch"} & set(ignored)


def test_the_grown_shape_names_only_what_there_is() -> None:
    grown = yaml.safe_load((ROOT / "compose.grown.yaml").read_text())
    mounted = {
        volume.split(":")[0]
        for service in grown["services"].values()
        for volume in service.get("volumes", ())
    }
    assert {name for name in mounted if not name.startswith(".")} == set(grown["volumes"])
    extras = grown["x-reelmatch"]["build"]["args"]["EXTRAS"].split(",")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(extras) <= set(project["optional-dependencies"])


def test_the_grown_shape_shares_what_its_parts_must_share() -> None:
    services = yaml.safe_load((ROOT / "compose.grown.yaml").read_text())["services"]

    def setting(service: str, name: str) -> str:
        value = str(services[service]["environment"][f"REELMATCH_{name}"])
        default = re.fullmatch(rf"\$\{{REELMATCH_{name}:?-(.*)\}}", value)
        return default[1] if default else value

    published = setting("builder", "PUBLISH_TO")
    assert published == setting("api", "REPLICA_OF") == setting("worker", "REPLICA_OF")
    assert check_object_store(published) == published
    assert check_executor(setting("builder", "EXECUTOR")) == "dask://scheduler:8786"
    assert {setting(name, "CATALOG") for name in ("api", "worker", "builder")} == {
        "postgresql://reelmatch@postgres:5432/reelmatch"
    }
    assert {setting(name, "INDEX") for name in ("api", "worker", "builder")} == {LOCAL}
    # What workers of the cluster count is written where the builder reads it.
    assert "built:/data" in services["builder"]["volumes"]
    assert "built:/data" in services["dask-worker"]["volumes"]
    # Its ingests have them look at videos by the paths that it has, and at what was sent.
    assert {"media:/media", "./footage:/footage:ro"} <= set(services["dask-worker"]["volumes"])


def test_what_is_written_for_kubernetes_can_be_read() -> None:
    text = (ROOT / "docs" / "kubernetes.md").read_text()
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.S)
    objects = [one for block in blocks for one in yaml.safe_load_all(block)]
    assert {one["kind"] for one in objects} >= {"Deployment", "Service", "StatefulSet"}
    assert all({"apiVersion", "metadata"} <= one.keys() for one in objects)


def test_the_grown_shape_has_an_index_that_all_ask_instead_when_it_is_told_to() -> None:
    text = (ROOT / "compose.grown.yaml").read_text()
    values = dict(re.findall(r"^#     ([A-Z_]+)=(\S*)$", text, re.M))
    services = yaml.safe_load(text)["services"]
    assert services["milvus"]["profiles"] == [values["COMPOSE_PROFILES"]]
    assert "healthcheck" in services["milvus"]
    assert values["REELMATCH_INDEX"].startswith("milvus://milvus:")
    assert MilvusAddress.parse(values["REELMATCH_INDEX"]).port == 19530
    for name in ("api", "worker", "builder"):
        # One command alone, as the first reindex, starts what it depends on and no more.
        assert services[name]["depends_on"]["milvus"] == {
            "condition": "service_healthy",
            "required": False,
        }
        environment = services[name]["environment"]
        assert value_of(environment["REELMATCH_INDEX"], values) == values["REELMATCH_INDEX"]
        assert value_of(environment["REELMATCH_INDEX"], {}) == LOCAL
        replica_of = environment.get("REELMATCH_REPLICA_OF", "")
        assert value_of(replica_of, values) == ""
        assert bool(value_of(replica_of, {})) == (name != "builder")


def value_of(text: str, variables: Mapping[str, str]) -> str:
    """Return what Compose makes of a value that names a variable, or one in its absence."""

    def replace(named: re.Match[str]) -> str:
        variable, colon, absent = named.groups()
        value = variables.get(variable)
        return absent if value is None or (colon and not value) else value

    return re.sub(r"\$\{(\w+)(?:(:?)-([^}]*))?\}", replace, text)


def test_a_variable_is_replaced_as_by_compose() -> None:
    written = "a ${A} ${A-b} ${A:-b}"
    assert value_of(written.replace("${A} ", ""), {}) == "a b b"
    assert value_of(written, {"A": ""}) == "a   b"
    assert value_of(written, {"A": "x"}) == "a x x x"
