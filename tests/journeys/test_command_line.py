"""A person at a terminal: ingest, reindex, ask. Real footage, real commands."""

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from api.settings import load_settings
from engine.errors import InvalidInput
from support.product import Run, reelmatch


def tags_of(ask: Run, video: str) -> dict[str, int]:
    answer = ask("tags", video, "--json", "--all").json
    return {count["tag"]: count["seconds"] for count in answer["tags"]}


def titles(ask: Run, answer: Any) -> list[str]:
    named = {video["video"]: video["title"] for video in ask("videos", "--json").json["videos"]}
    return [named[match["video"]] for match in answer["matches"]]


def test_from_files_to_matches(run: Run, carphone: Path) -> None:
    ingested = run("ingest", carphone, "--json").json
    (video,) = ingested["videos"]
    assert video["status"] == "ok"
    assert video["reason"] == ""
    assert video["source"] == str(carphone)
    assert run("reindex").code == 0

    matches = run("match", "--keyword", "person", "--json").json["matches"]
    assert [match["video"] for match in matches] == [video["video"]]


def test_a_man_in_a_car_is_a_person_and_a_portrait_on_most_seconds(ask: Run) -> None:
    seconds = {video["title"]: video["seconds"] for video in ask("videos", "--json").json["videos"]}
    observed = tags_of(ask, "carphone_pristine.mp4")
    assert observed["person"] > 0.8 * seconds["carphone_pristine"]
    assert observed["portrait"] > 0.5 * seconds["carphone_pristine"]
    assert "animal" not in observed


def test_the_vocabulary_is_listed_without_a_video(ask: Run) -> None:
    lines = ask("tags", "--vocabulary").out.splitlines()
    assert lines[0].split()[:2] == ["tag", "brings"]
    assert len(lines) > 500
    output = {word["name"]: word for word in ask("tags", "--vocabulary", "--json").json}
    assert output["tabby cat"]["general"] == ["cat"]
    assert output["dog"]["said"] >= output["dog"]["right"] > 0
    assert "give it alone" in ask("tags", "bikes.mp4", "--vocabulary").err
    assert "name a video" in ask("tags").err


def test_tags_print_as_tag_comma_seconds_the_most_telling_first(ask: Run) -> None:
    lines = ask("tags", "chelsea.mp4").out.splitlines()
    pairs = [(tag, int(seconds)) for tag, seconds in (line.split(", ") for line in lines)]
    assert {"cat", "animal"} <= {tag for tag, _ in pairs}
    assert pairs[0][0] in ("cat", "tabby cat")
    assert pairs[-1][0] in ("animal", "pet")
    assert all(count >= 2 for _, count in pairs)


def test_another_threshold_counts_no_more(ask: Run) -> None:
    low, high = (
        ask("tags", "chelsea.mp4", "--threshold", threshold, "--json").json
        for threshold in ("0.05", "0.95")
    )
    assert low["threshold"] == 0.05
    at_low = {count["tag"]: count["seconds"] for count in low["tags"]}
    at_high = {count["tag"]: count["seconds"] for count in high["tags"]}
    assert len(at_high) < len(at_low)
    assert all(seconds <= at_low[tag] for tag, seconds in at_high.items())


def test_where_nothing_reaches_the_threshold_a_lower_one_is_named(ask: Run) -> None:
    message = ask("tags", "chelsea.mp4", "--threshold", "1.0").err
    assert message.startswith("no tag reached 1.0 on any of its seconds; the surest was ")
    lower = message.split("--threshold ")[1].strip()
    assert ask("tags", "chelsea.mp4", "--threshold", lower).out


def test_one_second_and_one_tag_tell_the_same(ask: Run) -> None:
    at_second = ask("tags", "coffee.mp4", "--second", "3", "--json").json
    along = ask("tags", "coffee.mp4", "--tag", "coffee", "--json").json
    (confidence,) = [
        observed["confidence"] for observed in at_second["tags"] if observed["tag"] == "coffee"
    ]
    assert along["seconds"][3] == {"second": 3, "confidence": confidence}
    assert confidence > 0.7
    assert len(along["seconds"]) == 12


def test_a_viewer_gets_what_they_like_with_the_reasons(ask: Run) -> None:
    answer = ask("recommend", "--like", "animal=1", "--like", "nature=0.5", "--json").json
    assert set(answer) == {"generation", "basis", "note", "matches", "next", "continued_from"}
    assert answer["basis"] == "profile"
    best = answer["matches"][0]
    assert set(best) >= {"video", "score", "why", "rank"}
    assert titles(ask, answer)[0] in {"chelsea", "bigbuckbunny"}
    reasons = {
        title: {share["tag"] for share in match["why"]}
        for title, match in zip(titles(ask, answer), answer["matches"], strict=True)
    }
    assert reasons["bigbuckbunny"] == {"animal", "nature"}
    for match in answer["matches"]:
        assert sum(share["share"] for share in match["why"]) == pytest.approx(
            match["score"], abs=1e-5
        )


def test_a_dislike_pushes_down(ask: Run) -> None:
    likes = ("recommend", "--like", "outdoors", "--like", "person")
    plain = {m["video"]: m["score"] for m in ask(*likes, "--json").json["matches"]}
    less = {
        m["video"]: m["score"]
        for m in ask(*likes, "--dislike", "portrait", "--json").json["matches"]
    }
    astronaut = ask("videos", "--json").json["videos"]
    (expected,) = [video["video"] for video in astronaut if video["title"] == "astronaut"]
    assert less.get(expected, 0) < plain[expected]


def test_a_liked_video_is_not_recommended_again(ask: Run) -> None:
    answer = ask("recommend", "--liked", "chelsea.mp4", "--json").json
    result = titles(ask, answer)
    assert "chelsea" not in result
    assert result[0] in {"slideshow", "bigbuckbunny"}


def test_an_advertiser_finds_coffee_but_no_excluded_video(ask: Run) -> None:
    answer = ask("match", "--keyword", "coffee", "--json").json
    assert titles(ask, answer)[0] == "coffee"
    assert "slideshow" in titles(ask, answer)
    without = ask("match", "--keyword", "coffee", "--exclude", "cat", "--json").json
    assert titles(ask, without)[0] == "coffee"
    assert "slideshow" not in titles(ask, without)


def test_similar_videos_leave_out_the_video_itself(ask: Run) -> None:
    answer = ask("similar", "coffee.mp4", "--json").json
    assert titles(ask, answer)[0] == "slideshow"


def test_a_question_weighs_sources(ask: Run) -> None:
    arguments = ("match", "--keyword", "audio:music", "--keyword", "animal")
    (bunny,) = [
        one for one in ask(*arguments, "--json").json["matches"] if len(one["by_source"]) > 1
    ]
    assert bunny["by_source"].keys() == {"visual", "audio"}
    assert sum(bunny["by_source"].values()) == pytest.approx(bunny["score"])
    deaf = ask(*arguments, "--sources", "audio=0", "--json").json["matches"]
    assert {source for one in deaf for source in one["by_source"]} == {"visual"}
    assert "heard +" in ask(*arguments).out
    wrong = ask(*arguments, "--sources", "smell=1")
    assert (wrong.code, "no source of tags 'smell'" in wrong.err) == (2, True)


def test_a_word_that_is_no_tag_is_answered_with_the_nearest(ask: Run) -> None:
    answer = ask("match", "--keyword", "attorney", "--json")
    assert answer.code == 1
    assert answer.out == ""
    assert answer.err.startswith("reelmatch: 'attorney' is not a tag: the nearest are")


@pytest.mark.slow
def test_what_a_folder_holds_besides_videos_is_said(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("broken.mp4", "a.jpg", "b.JPG", "notes.txt", "code.ts"):
        (folder / name).write_text("export const words = 1;\n", encoding="utf-8")
    answer = run("ingest", folder, "--json").json
    assert [Path(video["source"]).name for video in answer["videos"]] == ["broken.mp4"]
    assert answer["left_out"] == {".jpg": 2, ".txt": 1, ".ts": 1}
    text = "left out as no videos: 2 .jpg, 1 .ts, 1 .txt; a file named directly is always taken\n"
    assert run("ingest", folder).err.endswith(text)


@pytest.mark.slow
def test_links_out_of_a_folder_are_named_ten_at_most(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "broken.mp4").write_bytes(b"no video")
    for number in range(12):
        (folder / f"link {number:02}\x1b[2J.mp4").symlink_to("/nowhere/at/all.mp4")
    done = run("ingest", folder)
    lines = done.err.splitlines()[-12:]
    assert lines[0].startswith("left out as no videos: 12 link out of the folder; a file named")
    path = f"{folder}/link 00\ufffd[2J.mp4"
    assert lines[1] == f"link out of the folder, not followed: {path}"
    assert lines[11] == "and 2 more of these links"
    assert "\x1b" not in done.err
    answer = run("ingest", folder, "--json").json
    assert answer["left_out"] == {"link out of the folder": 12}
    assert len(answer["links_out"]) == 10
    assert answer["links_out"][0] == path


@pytest.mark.slow
def test_ingesting_twice_does_nothing_twice_and_force_looks_again(
    run: Run, carphone: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy of carphone.mp4"
    shutil.copy(carphone, copy)
    (first,) = run("ingest", carphone, "--json").json["videos"]
    revision = revision_of(tmp_path / "home")
    (second,) = run("ingest", carphone, "--json").json["videos"]
    assert (second["video"], second["status"]) == (first["video"], "ok")
    assert "already analyzed" in second["reason"]
    assert revision_of(tmp_path / "home") == revision

    (third,) = run("ingest", copy, "--json").json["videos"]
    assert third["video"] == first["video"]
    assert len(run("videos", "--json").json["videos"]) == 1

    (forced,) = run("ingest", carphone, "--force", "--json").json["videos"]
    assert forced["reason"] == ""
    assert revision_of(tmp_path / "home") > revision


def revision_of(home: Path) -> int:
    connection = sqlite3.connect(home / "catalog.db")
    try:
        ((revision,),) = connection.execute("select revision from revisions").fetchall()
    finally:
        connection.close()
    return int(revision)


def test_a_bad_file_has_a_reason_and_does_not_stop_the_others(
    run: Run, carphone: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    (folder / "a-empty.mp4").write_bytes(b"")
    (folder / "b-text.mp4").write_text("<!DOCTYPE html><html><body>404</body></html>")
    shutil.copy(carphone, folder / "c-good.mp4")
    done = run("ingest", folder, "--json")
    assert done.code == 0
    by_name = {Path(video["source"]).name: video for video in done.json["videos"]}
    assert {name: video["status"] for name, video in by_name.items()} == {
        "a-empty.mp4": "empty",
        "b-text.mp4": "corrupt",
        "c-good.mp4": "ok",
    }
    assert "web page" in by_name["b-text.mp4"]["reason"]
    assert run("reindex", "--json").json["videos"] == 1
    assert run("tags", "b-text.mp4").err.startswith("reelmatch: 'b-text' could not be analyzed")


def test_nothing_but_bad_files_exits_1(run: Run, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"nonsense" * 100)
    done = run("ingest", bad)
    assert done.code == 1
    assert "corrupt" in done.out


def test_a_missing_file_is_named(run: Run, tmp_path: Path) -> None:
    done = run("ingest", tmp_path / "nowhere.mp4", "--json")
    assert done.code == 1
    (video,) = done.json["videos"]
    assert video["status"] == "missing"
    assert video["video"] is None


@pytest.mark.slow
def test_what_is_forgotten_is_gone_at_once_and_can_come_back(run: Run, carphone: Path) -> None:
    run("ingest", carphone)
    run("reindex")
    assert run("forget", "carphone_pristine").code == 1, "nobody answered the question"
    assert run("forget", "carphone_pristine", "--yes").out == "1 deleted\n"
    assert run("match", "--keyword", "person", "--json").json["matches"] == []
    assert run("tags", "carphone_pristine.mp4").code == 1
    run("ingest", carphone)
    assert len(run("match", "--keyword", "person", "--json").json["matches"]) == 1


@pytest.mark.slow
def test_a_dry_run_tells_and_changes_nothing(run: Run, carphone: Path) -> None:
    run("ingest", carphone)
    built = run("reindex", "--json").json["generation"]
    output = run("reindex", "--threshold", "0.95", "--dry-run", "--json").json
    assert output["before"]["videos"] == output["after"]["videos"] == 1
    assert output["after"]["seconds"] < output["before"]["seconds"]
    assert output["lost"]
    assert run("match", "--keyword", "person", "--json").json["generation"] == built
    assert "nothing was changed" in run("reindex", "--threshold", "0.95", "--dry-run").out


@pytest.mark.slow
def test_a_rollback_goes_back_one_generation(run: Run, carphone: Path) -> None:
    run("ingest", carphone)
    first = run("reindex", "--json").json
    assert run("reindex", "--rollback").code == 1
    second = run("reindex", "--tf", "log", "--json").json
    assert run("reindex", "--rollback", "--json").json == first
    ids = {first["generation"], second["generation"]}
    listed = run("reindex", "--list", "--json").json["generations"]
    assert {one["generation"] for one in listed} == ids
    assert [one["generation"] for one in listed if one["live"]] == [first["generation"]]
    assert run("reindex", "--rollback", first["generation"]).code == 1
    assert run("reindex", "--rollback", second["generation"], "--json").json == second
    assert run("reindex", "--rollback", "--json").json == first
    assert run("match", "--keyword", "person", "--json").json["generation"] == first["generation"]
    assert run("reindex", "--rollback", "--json").json == second


def test_asking_before_the_first_reindex_says_what_to_do(run: Run) -> None:
    done = run("recommend", "--like", "cat")
    assert done.code == 1
    assert done.err.strip() == (
        "reelmatch: nothing is indexed yet: ingest videos, then reindex;"
        " run 'reelmatch ingest', then 'reelmatch reindex'"
    )


@pytest.mark.slow
def test_a_log_generation_is_another_generation(run: Run, carphone: Path) -> None:
    run("ingest", carphone)
    usual = run("reindex", "--json").json
    log = run("reindex", "--tf", "log", "--json").json
    assert (usual["tf"], log["tf"]) == ("sqrt", "log")
    assert usual["generation"] != log["generation"]
    again = run("reindex", "--json").json
    assert again["generation"] == usual["generation"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("recomend",), "did you mean 'recommend'?"),
        (("recommend", "--like", "animal=lots"), "write --like TAG or --like TAG=WEIGHT"),
        (("recommend", "--like", "car", "--dislike", "car"), "liked and disliked at once: car"),
        (("match",), "Missing option '--keyword'"),
        (("tags", "x", "--second", "1", "--tag", "cat"), "exclude each other"),
        (("recommend", "--like", "car", "-k", "0"), "0 is not in the range"),
        (("match", "--keyword", "car", "--where", "{"), "no JSON"),
        (("reindex", "--rollback", "--dry-run"), "--rollback builds nothing"),
    ],
)
def test_wrong_usage_exits_2_and_says_what_is_right(
    run: Run, arguments: tuple[str, ...], says: str
) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert says in done.err
    assert "Traceback" not in done.err


def test_doctor_is_content_with_a_fresh_installation(run: Run) -> None:
    done = run("doctor", "--json")
    states = {finding["what"]: finding["state"] for finding in done.json["findings"]}
    assert done.code == 0
    assert states["index"] == "missing"
    assert {states[f"model {name}"] for name in ("efficientnet_lite2", "nanodet", "opennsfw")} == {
        "ok"
    }


def test_doctor_names_a_setting_that_is_misspelt(tmp_path: Path) -> None:
    # The second is how Kubernetes tells of a service of that name.
    set_to = {"REELMATCH_TRESHOLD": "0.8", "REELMATCH_SERVICE_HOST": "10.0.0.1"}
    done = reelmatch(tmp_path / "home", "doctor", "--json", settings=set_to)
    assert done.code == 1
    (broken,) = [finding for finding in done.json["findings"] if finding["state"] == "broken"]
    assert broken["what"] == "REELMATCH_TRESHOLD"
    assert broken["detail"].endswith("did you mean REELMATCH_THRESHOLD?")


@pytest.mark.slow
def test_doctor_names_a_broken_index(run: Run, carphone: Path, tmp_path: Path) -> None:
    run("ingest", carphone)
    generation = run("reindex", "--json").json["generation"]
    (tmp_path / "home" / "generations" / generation / "generation.json").write_text("{")
    done = run("doctor")
    assert done.code == 1
    assert "run 'reelmatch reindex'" in done.out


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [Path(sys.executable).parent / "reelmatch", "doctor", "--json"],
            env={"REELMATCH_HOME": str(tmp_path / "home"), "PATH": ""},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith(
        "reelmatch: the disk is full (or a quota, or a limit of file size, is reached)"
    )
    assert "/dev/full" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
def test_two_homes_never_meet(run: Run, carphone: Path, tmp_path: Path) -> None:
    run("ingest", carphone)
    assert reelmatch(tmp_path / "other", "videos", "--json").json == {"videos": []}


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("THRESHOLD", "high", "'high': Expected `float`, got `str`"),
        ("THRESHOLD", "nan", "'nan': Expected `float` >= 0.0"),
        ("THRESHOLD", "1.5", "'1.5': Expected `float` <= 1.0"),
        ("PORT", "", "'': Expected `int`, got `str`"),
        ("PROCESSES", "-1", "'-1': Expected `int` >= 0"),
        ("LOG_FORMAT", "xml", "'xml': it is one of text, json"),
        ("WEB_RATE_LIMIT", "0", "'0': Expected `int` >= 1"),
        ("WEB_ALLOWED_NETWORKS", "10.0.0.0/8,nearby", ": 'nearby' is not a network"),
        ("SENSITIVE", "cars", "'cars': no sensitive topic 'cars'"),
    ],
)
def test_a_wrong_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(f"REELMATCH_{name}", value)
    with pytest.raises(InvalidInput, match=f"^REELMATCH_{name}=.*{says}"):
        load_settings()
