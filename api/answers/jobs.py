"""Jobs: what waits, runs, is done or failed."""

from datetime import UTC, datetime
from typing import Any

from engine.domain.jobs import Job, Kind


def job_json(job: Job) -> dict[str, Any]:
    """Return one job."""
    return {
        "job": job.id,
        "kind": job.kind.value,
        "source": job.source,
        "state": job.state.value,
        "attempts": job.attempts,
        "video": (job.video or None) if job.kind is Kind.INGEST else None,
        "generation": (job.video or None) if job.kind is Kind.REINDEX else None,
        "status": job.status,
        "reason": job.reason,
        "warning": job.warning,
        "seconds": job.seconds,
        "done": job.done,
        "total": job.total,
        "created_at": _moment(job.created_at),
        "changed_at": _moment(job.changed_at),
    }


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
