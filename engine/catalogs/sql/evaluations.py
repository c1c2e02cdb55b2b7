"""Reports of evaluations of settings, by the jobs that made them."""

import json
from collections.abc import Mapping
from typing import Any

from engine.catalogs.sql.database import MAX_NUMBER, Database
from engine.domain.evaluations.evaluation import MAX_STORED


class Evaluations:
    """The reports of one catalog."""

    def __init__(self, file: Database) -> None:
        self._file = file

    def put(self, job: int, report: Mapping[str, Any]) -> None:
        """Store what a job found; the oldest beyond ``MAX_STORED`` go."""
        with self._file.transaction() as db:
            db.execute(
                "insert into evaluations values (?, ?)"
                " on conflict (job) do update set report = excluded.report",
                (job, json.dumps(report, ensure_ascii=False)),
            )
            db.execute(
                "delete from evaluations where job not in"
                " (select job from evaluations order by job desc limit ?)",
                (MAX_STORED,),
            )

    def get(self, job: int) -> dict[str, Any] | None:
        """Return what a job found; None when it found nothing, or that is gone."""
        if abs(job) > MAX_NUMBER:
            return None
        rows = self._file.rows("select report from evaluations where job = ?", (job,))
        return dict(json.loads(rows[0][0])) if rows else None

    def jobs(self) -> list[int]:
        """Return the jobs of which there is a report, the newest first."""
        rows = self._file.rows("select job from evaluations order by job desc")
        return [int(job) for (job,) in rows]
