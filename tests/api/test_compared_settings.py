"""Settings that are compared, and those that are stored in a home."""

import os
from pathlib import Path

import pytest

from api.compared_settings import candidates_of
from api.setting_changes import settings_of_lists
from api.setting_storage import store_settings
from api.settings import Settings, load_settings
from api.stored_settings import STORED, read_stored
from engine.batch.evaluation.evaluation import MAX_COMPARED
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
        ("sloppe=1", "no setting that can be changed"),
        ("port=80", "viewer_co_likes"),
        ("home=/", "no setting that can be changed"),
        ("tf", "write NAME=VALUE"),
        ("tf=cube", "one of raw, sqrt, log"),
        ("tf=raw,tf=log", "twice"),
        ("viewer_power=nan", "viewer_power"),
        ("viewer_power=9", "viewer_power"),
        ("slope=\ud800", "cannot be printed"),
        ("tf=sqrt\x1c", "cannot be printed"),
        ("\ud800=1", "cannot be printed"),
        ("min_df=10000000", "min_df"),
        ("tf=raw,text=0.5", "no setting"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_the_choices(text: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        candidates_of(PRESENT, [text])


def test_the_same_is_not_compared_twice() -> None:
    for again in ("tf=log", "TF=log", " tf = log", "tf=log "):
        with pytest.raises(InvalidInput, match="compared twice"):
            candidates_of(PRESENT, ["tf=log", again])
    with pytest.raises(InvalidInput, match="compared twice"):
        candidates_of(PRESENT, ["tf=log,power=1", "viewer_power=1,tf=log"])
    with pytest.raises(InvalidInput, match="compared twice"):
        candidates_of(PRESENT, ["slope=0.8", "slope=0.80"])
    assert {"tf", "threshold", "viewer_watched"} <= set(settings_of_lists())
    assert "sensitive" not in settings_of_lists()


def test_more_than_can_be_told_apart_are_refused() -> None:
    many = [f"power=0.{number:02d}" for number in range(1, MAX_COMPARED + 2)]
    assert len(candidates_of(PRESENT, many[:-1])) == MAX_COMPARED + 1
    with pytest.raises(InvalidInput, match=f"up to {MAX_COMPARED}"):
        candidates_of(PRESENT, many)


def test_stored_settings_are_read_and_the_environment_goes_before_them(tmp_path: Path) -> None:
    home = {"REELMATCH_HOME": str(tmp_path)}
    store_settings(tmp_path, {"tf": "sqrt", "viewer_co_likes": "0.4"})
    store_settings(tmp_path, {"tf": "log"})
    assert read_stored(tmp_path) == {
        "REELMATCH_TF": "log",
        "REELMATCH_VIEWER_CO_LIKES": "0.4",
    }
    stored = load_settings(home)
    assert (stored.tf, stored.viewer_co_likes) == ("log", 0.4)
    # By its earlier name, too.
    given = load_settings({**home, "reelmatch_tf": "raw", "REELMATCH_VIEWER_TOGETHER": "0.2"})
    assert (given.tf, given.viewer_co_likes) == ("raw", 0.2)


def test_a_pipe_in_the_place_of_settings_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / STORED)
    with pytest.raises(InvalidInput, match="no regular file"):
        load_settings({"REELMATCH_HOME": str(tmp_path)})
    (tmp_path / STORED).unlink()
    (tmp_path / STORED).mkdir()
    with pytest.raises(InvalidInput, match="no regular file"):
        load_settings({"REELMATCH_HOME": str(tmp_path)})


def test_a_file_of_settings_keeps_its_mode_and_a_link_leads_to_it(tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere.env"
    home.mkdir()
    elsewhere.write_text("REELMATCH_TF=raw\n")
    elsewhere.chmod(0o640)
    (home / STORED).symlink_to(elsewhere)
    store_settings(home, {"tf": "log"})
    assert (home / STORED).is_symlink()
    assert "REELMATCH_TF=log" in elsewhere.read_text()
    assert elsewhere.stat().st_mode & 0o777 == 0o640
    (home / STORED).unlink()
    (home / STORED).symlink_to(tmp_path / "gone" / "x.env")
    with pytest.raises(InvalidInput, match="cannot be written"):
        store_settings(home, {"tf": "log"})


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
