"""The index in Milvus keeps what every index promises, over a real connection."""

from collections.abc import Sequence

import pytest

from engine.indexes.milvus.index import MilvusIndex
from engine.indexes.milvus.records import Record
from engine.indexes.milvus.rows import VECTOR, collection_fields
from engine.indexes.milvus.snapshot import MilvusSnapshot
from engine.words.vocabulary import Vocabulary
from support.conformance.index import TAGS, IndexConformance, Video
from support.milvus import MilvusServer
from support.video_rows import generation_of, row

pytestmark = pytest.mark.slow


class TestMilvusSnapshot(IndexConformance):
    written: MilvusIndex
    collection: str

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def _written(cls, milvus: MilvusServer) -> None:
        # One collection for all examples: to create one takes longer than to ask it.
        connection = milvus.connection("conformance")
        cls.written = MilvusIndex(connection)
        cls.collection = connection.address.collection("abc")
        connection.create(cls.collection, collection_fields(), VECTOR)

    def snapshot(self, videos: Sequence[Video], changed: Sequence[Video] = ()) -> MilvusSnapshot:
        connection = self.written.connection
        there = [
            one["id"] for page in connection.pages(self.collection, "", ["id"]) for one in page
        ]
        connection.delete(self.collection, there)
        generation = generation_of(videos)
        record = Record.of(generation, 0.0)
        record = Record.of_parts("abc", record.parts())
        vocabulary = Vocabulary(TAGS)
        self.written.write(record.generation, vocabulary, [row(video) for video in videos])
        for video in changed:
            self.written.write(record.generation, vocabulary, [row(video)])
        return MilvusSnapshot(connection, record, vocabulary, 1)
