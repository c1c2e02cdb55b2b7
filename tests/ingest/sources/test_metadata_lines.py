"""A video's metadata as lines: the title first, what machines wrote left out, within bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.lines import MAX_CHARACTERS, MAX_LINE_CHARACTERS, MAX_LINES, Line
from ingest.sources.metadata_lines import metadata_lines


def test_each_field_is_a_line() -> None:
    lines = metadata_lines(
        title="A day out",
        source="https://example.org/watch?v=1",
        description="At the zoo.\n\n  With lions \n",
        tags=("zoo", "lion"),
        categories=("Pets & Animals",),
    )
    assert [(line.field, line.text) for line in lines] == [
        ("title", "A day out"),
        ("tag", "zoo"),
        ("tag", "lion"),
        ("category", "Pets & Animals"),
        ("description", "At the zoo."),
        ("description", "With lions"),
    ]
    assert {line.seconds for line in lines} == {None}


@pytest.mark.parametrize(
    ("path", "title", "expected"),
    [
        ("/films/guitar_lesson.mp4", "guitar_lesson", [("file", "guitar lesson")]),
        ("/films/Zoo/IMG_2231.MOV", "IMG_2231", [("folder", "Zoo")]),
        ("/My Zoo.2019/lion-cub.1080p.x264.mkv", "Cubs", [
            ("title", "Cubs"), ("file", "lion cub"), ("folder", "My Zoo"),
        ]),
        ("/v1/clips/a.mp4", "a", [("file", "a")]),
        ("", "Cubs", [("title", "Cubs")]),
    ],
)  # fmt: skip
def test_where_a_file_lies_is_told(path: str, title: str, expected: list[tuple[str, str]]) -> None:
    lines = metadata_lines(title=title, source=path)
    assert [(line.field, line.text) for line in lines] == expected


@given(
    st.text(),
    st.text(),
    st.text(max_size=2_000),
    st.lists(st.text()),
    st.integers(1, MAX_LINES + 5),
)
def test_whatever_it_is_it_stays_within_bounds(
    title: str, source: str, description: str, tags: list[str], times: int
) -> None:
    lines = metadata_lines(
        title=title,
        source=source,
        description=description * (1 + times // 50),
        tags=tags * (times // 10),
    )
    assert len(lines) <= MAX_LINES
    assert sum(len(line.text) for line in lines) <= MAX_CHARACTERS
    assert all(0 <= len(line.text) <= MAX_LINE_CHARACTERS for line in lines)


def test_a_description_of_a_million_lines_is_cut() -> None:
    lines = metadata_lines(title="Zoo", source="", description="a lion\n" * 1_000_000)
    assert lines[0] == Line("Zoo", field="title")
    assert len(lines) == MAX_LINES
