"""Mentions that count by themselves, and those that need others of the same video beside them.

What one word of a title says alone is often wrong: a band, a team, a film is called so.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from engine.domain.lines import Line
from ingest.taggers.lines.context import TITLES
from ingest.taggers.lines.mentions import Mention

_ASIDE: Final = ("description", "folder")
"""Fields that say much beside what is on a video, where a title or a file's name says more."""

_FEW: Final = 10
"""Words of a publisher that are picked for a video; more are of a channel, or bring viewers."""

_PAGE: Final = 5
"""Lines that stand on the picture at once; more are a page of print, a menu or credits."""


def accompanied(
    lines: Sequence[Line],
    mentions: Sequence[Sequence[Mention]],
    *,
    is_called: bool = False,
) -> list[list[Mention]]:
    """Return of each line the mentions that count.

    One that may be a name, stands in the description, in a folder's name beside a file that
    says more itself, or among many words of its publisher, counts where words of another field
    mean the same or a kind of it, or words that count by themselves do. What is read or spoken
    counts.

    Args:
        lines: of one video.
        mentions: of each line.
        is_called: whether its title is what a song, a film or another work is called; then its
            publisher's words are of that work, too, however few they are.
    """
    aside = _fields_aside(lines, is_called=is_called)
    known = [
        (line.field, [one.tag for one in mention.candidates])
        for line, own in zip(lines, mentions, strict=True)
        for mention in own
        if line.field and not mention.may_be_name
    ]
    # The first tag of each that a field is held against, and all of their tags.
    meant: dict[str, tuple[set[str], set[str]]] = {}
    for field in {line.field for line in lines}:
        beside = [tags for other, tags in known if other != field or other not in aside]
        meant[field] = {tags[0] for tags in beside}, {tag for tags in beside for tag in tags}

    def counts(line: Line, mention: Mention) -> bool:
        """Tell whether it means the same as another or a kind of it, or another a kind of it."""
        if not line.field or not (mention.may_be_name or line.field in aside):
            return True
        first, every = meant[line.field]
        own = [one.tag for one in mention.candidates]
        return own[0] in every or not first.isdisjoint(own)

    return [
        [mention for mention in own if counts(line, mention)]
        for line, own in zip(lines, mentions, strict=True)
    ]


def _fields_aside(lines: Sequence[Line], *, is_called: bool) -> tuple[str, ...]:
    # Who numbers the files names the folder.
    if not any(line.field in TITLES for line in lines):
        return ()
    is_many = sum(line.field == "tag" for line in lines) > _FEW
    return (*_ASIDE, "tag") if is_many or is_called else _ASIDE


def accompanied_on_picture(
    lines: Sequence[Line], mentions: Sequence[Sequence[Mention]]
) -> list[list[Mention]]:
    """Return of each line that is read on the picture the mentions that count.

    One that may be a name, or stands among the many lines of a page, a menu or credits, counts
    where another line means the same or a kind of it.

    Args:
        lines: of one video, with seconds.
        mentions: of each line.
    """
    # Two texts that mean each tag, and two of which it is the first.
    every: dict[str, set[str]] = defaultdict(set)
    first: dict[str, set[str]] = defaultdict(set)
    for line, own in zip(lines, mentions, strict=True):
        text = line.text.casefold()
        for mention in own:
            tags = [one.tag for one in mention.candidates]
            for texts in (first[tags[0]], *(every[tag] for tag in tags)):
                if len(texts) < 2:
                    texts.add(text)

    def counts(mention: Mention) -> bool:
        tags = [one.tag for one in mention.candidates]
        beside = every[tags[0]].union(*(first[tag] for tag in tags))
        return len(beside) > 1  # its own text is one of them

    return [
        [one for one in own if not (is_on_page or one.may_be_name) or counts(one)]
        for own, is_on_page in zip(mentions, _on_pages(lines), strict=True)
    ]


def _on_pages(lines: Sequence[Line]) -> list[bool]:
    """Tell of each line whether it comes or goes while many stand on the picture."""
    starts = sorted(line.seconds.start for line in lines if line.seconds is not None)
    ends = sorted(line.seconds.end for line in lines if line.seconds is not None)

    def n_at(second: int) -> int:
        return bisect_right(starts, second) - bisect_right(ends, second)

    return [
        line.seconds is not None
        and max(n_at(line.seconds.start), n_at(line.seconds.end - 1)) > _PAGE
        for line in lines
    ]
