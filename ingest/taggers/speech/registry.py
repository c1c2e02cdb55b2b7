"""Lookup of a recogniser of speech by its name: an entry point of ``reelmatch.recognizers``.

What is asked for is written ``NAME`` or ``NAME:ARGUMENT``, as ``whisper:~/models/whisper-base``.
"""

from typing import Final, Protocol, cast

from ingest.taggers.registry import FactoryKind, TaggerContext, load_factory
from ingest.taggers.speech.base import SpeechRecognizer

_RECOGNIZERS: Final = FactoryKind("reelmatch.recognizers", "recogniser", "whisper", "speech.md")


class RecognizerFactory(Protocol):
    """Makes a recogniser; what an entry point names."""

    def check(self, argument: str, context: TaggerContext) -> str:
        """Look whether it can be made, before any video is queued. Makes nothing.

        Returns:
            The argument in a form that stays valid: an absolute path, not a relative one.

        Raises:
            ReelmatchError: what is missing, and what to do.
        """

    def make(self, argument: str, context: TaggerContext) -> SpeechRecognizer:
        """Make it, in the process that watches the video.

        Args:
            argument: as ``check`` returned it.
            context: the same.
        """


def check_recognizer(text: str, context: TaggerContext) -> str:
    """Return what was asked for in a form that stays valid, if such a recogniser can be made.

    Raises:
        ReelmatchError: there is none, or something that it needs is missing.
    """
    name, colon, argument = text.partition(":")
    checked = _factory(name).check(argument, context)
    return f"{name}:{checked}" if colon or checked else name


def make_recognizer(text: str, context: TaggerContext) -> SpeechRecognizer:
    """Make a recogniser."""
    name, _, argument = text.partition(":")
    return _factory(name).make(argument, context)


def _factory(name: str) -> RecognizerFactory:
    return cast("RecognizerFactory", load_factory(_RECOGNIZERS, name))
