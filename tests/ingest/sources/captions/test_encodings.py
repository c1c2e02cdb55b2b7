"""Bytes of captions, in the encodings they are found in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sources.captions.encodings import decoded

GERMAN = "Möchten Sie über die Brücke gehen? Ja, natürlich, der große Hund läuft für uns."
FRENCH = "Où êtes-vous allé ? Ça va très bien, j’ai été à la fenêtre, près du cœur."  # noqa: RUF001
POLISH = "Zażółć gęślą jaźń. Gdzie jest mój pies? Idę do domu, dziękuję."
TURKISH = "Köpeğim nerede? Şimdi eve gidiyorum, teşekkür ederim. Işık çok güzel."  # noqa: RUF001
RUSSIAN = "Привет, как дела? Где моя собака? Она бежит по дороге."
GREEK = "Γεια σου, πού είναι ο σκύλος μου; Τρέχει στον δρόμο."  # noqa: RUF001
HEBREW = "שלום, איפה הכלב שלי? הוא רץ בכביש."
ARABIC = "مرحبا، أين كلبي؟ إنه يركض في الطريق."
JAPANESE = "こんにちは、犬はどこですか。道を走っています。"
CHINESE = "你好,我的狗在哪里?它在路上跑。"
KOREAN = "안녕하세요, 제 개는 어디에 있나요?"


@pytest.mark.parametrize("text", [GERMAN, RUSSIAN, JAPANESE, "plain words, once and again"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_every_form_of_unicode_is_read_with_a_mark_or_without(text: str, encoding: str) -> None:
    assert decoded(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "cp1252"),
        (GERMAN, "latin-1"),
        (FRENCH, "cp1252"),
        (POLISH, "cp1250"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (GREEK, "cp1253"),
        (ARABIC, "cp1256"),
        (JAPANESE, "shift_jis"),
        (CHINESE, "gbk"),
        (KOREAN, "euc-kr"),
    ],
)
def test_older_encodings_are_told_by_what_their_letters_look_like(text: str, encoding: str) -> None:
    assert decoded(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("text", "encoding", "language"), [(TURKISH, "cp1254", "tr"), (HEBREW, "cp1255", "he-IL")]
)
def test_a_known_language_decides_between_those_that_look_alike(
    text: str, encoding: str, language: str
) -> None:
    assert decoded(text.encode(encoding), language) == text


def test_nul_is_left_out_and_what_is_no_text_is_replaced() -> None:
    assert decoded(b"a" * 50 + b"\0b") == "a" * 50 + "b"
    assert decoded(b"\xef\xbb\xbfa\xffb") == "a\N{REPLACEMENT CHARACTER}b"
    assert decoded(b"") == ""


@given(st.binary(max_size=400), st.sampled_from(["", "en", "he", "nonsense"]))
def test_any_bytes_are_some_text(content: bytes, language: str) -> None:
    assert "\0" not in decoded(content, language)


@given(st.text(st.characters(exclude_characters="\0\ufeff", exclude_categories=["Cs"])))
def test_utf8_with_its_mark_is_read_as_it_is(text: str) -> None:
    assert decoded(text.encode("utf-8-sig")) == text
