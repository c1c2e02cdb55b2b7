"""Files of captions as FFmpeg reads them: every form, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sources.captions import cues
from ingest.sources.captions.cues import FORMATS, Cue, UnreadableCaptions, read_cues
from ingest.sources.captions.limits import MAX_CUE_CHARACTERS

SRT = "1\n00:00:01,000 --> 00:00:02,500\nHello\n\n2\n00:00:03,000 --> 00:00:04,000\nyou there\n"
VTT = """WEBVTT
Kind: captions

NOTE nothing
of this

STYLE
::cue { color: red }

one
00:01.000 --> 00:02.500 align:start position:0%
Hello

00:00:03.000 --> 00:00:04.000
you there
"""
ASS = r"""[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,20

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: 0,0:00:00.00,0:00:09.00,Default,,0,0,0,,not shown
Dialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,Hello
Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,you there
"""
EXPECTED = [Cue(1, 2.5, "Hello"), Cue(3, 4, "you there")]


@pytest.mark.parametrize(("suffix", "text"), [(".srt", SRT), (".vtt", VTT), (".ass", ASS)])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_cues_are_read_of_every_form(suffix: str, text: str, line_end: str) -> None:
    assert read_cues(text.replace("\n", line_end), suffix) == (EXPECTED, False)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        (".srt", "0\n-00:00:05,000 --> 00:00:01,000\nbefore\n\nit\n\n" + SRT),
        (".srt", SRT + "\n3\n-00:00:05,000 --> -00:00:04,000\nbefore\n"),
        (".vtt", VTT + "\n-00:05.000 --> 00:01.000\nbefore\nit\n"),
        (".vtt", VTT.replace("one\n", "zero\n-00:00:05.000 --> 00:01.000\nbefore\n\none\n")),
        (".ass", ASS + "Dialogue: 0,-0:00:05.00,0:00:01.00,Default,,0,0,0,,before\n"),
    ],
)
def test_what_is_shown_before_the_video_is_left_out(suffix: str, text: str, line_end: str) -> None:
    assert read_cues(text.replace("\n", line_end), suffix) == (EXPECTED, False)


def test_what_is_left_out_of_the_form_does_no_harm() -> None:
    assert read_cues(SRT.replace("\n\n", "\n"), ".srt") == (EXPECTED, False)
    numberless = SRT.replace("1\n00", "00").replace("2\n00", "00")
    assert read_cues(numberless, ".srt") == (EXPECTED, False)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize(
    "text", ["", "\n\n", "no captions at all", "-->" * 100_000, "\x01\x02" * 1000, "<html></html>"]
)
def test_what_is_no_captions_is_refused_in_words(suffix: str, text: str) -> None:
    with pytest.raises(UnreadableCaptions, match="there is no cue"):
        read_cues(text, suffix)


def test_more_cues_than_are_taken_are_left_out_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cues, "MAX_CUES", 1)
    assert read_cues(SRT, ".srt") == (EXPECTED[:1], True)


def test_a_cue_without_end_is_cut() -> None:
    (cue,), _ = read_cues(f"1\n00:00:01,000 --> 00:00:02,000\n{'a' * 1_000_000}\n", ".srt")
    assert cue.text == "a" * MAX_CUE_CHARACTERS


pieces = st.sampled_from(
    [
        "1\n",
        "\n",
        "00:00:01,000 --> 00:00:02,000\n",
        "99:99:99.999 --> -1\n",
        "word ",
        "{\\p1}",
        "<",
    ]
)


@given(st.lists(pieces).map("".join), st.sampled_from(sorted(FORMATS)))
def test_anything_gives_cues_or_the_reason_why_not(text: str, suffix: str) -> None:
    try:
        results, _ = read_cues(text, suffix)
    except UnreadableCaptions:
        return
    assert all(cue.text is not None for cue in results)
