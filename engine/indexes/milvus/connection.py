"""The connection to a server of Milvus: made when it is needed, made anew when it was lost."""

import base64
import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from engine.errors import IndexUnavailable
from engine.indexes.milvus.address import MilvusAddress, stored_token

if TYPE_CHECKING:
    from pymilvus import MilvusClient

Row = Mapping[str, Any]

MAX_FETCHED: Final = 16_384
"""Milvus answers no search with more."""

_READ_SECONDS: Final = 5.0
_WRITE_SECONDS: Final = 120.0
_PAGE_ROWS: Final = 2_000
_GONE: Final = 100  # code of a collection that is not there
_NOT_LOADED: Final = 101
_NO_ALIAS: Final = 1600
_STRONG: Final = "Strong"
"""Reads see whatever was written before: a snapshot says up to which change it is."""

_READ_OPTIONS: Final[Mapping[str, Any]] = {"consistency_level": _STRONG, "timeout": _READ_SECONDS}


class MilvusConnection:
    """Calls of one server, of which every trouble becomes an error of ours. Safe between threads.

    Args:
        address: of the server.
    """

    def __init__(self, address: MilvusAddress) -> None:
        self.address = address
        self._connecting = threading.Lock()
        self._connected: MilvusClient | None = None

    def close(self) -> None:
        """Let go of the server."""
        with self._connecting:
            client, self._connected = self._connected, None
        if client is not None:
            client.close()

    def server_version(self) -> str:
        """Return the version that the server says it is of."""
        with self._asking() as client:
            return str(client.get_server_version(timeout=_READ_SECONDS))

    def live_collection(self) -> str | None:
        """Return the collection that the alias names, None before there is one."""
        from pymilvus.exceptions import MilvusException

        with self._asking() as client:
            try:
                described = client.describe_alias(self.address.live, timeout=_READ_SECONDS)
            except MilvusException as error:
                # By its code alone: whoever may not ask, or too often, is told of the alias, too.
                if error.code in {_NO_ALIAS, _GONE}:
                    return None
                raise
            return str(described["collection_name"])

    def switch(self, collection: str) -> None:
        """Let the alias name another collection, at once for all who ask next."""
        is_first = self.live_collection() is None
        with self._asking() as client:
            point = client.create_alias if is_first else client.alter_alias
            point(collection, self.address.live, timeout=_WRITE_SECONDS)

    def take_down(self) -> None:
        """Let the alias name nothing: Milvus drops no collection that it names."""
        with self._asking() as client:
            client.drop_alias(self.address.live, timeout=_WRITE_SECONDS)

    def collections(self) -> list[str]:
        """Return the names of all collections."""
        with self._asking() as client:
            return list(client.list_collections(timeout=_READ_SECONDS))

    def create(self, collection: str, fields: Sequence[Mapping[str, Any]], vector: str) -> None:
        """Create a collection, ready to be searched.

        Args:
            collection: its name.
            fields: arguments of each, as ``add_field`` takes them.
            vector: the name of the field of sparse vectors.
        """
        with self._asking() as client:
            schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
            for field in fields:
                schema.add_field(**field)
            index = client.prepare_index_params()
            index.add_index(vector, index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
            client.create_collection(
                collection,
                schema=schema,
                index_params=index,
                consistency_level=_STRONG,
                timeout=_WRITE_SECONDS,
            )

    def drop(self, collection: str) -> None:
        """Drop a collection; one that is not there is no matter."""
        with self._asking() as client:
            client.drop_collection(collection, timeout=_WRITE_SECONDS)

    def upsert(self, collection: str, rows: Sequence[Row]) -> None:
        """Write rows, in place of those of the same ids."""
        if rows:
            with self._asking() as client:
                client.upsert(collection, list(rows), timeout=_WRITE_SECONDS)

    def delete(self, collection: str, ids: Sequence[str]) -> None:
        """Delete rows; ids that are not there are no matter."""
        if ids:
            with self._asking() as client:
                client.delete(collection, ids=list(ids), timeout=_WRITE_SECONDS)

    def flush(self, collection: str) -> None:
        """Have everything written kept for good."""
        with self._asking() as client:
            client.flush(collection, timeout=_WRITE_SECONDS)

    def count(self, collection: str, where: str) -> int:
        """Return how many rows pass an expression; empty for all."""
        (row,) = self._read(
            collection, "query", filter=where, output_fields=["count(*)"], **_READ_OPTIONS
        )
        return int(row["count(*)"])

    def get(self, collection: str, ids: Sequence[str], fields: Sequence[str]) -> Iterator[Row]:
        """Yield the rows of some ids, those that are there, in any order."""
        for first in range(0, len(ids), _PAGE_ROWS):
            part = list(ids[first : first + _PAGE_ROWS])
            yield from self._read(
                collection, "get", ids=part, output_fields=list(fields), **_READ_OPTIONS
            )

    def pages(self, collection: str, where: str, fields: Sequence[str]) -> Iterator[list[Row]]:
        """Yield all rows that pass an expression, some at a time."""
        iterator = self._read(
            collection,
            "query_iterator",
            batch_size=_PAGE_ROWS,
            filter=where,
            output_fields=list(fields),
            **_READ_OPTIONS,
        )
        try:
            while True:
                with self._asking():
                    page = iterator.next()
                if not page:
                    return
                yield list(page)
        finally:
            iterator.close()

    def nearest(
        self,
        collection: str,
        field: str,
        vector: Mapping[int, float],
        limit: int,
        where: str,
        fields: Sequence[str],
    ) -> list[tuple[float, Row]]:
        """Return the largest inner products with a vector, as 32 bits have them, and their rows."""
        (hits,) = self._read(
            collection,
            "search",
            data=[dict(vector)],
            anns_field=field,
            limit=limit,
            filter=where,
            output_fields=list(fields),
            search_params={"metric_type": "IP", "params": {"drop_ratio_search": 0.0}},
            **_READ_OPTIONS,
        )
        return [(float(hit["distance"]), hit["entity"]) for hit in hits]

    def _read(self, collection: str, method: str, **arguments: Any) -> Any:
        from pymilvus.exceptions import MilvusException

        with self._asking() as client:
            ask = getattr(client, method)
            try:
                return ask(collection, **arguments)
            except MilvusException as error:
                if error.code != _NOT_LOADED:
                    raise
                # Milvus remembers what is loaded; a server that was started again may not.
                client.load_collection(collection, timeout=_WRITE_SECONDS)
                return ask(collection, **arguments)

    @contextmanager
    def _asking(self) -> "Iterator[MilvusClient]":
        """Give out the client; what goes wrong with it becomes an error of ours."""
        from grpc import FutureTimeoutError, RpcError
        from pymilvus.exceptions import MilvusException

        try:
            yield self._client()
        except MilvusException as error:
            if error.code == _GONE:
                raise IndexUnavailable(
                    f"the index {self.address.name} has another generation by now than was asked"
                    " for: ask again"
                ) from error
            raise self._unavailable(str(error.message)) from error
        except (RpcError, FutureTimeoutError, OSError, ValueError) as error:
            # A channel that was closed while another thread asked is a ValueError.
            raise self._unavailable(str(error) or type(error).__name__) from error

    def _unavailable(self, reason: str) -> IndexUnavailable:
        short = _without_secrets(" ".join(reason.split()))[:200]
        return IndexUnavailable(
            f"the index {self.address.name} does not answer as it should ({short}): start Milvus"
            " there or name the right address in REELMATCH_INDEX, and try it again"
        )

    def _client(self) -> "MilvusClient":
        with self._connecting:
            if self._connected is None:
                from pymilvus import MilvusClient

                # It logs what it raises, and whole requests with it.
                logging.getLogger("pymilvus").setLevel(logging.CRITICAL + 1)
                self._connected = MilvusClient(
                    uri=self.address.uri, token=stored_token(), timeout=_READ_SECONDS
                )
            return self._connected


def _without_secrets(text: str) -> str:
    token = stored_token()
    # As it is sent, as it was set, and its password alone.
    sent = base64.b64encode(token.encode()).decode()
    for secret in (sent, token, token.partition(":")[2]):
        if secret:
            text = text.replace(secret, "***")
    return text
