"""Colours of bright and wide screens (PQ, HLG, BT.2020) as an ordinary screen shows them.

Light is measured in shares of the light of diffuse white, 203 cd/m2 (ITU-R BT.2408). What is
brighter is rolled off as in ITU-R BT.2390, 5.4.1, from the brightest of the frame itself; a frame
without such highlights keeps all of its light. Then BT.2020 becomes BT.709, and what is outside is
cut away.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final, Self

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

Light = NDArray[np.float32]

WHITE_NITS: Final = 203.0
"""Light of diffuse white, in cd/m2."""

# Of ITU-T H.273: transfer characteristics, and primaries.
_PQ, _HLG = 16, 18
_BT2020_PRIMARIES: Final = 9
_P3_PRIMARIES: Final = (11, 12)
_UNSPECIFIED: Final = 2

_HLG_PEAK_NITS: Final = 1000.0
_HLG_GAMMA: Final = 1.2
_DISPLAY_GAMMA: Final = 2.4  # BT.1886
_LEVELS: Final = 1 << 16
# Light beyond this share of white is a highlight, and not the noise of coding.
_HIGHLIGHT: Final = 1.02
# So few of the pixels may be brighter than what is taken for the brightest.
_BRIGHTEST_SHARE: Final = 0.001
_KNEE_POINTS: Final = 256

# Linear light of BT.2020 and P3 (D65) to that of BT.709; BT.2087 and SMPTE EG 432-1.
_TO_BT709: Final = {
    _BT2020_PRIMARIES: (
        (1.660491, -0.587641, -0.072850),
        (-0.124550, 1.132900, -0.008349),
        (-0.018151, -0.100579, 1.118730),
    ),
    **dict.fromkeys(
        _P3_PRIMARIES,
        (
            (1.224940, -0.224940, 0.0),
            (-0.042057, 1.042057, 0.0),
            (-0.019638, -0.078636, 1.098274),
        ),
    ),
}
_BT2020_LUMA: Final = (0.2627, 0.6780, 0.0593)


@dataclass(frozen=True, slots=True)
class WideColours:
    """Colours that an ordinary screen would show wrongly.

    Attributes:
        transfer: how levels stand for light, as H.273 numbers it.
        primaries: what is red, green and blue, likewise.
    """

    transfer: int
    primaries: int

    @classmethod
    def of(cls, frame: VideoFrame) -> Self | None:
        """Read what a frame says of its colours; None if they are ordinary."""
        transfer, primaries = int(frame.color_trc), int(frame.color_primaries)
        if transfer in (_PQ, _HLG):
            known = primaries in _TO_BT709 or primaries not in (0, _UNSPECIFIED)
            return cls(transfer, primaries if known else _BT2020_PRIMARIES)
        return cls(transfer, primaries) if primaries == _BT2020_PRIMARIES else None

    def to_ordinary(self, levels: NDArray[np.uint16]) -> NDArray[np.uint8]:
        """Return what an ordinary screen shows.

        Args:
            levels: shape (3, height, width): red, green, blue over all of 16 bits.

        Returns:
            The same shape, of 8 bits.
        """
        light = _light_of(self.transfer)[levels]
        if self.transfer == _HLG:
            light = _on_screen(light)
        if self.transfer in (_PQ, _HLG):
            light = _rolled_off(light)
        if self.primaries in _TO_BT709:
            matrix = np.array(_TO_BT709[self.primaries], np.float32)
            light = np.tensordot(matrix, light, axes=1)
        np.clip(light, 0.0, 1.0, out=light)
        return _shown()[(light * (_LEVELS - 1) + 0.5).astype(np.uint16)]


@cache
def _light_of(transfer: int) -> Light:
    """Return the light of every level, shape (65536,), in shares of white."""
    level = np.arange(_LEVELS) / (_LEVELS - 1)
    if transfer == _PQ:
        light = _nits_of_pq(level) / WHITE_NITS
    elif transfer == _HLG:
        light = _scene_of_hlg(level)
    else:
        light = level**_DISPLAY_GAMMA
    return light.astype(np.float32)


@cache
def _shown() -> NDArray[np.uint8]:
    """Return the level of 8 bits that shows each of 65536 steps of light, 1.0 being the last."""
    light = np.arange(_LEVELS) / (_LEVELS - 1)
    return np.rint(255 * light ** (1 / _DISPLAY_GAMMA)).astype(np.uint8)


def _nits_of_pq(level: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the light of PQ levels, 0 to 1 (SMPTE ST 2084, equation 4.1)."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 107 / 128, 2413 / 128, 2392 / 128
    powered = level ** (1 / m2)
    return 10_000 * (np.maximum(powered - c1, 0) / (c2 - c3 * powered)) ** (1 / m1)


def _pq_of_nits(nits: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Return the PQ level, 0 to 1, of light (SMPTE ST 2084, equation 5.2)."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 107 / 128, 2413 / 128, 2392 / 128
    powered = (np.asarray(nits, np.float64) / 10_000) ** m1
    return ((c1 + c2 * powered) / (1 + c3 * powered)) ** m2


def _scene_of_hlg(level: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the light of the scene, 0 to 1, of HLG levels (ITU-R BT.2100, table 5)."""
    a = 0.17883277
    b = 1 - 4 * a
    c = 0.5 - a * np.log(4 * a)
    return np.where(level <= 0.5, level**2 / 3, (np.exp((level - c) / a) + b) / 12)


def _on_screen(scene: Light) -> Light:
    """Return the light of a screen of 1000 cd/m2, in shares of white (BT.2100, table 5)."""
    luma = np.tensordot(np.array(_BT2020_LUMA, np.float32), scene, axes=1)
    gain = np.power(np.maximum(luma, np.float32(1e-6)), np.float32(_HLG_GAMMA - 1))
    return (scene * (gain * _HLG_PEAK_NITS / WHITE_NITS)).astype(np.float32, copy=False)


def _rolled_off(light: Light) -> Light:
    """Return light of at most about 1.0, hues kept."""
    strongest = light.max(axis=0)
    index = int(strongest.size * (1 - _BRIGHTEST_SHARE))
    brightest = float(np.partition(strongest.ravel(), index)[index])
    if brightest <= _HIGHLIGHT:
        return light
    before, after = _knee(brightest)
    gain = np.interp(strongest, before, after / before)
    rolled_off: Light = light * gain.astype(np.float32)
    return rolled_off


def _knee(brightest: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return light and what becomes of it, so that the brightest becomes white (BT.2390, 5.4.1)."""
    top = float(_pq_of_nits(brightest * WHITE_NITS))
    white = float(_pq_of_nits(WHITE_NITS)) / top
    start = max(0.0, 1.5 * white - 0.5)
    level = np.linspace(0.0, 1.0, _KNEE_POINTS)[1:]
    t = np.clip((level - start) / (1 - start), 0.0, 1.0)
    spline = (
        (2 * t**3 - 3 * t**2 + 1) * start
        + (t**3 - 2 * t**2 + t) * (1 - start)
        + (-2 * t**3 + 3 * t**2) * white
    )
    mapped = np.where(level < start, level, spline)
    return _nits_of_pq(level * top) / WHITE_NITS, _nits_of_pq(mapped * top) / WHITE_NITS
