"""Clarifai as a tagger, against a server that speaks its wire format."""

import importlib
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.tracks import FULL_SCALE
from engine.errors import InvalidInput, MissingPart
from ingest.decoding.probe import UndecodableVideo
from ingest.sources.hosting.local import LocalHost
from ingest.taggers.named_tracks import track_for
from ingest.taggers.remote.clarifai import tagger as clarifai
from ingest.taggers.remote.clarifai.settings import ClarifaiSettings, key_in
from ingest.taggers.remote.clarifai.tagger import ClarifaiTagger
from ingest.taggers.remote.whole_video import RemoteTaggerFailed, VideoTagger
from support.clarifai_server import KEY, Clarifai, serving_clarifai
from support.conformance.hosting import serving_folder
from support.footage import Picture, bikes, numbered, write_video


@pytest.fixture
def server() -> Iterator[Clarifai]:
    with serving_clarifai() as state:
        yield state


@pytest.fixture
def host(tmp_path: Path) -> Iterator[LocalHost]:
    with serving_folder(tmp_path / "hosted") as opened:
        yield opened


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video of 33 seconds; each shows its own number."""
    path = tmp_path_factory.mktemp("films") / "film.mp4"
    return write_video(path, (numbered(frame // 10) for frame in range(330)), rate=10)


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video of two seconds."""
    path = tmp_path_factory.mktemp("films") / "short.mp4"
    return write_video(path, (numbered(frame // 10) for frame in range(20)), rate=10)


def tagger(server: Clarifai, waits: list[float] | None = None, **options: Any) -> ClarifaiTagger:
    key, host = options.pop("key", KEY), options.pop("host", None)
    settings = ClarifaiSettings(base_url=server.base_url, **options)
    sleep = (waits if waits is not None else []).append
    return ClarifaiTagger(key, settings, host=host, sleep=sleep)


def numbers(n: int) -> list[dict[str, float]]:
    return [{f"number {second}": 0.97} for second in range(n)]


def seconds(tagger: VideoTagger, path: Path) -> list[dict[str, float]]:
    observed = tagger.tag_video(path)
    return [observed.at(second) for second in range(observed.n_seconds)]


def test_every_second_gets_the_tags_of_its_middle(server: Clarifai, film: Path) -> None:
    assert seconds(tagger(server), film) == numbers(33)
    (requests,) = server.questions
    assert requests.kind == "base64"
    assert requests.path == "/v2/users/clarifai/apps/main/models/general-image-recognition/outputs"
    assert requests.output_config == {"sample_ms": 1000, "max_concepts": 100, "min_value": 0.05}


def test_times_that_are_starts_of_samples_mean_the_same(server: Clarifai, short: Path) -> None:
    server.starts = True
    assert seconds(tagger(server), short) == numbers(2)


def test_a_hosted_copy_is_fetched_by_address_and_deleted_after(
    server: Clarifai, host: LocalHost, film: Path, tmp_path: Path
) -> None:
    assert seconds(tagger(server, host=host, longest_seconds=20), film) == numbers(33)
    assert [requests.kind for requests in server.questions] == ["url", "url"]
    assert not list((tmp_path / "hosted").glob("*.mp4"))


def test_a_copy_is_deleted_when_clarifai_fails(
    server: Clarifai, host: LocalHost, short: Path, tmp_path: Path
) -> None:
    server.faults.append("failure")
    with pytest.raises(RemoteTaggerFailed):
        tagger(server, host=host).tag_video(short)
    assert not list((tmp_path / "hosted").glob("*.mp4"))


@pytest.mark.slow
def test_a_longer_video_is_sent_in_parts_and_the_seconds_add_up(
    server: Clarifai, film: Path
) -> None:
    server.longest_seconds = 10
    with pytest.raises(RemoteTaggerFailed, match=r"over limit.*lower the limits"):
        tagger(server).tag_video(film)
    assert seconds(tagger(server, longest_seconds=10), film) == numbers(33)
    assert len(server.questions) == 1 + 4


@pytest.mark.slow
def test_a_larger_video_is_sent_in_parts_and_the_seconds_add_up(
    server: Clarifai, film: Path
) -> None:
    seconds(tagger(server), film)
    whole = server.questions.pop().size_bytes
    server.max_bytes = whole // 2
    assert seconds(tagger(server, max_sent_bytes=whole // 2), film) == numbers(33)
    assert len(server.questions) > 2
    assert max(requests.size_bytes for requests in server.questions) <= whole // 2


def test_a_version_of_the_model_is_asked_for_by_its_route(server: Clarifai, short: Path) -> None:
    pinned = tagger(server, version="v 1")
    assert (pinned.name, pinned.version) == ("clarifai/general-image-recognition", "v 1")
    assert seconds(pinned, short) == numbers(2)
    assert server.questions[0].path.endswith("/versions/v%201/outputs")


def test_more_tags_than_asked_for_are_left_out_by_the_service(
    server: Clarifai, short: Path
) -> None:
    server.describe = lambda _: {f"tag {n}": 1 - n / 100 for n in range(99)}
    assert {len(second) for second in seconds(tagger(server), short)} == {96}
    assert {len(second) for second in seconds(tagger(server, max_concepts=20), short)} == {20}


def test_what_comes_back_can_be_kept(server: Clarifai, short: Path, tmp_path: Path) -> None:
    observed = tagger(server).tag_video(short)
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        catalog.tags.number(["number 1"])
        track = track_for(catalog, observed)
        assert [catalog.tags.vocabulary().names[tag] for tag in track.tags] == [
            "number 0",
            "number 1",
        ]
    assert track.starts.tolist() == [0, 1, 2]
    assert track.confidences.tolist() == [round(0.97 * FULL_SCALE)] * 2


def test_real_footage_is_seen_in_its_colours(server: Clarifai) -> None:
    def brightness(picture: Picture) -> dict[str, float]:
        return {"bright": float(picture.mean()) / 255}

    server.describe = brightness
    result = [second["bright"] for second in seconds(tagger(server), bikes())]
    assert len(result) == 10
    assert all(0.2 < value < 0.7 for value in result)


@pytest.mark.parametrize(
    "fault",
    [
        *("throttled", "try again", "busy", "loading", "internal", "mixed busy"),
        *("no json", "no object", "no output", "nested", "gateway", "cut off", "dropped"),
    ],
)
def test_what_may_pass_is_asked_again(server: Clarifai, short: Path, fault: str) -> None:
    server.faults.extend([fault, fault])
    waits: list[float] = []
    assert seconds(tagger(server, waits), short) == numbers(2)
    assert server.n_requests == 3
    # The service may ask for more patience than ours.
    assert waits == ([7.0, 7.0] if fault == "throttled" else [1.0, 2.0])


def test_what_does_not_pass_is_given_up_after_some_attempts(server: Clarifai, short: Path) -> None:
    server.faults.extend(["busy"] * 9)
    waits: list[float] = []
    with pytest.raises(
        RemoteTaggerFailed, match=r"Model is busy \(status 21354\) \(asked 4 times; try again later"
    ):
        tagger(server, waits, attempts=4).tag_video(short)
    assert waits == [1.0, 2.0, 4.0]


def test_an_answer_that_takes_too_long_is_asked_for_again(
    server: Clarifai, short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.faults.extend(["stalled", "stalled"])
    monkeypatch.setattr(clarifai, "_ANSWER_SECONDS", 0.1)
    with pytest.raises(RemoteTaggerFailed, match=r"cannot be reached \(ReadTimeout\)"):
        tagger(server, attempts=2).tag_video(short)
    assert server.n_requests == 2


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("failure", r"Clarifai: Failure \(status 10020\)"),
        ("over quota", r"Clarifai: Account limits exceeded \(status 11006\)"),
        ("mixed", r"Clarifai: Unsupported video format \(status 31101\)"),
        ("not found", r"no JSON \(HTTP 404\): check the address http://127"),
        ("moved", r"no JSON \(HTTP 302\)"),
        ("frames no list", "without a list of frames"),
        ("no name", "a concept without a name"),
        ("percent", "a confidence of 93"),
        ("time no number", "a time that is no number of use"),
        ("time infinite", "a time that is no number of use"),
        ("control signs", "a name that cannot be used"),
        ("no frames", "without frames for the part at second 0"),
    ],
)
def test_what_cannot_pass_is_told_at_once(
    server: Clarifai, short: Path, fault: str, message: str
) -> None:
    server.faults.append(fault)
    with pytest.raises(RemoteTaggerFailed, match=message):
        tagger(server).tag_video(short)
    assert server.n_requests == 1


def test_an_address_that_clarifai_cannot_fetch_is_told(
    server: Clarifai, short: Path, tmp_path: Path
) -> None:
    unreachable = LocalHost(tmp_path, "http://127.0.0.1:9", bytes(32))
    with pytest.raises(RemoteTaggerFailed, match=r"30002.*can be reached from outside"):
        tagger(server, host=unreachable).tag_video(short)


def test_an_unknown_model_is_told(server: Clarifai, short: Path) -> None:
    with pytest.raises(RemoteTaggerFailed, match=r"21200.*check the model's name"):
        tagger(server, model="sherlock").tag_video(short)


def test_an_answer_without_end_is_given_up(
    server: Clarifai, short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clarifai, "_MAX_ANSWER_BYTES", 100)
    with pytest.raises(RemoteTaggerFailed, match="more than 100 bytes"):
        tagger(server).tag_video(short)


def test_a_server_that_is_not_there_is_told(short: Path) -> None:
    gone = Clarifai(base_url="http://127.0.0.1:9")
    with pytest.raises(RemoteTaggerFailed, match=r"http://127.0.0.1:9 cannot be reached"):
        tagger(gone, attempts=2).tag_video(short)


def test_a_file_that_is_no_video_is_refused_before_anything_is_sent(
    server: Clarifai, tmp_path: Path
) -> None:
    path = tmp_path / "playlist.mp4"
    path.write_text("#EXTM3U\nfile:///etc/passwd\n")
    with pytest.raises(UndecodableVideo, match="a playlist"):
        tagger(server).tag_video(path)
    assert server.n_requests == 0


@pytest.mark.parametrize("fault", ["", "echo", "busy", "dropped", "gateway", "cut off", "moved"])
def test_the_key_is_never_shown(
    server: Clarifai, short: Path, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    caplog.set_level(logging.DEBUG)
    server.faults.extend([fault] * 3)
    made = tagger(server, attempts=3)
    text = ""
    try:
        made.tag_video(short)
    except RemoteTaggerFailed as error:
        text = f"{error} {error!r} {error.__cause__!r} {error.__context__!r}"
        assert fault
    shown = f"{text} {caplog.text} {made!r} {made._client!r} {made._client._key!r}"
    assert ("bad header: Key (key)" in text) == (fault == "echo")
    assert KEY not in shown
    assert KEY[4:] not in shown


def test_a_wrong_key_says_what_to_check_and_is_not_shown(server: Clarifai, short: Path) -> None:
    with pytest.raises(RemoteTaggerFailed, match=r"11009.*REELMATCH_CLARIFAI_KEY") as caught:
        tagger(server, key="wrong-key").tag_video(short)
    assert "wrong-key" not in str(caught.value)


@pytest.mark.parametrize("key", ["", "two\nlines", "a b", "cl\u00e9"])
def test_a_key_that_can_be_none_is_refused_and_not_shown(key: str) -> None:
    with pytest.raises(InvalidInput, match="the key for Clarifai is empty or holds") as caught:
        ClarifaiTagger(key, ClarifaiSettings())
    assert not key or key not in str(caught.value)


def test_a_netrc_file_does_not_replace_the_key(
    server: Clarifai, short: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert seconds(tagger(server), short) == numbers(2)


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_no_proxy_of_the_environment_gets_the_key(
    server: Clarifai, short: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv(variable, "http://127.0.0.1:9")
    assert seconds(tagger(server), short) == numbers(2)


@pytest.mark.parametrize("host", ["me:hunter2@api.example", "me:hunter2@[::1", "hunter2@localhost"])
def test_an_address_with_a_password_is_refused_and_the_password_not_shown(host: str) -> None:
    for scheme in ("https", "http"):
        with pytest.raises(InvalidInput) as refusal:
            ClarifaiSettings(base_url=f"{scheme}://{host}")
        assert "hunter2" not in str(refusal.value)


def test_the_key_comes_from_the_environment() -> None:
    assert key_in({"REELMATCH_CLARIFAI_KEY": " a ", "CLARIFAI_PAT": "b"}) == "a"
    assert key_in({"REELMATCH_CLARIFAI_KEY": "", "CLARIFAI_PAT": "b"}) == "b"
    with pytest.raises(InvalidInput, match="set REELMATCH_CLARIFAI_KEY"):
        key_in({})


def test_without_requests_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "requests", None)
    monkeypatch.delitem(sys.modules, "ingest.taggers.remote.clarifai.tagger")
    with pytest.raises(MissingPart, match=r"pip install 'reelmatch\[remote\]'"):
        importlib.import_module("ingest.taggers.remote.clarifai.tagger")


def test_the_key_goes_over_https_alone() -> None:
    with pytest.raises(InvalidInput, match="only https:// keeps the key secret"):
        ClarifaiSettings(base_url="http://api.clarifai.example")


def test_parts_shorter_than_a_cut_are_refused() -> None:
    with pytest.raises(InvalidInput, match="at least 10 s"):
        ClarifaiSettings(longest_seconds=9)
