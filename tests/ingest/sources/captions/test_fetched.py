"""Captions that a site lists: which are fetched, from where, and what may go wrong."""

from pathlib import Path
from typing import Any

import pytest
from yt_dlp.extractor.common import InfoExtractor

from ingest.sources.captions import fetched
from ingest.sources.captions.cues import read_cues
from ingest.sources.captions.fetched import FetchedCaptions, fetch_captions
from ingest.sources.captions.listed import choose_listed
from ingest.sources.fetching import downloader
from ingest.sources.guard import Guard
from support.footage import bikes
from support.webserver import Answer, Site, endless, video

VTT = b"WEBVTT\n\n00:01.000 --> 00:02.000\na guitar\n"


def form(address: str, ext: str = "vtt", **more: str) -> dict[str, str]:
    return {"url": address, "ext": ext, **more}


def youtube(site: Site) -> dict[str, Any]:
    """Info of yt-dlp on a German video: automatic captions, and translations of them."""

    def forms(name: str) -> list[dict[str, str]]:
        kinds = ("json3", "srv1", "srv2", "srv3", "ttml", "vtt")
        return [form(site.address(f"/{name}.{kind}"), kind) for kind in kinds]

    languages = ("ar", "en", "de", "fr", "zh-Hans")
    translated = {language: forms(f"auto-{language}") for language in languages}
    return {"automatic_captions": {**translated, "de-orig": forms("auto-de-orig")}}


def fetch_from(info: dict[str, Any], folder: Path, guard: Guard | None = None) -> Any:
    return fetch_captions(info, folder / "captions", downloader, guard or Guard([]))


def test_of_automatic_captions_only_those_that_were_heard_are_fetched(
    site: Site, tmp_path: Path
) -> None:
    site.answers["/auto-de-orig.vtt"] = Answer(VTT, "text/vtt")
    results = fetch_from(youtube(site), tmp_path)
    assert results == FetchedCaptions(tmp_path / "captions", "de", ".vtt")
    assert results.path.read_bytes() == VTT
    assert site.requests == ["/auto-de-orig.vtt"]


def test_what_a_person_wrote_goes_before_and_only_in_the_language_that_is_spoken(
    site: Site, tmp_path: Path
) -> None:
    site.answers["/written-de.srt"] = Answer(b"1\n00:00:01,000 --> 00:00:02,000\nja\n")
    written = {
        "en": [form(site.address("/written-en.vtt"))],
        "de-DE": [form(site.address("/written-de.srt"), "srt")],
        "live_chat": [form(site.address("/chat.json"), "json")],
    }
    results = fetch_from({"subtitles": written, **youtube(site)}, tmp_path)
    assert (results.language, results.suffix, results.warning) == ("de-DE", ".srt", "")
    assert site.requests == ["/written-de.srt"]


URL = "https://example.org/x"
FORM = [form(URL)]
TRANSLATED = [form(f"{URL}?lang=en&tlang=ja")]


@pytest.mark.parametrize(
    ("info", "language"),
    [
        ({}, None),
        ({"subtitles": {"fr": FORM}}, "fr"),
        ({"subtitles": {"fr": FORM, "en": FORM}}, None),
        ({"language": "en", "subtitles": {"fr": FORM, "en-GB": FORM}}, "en-GB"),
        ({"language": "en", "subtitles": {"en-GB": FORM, "en": FORM}}, "en"),
        ({"language": "eng", "subtitles": {"en": FORM}}, "en"),
        ({"language": "ja", "subtitles": {"en": FORM}}, None),
        ({"language": "ja", "automatic_captions": {"en": FORM, "ja": FORM}}, "ja"),
        ({"automatic_captions": {"en": FORM}}, "en"),
        ({"automatic_captions": {"en": FORM, "ja": FORM}}, None),
        ({"language": "en", "automatic_captions": {"en": FORM, "ja-orig": FORM}}, None),
        ({"language": "ja", "automatic_captions": {"ja-en": TRANSLATED, "en": FORM}}, None),
        ({"automatic_captions": {"ja-en": TRANSLATED, "en-en": FORM}}, "en-en"),
        ({"subtitles": {"live_chat": FORM}}, None),
        ({"subtitles": {"en": [form(URL, "ttml")]}}, None),
        ({"subtitles": {"en": [form(URL, "srt"), form(URL)]}}, "en"),
        ({"subtitles": {"en": [{"ext": "vtt"}]}}, None),
        ({"subtitles": {"en": None, 3: FORM, "../x": FORM, "a" * 999: FORM}}, None),
        ({"subtitles": ["en"], "automatic_captions": "en", "language": 7}, None),
    ],
)
def test_only_what_is_spoken_is_chosen_whatever_is_listed(
    info: dict[str, Any], language: str | None
) -> None:
    chosen = choose_listed(info)
    assert (chosen.language if chosen else None) == language


def test_a_site_that_lists_captions_when_asked_is_asked_and_only_the_spoken_ones_are_fetched(
    site: Site, tmp_path: Path
) -> None:
    class FilmsIE(InfoExtractor):
        _VALID_URL = r"https?://films\.example/(?P<id>\w+)"

        def _get_subtitles(self) -> Any:
            return {"en": [form(site.address("/written-en.vtt"))]}

        def _get_automatic_captions(self) -> Any:
            return youtube(site)["automatic_captions"]

        def _real_extract(self, url: str) -> Any:
            return {
                "id": self._match_id(url),
                "title": "film",
                "url": site.address("/film.mp4"),
                "ext": "mp4",
                "subtitles": self.extract_subtitles(),
                "automatic_captions": self.extract_automatic_captions(),
            }

    site.answers["/film.mp4"] = video(bikes())
    site.answers["/auto-de-orig.vtt"] = Answer(VTT, "text/vtt")
    with downloader() as ydl:
        ydl.add_info_extractor(FilmsIE())
        ydl.params["paths"] = {"home": str(tmp_path)}
        info = ydl.extract_info("https://films.example/1", ie_key="Films", download=True)
    assert set(site.requests) == {"/film.mp4"}
    results = fetch_from(info, tmp_path)
    assert (results.language, results.warning) == ("de", "")
    assert site.requests[-1] == "/auto-de-orig.vtt"


def test_captions_that_come_with_the_page_are_taken_from_it(tmp_path: Path) -> None:
    results = fetch_from({"subtitles": {"en": [{"ext": "vtt", "data": VTT.decode()}]}}, tmp_path)
    assert results.path.read_bytes() == VTT


def test_captions_in_segments_are_put_together(site: Site, tmp_path: Path) -> None:
    segments = ["a guitar", "a dog"]
    playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n"
    for number, words in enumerate(segments):
        start = 4 * number + 1
        cue = f"WEBVTT\n\n00:0{start}.000 --> 00:0{start + 1}.000\n{words}\n"
        site.answers[f"/{number}.vtt"] = Answer(cue.encode(), "text/vtt")
        playlist += f"#EXTINF:4,\n{number}.vtt\n"
    site.answers["/en.m3u8"] = Answer(f"{playlist}#EXT-X-ENDLIST\n".encode(), "text/vtt")
    entry = form(site.address("/en.m3u8"), protocol="m3u8_native")
    results = fetch_from({"subtitles": {"en": [entry]}}, tmp_path)
    assert results.warning == ""
    cues, _ = read_cues(results.path.read_text(), ".vtt")
    assert [(cue.start, cue.text) for cue in cues] == [(1.0, "a guitar"), (5.0, "a dog")]


def listed(address: str) -> dict[str, Any]:
    return {"subtitles": {"en": [form(address)]}}


def test_what_cannot_be_fetched_is_told(site: Site, tmp_path: Path) -> None:
    results = fetch_from(listed(site.address("/gone.vtt")), tmp_path)
    assert results.path is None
    assert results.warning.startswith("the captions could not be fetched: ")
    assert "404" in results.warning
    for address in ("file:///etc/hostname", "gopher://example.org/", "nonsense"):
        refused = fetch_from(listed(address), tmp_path)
        assert refused.path is None
        assert refused.warning


def test_captions_without_end_stop_at_the_limit(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetched, "MAX_BYTES", 1 << 20)
    site.answers["/endless.vtt"] = Answer(kind="text/vtt", pieces=endless(b"a" * (64 << 10)))
    results = fetch_from(listed(site.address("/endless.vtt")), tmp_path)
    assert results.warning.endswith(f"they are over the limit of {1 << 20} bytes")
    assert site.sent_bytes < 32 << 20


def test_captions_that_drip_are_left_to_their_site(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetched, "_MAX_SECONDS", 0.5)
    site.answers["/slow.vtt"] = Answer(kind="text/vtt", pieces=endless(b"a", pause=0.1))
    results = fetch_from(listed(site.address("/slow.vtt")), tmp_path)
    assert "took longer than" in results.warning
