"""Progress as it is drawn on a terminal."""

import re
import time

import pytest

from api.cli.progress import WatchingBars, counting_bar


def wait_until_it_may_be_drawn_again() -> None:
    time.sleep(0.12)


def frames(written: str) -> list[str]:
    """Return all that was drawn, line by line."""
    return [frame.strip() for frame in re.split(r"[\r\n]|\x1b\[A", written) if frame.strip()]


def test_each_video_says_how_far_and_how_fast(capsys: pytest.CaptureFixture[str]) -> None:
    with WatchingBars(shown=True) as bars:
        bars.show(1, "one.mp4", 0, 8.4)
        bars.show(2, "live.ts", 0, None)
        wait_until_it_may_be_drawn_again()
        bars.show(1, "one.mp4", 4.2, 8.4)
        bars.show(2, "live.ts", 4, None)
        one, live = frames(capsys.readouterr().err)[-2:]
        assert re.fullmatch(
            r"one\.mp4  \[\S{12} {12}\]  4/8 s  \d+\.\dx real time  00:0\d left", one
        )
        assert re.fullmatch(r"live\.ts  4 s  \d+\.\dx real time", live)
        bars.remove(1)
        bars.remove(1)
    assert frames(capsys.readouterr().err) == []


def test_more_than_was_declared_is_told_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    with WatchingBars(shown=True) as bars:
        bars.show(1, "long.mp4", 0, 10)
        wait_until_it_may_be_drawn_again()
        bars.show(1, "long.mp4", 13, 10)
        assert "13/10 s" in frames(capsys.readouterr().err)[-1]


@pytest.mark.parametrize("declared", [3.97, 3.5, 4, 2, 0.4, 0])
def test_a_part_of_a_second_more_than_was_declared_leaves_nothing_to_wait_for(
    declared: float, capsys: pytest.CaptureFixture[str]
) -> None:
    with WatchingBars(shown=True) as bars:
        bars.show(1, "one.mp4", 3, declared)
        wait_until_it_may_be_drawn_again()
        bars.show(1, "one.mp4", 4, declared)
        last = frames(capsys.readouterr().err)[-1]
    assert f"4/{declared:.0f} s" in last
    assert declared == 0 or last.endswith("00:00 left")


def test_a_count_that_passes_its_end_is_no_trouble(capsys: pytest.CaptureFixture[str]) -> None:
    with counting_bar("reindex", 3, shown=True) as move:
        move(3)
        wait_until_it_may_be_drawn_again()
        move(5)
    assert frames(capsys.readouterr().err)[-1].startswith("reindex  100%")


def test_a_title_cannot_steer_the_terminal_and_is_not_too_long(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with WatchingBars(shown=True) as bars:
        bars.show(1, "a\x1b[2J\n" + "b" * 90, 0, None)
        (frame,) = frames(capsys.readouterr().err)
    assert frame.startswith("a?[2J?" + "b" * 31 + "...  0 s")


def test_a_count_ends_at_all_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    with counting_bar("reindex", 3, shown=True) as move:
        for _ in range(3):
            move(1)
    assert re.fullmatch(
        r"reindex  100% \[\S{24}\]  00:00 left", frames(capsys.readouterr().err)[-1]
    )


def test_nothing_to_count_is_no_trouble(capsys: pytest.CaptureFixture[str]) -> None:
    with counting_bar("reindex", 0, shown=True):
        pass
    assert frames(capsys.readouterr().err)[-1].startswith("reindex")


def test_without_a_terminal_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    with WatchingBars(shown=False) as bars:
        bars.show(1, "one.mp4", 1, 2)
        bars.remove(1)
    with counting_bar("reindex", 1, shown=False) as move:
        move(1)
    assert capsys.readouterr() == ("", "")
