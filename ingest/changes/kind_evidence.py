"""Measurements of a video that tell its kind."""

from dataclasses import dataclass

from ingest.changes.drawn_model import IN_DOUBT
from ingest.changes.drawn_overlay import Drawing


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(Drawing):
    """Evidence for a video's kind: small, and plain numbers. Pairs are pictures a second apart.

    Attributes:
        samples: pictures that could be compared; blank ones cannot.
        still: share of the pairs of which at most 1 % of the cells changed.
        fitted: share of the pairs that show the same, perhaps zoomed, shifted or dimmed.
        jumps: number of pairs that have little in common.
        change_seconds: seconds it takes, on average, until pictures fit again.
        excess: of the pairs that fit, the middle one's, as in
            ``ingest.changes.frame_difference.Pair``.
        quiet: share of the cells that stay, in the pairs where nothing jumps, zooms or fades.
        quiet_pairs: how many pairs these are.
        noise: grey levels by which the middle one of these cells changes in a second, on average.
        band: height of all that does not stay, as a share of the picture's.
        climbing: share of the pairs that are the pair before moved by the same number of rows.
        rows: this number, over 0 downwards.
        rest: grey levels by which the calmest fifth of the cells changes; the middle pair's.
        cuts: seconds at which another picture comes up; the first ``MAX_CUTS``.
        moving: share of the cells that change in more than 8 % of the pairs that ``quiet`` is of.
        across: width of all that does not stay, as a share of the picture's.
        lull: of these cells, the share that changes in a pair; a tenth of the pairs have less.
        activity: likewise; the middle pair's.
        burst: likewise; a tenth of the pairs have more.
        explained: share of the pairs that change, and little of it is left.
        within: of a few seconds that are like the one before, the share in which something moved
            since a fraction of a second before; then the colours and ``turning`` are of these.
        repeating: of these, the share in which what moved repeats itself, as equal lines do.
        exchanged: of a few seconds in which a part changed by much, the share in which it stood
            still in the end: what was there a fifth of a second before is there.
        stirring: of these, how much changed in that fifth, over what changed in the second.
        pace: likewise, by how many grey levels these cells changed; the mean.
        moved: likewise, how many cells changed by more than seven.
        stirs: of what changed in the second, how much did so in that fifth.
        stirs_unevenly: standard deviation of that.
        shifted_within: of what changed in that fifth, how much is left when each place may show
            what was up to two cells beside it.
        spots: share of the pairs that fit of which what is left lies in one small place.
        filled: where a line from side to side is not what it was at first, the share it has of all
            cells that ever changed.
        sliding: share of the pairs of which the second is the first, with what is of one colour
            moved by the same rows or columns.
        lines: of how much the cells show of that colour, what is the same all along a row.
        bared: of how steep the picture is where that moves, what stays: what is behind.
        sliding_colours: of the changes in these pairs, how much is that of one colour or two.
        standing: share of the pairs, of those that ``quiet`` is of, in which less than half as much
            changes as in those with ``burst``.
        shuttling: of all change, what is in these and goes to and fro: not one way only.
        drawn: probability that what moves is drawn, of all this; ``IN_DOUBT`` where the model was
            not asked.

    A ``Drawing`` is measured where ``ingest.changes.video_kind.asks_for_colours`` says so.
    """

    samples: int
    still: float
    fitted: float
    jumps: int
    change_seconds: float
    excess: float
    quiet: float
    quiet_pairs: int
    noise: float
    band: float
    climbing: float
    rows: int
    rest: float
    cuts: tuple[int, ...]
    moving: float
    across: float
    lull: float
    activity: float
    burst: float
    explained: float
    within: float
    repeating: float
    exchanged: float
    stirring: float
    pace: float
    moved: float
    stirs: float
    stirs_unevenly: float
    shifted_within: float
    spots: float
    filled: float
    sliding: float
    lines: float
    bared: float
    sliding_colours: float
    standing: float
    shuttling: float
    drawn: float = IN_DOUBT
