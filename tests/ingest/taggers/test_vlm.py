"""A model elsewhere is asked, answers, and misbehaves in all the ways that servers do."""

import base64
import io
import json
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.errors import InvalidInput, ReelmatchError
from ingest.taggers.registry import TaggerContext, check_tagger
from ingest.taggers.remote.config import RemoteTaggerConfig
from ingest.taggers.remote.vlm.address import Model
from ingest.taggers.remote.vlm.client import MAX_ANSWER_BYTES, Client, Key
from ingest.taggers.remote.vlm.settings import KEY_VARIABLE, NETWORKS_VARIABLE, VlmSettings
from ingest.taggers.remote.vlm.tagger import VlmTagger, make_vlm_tagger
from ingest.taggers.remote.vlm.wire import GIVEN_CONFIDENCE, Bound, Form, words_in
from ingest.taggers.remote.whole_video import RemoteTaggerFailed
from support.vlm_server import KEY, MODEL, Server, serving_vlm

RED = np.full((90, 160, 3), (250, 10, 10), np.uint8)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving_vlm() as server:
        yield server


@pytest.fixture(autouse=True)
def _no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)


def settings_for(server: Server, words: str = "list") -> VlmSettings:
    return VlmSettings(words, (server.base_address,), attempt_seconds=5.0, frame_seconds=200.0)


def client_of(
    server: Server,
    words: tuple[str, ...] | None = ("tomato", "lettuce", "blue sky"),
    *,
    key: str = "",
    waited: list[float] | None = None,
    attempt_seconds: float = 5.0,
) -> Client:
    settings = replace(settings_for(server), attempt_seconds=attempt_seconds)
    waits: list[float] = [] if waited is None else waited
    model = Model(f"{server.base_url}/v1", MODEL)
    return Client(model, Key(key), settings, words, wait=waits.append)


def picture() -> str:
    with io.BytesIO() as file:
        Image.fromarray(RED).save(file, "JPEG")
        return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()


def fails(client: Client) -> str:
    with pytest.raises(RemoteTaggerFailed) as failed:
        client.ask(picture())
    return str(failed.value)


class TestAsking:
    def test_one_question_is_bound_to_the_list_and_its_tokens_say_how_sure(
        self, server: Server
    ) -> None:
        server.describe = lambda _: ["tomato", "blue sky", "spaceship"]
        tags_of = client_of(server, key=KEY).ask(picture())
        assert dict(tags_of) == pytest.approx({"tomato": 0.9, "blue sky": 0.9})
        (requests,), (headers,) = server.questions, server.headers
        assert (requests["temperature"], requests["logprobs"], requests["stream"]) == (
            0,
            True,
            False,
        )
        assert 0 < requests["max_tokens"] <= 1000
        schema = requests["response_format"]["json_schema"]["schema"]
        assert schema["properties"]["words"]["items"]["enum"] == ["tomato", "lettuce", "blue sky"]
        assert headers["Authorization"] == f"Bearer {KEY}"

    def test_without_a_key_none_is_sent(self, server: Server) -> None:
        client_of(server).ask(picture())
        assert "Authorization" not in server.headers[0]

    @pytest.mark.parametrize(
        "fault", ["odd logprobs", "other tokens", "fenced", "thought", "listed"]
    )
    def test_without_probabilities_of_use_a_word_has_the_stated_confidence(
        self, server: Server, fault: str
    ) -> None:
        server.faults.append(fault)
        assert client_of(server).ask(picture()) == [("tomato", GIVEN_CONFIDENCE)]

    def test_a_server_that_knows_no_probabilities_is_no_trouble(self, server: Server) -> None:
        server.ignores.add("logprobs")
        assert client_of(server).ask(picture()) == [("tomato", GIVEN_CONFIDENCE)]

    @pytest.mark.parametrize("fault", ["refusal", "filtered"])
    def test_a_model_that_would_not_say_said_nothing(self, server: Server, fault: str) -> None:
        server.faults.append(fault)
        assert client_of(server).ask(picture()) == []

    def test_of_an_answer_without_end_the_whole_words_count(self, server: Server) -> None:
        server.faults.append("endless")
        assert [word for word, _ in client_of(server).ask(picture())] == ["tomato", "lettuce"]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ('{"words": ["a", "b", "c', ["a", "b"]),
            ('{"words": ["a"]} {"words": ["b"]}', ["a"]),
            ('{"words": ["a", {"b": "c"}, "d"', ["a"]),
            ('{"words": [', []),
        ],
    )
    def test_only_strings_of_the_list_are_taken_of_what_was_cut_off(
        self, text: str, words: list[str]
    ) -> None:
        choice = {"message": {"content": text}, "finish_reason": "length"}
        assert [word for word, _ in words_in({"choices": [choice]})] == words


class TestForms:
    @pytest.mark.parametrize(
        ("refused", "left"),
        [
            ({"logprobs"}, {"logprobs": None}),
            ({"max_tokens"}, {"max_tokens": None, "max_completion_tokens": 1000}),
            ({"temperature"}, {"temperature": None}),
            ({"enum"}, {"logprobs": True}),
            ({"json_schema"}, {"response_format": {"type": "json_object"}}),
            ({"json_schema", "json_object"}, {"response_format": None}),
            ({"silently"}, {"response_format": None}),
            ({"logprobs", "max_tokens", "temperature", "json_schema", "json_object"}, {}),
        ],
    )
    def test_what_a_server_refuses_is_left_out_and_not_asked_for_again(
        self, server: Server, refused: set[str], left: dict[str, object]
    ) -> None:
        server.refuses |= refused
        client = client_of(server)
        assert [word for word, _ in client.ask(picture())] == ["tomato"]
        before = server.n_requests
        assert client.ask(picture())
        assert server.n_requests == before + 1
        assert {name: server.questions[-1].get(name) for name in left} == left
        assert '"enum"' not in json.dumps(server.questions[-1]) or "enum" not in refused

    def test_several_threads_take_less_once(self, server: Server) -> None:
        server.refuses |= {"logprobs", "json_schema", "json_object"}
        client, tags_of = client_of(server), []
        threads = [
            threading.Thread(target=lambda: tags_of.append(client.ask(picture()))) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert tags_of == [[("tomato", GIVEN_CONFIDENCE)]] * 4

    def test_when_nothing_helps_the_first_refusal_is_told(self, server: Server) -> None:
        server.faults.extend(["no pictures"] * 20)
        message = fails(client_of(server))
        assert "does not support image input (HTTP 400)" in message
        assert server.n_requests < 12

    def test_every_form_asks_for_less_until_there_is_none(self) -> None:
        form: Form | None = Form(Bound.LISTED)
        observed = []
        while form is not None:
            assert form not in observed
            observed.append(form)
            form = form.lesser("")
        assert observed[-1] == Form(Bound.PROMPT, logprobs=False, cold=False, limit="")


class TestFaults:
    @pytest.mark.parametrize(
        ("fault", "waits"),
        [
            ("throttled", [7.0]), ("loading", [1.0]), ("broken", [1.0]), ("gateway", [1.0]),
            ("cut off", [1.0]), ("dropped", [1.0]), ("no json", [1.0]), ("nested", [1.0]),
            ("no object", [1.0]), ("no choices", [1.0]), ("prose", [1.0]), ("no text", [1.0]),
            ("numbers", [1.0]), ("other key", [1.0]), ("controls", [1.0]), ("huge", [1.0]),
        ],
    )  # fmt: skip
    def test_what_may_pass_is_asked_again(
        self, server: Server, fault: str, waits: list[float]
    ) -> None:
        server.faults.append(fault)
        waited: list[float] = []
        tags_of = client_of(server, waited=waited).ask(picture())
        assert dict(tags_of) == pytest.approx({"tomato": 0.9})
        assert waited == waits

    @pytest.mark.parametrize(
        ("fault", "message", "n_requests"),
        [
            ("loading", "Loading model (HTTP 503) (asked 6 times)", 6),
            ("no json", "answered with no JSON (asked 2 times)", 2),
            ("prose", 'is not {"words": [...]} with words in it (asked 2 times)', 2),
            ("controls", "holds characters that cannot be printed (U+001B)", 2),
            ("huge", f"more than {MAX_ANSWER_BYTES} bytes", 2),
            ("no choices", "not of the OpenAI chat form", 2),
            ("no money", "no money left", 1),
            ("no model", f"the model's name, '{MODEL}'", 1),
            ("not allowed", f"set {KEY_VARIABLE}", 1),
            ("moved", "sends elsewhere (HTTP 307), which is not followed", 1),
        ],
    )
    def test_what_does_not_pass_is_told_with_what_to_do(
        self, server: Server, fault: str, message: str, n_requests: int
    ) -> None:
        server.faults.extend([fault] * 9)
        assert message in fails(client_of(server))
        assert server.n_requests == n_requests

    @pytest.mark.slow
    def test_an_answer_a_byte_at_a_time_is_cut_off(self, server: Server) -> None:
        server.faults.extend(["trickle"] * 9)
        message = fails(client_of(server, attempt_seconds=0.3))
        assert "did not answer within 0 s (asked 6 times)" in message

    def test_nobody_waits_longer_than_all_attempts_may_take(self, server: Server) -> None:
        server.faults.extend(["loading"] * 9)
        settings = replace(settings_for(server), frame_seconds=1.5)
        waited: list[float] = []
        client = Client(
            Model(f"{server.base_url}/v1", MODEL), Key(""), settings, None, wait=waited.append
        )
        assert "asked 2 times" in fails(client)
        assert waited == [1.0]
        assert server.n_requests == 2

    def test_a_server_that_is_not_there_is_named(self, server: Server) -> None:
        client = client_of(server)
        client._model = Model("http://127.0.0.1:1/v1", MODEL)
        client._settings = replace(client._settings, allowed_networks=("127.0.0.1",))
        assert "127.0.0.1:1 cannot be reached (ConnectionRefusedError): is it running?" in fails(
            client
        )

    def test_signs_of_a_terminal_in_a_reason_are_not_passed_on(self, server: Server) -> None:
        server.faults.extend(["error as text"] * 20)
        assert "\x1b" not in fails(client_of(server))


class TestKey:
    def test_it_is_shown_nowhere(
        self, server: Server, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(KEY_VARIABLE, KEY)
        caplog.set_level(logging.DEBUG)
        server.key = KEY
        server.faults.extend(["dropped", "echo"])
        client = client_of(server, key=KEY)
        message = fails(client)
        assert "Incorrect API key provided: Bearer (key)" in message
        tagger = make_vlm_tagger(Model(f"{server.base_url}/v1", MODEL), settings_for(server))
        shown = [message, caplog.text, repr(Key(KEY)), repr(vars(client)), tagger.name]
        assert not any(KEY in text for text in shown)
        tagger.stop()

    @pytest.mark.parametrize("key", ["two words", "line\nfeed", "ключ"])
    def test_what_can_be_none_is_not_repeated(self, key: str) -> None:
        with pytest.raises(InvalidInput, match=KEY_VARIABLE) as failed:
            Key(key)
        assert key not in str(failed.value)


class TestAddresses:
    @pytest.mark.parametrize(
        ("argument", "base_url", "name"),
        [
            ("http://127.0.0.1:11434#qwen2.5vl:7b", "http://127.0.0.1:11434/v1", "qwen2.5vl:7b"),
            ("https://Example.com/#a/b", "https://example.com/v1", "a/b"),
            ("https://example.com/v1/#m", "https://example.com/v1", "m"),
            ("https://example.com/api/v1#m", "https://example.com/api/v1", "m"),
            ("https://example.com/v1/chat/completions#m", "https://example.com/v1", "m"),
            ("http://[::1]:8080#m", "http://[::1]:8080/v1", "m"),
        ],
    )
    def test_an_address_may_have_its_path_or_not(
        self, argument: str, base_url: str, name: str
    ) -> None:
        model = Model.parse(argument)
        assert (model.base_url, model.name) == (base_url, name)
        assert Model.parse(str(model)) == model

    @pytest.mark.parametrize(
        ("argument", "message"),
        [
            ("", "needs the address of a server"),
            ("http://127.0.0.1:11434", "after '#', the name of a model"),
            ("#m", "needs the address of a server"),
            ("ftp://example.com#m", "must begin with https://"),
            ("https://me:secret@example.com#m", "user name or password"),
            ("https://example.com/v1?key=secret#m", f"a key is set as {KEY_VARIABLE}"),
            ("https://example.com#a\x1b[2Jb", "cannot be printed"),
            ("https://example.com#" + "m" * 300, "has 300 characters"),
        ],
    )
    def test_what_is_no_address_of_a_model_is_named_without_its_secrets(
        self, argument: str, message: str
    ) -> None:
        with pytest.raises(InvalidInput, match=message.replace("?", r"\?")) as failed:
            check_tagger(f"vlm:{argument}", TaggerContext())
        assert "secret" not in str(failed.value)

    @pytest.mark.parametrize(
        ("url", "to_set"),
        [
            ("http://127.0.0.1:11434", f"{NETWORKS_VARIABLE}=127.0.0.1:11434"),
            ("http://localhost:11434", f"{NETWORKS_VARIABLE}=127.0.0.1:11434"),
            ("https://10.1.2.3", f"{NETWORKS_VARIABLE}=10.1.2.3:443"),
            ("http://[::1]:8080", rf"{NETWORKS_VARIABLE}=\[::1\]:8080"),
            ("http://[::ffff:127.0.0.1]:8080", f"{NETWORKS_VARIABLE}=127.0.0.1:8080"),
            ("http://127.1:8080", "is not a literal address$"),
            ("http://169.254.169.254", f"{NETWORKS_VARIABLE}=169.254.169.254:80"),
            ("http://8.8.8.8", "would show pictures and key"),
        ],
    )
    def test_a_private_address_is_refused_with_what_to_set(self, url: str, to_set: str) -> None:
        with pytest.raises(InvalidInput, match=to_set):
            check_tagger(f"vlm:{url}#m", TaggerContext())

    def test_a_name_is_looked_at_when_it_is_asked(self, server: Server) -> None:
        client = client_of(server)
        client._settings = replace(client._settings, allowed_networks=())
        assert f"set {NETWORKS_VARIABLE}={server.base_address}" in fails(client)
        assert server.n_requests == 0

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"])
    def test_every_way_to_write_an_allowed_address_is_allowed(self, host: str) -> None:
        given = TaggerContext(
            remote=RemoteTaggerConfig(vlm=VlmSettings(allowed_networks=("127.0.0.1:8080",)))
        )
        check_tagger(f"vlm:http://{host}:8080#m", given)
        with pytest.raises(InvalidInput, match="is not a public address"):
            check_tagger(f"vlm:http://{host}:8081#m", given)

    def test_a_network_of_ones_own_may_be_asked(self, server: Server) -> None:
        given = TaggerContext(remote=RemoteTaggerConfig(vlm=settings_for(server)))
        stored = check_tagger(f"vlm:{server.base_url}#{MODEL}", given)
        assert stored == f"vlm:{server.base_url}/v1#{MODEL}"


@pytest.fixture
def tagger_of(server: Server) -> Iterator[Callable[..., VlmTagger]]:
    made: list[VlmTagger] = []

    def make(words: str = "list", model: str = MODEL) -> VlmTagger:
        settings = settings_for(server, words)
        made.append(make_vlm_tagger(Model(f"{server.base_url}/v1", model), settings))
        return made[-1]

    yield make
    for tagger in made:
        tagger.stop()


class TestWords:
    def tags_of(self, tagger: VlmTagger) -> dict[str, float]:
        tags_of = tagger.tag(RED)
        return {tag: float(one) for tag, one in zip(tagger.tags, tags_of, strict=True) if one > 0.5}

    def test_general_words_come_with_special_ones(
        self, tagger_of: Callable[..., VlmTagger]
    ) -> None:
        assert self.tags_of(tagger_of()) == {
            "food": pytest.approx(0.9), "tomato": pytest.approx(0.9),
            "vegetable": pytest.approx(0.9),
        }  # fmt: skip
        assert len(tagger_of().tags) > 2_500

    @pytest.mark.parametrize("word", ["Tomatoes", "a tomato", "  TOMATO ", "The tomato"])
    def test_words_that_are_not_bound_are_taken_for_those_of_the_list(
        self, server: Server, tagger_of: Callable[..., VlmTagger], word: str
    ) -> None:
        server.ignores.add("json_schema")
        server.describe = lambda _: [word, "something that nobody has a word for", "quux"]
        assert set(self.tags_of(tagger_of())) == {"food", "tomato", "vegetable"}

    def test_free_words_are_made_tidy_and_bring_what_is_known(
        self, server: Server, tagger_of: Callable[..., VlmTagger]
    ) -> None:
        server.describe = lambda _: [
            "Tomatoes", "A Zeppelin Hangar.", "nudity", "", "...",
            "this is a sentence about a picture", "x" * 500,
        ]  # fmt: skip
        tagger = tagger_of("free")
        assert tagger.is_open
        assert set(self.tags_of(tagger)) == {"food", "tomato", "vegetable", "zeppelin hangar"}
        server.describe = lambda _: ["quux"]
        assert set(self.tags_of(tagger)) == {"quux"}
        assert tagger.tags[0] == "nudity"
        assert tagger.tags[-1] == "quux"
        assert '"enum"' not in json.dumps(server.questions)

    def test_a_list_of_ones_own_brings_no_others(
        self, tagger_of: Callable[..., VlmTagger], tmp_path: Path
    ) -> None:
        path = tmp_path / "words.txt"
        path.write_text("tomato\nvegetable\n")
        tagger = tagger_of(str(path))
        assert tagger.tags == ("nudity", "tomato", "vegetable")
        assert set(self.tags_of(tagger)) == {"tomato"}

    def test_a_list_that_cannot_be_used_is_named_before_anything_is_queued(
        self, server: Server
    ) -> None:
        settings = settings_for(server, "/nowhere/words.txt")
        with pytest.raises(ReelmatchError, match=r"words in /nowhere/words\.txt cannot be read"):
            check_tagger(
                f"vlm:{server.base_url}#m",
                TaggerContext(remote=RemoteTaggerConfig(vlm=settings)),
            )

    def test_another_model_or_other_words_are_another_tagger(
        self, server: Server, tagger_of: Callable[..., VlmTagger]
    ) -> None:
        one, other, free = tagger_of(), tagger_of(model="other"), tagger_of("free")
        assert one.name == f"vlm/{server.base_address}/{MODEL}"
        assert other.name == f"vlm/{server.base_address}/other"
        assert len({one.version, other.version, free.version}) == 3
