"""An evaluation that waits in the queue is run by a worker, and what came of it is stored."""

from pathlib import Path

from engine.batch.evaluation.evaluation import PRESENT, Candidate, EvaluationOptions
from engine.batch.evaluation.job import options_of
from engine.catalogs import open_catalog
from engine.domain.jobs import State
from engine.domain.matching.index_config import IndexConfig
from engine.domain.viewers import Event, EventKind
from engine.search.profiles import VIEWER_RULES
from ingest.runner.worker import Worker
from support.catalogs import save, video_id

ASKED = options_of(
    [Candidate(PRESENT, {}, IndexConfig(0.5, "raw"), VIEWER_RULES)],
    EvaluationOptions(),
)


def test_a_queued_evaluation_leaves_a_report_or_says_why_not(tmp_path: Path) -> None:
    with open_catalog(tmp_path / "catalog.db") as catalog:
        for number in range(12):
            save(catalog, video_id(number), {("cat", "car")[number % 2]: 3})
        worker = Worker(catalog, tmp_path, 1, generations=tmp_path / "generations")
        without = catalog.jobs.add_evaluation("present", ASKED, now=0)
        worker.run()
        failed = catalog.jobs.get(without)
        assert failed is not None
        assert failed.state is State.FAILED
        assert "no events" in failed.reason
        assert catalog.evaluations.get(without) is None

        events = [
            (f"v{viewer}", Event(str(at), video_id(video), EventKind.LIKED, 10.0 * at + viewer))
            for viewer in range(5)
            for at, video in enumerate((0, 2, 4, 6, 8))
        ]
        catalog.viewers.load_events(events, now=1e9)
        job = catalog.jobs.add_evaluation("present", ASKED, now=0)
        worker.run()
        done = catalog.jobs.get(job)
        report = catalog.evaluations.get(job)
        assert done is not None
        assert (done.state, done.reason) == (State.DONE, "5 viewers; winner: none")
        assert report is not None
        assert report["compared"][0]["measures"]["nDCG@10"]["value"] > 0.5
        assert not (tmp_path / "generations").exists(), "the live index is not touched"
