"""Settings that cannot be used are named, and what is secret in them is not."""

import pytest

from api.experiments import check_stored, experiment_of
from api.setting_spelling import misspelt_settings
from api.settings import Settings, load_settings
from engine.domain.matching.index_config import SourceConfig, read_sources
from engine.errors import InvalidInput, MissingPart


@pytest.mark.parametrize("name", ["CLARIFAI_URL", "MODELS_HUB", "PUBLIC_URL"])
@pytest.mark.parametrize(
    "address", ["http://[", "example.com", "https://", "ftp://a", "http://a:b"]
)
def test_an_address_that_is_none_is_named(name: str, address: str) -> None:
    with pytest.raises(InvalidInput, match=f"REELMATCH_{name}=.*it is no address"):
        load_settings({f"REELMATCH_{name}": address})


@pytest.mark.parametrize("address", ["ftp://me:hunter2@a.example", "me:hunter2@a.example"])
def test_a_password_of_a_setting_is_not_repeated(address: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        load_settings({"REELMATCH_MODELS_HUB": address})
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("proxy", ["localhost", "10.0.0.1/8", "*", "10.0.0.0/33"])
def test_a_proxy_is_an_address_or_a_network(proxy: str) -> None:
    with pytest.raises(InvalidInput, match="is no address or network"):
        load_settings({"REELMATCH_TRUSTED_PROXIES": f"127.0.0.1, {proxy}"})
    settings_read = load_settings({"REELMATCH_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8"})
    assert settings_read.trusted_proxies == ("127.0.0.1", "10.0.0.0/8")


@pytest.mark.parametrize(
    ("variable", "wrong", "choices"),
    [
        ("REELMATCH_PEOPLE", "yes", "on, off"),
        ("REELMATCH_PEOPLE", "", "on, off"),
        ("REELMATCH_LOG_FORMAT", "xml", "text, json"),
        ("REELMATCH_HOSTING", "s3", "none, local, gcs"),
    ],
)
def test_what_is_none_of_the_choices_is_refused_with_them(
    variable: str, wrong: str, choices: str
) -> None:
    with pytest.raises(InvalidInput, match=f"{variable}='{wrong}': it is one of {choices}"):
        load_settings({variable: wrong})


def test_people_are_named_only_when_that_is_switched_on() -> None:
    assert not load_settings({}).tagger_context.people
    assert not load_settings({"REELMATCH_PEOPLE": "off"}).tagger_context.people
    assert load_settings({"REELMATCH_PEOPLE": "on"}).tagger_context.people


@pytest.mark.parametrize("url", ["milvus://host", "redis://host:1", "", "milvus://me:hunter2@h:1"])
def test_what_is_no_index_is_refused_when_settings_are_read(url: str) -> None:
    with pytest.raises(InvalidInput, match="REELMATCH_INDEX=") as refused:
        load_settings({"REELMATCH_INDEX": url})
    assert "hunter2" not in str(refused.value)


def test_what_a_server_of_the_index_lacks_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    server = {"REELMATCH_INDEX": "milvus://host:19530"}
    monkeypatch.setattr("engine.indexes.find_spec", lambda _: None)
    with pytest.raises(MissingPart, match=r"reelmatch\[milvus\]"):
        load_settings(server)
    monkeypatch.setattr("engine.indexes.find_spec", lambda name: name)
    assert (
        load_settings({**server, "REELMATCH_VIEWER_CO_LIKES": "0"}).index == "milvus://host:19530"
    )
    with pytest.raises(InvalidInput, match="needs REELMATCH_INDEX=local:"):
        load_settings({**server, "REELMATCH_VIEWER_CO_LIKES": "0.3"})
    with pytest.raises(InvalidInput, match="takes its index from another host"):
        load_settings({**server, "REELMATCH_REPLICA_OF": "file:///shared"})
    settings = load_settings({**server, "REELMATCH_EXPERIMENT": "mix:control;variant=co_likes=0.3"})
    with pytest.raises(InvalidInput, match="needs REELMATCH_INDEX=local:"):
        experiment_of(settings)
    with pytest.raises(InvalidInput, match="needs REELMATCH_INDEX=local:"):
        check_stored(load_settings(server), {"viewer_co_likes": "0.3"})


def test_what_is_no_executor_is_refused_when_settings_are_read() -> None:
    assert load_settings({}).executor == "local:"
    assert load_settings({"REELMATCH_EXECUTOR": "local:3"}).executor == "local:3"
    with pytest.raises(InvalidInput, match=r"REELMATCH_EXECUTOR='local:0': .*local:N"):
        load_settings({"REELMATCH_EXECUTOR": "local:0"})


def test_tags_are_listed_at_one_threshold_whatever_the_source() -> None:
    settings = Settings(sources=read_sources("audio=0.6:0.5, text=0.8"))
    named = (SourceConfig("audio", 0.6, 0.5), SourceConfig("text", 0.8, 1.0))
    assert settings.index_config().sources[:2] == named
    assert settings.index_config(0.9).sources[:2] == named
    counting = settings.counting(0.9)
    assert {counting.threshold, *(one.threshold for one in counting.sources)} == {0.9}
    assert [one.weight for one in counting.sources[:2]] == [0.5, 1.0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("smell=0.5", "no source of tags 'smell'"),
        ("audio=2", "threshold of a source is from"),
        ("audio=0.5:-1", "its weight from 0"),
        ("audio=0.5:nan", "its weight from 0"),
        ("audio", "with its threshold"),
        ("audio=0.5:", "with its threshold"),
        ("audio=0.5,audio=0.6", "twice"),
    ],
)
def test_sources_that_cannot_be_used_are_named(text: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        read_sources(text)


@pytest.mark.parametrize(
    ("earlier", "now", "value"),
    [
        ("REELMATCH_VIEWER_TOGETHER", "REELMATCH_VIEWER_CO_LIKES", "0.4"),
        ("REELMATCH_VIEWER_COMMON_SHARE", "REELMATCH_VIEWER_MEAN_SHARE", "0.25"),
    ],
)
def test_a_setting_is_read_by_its_earlier_name_too(earlier: str, now: str, value: str) -> None:
    renamed = load_settings({now: value})
    assert renamed != Settings()
    assert load_settings({earlier: value}) == renamed
    assert load_settings({earlier.lower(): value}) == renamed
    assert load_settings({earlier: value, now: f"{value}{'' if '.' in value else '.'}0"}) == renamed
    with pytest.raises(InvalidInput, match=f"{now}='0.5' and {earlier}='{value}'.*unset {earlier}"):
        load_settings({earlier: value, now: "0.5"})
    with pytest.raises(InvalidInput, match=f"{earlier}='much'"):
        load_settings({earlier: "much", now: value})
    assert not misspelt_settings([earlier, now])
    assert misspelt_settings([f"{earlier}X"])
