"""Parts of a picture that are looked at in full."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.taggers.text.components import Box
from ingest.taggers.text.windows import MAX_SHARE, Window, windows_around

WIDTH, HEIGHT = 640, 360
BOXES = st.lists(
    st.builds(
        Box,
        st.floats(0, WIDTH),
        st.floats(0, HEIGHT),
        st.floats(1, 200),
        st.floats(1, 60),
        st.floats(-1.5, 1.5),
    ),
    max_size=12,
)


@given(BOXES)
def test_each_box_lies_in_one_window_and_windows_lie_apart(boxes: list[Box]) -> None:
    windows = windows_around(boxes, WIDTH, HEIGHT)
    for box in boxes:
        assert any(
            one.left <= box.x <= one.right and one.top <= box.y <= one.bottom for one in windows
        )
    for number, one in enumerate(windows):
        assert 0 <= one.left < one.right <= WIDTH
        assert 0 <= one.top < one.bottom <= HEIGHT
        assert not any(one.touches(other) for other in windows[number + 1 :])


@given(BOXES)
def test_windows_are_all_of_the_picture_or_save_something(boxes: list[Box]) -> None:
    windows = windows_around(boxes, WIDTH, HEIGHT)
    area = sum(one.area for one in windows)
    assert windows == [Window(0, 0, WIDTH, HEIGHT)] or area <= MAX_SHARE * WIDTH * HEIGHT


def test_of_nothing_there_is_no_window() -> None:
    assert windows_around([], WIDTH, HEIGHT) == []


def test_boxes_far_apart_have_windows_of_their_own() -> None:
    boxes = [Box(60, 20, 40, 10), Box(580, 340, 40, 10)]
    assert len(windows_around(boxes, WIDTH, HEIGHT)) == 2
