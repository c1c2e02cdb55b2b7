"""Bounds of variety: how many videos of one series may be among ten in a row."""

from typing import Final

MAX_VARIETY: Final = 9
"""Greatest number that can be asked for, ``engine.kernels.variety.WINDOW``; 0 is for any."""
