"""Other taggers: a pair that is calibrated and used, and a tagger that another package brings."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from engine.catalogs.sqlite.catalog import Catalog
from support.footage import write_video
from support.pairs import COLOURS, write_pair, write_pictures
from support.product import Finished, reelmatch
from support.third_party import install_shades
from support.vlm_server import KEY, MODEL, serving_vlm
from support.webserver import Answer, serving


@pytest.fixture(scope="module")
def red_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two red seconds, then two blue ones."""
    frames = [np.full((48, 64, 3), COLOURS[c], np.uint8) for c in ["red"] * 20 + ["blue"] * 20]
    return write_video(tmp_path_factory.mktemp("films") / "film.mp4", frames, rate=10)


@pytest.mark.slow
def test_a_pair_is_calibrated_once_and_then_looks(tmp_path: Path, red_film: Path) -> None:
    pytest.importorskip("tokenizers", reason="needs: pip install -e '.[clip]'")
    home = tmp_path / "home"
    pair = write_pair(home / "models" / "colours")
    labels = write_pictures(tmp_path / "pictures")
    (tmp_path / "labels.json").write_text(json.dumps(labels))

    def run(*arguments: str | Path, settings: Mapping[str, str] | None = None) -> Finished:
        return reelmatch(home, *arguments, settings=settings)

    early = run("ingest", "--tagger", "onnx:colours", red_film)
    assert early.code == 1
    assert "is not calibrated" in early.err
    assert run("jobs", "--json").json == {"jobs": []}
    assert state(run("models", "--json"), "colours") == "not calibrated"

    words = tmp_path / "words.txt"
    words.write_text("rouge: a photo of red\nblue\n")
    wrong = run("models", "calibrate", "colours", tmp_path / "pictures", "--words", words)
    assert wrong.code == 1
    assert "--labels" in wrong.err
    (pair / "words.txt").write_text("\n".join(COLOURS))
    made = run(
        "models", "calibrate", "colours", tmp_path / "pictures",
        "--labels", tmp_path / "labels.json", "--json",
    )  # fmt: skip
    assert made.code == 0, made.err
    assert (made.json["words"], made.json["pictures"], made.json["present"]) == (5, 60, 50)
    assert state(run("models", "--json"), "colours") == "calibrated, 5 words"

    done = run("ingest", "--tagger", "onnx:colours", red_film, "--json").json["videos"][0]
    assert (done["status"], done["seconds"]) == ("ok", 4)
    (listed,) = run("videos", "--json").json["videos"]
    assert listed["tagger"].startswith("onnx/colours@")
    tags = run("tags", done["video"], "--json").json["tags"]
    assert {"tag": "red", "seconds": 2} in tags
    assert {"tag": "blue", "seconds": 2} in tags
    # Nudity is judged, whoever names the rest; what the words do not speak of is not.
    topics = run("sensitive", done["video"], "--json").json["topics"]
    assert (topics["nudity"]["level"], topics["weapons"]["level"]) == ("none", "unknown")


def state(done: Finished, model: str) -> str:
    return next(str(row["state"]) for row in done.json["models"] if row["model"] == model)


@pytest.mark.slow
def test_another_packages_tagger_looks_and_its_jobs_wait_for_it(
    tmp_path: Path, red_film: Path
) -> None:
    home, site = tmp_path / "home", tmp_path / "site"
    install_shades(site)
    there = {"PYTHONPATH": str(site)}
    with Catalog.open(home / "catalog.db") as catalog:
        catalog.jobs.add([str(red_film)], {"tagger": "shades:dark"}, now=0.0)
    # What was queued for a tagger that has gone fails with the reason, and can be tried again.
    gone = reelmatch(home, "ingest")
    assert gone.code == 1
    assert "no tagger 'shades'" in gone.out
    assert reelmatch(home, "retry").code == 0
    assert reelmatch(home, "ingest", settings=there).code == 0
    (listed,) = reelmatch(home, "videos", "--json").json["videos"]
    assert listed["tagger"] == "shades@1-dark"
    tags = reelmatch(home, "tags", listed["video"], "--threshold", "0.5", "--json").json["tags"]
    assert tags == [{"tag": "dark", "seconds": 4}]


def test_a_pull_that_gets_another_file_keeps_nothing(tmp_path: Path) -> None:
    with serving() as hub:
        settings = {
            "REELMATCH_MODELS_HUB": hub.address(""),
            "REELMATCH_WEB_ALLOWED_NETWORKS": hub.network,
        }
        hub.answers = {}
        done = reelmatch(tmp_path, "models", "pull", "siglip-base-patch16-224", settings=settings)
        assert done.code == 1
        assert "HTTP 404" in done.err
        (requests,) = hub.requests
        hub.answers[requests] = Answer(b"a page")
        done = reelmatch(tmp_path, "models", "pull", "siglip-base-patch16-224", settings=settings)
    assert done.code == 1
    assert "is not the file that is pinned" in done.err
    assert list((tmp_path / "models").iterdir()) == []
    unknown = reelmatch(tmp_path, "models", "pull", "gpt")
    assert unknown.code == 1
    assert "choose from clip-vit-base-patch32, siglip-base-patch16-224" in unknown.err


@pytest.mark.slow
def test_a_model_on_a_server_looks_once_it_may_be_asked(tmp_path: Path, red_film: Path) -> None:
    with serving_vlm() as server:
        server.key = KEY
        tagger = f"vlm:{server.base_url}#{MODEL}"
        early = reelmatch(tmp_path, "ingest", "--tagger", tagger, red_film)
        assert early.code == 1
        assert f"set REELMATCH_VLM_ALLOWED_NETWORKS={server.base_address}" in early.err
        assert reelmatch(tmp_path, "jobs", "--json").json == {"jobs": []}
        allowed = {"REELMATCH_VLM_ALLOWED_NETWORKS": server.base_address}

        without = reelmatch(tmp_path, "ingest", "--tagger", tagger, red_film, settings=allowed)
        assert without.code == 1
        assert "set REELMATCH_VLM_KEY" in without.out

        output = {**allowed, "REELMATCH_VLM_KEY": KEY}
        done = reelmatch(
            tmp_path, "ingest", "--force", "--tagger", tagger, red_film, "--json", settings=output
        ).json["videos"][0]
    assert (done["status"], done["seconds"]) == ("ok", 4)
    # Two looks: what stands still is asked about once.
    assert len(server.questions) == 2
    (listed,) = reelmatch(tmp_path, "videos", "--json").json["videos"]
    assert listed["tagger"].startswith(f"vlm/{server.base_address}/{MODEL}@")
    tags = reelmatch(tmp_path, "tags", done["video"], "--json").json["tags"]
    assert {"tag": "tomato", "seconds": 2} in tags
    assert {"tag": "food", "seconds": 2} in tags
    assert {"tag": "blue sky", "seconds": 2} in tags
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert KEY.encode() not in everything


def test_a_service_that_takes_whole_videos_has_no_budget_of_seconds(
    tmp_path: Path, red_film: Path
) -> None:
    settings = {"REELMATCH_CLARIFAI_KEY": "pat-0123456789abcdef"}
    done = reelmatch(
        tmp_path, "ingest", "--tagger", "clarifai", "--every", "5", red_film, settings=settings
    )
    assert done.code == 1
    assert "'clarifai' takes whole videos" in done.err
