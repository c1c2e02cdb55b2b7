"""An index in Milvus by the command line, from a reindex to a rollback."""

from pathlib import Path

import pytest

from engine.catalogs.sqlite.catalog import Catalog
from support.catalogs import save, video_id
from support.milvus import serving_milvus
from support.product import Finished, reelmatch

pytestmark = pytest.mark.slow


def test_commands_answer_from_a_server_as_they_do_without(tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "milvus"
    folder.mkdir()
    with Catalog.open(home / "catalog.db") as catalog, catalog.transaction():
        for number in range(30):
            save(catalog, video_id(number), {"cat": 1 + number % 5, "car": 3}, language="en")
    with serving_milvus(folder) as server:
        settings = {"REELMATCH_INDEX": server.url("films")}

        def run(*arguments: str) -> Finished:
            return reelmatch(home, *arguments, settings=settings)

        unfilled = run("recommend", "--like", "cat=1", "--json")
        assert unfilled.code == 1
        assert "nothing is indexed yet" in unfilled.err
        first = run("reindex", "--json").json["generation"]
        question = ("recommend", "--like", "cat=1", "--json")
        assert run(*question).json["matches"] == reelmatch(home, *question).json["matches"]
        second = run("reindex", "--tf", "raw", "--json").json["generation"]
        assert second != first
        assert run("reindex", "--rollback", "--json").json["generation"] == first
        findings = {one["what"]: one for one in run("doctor", "--json").json["findings"]}
        assert "version milvus_lite" in findings["index server"]["detail"]
        assert first in findings["index"]["detail"]
        everybody = run("recommend", "--all-viewers")
        assert everybody.code == 1
        assert "REELMATCH_INDEX=local:" in everybody.err
        server.kill()
        away = run(*question)
        assert away.code == 1
        assert server.url("films") in away.err
        findings = {one["what"]: one for one in run("doctor", "--json").json["findings"]}
        assert findings["index server"]["state"] == findings["index"]["state"] == "broken"
        server.start()
        assert run(*question).json["matches"]
