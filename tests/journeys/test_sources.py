"""A second source of tags, made up, all the way: looked for, counted, matched, told, taken out."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from api.http.app import create_app
from api.settings import Settings
from engine.batch.follow import follow
from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain import tags
from engine.domain.matching.filters import HasTag, Not
from engine.domain.matching.index_config import IndexConfig, SourceConfig
from engine.indexes.local.disk.consistency import check_consistency
from engine.indexes.local.disk.generations import Generations
from engine.indexes.local.snapshot import LocalSnapshot
from engine.search.matches import match
from ingest.pipeline import ingest_file
from ingest.sources.exports import exported_lines
from ingest.sources.imports.documents import BadLine
from ingest.sources.imports.importing import Change, Imported, import_file
from ingest.taggers.audio.tagger import LocalSoundTagger
from ingest.taggers.base import Confidences, Frame
from support.campaigns import campaign
from support.footage import write_video
from support.shades import Shades

NOW = datetime(2026, 11, 29, tzinfo=UTC)


BODIES: tuple[dict[str, Any], ...] = ({"keywords": {"dark": 1}}, {"interests": {"dark": 1}})
BOTH: dict[str, Any] = {"interests": {"dark": 1, "light": 1}, "k": 1}


class Nose:
    """Smells smoke where it is dark, and grass everywhere."""

    name, version, source = "nose", "1", "smell"
    tags: tuple[str, ...] = ("smoke", "dark")
    requires_confirmation: tuple[str, ...] = ()

    def tag(self, frame: Frame) -> Confidences:
        return np.array([0.65, 0.9 if frame.mean() < 100 else 0.0], np.float32)


@pytest.fixture(autouse=True)
def smell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tags, "SOURCES", (*tags.SOURCES, "smell"))


def night_and_day(folder: Path) -> tuple[Path, Path]:
    """Two films of four seconds: a dark one and a light one."""
    rng = np.random.default_rng(5)
    films = []
    for name, shade in (("night", 20), ("day", 220)):
        pictures = rng.integers(shade - 10, shade + 10, (16, 48, 64, 3)).astype(np.uint8)
        films.append(write_video(folder / f"{name}.mp4", pictures, rate=4))
    return films[0], films[1]


def snapshot_of(catalog: Catalog, folder: Path, *sources: SourceConfig) -> LocalSnapshot:
    config = IndexConfig(threshold=0.7, tf="raw", least_seconds=2, sources=sources)
    return LocalSnapshot.of(reindex(catalog, Generations(folder), config))


def taggers(catalog: Catalog, video: str | None) -> dict[str, str]:
    """Return who observed a video, without who read its name."""
    known = catalog.tracks.taggers(video or "")
    return {source: tagger for source, tagger in known.items() if source != "metadata"}


def test_a_second_source_goes_all_the_way(catalog: Catalog, tmp_path: Path) -> None:
    night, day = night_and_day(tmp_path)
    shades, nose = Shades(), Nose()
    first = ingest_file(night, catalog, shades)
    assert ingest_file(day, catalog, shades, nose).status == "ok"
    requests = shades.n_tagged

    # What the picture showed is known of the night; only the nose has yet to smell it.
    smelled = ingest_file(night, catalog, shades, nose)
    assert (smelled.video, smelled.status, shades.n_tagged) == (first.video, "ok", requests)
    again = ingest_file(night, catalog, shades, nose)
    assert again.reason == "already analyzed by shades@1, nose@1"
    assert taggers(catalog, first.video) == {"visual": "shades@1", "smell": "nose@1"}
    assert catalog.tags.vocabulary().names == ("dark", "light", "smell:smoke", "smell:dark")

    # By default no smell of smoke counts; a lower threshold of its source lets it, and no other.
    plain = snapshot_of(catalog, tmp_path / "plain")
    counted = snapshot_of(catalog, tmp_path / "g", SourceConfig("smell", 0.6, 0.5))
    assert plain.df.tolist() == [1, 1, 0, 1]
    assert counted.df.tolist() == [1, 1, 2, 1]
    assert counted.idf[3] == pytest.approx(plain.idf[3] / 2)

    # A word means every source, a source's own tag that one; the reasons tell them apart.
    (best,) = match(counted, keywords={"dark": 1}, k=5)
    assert best.video == first.video
    assert {part.tag for part in best.why} == {"dark", "smell:dark"}
    assert sum(part.share for part in best.why) == pytest.approx(best.score)
    (observed,) = match(counted, keywords={"visual:dark": 1}, k=5)
    assert [part.tag for part in observed.why] == ["dark"]
    assert observed.score < best.score

    # Filters.
    everything = counted.newest(HasTag("smoke"), k=9)
    assert len(everything) == 2
    assert counted.newest(HasTag("dark"), k=9) == [first.video]
    assert counted.newest(Not(HasTag("smell:dark")), k=9) != [first.video]

    # A change that comes after the reindex is weighed as in it.
    catalog.tracks.put(first.video or "", catalog.content.of([first.video or ""])[0].tracks[0])
    followed = follow(counted, catalog)
    assert match(followed, keywords={"dark": 1}, k=5)[0].score == pytest.approx(best.score)


def test_what_a_second_source_observed_is_exported_and_comes_back(
    catalog: Catalog, tmp_path: Path
) -> None:
    night, _ = night_and_day(tmp_path)
    result = ingest_file(night, catalog, Shades(), Nose())
    (line,) = exported_lines(catalog)
    assert json.loads(line)["taggers"]["smell"] == "nose@1"
    file = tmp_path / "all.jsonl"
    file.write_text(line)
    with Catalog.open(tmp_path / "other" / "catalog.db") as other:
        for change in (Change.ADDED, Change.UNCHANGED):
            (imported,) = import_file(file, other, now=NOW)
            assert isinstance(imported, Imported)
            assert imported.change is change
        assert list(exported_lines(other)) == [line]
        assert taggers(other, result.video) == {"visual": "shades@1", "smell": "nose@1"}
        # Tags of one source alone leave what the others observed as it is.
        payload = {"video": result.video, "tags": [{"tag": "smell:tar", "seconds": [[1, 3, 0.9]]}]}
        file.write_text(json.dumps(payload))
        (imported,) = import_file(file, other, now=NOW)
        assert isinstance(imported, Imported), imported
        (after,) = [json.loads(line) for line in exported_lines(other)]
        assert {one["tag"] for one in after["tags"]} == {"dark", "light", "smell:tar"}
        assert after["tagger"] == "shades@1"


def test_who_observed_nothing_is_exported_and_comes_back(catalog: Catalog, tmp_path: Path) -> None:
    night, _ = night_and_day(tmp_path)
    video = ingest_file(night, catalog, Shades(), LocalSoundTagger()).video or ""
    (line,) = exported_lines(catalog)
    (tmp_path / "all.jsonl").write_text(line)
    with Catalog.open(tmp_path / "other" / "catalog.db") as other:
        for change in (Change.ADDED, Change.UNCHANGED):
            (imported,) = import_file(tmp_path / "all.jsonl", other, now=NOW)
            assert isinstance(imported, Imported)
            assert imported.change is change
        assert other.tracks.taggers(video) == catalog.tracks.taggers(video)
        assert taggers(other, video).keys() == {"visual", "audio"}
        assert list(exported_lines(other)) == [line]


def test_the_service_and_the_console_tell_the_sources_apart(
    catalog: Catalog, tmp_path: Path
) -> None:
    night, _ = night_and_day(tmp_path)
    video = ingest_file(night, catalog, Shades(), Nose()).video
    settings = Settings(
        home=tmp_path / "home", processes=0, sources=(SourceConfig("smell", 0.6),), threshold=0.7
    )
    reindex(catalog, Generations(settings.generations_path), settings.index_config())
    app = create_app(settings)
    with TestClient(app, base_url="http://localhost", client=("127.0.0.1", 1)) as client:
        response = client.post("/v1/matches", json={"keywords": {"dark": 1}, "explain": True})
        (match_,) = response.json()["matches"]
        assert {share["tag"]: share["seconds"] for share in match_["why"]} == {
            "dark": [[0, 3]],
            "smell:dark": [[0, 3]],
        }
        counts = client.get(f"/v1/videos/{video}/tags").json()["tags"]
        assert {one["tag"] for one in counts} == {"dark", "smell:dark", "smell:smoke"}
        above = client.get(f"/v1/videos/{video}/tags", params={"threshold": 0.7}).json()["tags"]
        assert {one["tag"] for one in above} == {"dark", "smell:dark"}
        passing = {"keywords": {"dark": 1}, "where": {"not": {"seen": {"tag": "smell:smoke"}}}}
        assert client.post("/v1/matches", json=passing).json()["matches"] == []
        revision = catalog.revision()
        timeline = client.get(f"/console/videos/{video}/timeline/{revision}").json()
        assert {line["tag"] for line in timeline["lines"]} >= {"dark", "smell:dark", "smell:smoke"}
        page = client.get(f"/console/videos/{video}").text
        assert '<li class="tl-source">Smell</li>' in page


def test_a_request_weighs_sources_and_is_told_what_each_gave(
    catalog: Catalog, tmp_path: Path
) -> None:
    night, day = night_and_day(tmp_path)
    videos = [ingest_file(film, catalog, Shades(), Nose()).video or "" for film in (night, day)]
    settings = Settings(home=tmp_path / "home", processes=0, sources=(SourceConfig("smell", 0.6),))
    reindex(catalog, Generations(settings.generations_path), settings.index_config())
    catalog.campaigns.put(campaign("c", {"dark": 1}))
    app = create_app(settings)
    with TestClient(app, base_url="http://localhost", client=("127.0.0.1", 1)) as client:
        matches: list[dict[str, Any]] = []
        for sources, text in (({}, ""), ({"smell": 0.5}, "smell=0.5"), ({"smell": 0}, "smell=0")):
            bodies = [{"sources": sources, **who} for who in BODIES]
            answers = [
                client.post("/v1/matches", json=bodies[0]),
                client.post("/v1/recommendations", json=bodies[1]),
                client.get("/v1/campaigns/c/matches", params={"sources": text}),
                client.get("/v1/campaigns/c/matches", params={"sources": text, "since": 0}),
            ]
            best = [answer.json()["matches"][0] for answer in answers]
            assert len({round(one["score"], 9) for one in best}) == 1
            for one in best:
                assert one["video"] == videos[0]
                assert sum(one["by_source"].values()) == pytest.approx(one["score"])
            matches.append(best[0])
        assert matches[0]["by_source"].keys() == matches[1]["by_source"].keys() != {"visual"}
        assert matches[0]["score"] > matches[1]["score"] > matches[2]["score"]
        assert matches[2]["by_source"] == {"visual": matches[2]["score"]}

        path = f"/v1/videos/{videos[0]}/similar"
        (smelled,) = client.get(path).json()["matches"]
        assert smelled["by_source"].keys() == {"smell"}
        assert client.get(path, params={"sources": "smell=0"}).json()["matches"] == []
        wrong = client.get(path, params={"sources": "taste=1"})
        assert (wrong.status_code, "no source of tags" in wrong.text) == (422, True)
        wrong = client.post("/v1/matches", json={**BODIES[0], "sources": {"taste": 1}})
        assert (wrong.status_code, "no source of tags" in wrong.text) == (422, True)

        # A page goes on with the sources it began with, and no others.
        first = client.post("/v1/recommendations", json={**BOTH, "sources": {"smell": 0.5}}).json()
        again = {**BOTH, "cursor": first["next"]}
        assert client.post("/v1/recommendations", json=again).status_code == 422
        again["sources"] = {"smell": 0.5}
        (second,) = client.post("/v1/recommendations", json=again).json()["matches"]
        assert {first["matches"][0]["video"], second["video"]} == set(videos)

        # Campaigns for a viewer are weighed by what the viewer likes of each source.
        viewer = {"interests": {"smell:dark": 1}}
        (placed,) = client.post("/v1/viewers:campaigns", json=viewer).json()["campaigns"]
        assert placed["by_source"] == {"smell": placed["score"]}
        viewer_without = {**viewer, "sources": {"smell": 0}}
        assert client.post("/v1/viewers:campaigns", json=viewer_without).json()["campaigns"] == []


def test_a_source_that_weighs_nothing_is_left_out_of_the_index(
    catalog: Catalog, tmp_path: Path
) -> None:
    night, day = night_and_day(tmp_path)
    for film in (night, day):
        ingest_file(film, catalog, Shades(), Nose())
    without = snapshot_of(catalog, tmp_path / "g", SourceConfig("smell", 0.6, 0.0))
    assert without.idf.tolist()[2:] == [0.0, 0.0]
    (dark,) = match(without, keywords={"dark": 1}, k=5)
    assert [part.tag for part in dark.why] == ["dark"]
    assert dark.score == pytest.approx(1.0)
    assert without.newest(HasTag("smell:smoke"), k=9) == []
    # Whoever restores such a generation holds it for whole.
    check_consistency(without.generation, catalog.tags.vocabulary().names)


def test_the_name_of_a_source_is_taken_as_people_write_it(catalog: Catalog, tmp_path: Path) -> None:
    file = tmp_path / "typed.jsonl"
    tags = ["audio: Rain", "AUDIO:wind", "genre:rock", "visual:dog"]
    payload = {"duration": 3, "tags": [{"tag": tag, "seconds": [[0, 3, 0.9]]} for tag in tags]}
    file.write_text(json.dumps(payload) + "\n" + json.dumps({"tags": [{"tag": "audio:"}]}))
    imported, refused = import_file(file, catalog, now=NOW)
    assert isinstance(imported, Imported)
    assert isinstance(refused, BadLine)
    assert "names a source of tags and no tag" in refused.reason
    assert set(catalog.tags.vocabulary().names) == {"audio:rain", "audio:wind", "genre:rock", "dog"}
