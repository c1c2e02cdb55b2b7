"""Watches the small pictures of a video second by second, and says in the end what it is."""

from array import array
from collections.abc import Callable
from dataclasses import asdict, fields, replace
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.changes.cells import AtRest, Cells, middle_of, share_of
from ingest.changes.change_track import FULL_SCALE, Changes, FrameChange
from ingest.changes.drawn_model import drawn_model
from ingest.changes.drawn_overlay import drawing
from ingest.changes.frame_difference import (
    FITTED_SHARE,
    JUMP_SHARE,
    SAME,
    Difference,
    Pair,
    compare,
)
from ingest.changes.kind_evidence import Evidence
from ingest.changes.new_content import (
    MIN_AT_REST,
    NEW_CONTENT_SHARE,
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
from ingest.changes.sliding import Sliding, sliding
from ingest.changes.spread import Spread
from ingest.changes.video_kind import (
    AT_REST,
    MAX_CUTS,
    MAX_WITHIN,
    KindAssessment,
    asks_for_colours,
    asks_the_model,
    classify,
)
from ingest.changes.within_second import Exchanges, Within
from ingest.decoding.frames import Second
from ingest.taggers.base import Frame

# A picture whose cells spread by less, in grey levels, is blank: in a fade, or between two shots.
_BLANK: Final = 6.0
# Where another picture comes up, the share of cells that is left to explain and the share of
# cells that got another grey level make more than this together.
_CUT: Final = 1.05
_GREY_LEVELS: Final = 16
# More change than this that a zoom or a fade explains is one.
_ZOOMED_OR_FADED: Final = 0.10
# A zoom or a pan leaves less than this share of what changed.
_EXPLAINED: Final = 0.3
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
        self._made: tuple[Frame, Grey] | None = None
        self._shown: Grey | None = None
        self._first: Grey | None = None  # that was not blank, as is the last
        self._last: Grey | None = None
        self._difference: Difference | None = None
        self._pairs = _Pairs()
        self._cells = Cells()
        self._spread = Spread()
        self._sliding = Spread(_SLIDING_PICTURES)
        self._within = Within()
        self._exchanges = Exchanges()
        self._changed = bytearray()
        self._left = bytearray()
        self._new = bytearray()
        self._cuts = bytearray()

    def add(self, second: Second) -> FrameChange:
        """Take the next second of a video."""
        if second.repeated:
            return self.repeat()
        before = second.before
        colours_before = None if before is None else lambda: small_colours(before())
        if self._made is not None and second.frame is self._made[0]:
            grey = self._made[1]
            return self.add_grey(grey, lambda: small_colours(second.frame), colours_before)
        frame = thinned(second.frame)
        grey = grey_of(frame)
        self._made = second.frame, grey
        return self.add_grey(grey, lambda: colours_of(frame), colours_before)

    def add_grey(
        self,
        grey: Grey,
        colours: Callable[[], Colours] | None = None,
        before: Callable[[], Colours] | None = None,
    ) -> FrameChange:
        """Take the next second's picture.

        Args:
            grey: as ``ingest.changes.new_content.small_grey`` makes it; the same object as before
                where nothing differs.
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
            pair = self._compare(self._last, grey, colours, before)
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
            self._add_same()
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
        evidence = self._pairs.evidence(
            self._cells.at_rest(),
            sliding(self._sliding.pictures()),
            self._within,
            self._exchanges,
            self._filled(),
            tuple(cuts.tolist()),
        )
        if asks_for_colours(evidence):
            is_within = evidence.within >= MAX_WITHIN and evidence.still >= AT_REST
            drawn = drawing((self._within if is_within else self._spread).pictures())
            measured = {name: round(value, 4) for name, value in asdict(drawn).items()}
            evidence = replace(evidence, **measured)
            if asks_the_model(evidence):
                likely = drawn_model().probability(asdict(evidence))
                evidence = replace(evidence, drawn=round(likely, 4))
        return KindAssessment(classify(evidence), evidence)

    def _filled(self) -> float:
        if self._first is None or self._last is None:
            return 0.0
        return self._cells.filled(Difference.between(self._first, self._last).over > 1)

    def _compare(
        self,
        last: Grey,
        grey: Grey,
        colours: Callable[[], Colours] | None,
        before: Callable[[], Colours] | None,
    ) -> Pair:
        if grey is last:
            self._add_same()
            if colours and before:
                self._within.add(colours, before)
            return SAME
        difference = Difference.between(last, grey)
        pair = compare(last, grey, difference, self._difference)
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
        if colours and before:
            if pair.changed <= NEW_CONTENT_SHARE:
                self._within.add(colours, before)
            elif at_rest and pair.left <= JUMP_SHARE and not explained:
                self._exchanges.add(colours, before, difference)
        return pair

    def _add_same(self) -> None:
        self._pairs.add(SAME)
        self._cells.add_same()
        self._difference = None

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
        return share_of(changed <= NEW_CONTENT_SHARE)

    def evidence(
        self,
        at_rest: "AtRest",
        slides: Sliding,
        within: Within,
        exchanges: Exchanges,
        filled: float,
        cuts: tuple[int, ...],
    ) -> Evidence:
        pairs = {name: np.array(column, np.float32) for name, column in self._columns.items()}
        fits = pairs["left"] < FITTED_SHARE
        climbs = pairs["climb"] >= _CLIMBING
        rows = middle_of(pairs["rows"][climbs])
        evenly = climbs & (np.abs(pairs["rows"] - rows) <= 1)
        return Evidence(
            samples=len(fits) + 1,
            still=self.still(),
            fitted=share_of(fits),
            jumps=int(np.count_nonzero(pairs["left"] > JUMP_SHARE)),
            change_seconds=_mean_run(~fits),
            excess=middle_of(pairs["excess"][fits]),
            quiet=at_rest.share,
            quiet_pairs=at_rest.n_pairs,
            noise=at_rest.noise,
            band=at_rest.band,
            climbing=share_of(evenly),
            rows=round(rows),
            rest=middle_of(pairs["rest"]),
            cuts=cuts,
            moving=at_rest.moving,
            across=at_rest.across,
            lull=at_rest.activity[0],
            activity=at_rest.activity[1],
            burst=at_rest.activity[2],
            sliding=round(slides.share, 4),
            lines=round(slides.lines, 4),
            bared=round(slides.bared, 4),
            sliding_colours=round(slides.two_colours, 4),
            shuttling=at_rest.shuttling,
            standing=at_rest.standing,
            within=round(within.share(), 4),
            repeating=round(within.repeating(), 4),
            exchanged=round(exchanges.share(), 4),
            stirring=round(exchanges.stirring(), 4),
            **{name: round(value, 4) for name, value in asdict(exchanges.pace()).items()},
            filled=filled,
            spots=share_of(pairs["spot"][fits] > 0),
            explained=share_of(_is_explained(pairs["changed"], pairs["left"])),
        )


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
