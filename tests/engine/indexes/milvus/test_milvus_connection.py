"""Troubles of a server of Milvus, as they are told."""

from typing import Any

import pytest

from engine.errors import IndexUnavailable
from engine.indexes.milvus.address import TOKEN_VARIABLE, MilvusAddress
from engine.indexes.milvus.connection import MilvusConnection

pytest.importorskip("pymilvus", reason="needs: pip install -e '.[milvus]'")

ADDRESS = MilvusAddress.parse("milvus://films.example:19530/films")


def refusing(code: int, message: str) -> MilvusConnection:
    """Return a connection to a server that answers each question about an alias so."""
    from pymilvus.exceptions import MilvusException

    class Client:
        def describe_alias(self, *_: Any, **__: Any) -> None:
            raise MilvusException(code, message)

    connection = MilvusConnection(ADDRESS)
    connection._connected = Client()
    return connection


@pytest.mark.parametrize("code", [100, 1600])
def test_before_the_first_there_is_no_live_collection(code: int) -> None:
    assert refusing(code, "alias not found").live_collection() is None


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (65535, "PrivilegeDescribeAlias: permission deny to reader"),
        (1, "describe alias failed: context deadline exceeded"),
        (4, "too many requests: DescribeAlias"),
        (8, "rate limit exceeded: DescribeAlias"),
    ],
)
def test_a_server_that_refuses_has_an_index_for_all_that_is_known(code: int, message: str) -> None:
    with pytest.raises(IndexUnavailable, match=message):
        refusing(code, message).live_collection()


@pytest.mark.parametrize("secret", ["root:s3cret-word", "s3cret-word", "cm9vdDpzM2NyZXQtd29yZA=="])
def test_no_form_of_the_password_is_told(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, "root:s3cret-word")
    for before in ("invalid authorization ", "x" * 195):
        with pytest.raises(IndexUnavailable) as refused:
            refusing(65535, f"{before}{secret} was sent").live_collection()
        assert secret[:4] not in str(refused.value).replace("***", "")


def test_an_index_called_as_another_and_more_has_no_generations_of_it() -> None:
    longer = MilvusAddress.parse("milvus://films.example:19530/films_g_a")
    assert ADDRESS.generation(ADDRESS.collection("0a1b2c3d4e5f")) == "0a1b2c3d4e5f"
    for collection in (longer.records, longer.collection("0a1b2c3d4e5f"), ADDRESS.records):
        assert ADDRESS.generation(collection) is None
