"""Lookup of a tagger by its name: an entry point of the group ``reelmatch.taggers``.

What is asked for is written ``NAME`` or ``NAME:ARGUMENT``, as ``onnx:~/models/siglip``. Any
installed package can bring a tagger; the ones that come along are found the same way.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, cast, runtime_checkable

from engine.errors import InvalidInput
from ingest.taggers.remote.config import RemoteTaggerConfig

if TYPE_CHECKING:
    from ingest.taggers.base import Tagger
    from ingest.taggers.remote.whole_video import VideoTagger

GROUP: Final = "reelmatch.taggers"
DEFAULT: Final = "local"

_OURS: Final = "reelmatch"


class FactoryKind(NamedTuple):
    """Kind of what packages bring.

    Attributes:
        group: of its entry points.
        noun: for people.
        own: the name of one that comes along.
        page: of the docs.
    """

    group: str
    noun: str
    own: str
    page: str


_TAGGERS: Final = FactoryKind(GROUP, "tagger", DEFAULT, "taggers.md")


@dataclass(frozen=True, slots=True)
class TaggerContext:
    """Settings of an operator that a tagger may need.

    Attributes:
        home: folder of the catalog and all else.
        remote: how videos are tagged by a service.
        people: whether the tagger that comes along says who is seen; see ``docs/people.md``.
    """

    home: Path = Path()
    remote: RemoteTaggerConfig = field(default_factory=RemoteTaggerConfig)
    people: bool = False


class Identity(NamedTuple):
    """Identity of a tagger: name and version, as its properties tell them."""

    name: str
    version: str


class TaggerFactory(Protocol):
    """Makes a tagger; what an entry point names."""

    @property
    def takes_whole_videos(self) -> bool:
        """Whether the tagger is a ``VideoTagger``, which may say nothing for a long time."""

    def check(self, argument: str, context: TaggerContext) -> str:
        """Look whether the tagger can be made, before any video is queued. Makes nothing.

        Returns:
            The argument in a form that stays valid: an absolute path, not a relative one.

        Raises:
            ReelmatchError: what is missing, and what to do.
        """

    def make(self, argument: str, context: TaggerContext) -> "Tagger | VideoTagger":
        """Make the tagger, in the process that watches the video.

        Args:
            argument: as ``check`` returned it.
            context: the same.
        """


@runtime_checkable
class VersionedTaggerFactory(TaggerFactory, Protocol):
    """A factory that knows name and version of its tagger without making it."""

    def identity(self, argument: str, context: TaggerContext) -> Identity:
        """Return name and version that the tagger would have.

        Args:
            argument: as ``check`` returned it.
            context: the same.
        """


def check_tagger(text: str, context: TaggerContext) -> str:
    """Return what was asked for in a form that stays valid, if such a tagger can be made.

    Raises:
        ReelmatchError: there is no such tagger, or something that it needs is missing.
    """
    name, colon, argument = text.partition(":")
    checked = find_factory(text).check(argument, context)
    return f"{name}:{checked}" if colon or checked else name


def make_tagger(text: str, context: TaggerContext) -> "Tagger | VideoTagger":
    """Make a tagger."""
    return find_factory(text).make(text.partition(":")[2], context)


def identity_of(text: str, context: TaggerContext) -> Identity:
    """Return name and version of a tagger that can be made.

    Raises:
        InvalidInput: it is a service that takes whole videos, whose version nobody here can tell.
    """
    factory, argument = find_factory(text), text.partition(":")[2]
    if factory.takes_whole_videos:
        raise InvalidInput(
            f"the tagger {text!r} is a service, so which of its results are outdated is not known"
            " here: name the videos, and force another look",
            hint="'reelmatch ingest --force' looks again",
        )
    if isinstance(factory, VersionedTaggerFactory):
        return factory.identity(argument, context)
    made = factory.make(argument, context)
    return Identity(made.name, made.version)


def find_factory(text: str) -> TaggerFactory:
    """Return what makes the tagger that is asked for.

    Raises:
        InvalidInput: there is none, or there are several, or it cannot be imported.
    """
    return cast("TaggerFactory", load_factory(_TAGGERS, text.partition(":")[0]))


def load_factory(kind: FactoryKind, name: str) -> object:
    """Return what an installed package brings of a kind by this name.

    Raises:
        InvalidInput: there is none, or there are several, or it cannot be imported.
    """
    return _load(kind, name, tuple(sys.path))


@cache
def _load(kind: FactoryKind, name: str, _path: tuple[str, ...]) -> object:
    known = entry_points(group=kind.group)
    entry_points_named = known.select(name=name)
    if not entry_points_named:
        raise _none_named(kind, name, known)
    if len(packages := sorted({_package_of(entry) for entry in entry_points_named})) > 1:
        raise InvalidInput(
            f"several packages bring a {kind.noun} {name!r}: {', '.join(packages)};"
            " remove all but one"
        )
    (entry,) = entry_points_named
    try:
        factory: object = entry.load()
    except (ImportError, AttributeError) as error:
        raise InvalidInput(
            f"the {kind.noun} {name!r} of {_package_of(entry)} cannot be loaded ({error}):"
            " install that package again"
        ) from error
    return factory


def _none_named(kind: FactoryKind, name: str, known: Iterable[EntryPoint]) -> InvalidInput:
    names = sorted({entry.name for entry in known})
    if kind.own not in names:
        return InvalidInput(
            f"no {kind.noun} {name!r}: the installation of {_OURS} is older than its code; install"
            " it again",
            hint="'pip install --editable .' brings it up to date",
        )
    return InvalidInput(
        f"no {kind.noun} {name!r}: choose from {', '.join(names)}; packages can bring others,"
        f" see docs/{kind.page}"
    )


def _package_of(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else entry.value
