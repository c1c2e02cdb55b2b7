"""A tagger that needs no network: how dark or light a frame is."""

import numpy as np

from engine.domain.tags import VISUAL
from ingest.taggers.base import Confidences, Frame


class Shades:
    """Says ``dark`` and ``light``, and counts how often it was asked."""

    name = "shades"
    version = "1"
    tags = ("dark", "light")
    source = VISUAL
    requires_confirmation = ()

    def __init__(self) -> None:
        self.n_tagged = 0

    def tag(self, frame: Frame) -> Confidences:
        self.n_tagged += 1
        light = np.float32(frame.mean() / 255)
        return np.array([1 - light, light], np.float32)
