"""Whether a video moves, or is a picture, or pictures, over a song: the rules."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ingest.changes.kind_evidence import Evidence
from ingest.changes.mixtures import MIN_MIXED
from ingest.changes.new_content import MAX_NOISE
from ingest.changes.sliding import A_LINE, LINES


class Kind(StrEnum):
    """Kind of a video, by what it is made of."""

    MOTION = "motion"
    """Footage; also whatever is in doubt."""
    SLIDESHOW = "slideshow"
    """Several pictures, one after the other; each may be zoomed slowly."""
    OVERLAY = "overlay"
    """One picture at rest, and before it bars, a wave, or the words of a song."""
    STATIC = "static"
    """One picture, perhaps zoomed slowly or faded."""
    UNKNOWN = "unknown"
    """Too short to tell."""


KIND_RULES: Final = 7
"""Version of these rules; with another one, videos may be told another kind."""

MIN_SAMPLES: Final = 3
"""With fewer pictures than this nothing is said."""

MAX_CUTS: Final = 100
"""Number of cuts that are stored as evidence."""

AT_REST: Final = 0.9
"""A video is one picture when this share of its pairs fits; of one of which so many are still,
pairs within a second alone tell what is drawn."""

# So many of its pairs are still, or a zoom or a fade explains them.
_STATIC_EXPLAINED: Final = 0.85
# It is a slideshow when so many fit and at least one is another picture; from picture to picture
# it takes a fade of two seconds at most, where things that pass by take longer.
_SLIDESHOW_FITTED: Final = 0.45
_LONGEST_CHANGE: Final = 3.0
# Where pictures fit, what is left may not stick out: somebody small who moves does.
_CALM_EXCESS: Final = 1.5
# A slow pan, coarsely coded, changes a little everywhere, and nothing sticks out at all.
_SLIGHT_EXCESS, _SCATTERED = 1.1, 0.9
# Somebody small, or far away: so many cells change time and again, in a part of the picture, most
# seconds being still.
_SOMEBODY: Final = 0.002
_SOMEBODY_STILL: Final = 0.5
_SOMEBODY_AREA: Final = 0.4
# Cells here and there in it are edges, under a slow zoom.
_SOMEBODY_DENSE: Final = 0.04
_SPOTS: Final = 0.4
# What changes and stays so, in a line, shows how far a song has got; what passes by leaves nothing.
_FILLED: Final = 0.9
# What the rules take for a drawing is one unless the model finds it this unlikely, and what it
# finds this likely is one whatever they say: it costs more to take footage for a picture.
_UNLIKELY, _LIKELY = 0.2, 0.7
# What is drawn over a picture goes on for most of the video, and the picture does not change.
_OVERLAY_PAIRS: Final = 7
_OVERLAY_SHARE: Final = 0.85
_MAX_EXPLAINED: Final = 0.5
# Either its textured cells do not, or what stays is no more than grain.
_REST: Final = 1.5
# Share of the cells that must change time and again: what is smaller may be somebody far away.
_MIN_DRAWN, _MIN_WORDS = 0.03, 0.015
# A disc turns in so many of the pictures.
_TURNING: Final = 0.6
MAX_WITHIN: Final = 0.5
"""In so many of the pairs within a second something must move; then a video is no picture at rest,
even if it is the same every second."""
# What never stops, as bars and credits do not, moves this much at least of what it mostly does.
_STEADY: Final = 0.4
# It is drawn when all of it is a mixture with one colour; or when changes are one-sided, of one
# colour, or two, and everywhere at once: so much in sum, and more where they are less one-sided,
# because rays cover some cells most of the time. Where little of it moves at a time,
# as flakes do and people seen from above, the first alone tells.
_ALL_MIXED: Final = 0.97
_DRAWN, _ONE_SIDED, _SPARSE, _SPARSE_IN_GREY = 3.6, 0.9, 0.25, 0.32
_SURELY_DRAWN, _MOSTLY_ONE_SIDED = 3.7, 0.8
_HANDS_COLOUR, _HANDS_ONE_SIDED, _HANDS_ALIKE = 0.98, 0.93, 0.9
# What is bright makes all that is dark behind it brighter; what sways makes as much darker.
_ALIKE, _ALIKE_IN_GREY, _ALL_ONE_SIDED = 0.55, 0.82, 0.97
# Lamps and gradients have several colours, but each cell always the same.
_VIVID, _OWN_COLOUR, _OWN_ONE_SIDED, _OWN_ALIKE, _OWN_EVEN = 25.0, 0.985, 0.94, 0.5, 0.75
# Words slide as one, in two colours: their own, and perhaps that of a rim.
_SLIDING, _SLIDING_COLOURS = 0.8, 0.75
# What is behind those that climb or sink stays, as behind smoke it does not.
_BARED, _BENDS, _A_LINE_SLIDING = 0.1, 0.45, 0.6
# Grey levels by which colours are other than grey, to tell something.
_TINT: Final = 2.0
# Somebody who walks is in one place at a time.
_MIN_EVEN: Final = 0.5
# In a band, before a picture at rest, less will do: words stand still and then change at once, or
# a wave or a line of words goes from side to side.
_BAND: Final = 0.6
_BAND_QUIET: Final = 0.45
_BAND_NOISE: Final = 0.7
_STANDING, _SHUTTLING, _WORDS_EVEN = 0.5, 0.03, 0.75
# Words that are marked in turn, or come in turn, are exchanged at once.
_EXCHANGED: Final = 0.4
# In a wide band they may come one by one.
_WORDS_ACROSS, _WORDS_STANDING, _WORDS_SHUTTLING = 0.55, 0.3, 0.06
_ACROSS, _ACROSS_ACTIVITY, _ACROSS_EVEN = 0.8, 0.25, 0.8
_WAVE_ACTIVITY, _WAVE_DRAWN, _WAVE_ONE_SIDED, _WAVE_EVEN = 0.29, 1.65, 0.84, 0.9
# A line of words that is too fast to be seen to slide is of two colours.
_TICKER_BAND, _TICKER_COLOURS, _TICKER_EVEN = 0.2, 0.97, 0.9
# Words that climb: so many pairs are the pair before, moved by the same rows, before a background
# at rest.
_CLIMBING_SHARE: Final = 0.6
_CLIMBING_REST: Final = 0.5
_CLIMBING_COLOUR, _CLIMBING_ONE_SIDED = 0.9, 0.97


@dataclass(frozen=True, slots=True)
class KindAssessment:
    """Kind of a video, with the evidence."""

    kind: Kind
    evidence: Evidence


def classify(evidence: Evidence) -> Kind:
    """Tell the kind of a video from what was measured on it."""
    if evidence.samples < MIN_SAMPLES:
        return Kind.UNKNOWN
    if evidence.within >= MAX_WITHIN and evidence.still >= AT_REST:
        drawn = evidence.turning >= _TURNING or evidence.repeating >= MAX_WITHIN
        return Kind.OVERLAY if drawn else Kind.MOTION
    by_rules = (
        _is_drawn(evidence) or _is_lines_of_words(evidence) or _climbs_without_colour(evidence)
    )
    fills = evidence.filled >= _FILLED and evidence.still >= AT_REST
    if evidence.drawn >= _UNLIKELY if by_rules else evidence.drawn >= _LIKELY and not fills:
        return Kind.OVERLAY
    if fills or (evidence.excess <= _CALM_EXCESS and not _somebody_is_there(evidence)):
        at_rest_or_zoomed = evidence.still + evidence.explained >= _STATIC_EXPLAINED or (
            evidence.still >= _SOMEBODY_STILL
            and evidence.excess <= _SLIGHT_EXCESS
            and evidence.even >= _SCATTERED
        )
        if evidence.fitted >= AT_REST and not evidence.jumps and at_rest_or_zoomed:
            return Kind.STATIC
        changes_in_a_step = evidence.change_seconds <= _LONGEST_CHANGE
        if evidence.fitted >= _SLIDESHOW_FITTED and evidence.jumps and changes_in_a_step:
            return Kind.SLIDESHOW
    is_drawn = _climbs(evidence) and evidence.drawn >= _UNLIKELY
    return Kind.OVERLAY if is_drawn else Kind.MOTION


def asks_for_colours(evidence: Evidence) -> bool:
    """Whether the kind hangs on what is measured of the pictures in colour.

    Args:
        evidence: all but that.
    """
    return (
        _goes_on_before_one_picture(evidence)
        or _moves_by_rows(evidence)
        or _slides_as_one(evidence)
        or evidence.still >= _SOMEBODY_STILL
    )


def asks_the_model(evidence: Evidence) -> bool:
    """Whether enough was measured for the model to say how likely it is drawn."""
    return evidence.samples > _OVERLAY_PAIRS and evidence.even > 0


def _goes_on_before_one_picture(evidence: Evidence) -> bool:
    return (
        evidence.quiet_pairs >= max(_OVERLAY_PAIRS, _OVERLAY_SHARE * (evidence.samples - 1))
        and evidence.still <= AT_REST
        and evidence.explained <= _MAX_EXPLAINED
        and (evidence.rest <= _REST or evidence.noise <= MAX_NOISE)
        and evidence.moving >= _MIN_WORDS
    )


def _is_drawn(evidence: Evidence) -> bool:
    if not _goes_on_before_one_picture(evidence):
        return False
    if evidence.moving < _MIN_DRAWN:
        return _is_drawn_in_a_band(evidence, steady=False)
    if evidence.turning >= _TURNING:
        return True
    if evidence.even < _MIN_EVEN:
        return False
    steady = evidence.lull >= _STEADY * evidence.activity > 0
    of_colours = _is_of_one_colour(evidence) or _is_of_own_colours(evidence)
    if (steady and (of_colours or _slides(evidence))) or _is_surely_of_one_colour(evidence):
        return True
    return _is_drawn_in_a_band(evidence, steady=steady)


def _is_of_one_colour(evidence: Evidence) -> bool:
    if evidence.mixed >= _ALL_MIXED:
        return True
    sticks_out = evidence.fitted < AT_REST or evidence.excess > _SLIGHT_EXCESS
    tells = evidence.tint >= _TINT or _moves_by_rows(evidence)
    sparse = evidence.activity < (_SPARSE if tells else _SPARSE_IN_GREY)
    if sparse or not sticks_out or not _is_to_one_side(evidence):
        return False
    drawn = evidence.one_colour + evidence.two_colours + evidence.one_sided + evidence.even
    return drawn >= (_DRAWN if evidence.one_sided >= _ONE_SIDED else _SURELY_DRAWN)


def _is_surely_of_one_colour(evidence: Evidence) -> bool:
    """Whether all of it is, as hands of dials are; they may rest in between."""
    one_sided = evidence.one_sided >= _HANDS_ONE_SIDED and evidence.alike >= _HANDS_ALIKE
    return evidence.one_colour >= _HANDS_COLOUR and one_sided and evidence.activity >= _SPARSE


def _is_of_own_colours(evidence: Evidence) -> bool:
    """Whether each cell has a vivid colour of its own, as lamps and bars in a gradient have.

    What passes by brings several colours to each cell; what sways has those of the picture.
    """
    vivid = evidence.tint >= _VIVID and evidence.own_colour >= _OWN_COLOUR
    one_sided = evidence.one_sided >= _OWN_ONE_SIDED and evidence.alike >= _OWN_ALIKE
    return vivid and one_sided and evidence.even >= _OWN_EVEN and evidence.activity >= _SPARSE


def _is_to_one_side(evidence: Evidence) -> bool:
    """Whether it makes cells brighter, or darker, as what is behind them is dark or bright."""
    if evidence.tint < _TINT:
        # Of what is grey the colours tell nothing, and this all.
        return evidence.one_sided >= _ONE_SIDED and evidence.alike >= _ALIKE_IN_GREY
    mostly = evidence.one_sided >= _MOSTLY_ONE_SIDED and evidence.alike >= _ALIKE
    return mostly or evidence.one_sided >= _ALL_ONE_SIDED


def _slides(evidence: Evidence) -> bool:
    """Whether lines of words go one way as one; a train does, too, but has colours of its own."""
    one_line = evidence.lines <= A_LINE and evidence.sliding >= _A_LINE_SLIDING
    lines = evidence.lines >= LINES and evidence.sliding >= _SLIDING and not _bends(evidence)
    return (one_line or lines) and evidence.two_colours >= _SLIDING_COLOURS


def _slides_as_one(evidence: Evidence) -> bool:
    return evidence.sliding >= _SLIDING and evidence.sliding_colours >= _SLIDING_COLOURS


def _bends(evidence: Evidence) -> bool:
    """Whether it makes as many cells darker as brighter of those as bright, as water does."""
    return 0 < evidence.alike < _BENDS


def _is_lines_of_words(evidence: Evidence) -> bool:
    """Whether lines climb or sink as one; they may leave nothing of the picture at rest."""
    return (
        evidence.samples > _OVERLAY_PAIRS
        and (_slides_as_one(evidence) or _moves_by_rows(evidence))
        and evidence.lines >= LINES
        and evidence.bared >= _BARED
        and not _bends(evidence)
        and evidence.explained <= _MAX_EXPLAINED
    )


def _is_drawn_in_a_band(evidence: Evidence, *, steady: bool) -> bool:
    in_a_band = (
        evidence.quiet >= _BAND_QUIET
        and evidence.noise <= _BAND_NOISE
        and 0 < evidence.band <= _BAND
    )
    if not in_a_band:
        return False
    return _is_words(evidence) or (steady and _goes_from_side_to_side(evidence))


def _is_words(evidence: Evidence) -> bool:
    """Whether it stands still and changes at once; letters may be lit one by one in between.

    What comes by goes as well, and what moves to and fro does so all the time.
    """
    stands = evidence.standing >= _STANDING and evidence.shuttling <= _SHUTTLING
    come_one_by_one = (
        evidence.across >= _WORDS_ACROSS
        and evidence.standing >= _WORDS_STANDING
        and evidence.shuttling <= _WORDS_SHUTTLING
    )
    exchanged = evidence.exchanged >= _EXCHANGED and evidence.even >= _MIN_EVEN
    return exchanged or ((stands or come_one_by_one) and evidence.even >= _WORDS_EVEN)


def _goes_from_side_to_side(evidence: Evidence) -> bool:
    everywhere = evidence.across >= _ACROSS and evidence.even >= _ACROSS_EVEN
    if not everywhere or evidence.activity < _ACROSS_ACTIVITY:
        return False
    sided = evidence.two_colours + evidence.one_sided
    wave = (
        evidence.activity >= _WAVE_ACTIVITY
        and evidence.even >= _WAVE_EVEN
        and evidence.one_sided >= _WAVE_ONE_SIDED
        and not _bends(evidence)
        and sided >= _WAVE_DRAWN
    )
    ticker = evidence.two_colours >= _TICKER_COLOURS and evidence.even >= _TICKER_EVEN
    return wave or (ticker and evidence.band <= _TICKER_BAND)


def _somebody_is_there(evidence: Evidence) -> bool:
    """Whether a few cells, close together, change time and again where all others are at rest."""
    small = (
        evidence.moving >= _SOMEBODY
        and evidence.still >= _SOMEBODY_STILL
        and evidence.band * evidence.across <= _SOMEBODY_AREA
        and evidence.moving >= _SOMEBODY_DENSE * evidence.band * evidence.across
    )
    return small or evidence.spots >= _SPOTS


def _climbs(evidence: Evidence) -> bool:
    at_rest_behind = evidence.rest <= _CLIMBING_REST
    words = evidence.lines >= LINES and evidence.even >= _MIN_EVEN
    return (
        _moves_by_rows(evidence)
        and at_rest_behind
        and words
        and evidence.two_colours >= _SLIDING_COLOURS
    )


def _climbs_without_colour(evidence: Evidence) -> bool:
    """Whether words climb over nothing but a colour, where there is nothing to be seen at rest."""
    tells = evidence.tint >= _TINT
    one_sided = evidence.one_sided >= (_CLIMBING_COLOUR if tells else _CLIMBING_ONE_SIDED)
    one_colour = evidence.one_colour >= _CLIMBING_COLOUR or evidence.mixed >= MIN_MIXED
    return _moves_by_rows(evidence) and one_sided and one_colour


def _moves_by_rows(evidence: Evidence) -> bool:
    return evidence.climbing >= _CLIMBING_SHARE and evidence.rows != 0
