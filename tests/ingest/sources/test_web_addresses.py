from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sources.addresses import (
    NotAnAddress,
    address_id,
    canonical,
    is_address,
    read_addresses,
)

WATCH = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"

# RFC 3986, section 6.2.2 and 6.2.3, and what visitors' traces look like.
SAME = [
    ("HTTPS://Example.COM", "https://example.com/"),
    ("http://example.com:80/a", "http://example.com/a"),
    ("https://example.com:443/a", "https://example.com/a"),
    ("https://example.com:8443/a#t=5", "https://example.com:8443/a"),
    ("https://example.com/%7euser/%2f%c3%a9", "https://example.com/~user/%2F%C3%A9"),
    ("https://example.com/é?q=ü", "https://example.com/%C3%A9?q=%C3%BC"),
    ("https://bücher.example/", "https://xn--bcher-kva.example/"),
    ("https://example.com/v?b=2&utm_source=x&a=1&fbclid=y", "https://example.com/v?b=2&a=1"),
    ("https://example.com/v?a=%26&a=", "https://example.com/v?a=%26&a="),
    ("  http://[::1]:8080/x \n", "http://[::1]:8080/x"),
    ("https://youtu.be/dQw4w9WgXcQ?t=42&si=abc", WATCH),
    ("http://m.youtube.com/watch?list=PL1&v=dQw4w9WgXcQ&index=3", WATCH),
    ("https://www.youtube.com/shorts/dQw4w9WgXcQ", WATCH),
    ("https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?rel=0", WATCH),
    ("https://music.youtube.com/watch?v=dQw4w9WgXcQ", WATCH),
    ("https://www.youtube.com/live/dQw4w9WgXcQ?feature=share", WATCH),
    ("https://www.youtube.com/playlist?list=PL1", "https://www.youtube.com/playlist?list=PL1"),
    ("https://notyoutube.com/watch?v=dQw4w9WgXcQ", "https://notyoutube.com/watch?v=dQw4w9WgXcQ"),
]


@pytest.mark.parametrize(("written", "expected"), SAME)
def test_an_address_is_kept_in_one_way(written: str, expected: str) -> None:
    assert canonical(written) == expected
    assert canonical(expected) == expected
    assert address_id(written) == address_id(expected)


def test_different_videos_have_different_ids() -> None:
    different = ["https://e.com/a", "https://e.com/A", "http://e.com/a", "https://e.com/a?v=1"]
    assert len({address_id(address) for address in different}) == 4


@given(st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="#")))
def test_the_canonical_form_is_its_own_canonical_form(rest: str) -> None:
    once = canonical(f"https://example.com/v/{rest}")
    assert once.isascii()
    assert canonical(once) == once


@pytest.mark.parametrize(
    "text",
    [
        *("", "video.mp4", "ftp://example.com/a.mp4", "file:///etc/passwd", "javascript:alert(1)"),
        *("https://", "https:///a", "http://example.com:99999/", "http://[::1/", "https://a b/"),
        *("https://example.com/a b", "https://example.com/\x00", "data:video/mp4;base64,AA=="),
    ],
)
def test_what_cannot_be_fetched_is_no_address(text: str) -> None:
    with pytest.raises(NotAnAddress):
        canonical(text)


def test_a_password_is_refused_and_not_repeated() -> None:
    with pytest.raises(NotAnAddress, match="password") as refusal:
        canonical("https://me:secret@example.com/a.mp4")
    assert "secret" not in str(refusal.value)


def test_a_path_is_not_taken_for_an_address() -> None:
    assert not any(map(is_address, ["a.mp4", "/films/https:/a", "c:\\a.mp4", "dir/http://x", "-"]))
    assert all(map(is_address, ["https://a", "HTTP://a", "ftp://a", "file:///a"]))


def test_a_file_of_addresses_may_have_comments_and_empty_lines(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text(
        "\ufeff# films\n\nhttps://example.com/1\r\n  https://example.com/2  \n#https://no.example/\n"
        "https://EXAMPLE.com/1#again\n",
        encoding="utf-8",
    )
    assert read_addresses(path) == ("https://example.com/1", "https://example.com/2")


def test_a_wrong_line_in_a_file_of_addresses_is_named(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("https://example.com/1\nfilm.mp4\n")
    with pytest.raises(NotAnAddress, match=r"list\.txt, line 2: 'film\.mp4'"):
        read_addresses(path)


@pytest.mark.parametrize("content", [b"", b"# nothing\n\n", b"\xff\xfe\x00\xd8 no text"])
def test_a_file_without_addresses_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(content)
    with pytest.raises(NotAnAddress, match=r"list\.txt: "):
        read_addresses(path)


def test_a_missing_file_of_addresses_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotAnAddress, match="No such file"):
        read_addresses(tmp_path / "none.txt")


@pytest.mark.parametrize(
    "address",
    [
        "https://me:hunter2@example.com/v",
        "ftp://me:hunter2@example.com/v",
        "https://me:hunter2@example.com:99999/v",
        "https://me:hunter2@exa mple.com/v",
        "https://me:hunter2@[::1",
        "https://me:hun@ter2@example.com:0/v",
        "hunter2:hunter2@example.com",
        "  HTTPS://:hunter2@example.com/\x1b",
    ],
)
def test_no_refusal_repeats_a_password(address: str) -> None:
    with pytest.raises(NotAnAddress) as refusal:
        canonical(address)
    assert "ter2" not in str(refusal.value)
