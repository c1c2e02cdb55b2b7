"""Seconds keep their order however late their answers come, and not too many wait."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.tags import VISUAL
from engine.domain.tracks import REUSED
from ingest.changes.change_track import FrameChange
from ingest.pipeline import ingest_file
from ingest.taggers import by_second as answers
from ingest.taggers.base import Confidences, Frame
from ingest.taggers.by_second import Answers
from ingest.taggers.registry import TaggerContext, make_tagger
from ingest.taggers.remote.config import RemoteTaggerConfig
from ingest.taggers.remote.vlm.settings import KEY_VARIABLE, VlmSettings
from ingest.taggers.remote.whole_video import RemoteTaggerFailed
from ingest.taggers.scheduling import TaggingScheduler
from ingest.thumbnails import Gallery
from support.footage import Picture, numbered, read_number, write_video
from support.vlm_server import MODEL, Server, serving_vlm

FRAME = np.zeros((4, 4, 3), np.uint8)
NEW = FrameChange(new=True, cut=True, joined=False, changed=1.0, left=1.0)
SAME = FrameChange(new=False, cut=False, joined=True, changed=0.0, left=0.0)


class Slow:
    """Names as many tags as it has read, and answers when it is told to."""

    source = VISUAL
    name, version, requires_confirmation, is_open, concurrency = "slow", "1", (), True, 2

    def __init__(self) -> None:
        self.requests: list[Future[int]] = []
        self.n_tags = 0
        self.stopped = False

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(f"tag {number}" for number in range(self.n_tags))

    def tag(self, frame: Frame) -> Confidences:
        return self.parse(self.submit(frame).result())

    def submit(self, frame: Frame) -> Future[Any]:
        assert frame.dtype == np.uint8
        self.requests.append(Future())
        return self.requests[-1]

    def parse(self, answer: int) -> Confidences:
        self.n_tags = max(self.n_tags, answer + 1)
        result = np.zeros(self.n_tags, np.float32)
        result[answer] = 1
        return result

    def stop(self) -> None:
        self.stopped = True


def test_seconds_wait_for_those_before_and_later_tags_are_new() -> None:
    slow, output = Slow(), list[int]()
    with Answers(slow, Gallery().offer, output.append) as collected:
        scheduler = TaggingScheduler(slow)
        for second, change in enumerate([NEW, SAME, NEW]):
            collected.add(second, FRAME, scheduler.tag_second(second, FRAME, change))
        assert output == []
        slow.requests[1].set_result(2)
        slow.requests[0].set_result(0)
        assert collected.all().tolist() == [[1, 0, 0], [1, 0, 0], [0, 0, 1]]
    assert output == [1, 2, 3]
    assert not slow.stopped


def test_no_more_are_open_than_are_asked_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "BEAT_SECONDS", 0.01)
    slow = Slow()

    def on_beat(done: int) -> None:
        # Called while the third look waits for the first.
        if len(slow.requests) == 3 and not slow.requests[0].done():
            assert done == 0
            slow.requests[0].set_result(0)

    with Answers(slow, Gallery().offer, on_beat) as collected:
        for second in range(3):
            collected.add(second, FRAME, slow.submit(FRAME))
        assert slow.requests[0].done()
        for one in slow.requests[1:]:
            one.set_result(0)
        assert collected.all().shape == (3, 1)


def test_frames_that_wait_take_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MAX_WAITING_BYTES", FRAME.nbytes)
    monkeypatch.setattr(answers, "BEAT_SECONDS", 0.01)
    slow = Slow()
    with Answers(
        slow,
        Gallery().offer,
        lambda _: slow.requests[0].set_result(0) if not slow.requests[0].done() else None,
    ) as collected:
        requests = slow.submit(FRAME)
        collected.add(0, FRAME, requests)
        assert not requests.done()
        collected.add(1, FRAME, requests)
        assert requests.done()


def collect_two_of_which_one_fails(slow: Slow) -> None:
    with Answers(slow, Gallery().offer, print) as collected:
        for second in range(2):
            collected.add(second, FRAME, slow.submit(FRAME))
        slow.requests[0].set_exception(RemoteTaggerFailed("no"))
        collected.add(2, FRAME, slow.requests[1])


def test_what_failed_ends_all_and_the_rest_is_given_up() -> None:
    slow = Slow()
    with pytest.raises(RemoteTaggerFailed, match="no"):
        collect_two_of_which_one_fails(slow)
    assert slow.stopped
    assert slow.requests[1].cancelled()


class Counting:
    """Says how often it was asked."""

    source = VISUAL
    name, version, tags, requires_confirmation = "counting", "1", ("times",), ()

    def __init__(self) -> None:
        self.times = 0

    def tag(self, frame: Frame) -> Confidences:
        assert frame.ndim == 3
        self.times += 1
        return np.array([self.times / 100], np.float32)


@pytest.mark.parametrize(
    ("every", "changes", "expected", "deferred", "caught_up"),
    [
        (1, "nnsn", [1, 2, 2, 3], [], []),
        (3, "nnnnnnn", [1, 1, 1, 2, 2, 2, 3], [1, 2, 4, 5], []),
        (3, "nsssssn", [1, 1, 1, 1, 1, 1, 2], [], []),
        (3, "nnssssn", [1, 1, 1, 2, 2, 2, 3], [1], [3]),
        (2, "nsnsnn", [1, 1, 2, 2, 3, 3], [5], []),
        (9, "nn", [1, 1], [1], []),
    ],
)
def test_at_most_one_in_so_many_seconds_is_tagged_and_what_was_put_off_is_made_up(
    every: int, changes: str, expected: list[int], deferred: list[int], caught_up: list[int]
) -> None:
    scheduler = TaggingScheduler(Counting(), every=every)
    result = [
        scheduler.tag_second(second, FRAME, NEW if change == "n" else SAME)
        for second, change in enumerate(changes)
    ]
    assert [round(float(one[0]) * 100) for one in result if not isinstance(one, Future)] == expected
    assert (scheduler.deferred, scheduler.caught_up) == (deferred, caught_up)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    with serving_vlm() as server:
        server.describe = number_on
        yield server


def number_on(picture: Picture) -> list[str]:
    return [f"number {read_number(picture)}"]


def film(tmp_path: Path, n_seconds: int = 8) -> Path:
    frames = [numbered(second) for second in range(n_seconds) for _ in range(4)]
    return write_video(tmp_path / "film.mp4", frames, rate=4)


def tagged(server: Server, path: Path, catalog: Catalog, *, every: int = 1) -> list[set[str]]:
    """The free words of each second."""
    settings = VlmSettings("free", (server.base_address,))
    given = TaggerContext(remote=RemoteTaggerConfig(vlm=settings))
    tagger = make_tagger(f"vlm:{server.base_url}#{MODEL}", given)
    result = ingest_file(path, catalog, tagger, every=every)  # type: ignore[arg-type]
    assert result.status == "ok", result.reason
    assert result.video is not None
    track, names = catalog.tracks.get(result.video), catalog.tags.vocabulary().names
    return [
        {names[tag] for tag in track.tags[first:last]} - {"nudity"}
        for first, last in zip(track.starts, track.starts[1:], strict=False)
    ]


def test_several_looks_are_asked_about_at_a_time_and_land_on_their_seconds(
    server: Server, tmp_path: Path
) -> None:
    four = threading.Barrier(4, timeout=60)

    def number_when_four_wait(picture: Picture) -> list[str]:
        four.wait()
        return number_on(picture)

    server.describe = number_when_four_wait
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        observed = tagged(server, film(tmp_path), catalog)
        (record,) = catalog.videos.page()
        assert catalog.taggers.words_of(record.tagger) is None
        assert record.kind
        assert record.width > 0
    assert observed == [{f"number {second}"} for second in range(8)]
    assert (server.n_requests, server.busiest) == (8, 4)


def test_a_budget_asks_at_most_so_often(server: Server, tmp_path: Path) -> None:
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        observed = tagged(server, film(tmp_path), catalog, every=5)
        (record,) = catalog.videos.page()
        reused = catalog.tracks.get(record.id).changes.has(REUSED).tolist()
    assert server.n_requests == 2
    assert observed == [{"number 0"}] * 5 + [{"number 5"}] * 3
    assert reused == [False, True, True, True, True, False, True, True]


def test_a_video_fails_with_the_reason_when_an_answer_does_not_come(
    server: Server, tmp_path: Path
) -> None:
    server.faults.extend(["no model"] * 9)
    settings = VlmSettings("list", (server.base_address,))
    tagger = make_tagger(
        f"vlm:{server.base_url}#{MODEL}", TaggerContext(remote=RemoteTaggerConfig(vlm=settings))
    )
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        result = ingest_file(film(tmp_path), catalog, tagger)  # type: ignore[arg-type]
    assert result.status == "failed"
    assert "check the address" in result.reason
    # And the next one fares better.
    server.faults.clear()
    with Catalog.open(tmp_path / "other.db") as catalog:
        assert ingest_file(film(tmp_path), catalog, tagger).status == "ok"  # type: ignore[arg-type]
