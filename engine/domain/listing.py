"""Criteria and pages of lists of videos."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ListPosition:
    """Beginning of a page: after this video, in the order of the list."""

    added_at: str
    video: str


@dataclass(frozen=True, slots=True)
class ListFilter:
    """Criteria of the videos that are listed.

    Attributes:
        text: every word of it occurs in the title or the uploader's name.
        kind: one kind only, or any when empty.
        unwatched: only those of which nothing could be seen.
        status: one status only, or any when empty.
        language: one code only, as it is written, or any when empty.
        uploader: one name only, or any when empty.
    """

    text: str = ""
    kind: str = ""
    unwatched: bool = False
    status: str = ""
    language: str = ""
    uploader: str = ""
