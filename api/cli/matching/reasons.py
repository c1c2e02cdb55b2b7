"""Output of the reasons of a match: in a line, or tag by tag with the seconds."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import click

from api.cli.output import print_table
from engine.domain.matching.recommendations import Reason
from engine.domain.matching.results import Contribution, Move, shares_by_source
from engine.domain.tags import VERBS
from engine.domain.time_ranges import TimeRange

TagReason = Contribution | Reason

MAX_REASONS: Final = 4
"""The most tags that a line of reasons names."""

MAX_RANGES: Final = 5
"""The most ranges of seconds printed of a tag; --json gives all."""

TAG_HEAD: Final = ("tag", "share", "seen at")
"""Columns of ``tag_cells``."""

explain_option = click.option(
    "--explain", is_flag=True, help="Tell every tag with its share and when it was seen."
)


def print_explained(
    head: Sequence[str],
    rows_with_reasons: Iterable[tuple[Sequence[str], Sequence[TagReason]]],
    *,
    explained: bool,
) -> None:
    """Print a table of what was found and why.

    Args:
        head: names of the columns that tell what was found.
        rows_with_reasons: their cells, and the tags that made the score.
        explained: whether every tag gets a row of its own, with the seconds on which it was seen.
    """
    if not explained:
        print_table((*head, "why"), ((*cells, in_a_line(why)) for cells, why in rows_with_reasons))
        return
    rows = (row for cells, why in rows_with_reasons for row in beside(cells, map(tag_cells, why)))
    print_table((*head, *TAG_HEAD), rows)


def in_a_line(why: Sequence[TagReason]) -> str:
    """Return the largest shares in words."""
    named = [f"{one.tag} {signed(one.share)}" for one in why[:MAX_REASONS]]
    left = len(why) - len(named)
    line = ", ".join([*named, f"{left} more"] if left else named)
    sources = shares_by_source(why)
    if len(sources) < 2:
        return line
    parts = (f"{VERBS.get(source, source)} {signed(share)}" for source, share in sources.items())
    return f"{line} ({', '.join(parts)})"


def signed(share: float, digits: int = 2) -> str:
    """Return a share with its sign; one that rounds to nothing has a plus."""
    # Adding 0.0 to the -0.0 that rounding may leave.
    return f"{round(share, digits) + 0.0:+.{digits}f}"


def place_text(rank: int, moved: Sequence[Move]) -> str:
    """Return the rank of a match, and what moved it there."""
    return " ".join([str(rank), *(f"({one.by}: {one.from_} to {one.to})" for one in moved)])


def tag_cells(reason: TagReason) -> tuple[str, str, str]:
    """Return a tag, its share of the score, and when it was seen."""
    return reason.tag, signed(reason.share, 3), time_ranges_text(reason.seconds or ())


def time_ranges_text(ranges: Sequence[TimeRange]) -> str:
    """Return ranges of seconds in words, with their last seconds: ``3-5, 9``."""
    named = [range_text(one) for one in ranges[:MAX_RANGES]]
    left = len(ranges) - len(named)
    words = ", ".join(named)
    return f"{words} and {left} more" if left else words


def range_text(seconds: TimeRange) -> str:
    """Return the first and the last second of a range: ``3-5``, or ``9``."""
    start, end = seconds
    return str(start) if end - start == 1 else f"{start}-{end - 1}"


def beside(cells: Sequence[str], lines: Iterable[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """Yield rows of a table: the lines, the first one beside the cells, the others below it."""
    left = tuple(cells)
    for line in lines:
        yield (*left, *line)
        left = ("",) * len(left)
