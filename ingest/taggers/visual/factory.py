"""Factory of the tagger that comes along, with faces where they are switched on."""

from functools import cache
from typing import Final

from engine.errors import InvalidInput
from ingest.taggers.base import Tagger
from ingest.taggers.registry import Identity, TaggerContext
from ingest.taggers.visual.tagger import LocalTagger, current_version


@cache
def local_tagger() -> LocalTagger:
    """Return the tagger that comes along, the same for each video: nothing of one stays with it.

    Raises:
        CorruptData: weights are missing or are not what their card describes.
    """
    return LocalTagger.load()


class _LocalFactory:
    """Makes the tagger that comes along; it takes no argument."""

    takes_whole_videos = False

    def check(self, argument: str, context: TaggerContext) -> str:  # noqa: ARG002 - part of the protocol
        if argument:
            raise InvalidInput(f"the tagger 'local' takes no argument, not {argument!r}")
        return ""

    def make(self, argument: str, context: TaggerContext) -> Tagger:  # noqa: ARG002
        if not context.people:
            return local_tagger()
        # Nothing of faces is loaded where they are not asked for.
        from ingest.taggers.visual.with_faces import LocalTaggerWithFaces

        return LocalTaggerWithFaces.load(local_tagger())

    def identity(self, argument: str, context: TaggerContext) -> Identity:  # noqa: ARG002
        """Return name and version of the tagger that ``make`` would make."""
        if not context.people:
            return Identity(LocalTagger.name, current_version())
        from ingest.taggers.visual.with_faces import version_with_faces

        return Identity(LocalTagger.name, version_with_faces())


LOCAL: Final = _LocalFactory()
