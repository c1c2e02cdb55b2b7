"""Watches the small pictures of a video second by second, and says in the end what it is."""

from array import array
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.changes.change_track import FULL_SCALE, Changes, FrameChange
from ingest.changes.drawn_overlay import Drawing, drawing
from ingest.changes.evenness import LARGE
from ingest.changes.frame_difference import (
    FITTED_SHARE,
    JUMP_SHARE,
    SAME,
    Difference,
    Pair,
    compare,
)
from ingest.changes.new_content import (
    COLUMNS,
    MIN_AT_REST,
    NEW_CONTENT_SHARE,
    ROWS,
    ChangeDetector,
    Colours,
    Grey,
    changed_share,
    colours_of,
    grey_of,
    share_at_rest,
    small_colours,
    thinned,
)
from ingest.changes.one_colour import MOVES
from ingest.changes.sliding import Sliding, sliding
from ingest.changes.spread import Spread
from ingest.changes.video_kind import (
    AT_REST,
    MAX_CUTS,
    MAX_WITHIN,
    Evidence,
    KindAssessment,
    classify,
)
from ingest.changes.within_second import Within
from ingest.decoding.frames import Second

# A picture whose cells spread by less, in grey levels, is blank: in a fade, or between two shots.
_BLANK: Final = 6.0
# Where another picture comes up, the share of cells that is left to explain and the share of
# cells that got another grey level make more than this together.
_CUT: Final = 1.05
_GREY_LEVELS: Final = 16
# More change than this that a zoom or a fade explains is one.
_ZOOMED_OR_FADED: Final = 0.10
# A cell stays when it changes in this share of the pairs at most.
_MAX_UNREST: Final = 0.03
# A row of cells, or a column, moves when more than this share of them does not stay.
_ROW_MOVES: Final = 0.02
# A line is as high as this share of the picture at most, and as wide at least.
_LINE_BAND, _LINE_ACROSS = 0.1, 0.5
# A zoom or a pan leaves less than this share of what changed.
_EXPLAINED: Final = 0.3
# The lull, the middle and the burst of how much moves at a time.
_QUANTILES: Final = (0.1, 0.5, 0.9)
# So many pictures tell whether words slide.
_SLIDING_PICTURES: Final = 24
# A pair moves with the pair before it from this correlation on.
_CLIMBING: Final = 0.6


class MotionClassifier:
    """Compares each second of a video with the one before, and judges the whole.

    It holds a few dozen small pictures and some 30 bytes a second: 2 MB for 12 hours.
    """

    def __init__(self) -> None:
        self._new_content = ChangeDetector()
        self._shown: Grey | None = None
        self._first: Grey | None = None  # that was not blank, as is the last
        self._last: Grey | None = None
        self._difference: Difference | None = None
        self._pairs = _Pairs()
        self._cells = _Cells()
        self._spread = Spread()
        self._sliding = Spread(_SLIDING_PICTURES)
        self._within = Within()
        self._changed = bytearray()
        self._left = bytearray()
        self._new = bytearray()
        self._cuts = bytearray()

    def add(self, second: Second) -> FrameChange:
        """Take the next second of a video."""
        if second.repeated:
            return self.repeat()
        before, frame = second.before, thinned(second.frame)
        return self.add_grey(
            grey_of(frame),
            lambda: colours_of(frame),
            None if before is None else lambda: small_colours(before()),
        )

    def add_grey(
        self,
        grey: Grey,
        colours: Callable[[], Colours] | None = None,
        before: Callable[[], Colours] | None = None,
    ) -> FrameChange:
        """Take the next second's picture.

        Args:
            grey: as ``ingest.changes.new_content.small_grey`` makes it.
            colours: makes the same with its colours, as
                ``ingest.changes.new_content.small_colours``; called for a few seconds of a video of
                which a part is at rest. Without it, what is drawn over a picture is told by where
                it moves alone.
            before: makes what was shown a fraction of a second before, likewise with its colours;
                called for six calm seconds of a video at most.
        """
        blank = bool(grey.std() < _BLANK)
        if blank or self._last is None:
            changed = 0.0 if self._shown is None else changed_share(self._shown, grey)
            left, cut = changed, False
            if colours and not blank:
                self._spread.add(colours)
        else:
            pair = self._compare(self._last, grey, colours)
            if colours and before and pair.changed <= NEW_CONTENT_SHARE:
                self._within.add(colours, before)
            changed, left, cut = pair.changed, pair.left, _is_cut(pair, self._last, grey)
        joined = not blank and not cut and self._last is not None and self._last is self._shown
        self._shown = grey
        if not blank:
            self._first = grey if self._first is None else self._first
            self._last = grey
        return self._log(
            FrameChange(self._new_content.is_new_grey(grey), cut, joined, changed, left)
        )

    def repeat(self) -> FrameChange:
        """Take a second in which no frame came: the same picture again."""
        if self._shown is not None and self._shown is self._last:
            self._pairs.add(SAME)
            self._cells.add_same()
            self._difference = None
        return self._log(FrameChange(new=False, cut=False, joined=True, changed=0.0, left=0.0))

    def changes(self) -> Changes:
        """Return what changed in every second so far."""
        return Changes(
            changed=np.frombuffer(bytes(self._changed), np.uint8),
            left=np.frombuffer(bytes(self._left), np.uint8),
            new=np.frombuffer(bytes(self._new), np.bool_),
            cuts=np.frombuffer(bytes(self._cuts), np.bool_),
        )

    def assessment(self) -> KindAssessment:
        """Judge what was seen so far."""
        cuts = np.flatnonzero(self.changes().cuts)[:MAX_CUTS]
        at_rest = self._cells.at_rest()
        is_within = self._within.share() >= MAX_WITHIN and self._pairs.still() >= AT_REST
        drawn = drawing((self._within if is_within else self._spread).pictures())
        evidence = self._pairs.evidence(
            at_rest,
            drawn,
            sliding(self._sliding.pictures()),
            self._within,
            self._filled(),
            tuple(cuts.tolist()),
        )
        return KindAssessment(classify(evidence), evidence)

    def _filled(self) -> float:
        if self._first is None or self._last is None:
            return 0.0
        return self._cells.filled(Difference.between(self._first, self._last).over > 1)

    def _compare(self, before: Grey, after: Grey, colours: Callable[[], Colours] | None) -> Pair:
        difference = Difference.between(before, after)
        pair = compare(before, after, difference, self._difference)
        self._difference = difference
        self._pairs.add(pair)
        explained = pair.changed > _ZOOMED_OR_FADED and pair.left < FITTED_SHARE
        at_rest = share_at_rest(difference.signed) >= MIN_AT_REST
        if not explained and (at_rest or pair.left <= JUMP_SHARE):
            self._cells.add(difference)
        if colours and pair.changed > 0:
            made = cache(colours)
            if at_rest:
                self._spread.add(made)
            if not explained:
                self._sliding.add(made)
        return pair

    def _log(self, change: FrameChange) -> FrameChange:
        self._changed.append(round(change.changed * FULL_SCALE))
        self._left.append(round(change.left * FULL_SCALE))
        self._new.append(change.new)
        self._cuts.append(change.cut)
        return change


class _Pairs:
    """Measurements of each pair of a video, in columns."""

    def __init__(self) -> None:
        self._columns = {field.name: array("f") for field in fields(Pair)}

    def add(self, pair: Pair) -> None:
        for name, column in self._columns.items():
            column.append(getattr(pair, name))

    def still(self) -> float:
        """Return the share of the pairs of which hardly a cell changed."""
        changed = np.array(self._columns["changed"], np.float32)
        return _share(changed <= NEW_CONTENT_SHARE)

    def evidence(
        self,
        at_rest: "_AtRest",
        drawn: Drawing,
        slides: Sliding,
        within: Within,
        filled: float,
        cuts: tuple[int, ...],
    ) -> Evidence:
        pairs = {name: np.array(column, np.float32) for name, column in self._columns.items()}
        fits = pairs["left"] < FITTED_SHARE
        climbs = pairs["climb"] >= _CLIMBING
        rows = _middle(pairs["rows"][climbs])
        evenly = climbs & (np.abs(pairs["rows"] - rows) <= 1)
        return Evidence(
            samples=len(fits) + 1,
            still=self.still(),
            fitted=_share(fits),
            jumps=int(np.count_nonzero(pairs["left"] > JUMP_SHARE)),
            change_seconds=_mean_run(~fits),
            excess=_middle(pairs["excess"][fits]),
            quiet=at_rest.share,
            quiet_pairs=at_rest.n_pairs,
            noise=at_rest.noise,
            band=at_rest.band,
            climbing=_share(evenly),
            rows=round(rows),
            rest=_middle(pairs["rest"]),
            cuts=cuts,
            moving=at_rest.moving,
            across=at_rest.across,
            lull=at_rest.activity[0],
            activity=at_rest.activity[1],
            burst=at_rest.activity[2],
            one_colour=round(drawn.one_colour, 4),
            two_colours=round(drawn.two_colours, 4),
            one_sided=round(drawn.one_sided, 4),
            alike=round(drawn.alike, 4),
            tint=round(drawn.tint, 4),
            turning=round(drawn.turning, 4),
            mixed=round(drawn.mixed, 4),
            even=round(drawn.even, 4),
            sliding=round(slides.share, 4),
            lines=round(slides.lines, 4),
            bared=round(slides.bared, 4),
            sliding_colours=round(slides.two_colours, 4),
            shuttling=at_rest.shuttling,
            standing=at_rest.standing,
            within=round(within.share(), 4),
            repeating=round(within.repeating(), 4),
            filled=filled,
            spots=_share(pairs["spot"][fits] > 0),
            explained=_share(_is_explained(pairs["changed"], pairs["left"])),
        )


@dataclass(frozen=True, slots=True)
class _AtRest:
    """The part of the picture that stays; as ``quiet``, ``quiet_pairs`` ... of ``Evidence``.

    ``activity`` is ``lull``, ``activity`` and ``burst`` of it; ``standing`` and ``shuttling``
    likewise.
    """

    share: float
    n_pairs: int
    noise: float
    band: float
    across: float
    moving: float
    activity: tuple[float, float, float]
    standing: float
    shuttling: float


class _Cells:
    """Number and size of each cell's changes, in pairs where nothing jumps, zooms or fades."""

    def __init__(self) -> None:
        self._n_pairs = 0
        self._n_changed = np.zeros((ROWS, COLUMNS), np.int32)
        self._size = np.zeros((ROWS, COLUMNS))
        self._shares = array("f")
        self._gross = array("f")
        self._net = array("f")

    def add(self, difference: Difference) -> None:
        changed = difference.over > 1
        self._n_pairs += 1
        self._n_changed += changed
        self._size += difference.size
        self._log(
            np.count_nonzero(changed) / changed.size,
            float(difference.size[changed].sum()),
            float(difference.signed[changed].sum()),
        )

    def add_same(self) -> None:
        self._n_pairs += 1
        self._log(0.0, 0.0, 0.0)

    def moving(self) -> NDArray[np.bool_]:
        """Return the cells that change time and again, shape (54, 96)."""
        return np.asarray(self._n_changed > MOVES * self._n_pairs)

    def filled(self, in_the_end: NDArray[np.bool_]) -> float:
        """Return of the cells that changed ever, the share that is not what it was at first.

        Args:
            in_the_end: the cells that are not, shape (54, 96); where they make no line from side to
                side, 0.0 is returned.
        """
        if _extent(in_the_end) > _LINE_BAND or _extent(in_the_end.T) < _LINE_ACROSS:
            return 0.0
        ever = self._n_changed > 0
        return _share(in_the_end[ever])

    def at_rest(self) -> _AtRest:
        stays = self._n_changed <= _MAX_UNREST * self._n_pairs
        moving = float(np.mean(self.moving()))
        shares = np.array(self._shares) / max(moving, 1 / stays.size)
        lull, middle, burst = np.quantile(shares, _QUANTILES).tolist() if shares.size else (0, 0, 0)
        standing, shuttling = self._between_large_changes(shares)
        return _AtRest(
            share=_share(stays),
            n_pairs=self._n_pairs,
            noise=_middle(self._size[stays] / max(1, self._n_pairs)),
            band=_extent(~stays),
            across=_extent(~stays.T),
            moving=round(moving, 4),
            activity=(round(lull, 4), round(middle, 4), round(burst, 4)),
            standing=standing,
            shuttling=shuttling,
        )

    def _between_large_changes(self, shares: NDArray[np.floating]) -> tuple[float, float]:
        """Return the share of the pairs that are, and of all change what goes to and fro in them.

        What moves by covers what is behind and bares it again, so that its changes cancel out;
        letters that are lit one by one all change the same way.
        """
        if not shares.size:
            return 0.0, 0.0
        small = shares < LARGE * (float(np.quantile(shares, _QUANTILES[-1])) or float(shares.max()))
        gross, net = np.array(self._gross), np.array(self._net)
        shuttling = float(gross[small].sum() - abs(net[small].sum()))
        return _share(small), round(shuttling / max(1e-6, float(gross.sum())), 4)

    def _log(self, share: float, gross: float, net: float) -> None:
        self._shares.append(share)
        self._gross.append(gross)
        self._net.append(net)


def _extent(moves: NDArray[np.bool_]) -> float:
    """Return the share of the rows from the first that moves to the last."""
    rows = np.flatnonzero(np.mean(moves, axis=1) > _ROW_MOVES)
    return round(float(rows[-1] - rows[0] + 1) / len(moves), 4) if rows.size else 0.0


def _is_cut(pair: Pair, before: Grey, after: Grey) -> bool:
    return pair.left > JUMP_SHARE and pair.left + _other_levels(before, after) > _CUT


def _other_levels(before: Grey, after: Grey) -> float:
    """Return the share of cells that must get another grey level to make one of the other."""
    per_grey = _GREY_LEVELS / (1.0 + max(float(before.max()), float(after.max())))
    counts = [
        np.bincount((grey.ravel() * per_grey).astype(np.intp), minlength=_GREY_LEVELS)
        for grey in (before, after)
    ]
    return float(np.abs(counts[0] - counts[1]).sum()) / (2 * before.size)


def _is_explained(changed: NDArray[np.floating], left: NDArray[np.floating]) -> NDArray[np.bool_]:
    return (changed > NEW_CONTENT_SHARE) & (left < _EXPLAINED * changed)


def _mean_run(unlike: NDArray[np.bool_]) -> float:
    """Return how many pairs in a row are unlike, on average; 0.0 if none is."""
    starts = int((unlike & ~np.concatenate([[False], unlike[:-1]])).sum())
    return round(float(unlike.sum()) / starts, 4) if starts else 0.0


def _share(which: NDArray[np.bool_]) -> float:
    return round(float(np.mean(which)), 4) if which.size else 0.0


def _middle(values: NDArray[np.floating]) -> float:
    return round(float(np.median(values)), 4) if values.size else 0.0
