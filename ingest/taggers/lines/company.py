"""Mentions that count by themselves, and those that need others of the same video beside them.

What one word of a title says alone is often wrong: a band, a team, a film is called so.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from engine.domain.lines import Line
from ingest.taggers.lines.context import TITLES
from ingest.taggers.lines.mentions import Mention

_ASIDE: Final = ("description", "folder")
"""Fields that say much beside what is on a video, where a title or a file's name says more."""


class FieldMention(NamedTuple):
    """A mention and the field of the line that it stands in."""

    field: str
    mention: Mention


def accompanied(
    lines: Sequence[Line], mentions: Sequence[Sequence[Mention]]
) -> list[list[Mention]]:
    """Return of each line the mentions that count.

    One that may be a name, stands in the description, or in a folder's name beside a file that
    says more itself, counts where words of another field mean the same or a kind of it, or words
    that count by themselves do. What is read or spoken counts.

    Args:
        lines: of one video.
        mentions: of each line.
    """
    aside = _fields_aside(lines)
    known = [
        FieldMention(line.field, mention)
        for line, own in zip(lines, mentions, strict=True)
        for mention in own
        if line.field and not mention.may_be_name
    ]

    def counts(line: Line, mention: Mention) -> bool:
        if not line.field or not (mention.may_be_name or line.field in aside):
            return True
        return any(
            _agree(mention, one.mention)
            for one in known
            if one.field != line.field or one.field not in aside
        )

    return [
        [mention for mention in own if counts(line, mention)]
        for line, own in zip(lines, mentions, strict=True)
    ]


def _fields_aside(lines: Sequence[Line]) -> tuple[str, ...]:
    # Who numbers the files names the folder.
    return _ASIDE if any(line.field in TITLES for line in lines) else ()


def _agree(one: Mention, other: Mention) -> bool:
    """Tell whether two mean the same, or one means a kind of what the other does."""
    tags, others = ([candidate.tag for candidate in each.candidates] for each in (one, other))
    return tags[0] in others or others[0] in tags
