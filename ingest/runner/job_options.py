"""Options of a stored job, which may be of an earlier version and lack some."""

from dataclasses import dataclass
from typing import Self

from engine.domain.jobs import Job
from ingest.taggers.registry import DEFAULT


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """Options of a job that ingests a video.

    Attributes:
        force: whether a video that is known is analyzed again.
        tagger: name of the tagger of frames.
        every: at most one in so many seconds is tagged.
        audio: whether the sound is tagged, too.
        text: whether the text on the picture is read, too.
        added_sources: the only sources to observe, of a video that is known; empty for all.
        speech: name of the speech recogniser; empty for none.
    """

    force: bool
    tagger: str
    every: int
    audio: bool
    text: bool
    added_sources: tuple[str, ...]
    speech: str

    @classmethod
    def of(cls, job: Job) -> Self:
        """Return those of a job, with what it does not say as usual."""
        options = job.options
        every = options.get("every", 1)
        return cls(
            force=bool(options.get("force")),
            tagger=str(options.get("tagger", DEFAULT)),
            every=every if isinstance(every, int) and every > 0 else 1,
            audio=options.get("audio") is not False,
            text=options.get("text") is not False,
            added_sources=tuple(options.get("add", ())),
            speech=str(options.get("speech") or ""),
        )
