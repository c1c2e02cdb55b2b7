"""A package of somebody else that brings a tagger: a module, and what an installer would leave."""

from pathlib import Path
from typing import Final

MODULE: Final = '''
"""Says how dark or light a frame is."""

import numpy as np

from engine.errors import InvalidInput
from engine.domain.tags import VISUAL


class Shades:
    name = "shades"
    tags = ("dark", "light")
    source = VISUAL
    requires_confirmation = ()

    def __init__(self, most):
        self.version = f"1-{most}"

    def tag(self, frame):
        light = np.float32(frame.mean() / 255)
        return np.array([1 - light, light], np.float32)


class ShadesFactory:
    takes_whole_videos = False

    def check(self, argument, context):
        if argument not in ("dark", "light"):
            raise InvalidInput(f"shades are dark or light, not {argument!r}")
        return argument

    def make(self, argument, context):
        return Shades(argument)


FACTORY = ShadesFactory()
'''


def install_shades(folder: Path, *, package: str = "shades", module: str = MODULE) -> None:
    """Lay a package out as it is when it is installed."""
    info = folder / f"{package.replace('-', '_')}-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "shades_for_reelmatch.py").write_text(module)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[reelmatch.taggers]\nshades = shades_for_reelmatch:FACTORY\n"
    )
