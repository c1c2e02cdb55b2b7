"""Findings of ``reelmatch doctor`` on the way an index is searched."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli.upkeep import doctor
from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.matching.index_config import IndexConfig
from engine.indexes.local import scan_selection
from engine.indexes.local.disk.generations import Generations
from engine.indexes.local.rows.metadata import MetadataColumns
from support.catalogs import save, video_id


def index_finding(home: Path) -> str:
    done = CliRunner().invoke(doctor.command, ["--json"], env={"REELMATCH_HOME": str(home)})
    details = {one["what"]: one["detail"] for one in json.loads(done.output)["findings"]}
    return str(details["index"])


@pytest.mark.parametrize(
    ("read", "cost", "kernel"), [(0.31, 0.4, "levels"), (1.0625, 1.25, "plain")]
)
def test_doctor_tells_the_kernel_and_the_sample_that_chose_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: float, cost: float, kernel: str
) -> None:
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        for number in range(8):
            save(catalog, video_id(number), {"cat": 1 + number % 5, "car": 3})
        generations = Generations(tmp_path / "generations")
        reindex(catalog, generations, IndexConfig(threshold=0.7, tf="raw"))
        assert "plain kernel, as below 100,000 videos" in index_finding(tmp_path)
        assert "lacks" not in index_finding(tmp_path)

        monkeypatch.setattr(scan_selection, "MANY_VIDEOS", 4)
        monkeypatch.setattr(
            scan_selection, "sampled", lambda *_: scan_selection.Sample(24, read, cost)
        )
        reindex(catalog, generations, IndexConfig(threshold=0.7, tf="log"))
    # What is read again counts again: there may be more than one for each.
    assert (
        f"{kernel} kernel: 24 sampled queries read {read:.2f} postings by level for each there is,"
        f" at {cost:.2f} of the plain kernel's cost"
    ) in index_finding(tmp_path)


def test_doctor_tells_what_an_older_generation_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        save(catalog, video_id(1), {"cat": 1})
        reindex(catalog, Generations(tmp_path / "generations"), IndexConfig(0.7, "raw"))
    older = MetadataColumns.from_stored
    monkeypatch.setattr(
        MetadataColumns,
        "from_stored",
        lambda arrays, words: older(
            {name: one for name, one in arrays.items() if name != "performance"}, words
        ),
    )
    assert "it lacks performance, of which filters cannot ask" in index_finding(tmp_path)


def test_doctor_reads_the_catalog_through(tmp_path: Path) -> None:
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        for number in range(8):
            save(catalog, video_id(number), {"cat": 1 + number % 5})
        (page,), (size,) = (
            catalog.rows("select rootpage from sqlite_master where name = 'tracks'")[0],
            catalog.rows("pragma page_size")[0],
        )
    content = bytearray((tmp_path / "catalog.db").read_bytes())
    content[(page - 1) * size : (page - 1) * size + 8] = b"\xff" * 8
    (tmp_path / "catalog.db").write_bytes(content)
    done = CliRunner().invoke(doctor.command, ["--json"], env={"REELMATCH_HOME": str(tmp_path)})
    assert done.exit_code == 1
    (finding,) = [one for one in json.loads(done.output)["findings"] if one["what"] == "catalog"]
    assert finding["state"] == "broken"
    assert "is damaged" in finding["detail"]
    assert "restore" in finding["detail"]
