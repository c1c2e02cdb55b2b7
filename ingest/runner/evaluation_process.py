"""An evaluation in a process of its own, so that whoever asked for it goes on answering."""

import os
import signal
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from engine.catalogs import open_catalog
from engine.errors import ReelmatchError
from engine.system.os_errors import translated_os_errors
from ingest.decoding.probe import Status
from ingest.pipeline import IngestResult, Progress
from ingest.runner.parents import end_with_parent

_NICENESS: Final = 5


@dataclass(frozen=True, slots=True)
class EvaluationJobSpec:
    """Specification of an evaluation.

    Attributes:
        job: its id, under which the report is stored.
        catalog: its URL.
        home: folder in which indexes are built aside.
        options: as ``engine.batch.evaluation.job.options_of`` gives them.
        executor: URL of who counts and searches.
    """

    job: int
    catalog: str
    home: Path
    options: Mapping[str, Any] = field(hash=False)
    executor: str


def run_evaluation_job(spec: EvaluationJobSpec, answers: Connection) -> None:
    """Evaluate and store the report; send ``Progress`` in viewers, an ``IngestResult`` at last."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    # Whoever answers questions goes first.
    os.nice(_NICENESS)
    try:
        with translated_os_errors(), open_catalog(spec.catalog, create=False) as catalog:
            from engine.batch.evaluation.evaluation import evaluate
            from engine.batch.evaluation.job import stored_request

            candidates, options = stored_request(spec.options, spec.executor)
            evaluation = evaluate(
                catalog,
                spec.home,
                candidates,
                options,
                on_viewers=lambda done, total: answers.send(Progress(done, total)),
            )
            catalog.evaluations.put(spec.job, asdict(evaluation))
            winner = evaluation.winner or "none"
            reason = f"{evaluation.viewers} viewers; winner: {winner}"
            result = IngestResult(None, "", Status.OK, reason, 0)
    except ReelmatchError as error:
        result = IngestResult(None, "", Status.FAILED, str(error), 0)
    answers.send(result)
    answers.close()
