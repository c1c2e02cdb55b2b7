"""Settings that are compared, and those that are stored in a home."""

from pathlib import Path

import pytest

from api.compared_settings import candidates_of, comparable
from api.settings import STORED, Settings, load_settings, store_settings, stored_settings
from engine.errors import InvalidInput

PRESENT = Settings()


def test_settings_are_named_as_in_the_docs_and_shorter() -> None:
    present, roots, lists = candidates_of(
        PRESENT,
        ["tf=sqrt, together=0", "sources=audio=0.6:0.5,text=0.8,viewer_power=1"],
    )
    assert (present.name, present.settings) == ("present", {})
    assert (present.config, present.rules) == (PRESENT.index_config(), PRESENT.profile_rules)
    assert roots.settings == {"tf": "sqrt", "viewer_co_likes": "0"}
    assert (roots.config.tf, roots.rules.co_likes) == ("sqrt", 0.0)
    assert lists.settings == {"sources": "audio=0.6:0.5,text=0.8", "viewer_power": "1"}
    assert {one.source for one in lists.config.sources} >= {"audio", "text"}
    assert lists.rules.power == 1.0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sloppe=1", "no setting that can be compared"),
        ("port=80", "viewer_co_likes"),
        ("home=/", "no setting that can be compared"),
        ("tf", "write NAME=VALUE"),
        ("tf=cube", "one of raw, sqrt, log"),
        ("tf=raw,tf=log", "twice"),
        ("viewer_power=nan", "viewer_power"),
        ("viewer_power=9", "viewer_power"),
        ("tf=raw,text=0.5", "no setting"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_the_choices(text: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        candidates_of(PRESENT, [text])


def test_the_same_is_not_compared_twice() -> None:
    with pytest.raises(InvalidInput, match="compared twice"):
        candidates_of(PRESENT, ["tf=log", "tf=log"])
    assert {"tf", "threshold", "viewer_watched"} <= set(comparable())


def test_stored_settings_are_read_and_the_environment_goes_before_them(tmp_path: Path) -> None:
    home = {"REELMATCH_HOME": str(tmp_path)}
    store_settings(tmp_path, {"tf": "sqrt", "viewer_co_likes": "4"})
    store_settings(tmp_path, {"tf": "log"})
    assert stored_settings(tmp_path) == {
        "REELMATCH_TF": "log",
        "REELMATCH_VIEWER_CO_LIKES": "4",
    }
    stored = load_settings(home)
    assert (stored.tf, stored.viewer_co_likes) == ("log", 4.0)
    # By its earlier name, too.
    given = load_settings({**home, "reelmatch_tf": "raw", "REELMATCH_VIEWER_TOGETHER": "2"})
    assert (given.tf, given.viewer_co_likes) == ("raw", 2.0)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"REELMATCH_TF=cube", "one of raw, sqrt, log"),
        (b"REELMATCH_HOME=/elsewhere", "there is no setting 'REELMATCH_HOME'"),
        (b"nonsense", "there is no setting 'NONSENSE'"),
        (b"\xff", "mend or remove"),
        (b"#" * 70_000, "longer than"),
    ],
)
def test_a_file_of_settings_that_cannot_be_used_says_why(
    tmp_path: Path, content: bytes, says: str
) -> None:
    (tmp_path / STORED).write_bytes(content)
    with pytest.raises(InvalidInput, match=says):
        load_settings({"REELMATCH_HOME": str(tmp_path)})
