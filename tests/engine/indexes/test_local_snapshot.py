"""The embedded index keeps what every index promises."""

from collections.abc import Sequence

from engine.indexes.local.delta import Changes, advance, tidy
from engine.indexes.local.snapshot import LocalSnapshot
from engine.words.vocabulary import Vocabulary
from support.conformance.index import TAGS, IndexConformance, Video
from support.video_rows import generation_of, row


class TestLocalSnapshot(IndexConformance):
    def snapshot(self, videos: Sequence[Video], changed: Sequence[Video] = ()) -> LocalSnapshot:
        snapshot = LocalSnapshot.of(generation_of(videos))
        for number, video in enumerate(changed, 2):
            snapshot = tidy(
                advance(snapshot, Changes([video.id], [row(video)], Vocabulary(TAGS), number))
            )
        return snapshot
