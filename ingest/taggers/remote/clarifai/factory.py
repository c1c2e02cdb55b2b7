"""Factory of the tagger that asks Clarifai."""

import os
from typing import Final

from engine.errors import InvalidInput
from ingest.taggers.registry import TaggerContext
from ingest.taggers.remote.clarifai.settings import key_in
from ingest.taggers.remote.whole_video import VideoTagger


class _ClarifaiFactory:
    """Makes the tagger that asks Clarifai; it takes no argument."""

    takes_whole_videos = True

    def check(self, argument: str, context: TaggerContext) -> str:  # noqa: ARG002 - part of the protocol
        if argument:
            raise InvalidInput(f"the tagger 'clarifai' takes no argument, not {argument!r}")
        key_in(os.environ)
        return ""

    def make(self, argument: str, context: TaggerContext) -> VideoTagger:  # noqa: ARG002
        return context.remote.tagger()


CLARIFAI: Final = _ClarifaiFactory()
