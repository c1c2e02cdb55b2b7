"""One video's text: when it is worth looking for, and how long what was read stands."""

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from ingest.changes.change_track import FrameChange
from ingest.taggers.base import Frame
from ingest.taggers.readers import ReadText
from ingest.taggers.text.budget import PROBE_PIXELS, Budget
from ingest.taggers.text.components import Box
from ingest.taggers.text.detection import DetectedText, Probe, TextFinder
from ingest.taggers.text.lines import Span, as_lines, joined, similar
from ingest.taggers.text.networks import Networks
from ingest.taggers.text.recognition import is_line, recognize_box, tidy
from ingest.taggers.text.texture import Cells, hard_cells, line_may_be_new
from ingest.taggers.text.traces import Trace
from ingest.taggers.text.windows import Window, windows_around

DETECTION_SECONDS: Final = 20
"""Text is detected in full when a shot begins, unless that was done within so many seconds."""

PROBE_SECONDS: Final = 8
"""A picture that changes is probed once in so many seconds at least."""

CUT_PROBE_SECONDS: Final = 4
"""The same where shots begin, and where text was read lately."""

_SIGN_SECONDS: Final = 2  # from one probe to the next where letters may have come up
_MAX_PROBE_SECONDS: Final = 16  # where probes led to nothing in the same shot
_MAX_BETWEEN: Final = 10  # frames that are kept to find out since when a line has been there
_MAX_PATIENCE: Final = 4  # seconds before text that moves is looked for again
_LATELY: Final = 30  # seconds
_RECOGNITIONS_A_SECOND: Final = 10  # in the long run
_MAX_TRIES: Final = 2  # to read what stands in one place: it may have been fading in
_STILL: Final = 0.001  # share of the cells that changes in a second where nothing does
_KNOWN: Final = 0.7  # overlap of a place with one that was looked at before
_MIN_LENGTH: Final = 1.2  # width of a line by its height, or the other way round
_MIN_AREA: Final = 0.002  # of the frame, by which text says what the picture shows


@dataclass(slots=True, eq=False)
class _Shown:
    """Text of one place; ``span`` is None while nobody could read it."""

    box: Box
    trace: Trace
    span: Span | None
    tries: int = 1


class LocalTextSession:
    """Reads one video, second by second."""

    def __init__(self, networks: Networks) -> None:
        """Take the networks."""
        self._networks = networks
        self._finder = TextFinder(networks)
        self._shown: list[_Shown] = []
        self._spans: list[Span] = []
        self._prominent: list[Span] = []
        self._detected_at: list[int] = []
        self._blank_shots: list[tuple[int, int]] = []
        self._between: deque[Frame] = deque(maxlen=_MAX_BETWEEN)  # since the last detection
        self._cells: Cells | None = None  # at the last detection or probe
        self._last_probe: tuple[Frame, Probe] | None = None  # and of what it was made
        self._shot_start = 0
        self._is_blank: bool | None = None
        self._searched_at = self._probed_at = self._read_at = -_LATELY - 1
        self._rests_until = self._put_off_until = 0
        self._owes_detection = True
        self._budget = Budget()
        self._lost: list[Span] = []
        self._patience = 1
        self._probe_seconds = PROBE_SECONDS
        self._has_changed = True

    def read_second(self, second: int, frame: Frame, change: FrameChange) -> None:
        """Take the next second."""
        if self._between and frame.shape != self._between[-1].shape:
            self.read_nothing(second)
        is_cut = second == 0 or not change.joined
        if is_cut:
            self._end_shot(second)
        if is_cut or change.changed > 0:
            self._drop_what_is_gone(second, frame)
        self._has_changed |= is_cut or change.changed > _STILL or bool(self._lost)
        cells = hard_cells(frame) if self._has_changed else None
        has_sign = cells is not None and line_may_be_new(cells, self._cells)
        must_detect = self._must_detect(second, is_cut=is_cut)
        may_probe = must_detect or self._may_probe(second, is_cut=is_cut, has_sign=has_sign)
        if may_probe and self._budget.can_probe(second):
            probe = self._probe(second, frame)
            has_line = any(self._known_at(one) is None for one in probe.lines)
            if has_line or (must_detect and self._can_pay(second, frame, probe)):
                self._detect(second, frame, probe)
        if second in (self._searched_at, self._probed_at):
            self._cells = hard_cells(frame) if cells is None else cells
        self._between.append(frame)

    def read_nothing(self, second: int) -> None:
        """Take a second on which there is nothing to see."""
        self._end_shot(second)
        for one in self._shown:
            self._end(one, second)
        self._shown, self._lost, self._last_probe = [], [], None
        self._between.clear()

    def end(self, n_seconds: int) -> ReadText:
        """Return all that was read, once the last second was seen."""
        if n_seconds == 1 and self._owes_detection and self._between:  # a picture, and no video
            frame = self._between[-1]
            self._detect(0, frame, self._probe(0, frame))
        self._end_shot(n_seconds)
        for one in self._shown:
            self._end(one, n_seconds)
        presence = np.zeros(n_seconds, np.int8)
        for start, end in self._blank_shots:
            presence[start:end] = -1
        for span in self._prominent:
            presence[span.start : span.end] = 1
        return ReadText(as_lines(joined(self._spans, self._detected_at)), presence)

    def _end_shot(self, second: int) -> None:
        if self._is_blank:
            self._blank_shots.append((self._shot_start, second))
        self._shot_start, self._is_blank = second, None
        self._probe_seconds = PROBE_SECONDS

    def _drop_what_is_gone(self, second: int, frame: Frame) -> None:
        gone = [one for one in self._shown if not one.trace.is_on(frame)]
        for one in gone:
            self._end(one, second)
            self._shown.remove(one)
            if one.span is not None:
                self._lost.append(one.span)

    def _end(self, shown: _Shown, second: int) -> None:
        if shown.span is not None:
            shown.span.end = max(second, shown.span.start + 1)

    def _must_detect(self, second: int, *, is_cut: bool) -> bool:
        since = second - self._searched_at
        self._owes_detection |= not self._detected_at or (is_cut and since >= DETECTION_SECONDS)
        if second < self._rests_until:
            return False
        if self._lost and since >= self._patience:
            return True
        return self._owes_detection and second >= self._put_off_until

    def _may_probe(self, second: int, *, is_cut: bool, has_sign: bool) -> bool:
        if second < self._rests_until or not self._has_changed:
            return False
        lately = second - self._read_at <= _LATELY
        wait = CUT_PROBE_SECONDS if is_cut or lately else self._probe_seconds
        if has_sign:
            wait = self._patience if lately else max(self._patience, _SIGN_SECONDS)
        return second - max(self._probed_at, self._searched_at) >= wait

    def _probe(self, second: int, frame: Frame) -> Probe:
        if self._last_probe is not None and not self._has_changed:
            probed, probe = self._last_probe
            # What fades in hardly changes anything from one second to the next.
            if np.array_equal(frame, probed):
                return probe
        self._probed_at, self._has_changed = second, False
        self._budget.spend(PROBE_PIXELS)
        probe = self._finder.probe(frame)
        self._last_probe = frame, probe
        return probe

    def _can_pay(self, second: int, frame: Frame, probe: Probe) -> bool:
        """Tell whether there is enough left to look where no line was seen; else put it off."""
        cost = self._finder.n_pixels(frame, self._windows(frame, probe))
        if self._lost or not cost or second >= self._budget.can_pay_at(cost):
            return True
        # By then there will be another probe to pay for.
        self._put_off_until = self._budget.can_pay_at(PROBE_PIXELS + cost)
        return False

    def _windows(self, frame: Frame, probe: Probe) -> list[Window]:
        height, width, _ = frame.shape
        new = [box for box in probe.traces if not self._is_known(box)]
        return windows_around(new, width, height)

    def _detect(self, second: int, frame: Frame, probe: Probe) -> None:
        windows = self._windows(frame, probe)
        places = self._finder.places(frame, windows)
        n_read, fresh = 0, []
        for place in places:
            known = self._known_at(place)
            if not place.box.is_long(_MIN_LENGTH) or known is not None:
                continue
            n_read += 1
            span = self._read(second, frame, place)
            if span is not None:
                fresh.append(span)
        if not fresh:
            self._budget.spend(self._finder.n_pixels(frame, windows), n_read)
        is_new = any(not any(similar(one.text, old.text) for old in self._lost) for one in fresh)
        self._patience = 1 if is_new else min(2 * self._patience, _MAX_PATIENCE)
        if fresh or any(one.span is not None for one in self._shown):
            self._read_at = second
            self._probe_seconds = PROBE_SECONDS
        elif self._searched_at >= self._shot_start:
            self._probe_seconds = min(2 * self._probe_seconds, _MAX_PROBE_SECONDS)
        is_bare = not places and not self._shown and not probe.n_figures
        self._is_blank = is_bare and self._is_blank is not False
        self._detected_at.append(second)
        self._searched_at, self._has_changed, self._lost = second, False, []
        self._owes_detection, self._put_off_until = False, second
        self._rests_until = second + 1 + n_read // _RECOGNITIONS_A_SECOND
        self._between.clear()

    def _is_known(self, box: Box) -> bool:
        """Tell whether a box lies in text that was read and still stands."""
        return any(one.span is not None and box.share_in(one.box) >= _KNOWN for one in self._shown)

    def _known_at(self, place: DetectedText) -> _Shown | None:
        """Return what is known to stand in a place and need not be read again."""
        for one in self._shown:
            is_settled = one.span is not None or one.tries >= _MAX_TRIES
            if is_settled and place.box.overlap(one.box) >= _KNOWN:
                return one
        return None

    def _read(self, second: int, frame: Frame, place: DetectedText) -> Span | None:
        recognized = recognize_box(self._networks, frame, place.box)
        recognized = recognized._replace(text=tidy(recognized.text))
        trace = Trace.of(frame, place.box)
        tries = 1
        for one in [one for one in self._shown if one.box.share_in(place.box) >= _KNOWN]:
            # It grew, or can be read by now.
            self._end(one, second)
            self._shown.remove(one)
            tries = max(tries, one.tries + 1)
        if not is_line(recognized):
            self._shown.append(_Shown(place.box, trace, None, tries))
            return None
        start = second - self._n_before(trace)
        span = Span(recognized.text, recognized.score, start, second + 1)
        self._shown.append(_Shown(place.box, trace, span))
        self._spans.append(span)
        if place.box.width * place.box.height >= _MIN_AREA * frame.shape[0] * frame.shape[1]:
            self._prominent.append(span)
        return span

    def _n_before(self, trace: Trace) -> int:
        """Return on how many of the seconds since the last look the same stood there already."""
        for number, frame in enumerate(reversed(self._between)):
            if not trace.is_on(frame):
                return number
        return len(self._between)
