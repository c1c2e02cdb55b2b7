"""Languages of videos that a language range takes (RFC 4647, basic filtering)."""

import pytest

from engine.words.languages import is_code, ranges_that_take, requested_ranges, standard


@pytest.mark.parametrize(
    ("requested", "takes", "leaves"),
    [
        ("en", ["en", "EN", "en-US", "en-gb", "eng", "en_US", "eng-US"], ["", "de", "ent", "e"]),
        ("ENG", ["en", "en-AU"], ["enm"]),
        ("en-US", ["en-us", "eng-US", "en-US-x-private"], ["en", "en-GB"]),
        ("ger", ["de", "deu", "de-CH"], ["nl"]),
        ("zh-hant", ["zh-Hant", "zh-Hant-TW", "zho-Hant"], ["zh", "zh-Hans", "zh-TW"]),
        ("", ["", "und"], ["en"]),
        ("und", [""], ["en"]),
        ("*", ["en", "de-CH"], ["", "und"]),
        ("english", ["english", "English"], ["en"]),
    ],
)
def test_a_language_takes_what_begins_like_it(
    requested: str, takes: list[str], leaves: list[str]
) -> None:
    (language_range,) = requested_ranges([requested])
    assert [code for code in takes if language_range not in ranges_that_take(code)] == []
    assert [code for code in leaves if language_range in ranges_that_take(code)] == []


def test_a_code_is_written_in_one_way() -> None:
    assert standard("EN_us") == standard("eng-US") == "en-US"
    assert requested_ranges(["en", "EN", "eng", "de"]) == ("en", "de")


@pytest.mark.parametrize("text", ["en", "eng", "pt-BR", "zh-Hant-TW", "en-orig"])
def test_codes_are_told_from_other_texts(text: str) -> None:
    assert is_code(text)
    assert not any(map(is_code, ("", "e", "english", "../x", "en-", "en US", text + "\n")))
