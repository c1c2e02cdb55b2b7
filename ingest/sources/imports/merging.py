"""Puts together what several answers of a file say of one video."""

from collections.abc import Iterator
from typing import Final

from engine.errors import InvalidInput
from ingest.sources.imports.documents import BadLine
from ingest.sources.imports.videos import MAX_PARTS, LabelResult

HELD_RANGES: Final = 500_000
"""Time ranges of tags that wait for more of their videos to come."""


class Merging:
    """Results that wait, in the order of their videos: for so long as there is room for them."""

    def __init__(self) -> None:
        self._waiting: dict[str, LabelResult] = {}
        self._spoiled: set[str] = set()
        self._n_ranges = 0

    def add(self, result: LabelResult) -> Iterator[LabelResult | BadLine]:
        """Take a result in; yields those that cannot wait any longer."""
        if result.id in self._spoiled:
            return
        before = self._waiting.get(result.id)
        if before is None:
            self._waiting[result.id] = result
            self._n_ranges += len(result.tag_ranges)
        elif before.tagger != result.tagger:
            yield BadLine(
                result.line,
                f"video {result.id} is on line {before.line} already, as seen by {before.tagger}"
                f" and not by {result.tagger}: import one of them",
            )
        else:
            yield from self._merged(before, result)
        while self._waiting and (self._n_ranges > HELD_RANGES or len(self._waiting) > MAX_PARTS):
            yield self._let_go(next(iter(self._waiting)))

    def spoil(self, bad: BadLine) -> None:
        """Give a video up of which a part is missing: half of it would pass for the whole."""
        if bad.spoils:
            self._give_up(bad.spoils)

    def rest(self) -> Iterator[LabelResult]:
        """Yield what waits when nothing more comes."""
        while self._waiting:
            yield self._let_go(next(iter(self._waiting)))

    def _merged(self, before: LabelResult, result: LabelResult) -> Iterator[BadLine]:
        self._n_ranges -= len(before.tag_ranges)
        try:
            before.tag_ranges.extend(result.tag_ranges)
        except InvalidInput as error:
            self._give_up(result.id)
            yield BadLine(result.line, str(error))
            return
        before.duration = max(before.duration, result.duration)
        before.title = before.title or result.title
        before.taggers = {**result.taggers, **before.taggers}
        before.whole = {**result.whole, **before.whole}
        before.lines = {**result.lines, **before.lines}
        self._n_ranges += len(before.tag_ranges)

    def _let_go(self, id_: str) -> LabelResult:
        result = self._waiting.pop(id_)
        self._n_ranges -= len(result.tag_ranges)
        return result

    def _give_up(self, id_: str) -> None:
        if id_ in self._waiting:
            self._let_go(id_)
        if len(self._spoiled) < MAX_PARTS:
            self._spoiled.add(id_)
