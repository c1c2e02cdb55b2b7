import re
from io import StringIO

import pytest

from api.cli.progress import LiveBars, counting_bar, watching_bars


def screen(written: str) -> list[str]:
    """Return the lines that a terminal shows."""
    lines: list[str] = []
    for up, erase, text in re.findall(
        r"\x1b\[(\d+)F|(\x1b\[J)|([^\n\x1b]*\n)", re.sub(r"\x1b\[\?7[lh]", "", written)
    ):
        if up:
            del lines[-int(up) :]
        elif not erase:
            lines.append(text.rstrip("\n"))
    return lines


def bars(file: StringIO) -> LiveBars:
    return LiveBars(file, lambda done, total, _speed: f"{done:.0f} of {total}")


@pytest.fixture(autouse=True)
def always_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.cli.progress._REDRAW_SECONDS", 0.0)


def test_each_task_has_a_line_that_is_written_over() -> None:
    file = StringIO()
    drawn = bars(file)
    drawn.show(1, "one.mp4", 0, 10)
    drawn.show(2, "two.mp4", 1, None)
    drawn.show(1, "one.mp4", 5, 10)
    first, second = screen(file.getvalue())
    assert re.fullmatch(r"one\.mp4  \[#{12} {12}\]  5 of 10  0:00:0\d left", first)
    assert second == "two.mp4  1 of None"
    drawn.remove(1)
    assert screen(file.getvalue()) == [second]
    drawn.remove(2)
    drawn.remove(2)
    assert screen(file.getvalue()) == []


def test_a_title_cannot_steer_the_terminal_and_is_not_too_long() -> None:
    file = StringIO()
    bars(file).show(1, "a\x1b[2J\n" + "b" * 90, 0, None)
    assert screen(file.getvalue()) == ["a?[2J?" + "b" * 31 + "...  0 of None"]


def test_no_more_lines_are_drawn_than_the_terminal_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINES", "5")
    file = StringIO()
    drawn = bars(file)
    for number in range(9):
        drawn.show(number, f"video {number}", 0, None)
    assert [line.split("  ")[0] for line in screen(file.getvalue())] == [
        f"video {number}" for number in range(4)
    ]


def test_more_done_than_was_declared_fills_the_bar() -> None:
    file = StringIO()
    bars(file).show(1, "long.mp4", 12, 10)
    assert "[" + "#" * 24 + "]" in file.getvalue()
    assert "0:00:00 left" in file.getvalue()


def test_a_count_ends_at_all_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    with counting_bar("reindex", 3, shown=True) as move:
        for _ in range(3):
            move(1)
    (line,) = screen(capsys.readouterr().err)
    assert line.startswith("reindex  [########################]  100%")


def test_nothing_to_count_is_all_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    with counting_bar("reindex", 0, shown=True):
        pass
    assert screen(capsys.readouterr().err) == ["reindex  100%"]


def test_without_a_terminal_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    with watching_bars(shown=False) as drawn:
        drawn.show(1, "one.mp4", 1, 2)
        drawn.remove(1)
    with counting_bar("reindex", 1, shown=False) as move:
        move(1)
    assert capsys.readouterr() == ("", "")


def test_videos_are_said_to_be_watched_in_times_real_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with watching_bars(shown=True) as drawn:
        drawn.show(1, "one.mp4", 4, 8.4)
        drawn.show(2, "live.ts", 4, None)
    one, live = screen(capsys.readouterr().err)
    assert re.search(r"  4/8 s  \d+\.\dx real time  0:00:\d\d left$", one)
    assert re.search(r"  4/\? s  \d+\.\dx real time$", live)
