"""The tagger ``vlm``: a model elsewhere, and the network for nudity on this machine."""

import base64
import hashlib
import os
import re
from concurrent.futures import Future, ThreadPoolExecutor
from io import BytesIO
from typing import Final

import numpy as np
from PIL import Image

from engine.domain.tags import VISUAL
from ingest.sources import posting
from ingest.taggers.base import Confidences, Frame
from ingest.taggers.registry import Identity, TaggerContext
from ingest.taggers.remote.vlm.address import Model, ModelGuard
from ingest.taggers.remote.vlm.client import Client, Key
from ingest.taggers.remote.vlm.lexicon import Lexicon, lexicon_of
from ingest.taggers.remote.vlm.settings import VlmSettings, key_in
from ingest.taggers.remote.vlm.wire import GIVEN_CONFIDENCE, PROMPT
from ingest.taggers.visual.nudity import NUDITY, NudityDetector
from ingest.taggers.visual.resize import Shrinkable
from models.cards import load_card

PICTURE_SIDE: Final = 768
"""Longest side of a picture that is sent, in pixels."""

_QUALITY: Final = 85
_METHOD: Final = 1
"""Raised when pictures are prepared, or answers read, in another way."""

_UNUSUAL_CHARACTERS: Final = re.compile(r"[^\w.:/\[\]-]+")


class VlmTagger:
    """Names what a model elsewhere sees; it is asked about several frames at a time.

    See ``AsyncTagger``.

    Args:
        lexicon: what its words are as tags.
        client: asks it.
        nudity: judged here, whatever the words are.
        concurrency: frames that are asked about at a time.
        identity: name and version.
    """

    source = VISUAL
    requires_confirmation: tuple[str, ...] = ()

    def __init__(
        self,
        lexicon: Lexicon,
        client: Client,
        nudity: NudityDetector,
        *,
        concurrency: int,
        identity: Identity,
    ) -> None:
        self.name, self.version = identity
        self.concurrency = concurrency
        self._lexicon = lexicon
        self._client = client
        self._nudity = nudity
        self._threads = ThreadPoolExecutor(concurrency, thread_name_prefix="vlm")

    @property
    def is_open(self) -> bool:
        """Whether there is no telling which words may come."""
        return self._lexicon.is_open

    @property
    def tags(self) -> tuple[str, ...]:
        """Every tag there is: first ``nudity``, so that others may come behind."""
        return (NUDITY, *self._lexicon.tags)

    def tag(self, frame: Frame) -> Confidences:
        """Return the confidence of every tag for one frame of any size."""
        return self.parse(self.submit(frame).result())

    def submit(self, frame: Frame) -> Future[list[tuple[str, float]]]:
        """Ask about a frame, which is not needed any more when this returns."""
        shrinkable = Shrinkable(frame)
        nudity = (NUDITY, self._nudity.confidence(shrinkable))
        picture = _data_url(shrinkable.picture)
        return self._threads.submit(lambda: [nudity, *self._client.ask(picture)])

    def parse(self, answer: list[tuple[str, float]]) -> Confidences:
        """Return the confidence of every tag that there is by now for what ``submit`` gave."""
        (_, nudity), *words = answer
        return np.append(np.float32(nudity), self._lexicon.confidences(words))

    def stop(self) -> None:
        """Give up on what is being asked."""
        self._client.stop()


class _VlmFactory:
    """Makes taggers of models elsewhere; the argument is ``URL#MODEL``."""

    takes_whole_videos = False

    def check(self, argument: str, context: TaggerContext) -> str:
        """Look whether the model may be asked and the words can be used; asks nothing yet."""
        model, settings = Model.parse(argument), context.remote.vlm
        ModelGuard(model, settings).allow(*posting.host_of(model.base_url))
        Key(key_in(os.environ))
        lexicon_of(settings.words)
        return str(model)

    def make(self, argument: str, context: TaggerContext) -> VlmTagger:
        return make_vlm_tagger(Model.parse(argument), context.remote.vlm)

    def identity(self, argument: str, context: TaggerContext) -> Identity:
        """Return name and version of the tagger that ``make`` would make."""
        return identity_of_model(Model.parse(argument), lexicon_of(context.remote.vlm.words))


VLM: Final = _VlmFactory()


def make_vlm_tagger(model: Model, settings: VlmSettings) -> VlmTagger:
    """Make the tagger; its key comes from the environment."""
    lexicon = lexicon_of(settings.words)
    words = None if lexicon.is_open else lexicon.tags
    return VlmTagger(
        lexicon,
        Client(model, Key(key_in(os.environ)), settings, words),
        NudityDetector.load(),
        concurrency=settings.concurrency,
        identity=identity_of_model(model, lexicon),
    )


def identity_of_model(model: Model, lexicon: Lexicon) -> Identity:
    """Return name and version; the version is a digest of what decides here what is said."""
    words = None if lexicon.is_open else lexicon.tags
    come = sorted(lexicon.parents.items())
    parts = (_METHOD, PROMPT, GIVEN_CONFIDENCE, PICTURE_SIDE, str(model), words, come)
    nudity = load_card("opennsfw").sha256
    version = hashlib.sha256(repr((*parts, nudity)).encode()).hexdigest()[:12]
    return Identity(_UNUSUAL_CHARACTERS.sub("-", f"vlm/{model.host}/{model.name}"), version)


def _data_url(picture: Image.Image) -> str:
    small = picture.copy()
    small.thumbnail((PICTURE_SIDE, PICTURE_SIDE), Image.Resampling.BICUBIC, reducing_gap=3.0)
    with BytesIO() as file:
        small.save(file, "JPEG", quality=_QUALITY)
        return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()
