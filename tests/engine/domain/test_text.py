"""Text: what it may hold, in which form it is stored, and when two are the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.text import (
    UnusableText,
    cleaned_line,
    folded,
    is_blank,
    refuse_controls,
    shown,
    tidy_line,
    tidy_words,
    without_refused,
)

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\u6771\u4eac\u3000\u591c\u666f", "\u6771\u4eac \u591c\u666f"),
        ("a\u00a0b\u2009c\u202fd", "a b c d"),
        (" padded\u3000", "padded"),
        ("two\r\nlines\tand a tab", "two lines and a tab"),
        (FAMILY, FAMILY),
        (ENGLAND, ENGLAND),
        ("\u0645\u06cc\u200c\u062e\u0648", "\u0645\u06cc\u200c\u062e\u0648"),
        ("soft\u00adhyphen", "soft\u00adhyphen"),
        ("\u200e\u05e9\u05dc\u05d5\u05dd\u200f!", "\u200e\u05e9\u05dc\u05d5\u05dd\u200f!"),
        ("cafe\u0301", "caf\u00e9"),
        ("emoji to come \U0001fadf", "emoji to come \U0001fadf"),
    ],
)
def test_every_script_is_kept_with_its_joiners_and_marks(text: str, expected: str) -> None:
    assert tidy_line(text) == cleaned_line(text) == shown(expected) == expected


@pytest.mark.parametrize(
    "character",
    [
        *("\x00", "\x07", "\x1b", "\x7f", "\x86", "\u2028", "\u2029", "\ud800", "\udcff", "\ue000"),
        *("\u0378", "\ufdd0", "\uffff", "\U0010ffff"),
        *(chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))),
    ],
)
def test_what_steers_other_text_or_is_none_is_refused(character: str) -> None:
    with pytest.raises(UnusableText, match=f"U\\+{ord(character):04X}"):
        tidy_line(f"a{character}b")
    assert cleaned_line(f"a{character}b") == "a\ufffdb"
    assert without_refused(f"a{character}b") in ("ab", "a b")


@pytest.mark.parametrize("character", ["\n", "\x1b", "\u202e", "\udcff", "\u2028"])
def test_names_of_files_hold_no_controls(character: str) -> None:
    with pytest.raises(UnusableText):
        refuse_controls(f"/a/{character}.mp4")


def test_names_of_files_may_hold_what_file_systems_put_there() -> None:
    refuse_controls(f"/a\u3000b/\uf022 {FAMILY} cafe\u0301.mp4")


@given(st.text())
def test_a_line_that_was_tidied_stays_as_it_is(text: str) -> None:
    cleaned = cleaned_line(text)
    assert cleaned_line(cleaned) == cleaned
    assert tidy_line(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert without_refused(without_refused(text)) == without_refused(text)
    assert tidy_words(cleaned) == tidy_words(tidy_words(cleaned))


@given(st.text())
def test_forms_of_the_same_letters_fold_alike(text: str) -> None:
    assert folded(unicodedata.normalize("NFD", text)) == folded(unicodedata.normalize("NFC", text))
    assert folded(folded(text)) == folded(text)


def test_what_nobody_sees_is_blank() -> None:
    assert is_blank("")
    assert is_blank(" \u200b\u200e\u3000")
    assert not is_blank(FAMILY)
