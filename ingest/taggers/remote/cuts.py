"""Cuts: where the copies of videos that services get may be cut."""

from typing import Final

CUT_SECONDS: Final = 10
"""A copy has a keyframe at each multiple of this many seconds, and is cut there only."""
