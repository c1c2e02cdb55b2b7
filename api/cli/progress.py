"""Progress on stderr: how far, how fast, and how long it still takes."""

import sys
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Self

from tqdm import tqdm

from engine.domain.text import shown

_MAX_TITLE_CHARACTERS: Final = 40
_OF_ALL: Final = "{desc}  {percentage:3.0f}% [{bar:24}]  {remaining} left"
_OF_SECONDS: Final = "{desc}  [{bar:24}]  {n:.0f}/{whole:.0f} s  {speed}  {remaining} left"
_NO_END: Final = "{desc}  {n:.0f} s  {speed}"


class _Bar(tqdm):  # type: ignore[type-arg] # it is never iterated over
    """A bar that is full, with nothing left, when more is done than was declared."""

    @property
    def format_dict(self) -> Any:
        """Values that the formats may name."""
        numbers = super().format_dict
        return numbers if self.total is None else {**numbers, "total": max(self.total, self.n)}


class _Watching(_Bar):
    """The bar of one video, whose unit is the analyzed second."""

    @property
    def format_dict(self) -> Any:
        """Values that the formats may name."""
        numbers = super().format_dict
        rate = numbers["rate"] or self.n / max(numbers["elapsed"], 1e-3)
        return {**numbers, "whole": self.total or 0.0, "speed": f"{rate:.1f}x real time"}


class WatchingBars:
    """A bar for each video that is being analyzed; none is drawn unless they are shown."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown
        self._bars: dict[Hashable, _Watching] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for video in list(self._bars):
            self.remove(video)

    def show(self, video: Hashable, title: str, done: float, total: float | None) -> None:
        """Say how many seconds of a video are analyzed; its bar comes when it is first shown."""
        if video not in self._bars:
            self._bars[video] = _Watching(
                desc=_printable(title),
                total=total,
                bar_format=_NO_END if total is None else _OF_SECONDS,
                file=sys.stderr,
                leave=False,
                disable=not self._shown,
            )
        bar = self._bars[video]
        bar.update(done - bar.n)

    def remove(self, video: Hashable) -> None:
        """Take the bar of a video away; it may have had none."""
        if video in self._bars:
            self._bars.pop(video).close()


@contextmanager
def counting_bar(what: str, total: int, *, shown: bool) -> Iterator[Callable[[int], object]]:
    """Open a bar that counts to ``total``; yields what moves it on."""
    with _Bar(
        desc=what, total=total, bar_format=_OF_ALL, file=sys.stderr, disable=not shown
    ) as bar:
        yield bar.update


def _printable(title: str) -> str:
    """Return what can be shown of a title: a file's name may hold anything."""
    title = shown(title, "?")
    return (
        title if len(title) <= _MAX_TITLE_CHARACTERS else f"{title[: _MAX_TITLE_CHARACTERS - 3]}..."
    )
