"""Phrases -> vectors: through ``tokenizer.json`` and ``text.onnx``; and lists of words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInput, MissingPart
from ingest.taggers.onnx.folder import (
    TEXT,
    TOKENIZER,
    TOKENIZER_CONFIG,
    PairFolder,
    embedding_output,
)
from ingest.taggers.onnx.pictures import Vectors, unit
from ingest.taggers.tag_names import tidy_tag
from models.onnx_runtime import onnxruntime

MAX_WORDS: Final = 5_000
"""A longer list is a mistake."""

PHRASE: Final = "a photo of {}"
"""Phrase that a word is looked for as, unless its line gives one: the networks learnt captions."""

_IDS: Final = "input_ids"
_MASK: Final = "attention_mask"
_INTEGERS: Final = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}
# Of CLIP, which takes a mask, and of SigLIP, which does not; where nothing else says.
_LONGEST_WITH_MASK: Final = 77
_LONGEST_WITHOUT: Final = 64
_LONGEST: Final = 4_096
_PADS: Final = ("<|endoftext|>", "</s>", "<pad>", "[PAD]")


@dataclass(frozen=True, slots=True)
class Word:
    """A tag, and the phrase that stands for it before the network."""

    tag: str
    phrase: str


def read_words(path: Path) -> tuple[Word, ...]:
    """Read a list of words: a tag a line, or ``tag: phrase to look for``; # begins a remark.

    Raises:
        InvalidInput: naming the line that is wrong.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise InvalidInput(f"the words in {path} cannot be read: {error}") from error
    words = []
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if text and not text.startswith("#"):
            tag, _, phrase = text.partition(":")
            try:
                words.append(word_of(tag, phrase.strip()))
            except InvalidInput as error:
                raise InvalidInput(f"{path}, line {number}: {error}") from error
    return check_words(words, path)


def word_of(tag: str, phrase: str = "") -> Word:
    """Return a word; without a phrase, the usual one."""
    tidy = tidy_tag(tag)
    return Word(tidy, phrase or PHRASE.format(tidy))


def check_words(words: Iterable[Word], where: object) -> tuple[Word, ...]:
    """Return the words, if they make a list."""
    listed = tuple(words)
    tags: set[str] = set()
    for word in listed:
        if word.tag in tags:
            raise InvalidInput(f"{where} has the word {word.tag!r} twice")
        tags.add(word.tag)
    if not 0 < len(listed) <= MAX_WORDS:
        raise InvalidInput(f"{where} has {len(listed)} words: 1 to {MAX_WORDS} are taken")
    return listed


class PhraseEncoder:
    """The half of a pair that reads."""

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        tokenizer: Any,
        output: str,
        inputs: "TextInputs",
    ) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self._output = output
        self._inputs = inputs
        tokenizer.no_padding()
        tokenizer.enable_truncation(max_length=inputs.longest)

    @classmethod
    def open(cls, folder: PairFolder) -> "PhraseEncoder":
        """Make ``text.onnx`` and its tokenizer ready.

        Raises:
            MissingPart: the part that reads tokenizers is not installed.
            CorruptData: the network cannot be run.
            InvalidInput: a file is not what it should be; names it.
        """
        try:
            from tokenizers import Tokenizer
        except ImportError as error:
            raise MissingPart("calibrating a pair", "pip install 'reelmatch[clip]'") from error
        try:
            tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        except Exception as error:
            raise InvalidInput(f"{folder / TOKENIZER} cannot be read: {error}") from error
        session = folder.session(TEXT)
        config = folder.json(TOKENIZER_CONFIG) if (folder / TOKENIZER_CONFIG).is_file() else {}
        inputs = TextInputs.of(session, tokenizer, config, folder / TEXT)
        return cls(session, tokenizer, embedding_output(session, folder / TEXT), inputs)

    def embed(self, phrases: Sequence[str]) -> Vectors:
        """Return the vector of each phrase, shape (n_phrases, size)."""
        outputs = [
            self._session.run([self._output], self._inputs.fed(self._tokenizer.encode(phrase).ids))
            for phrase in phrases
        ]
        vectors = [np.asarray(vector, np.float32).reshape(-1) for (vector,) in outputs]
        return unit(np.stack(vectors))


@dataclass(frozen=True, slots=True)
class TextInputs:
    """The form in which a phrase is fed.

    Attributes:
        longest: tokens; what is longer is cut off.
        pad: the token that fills up, where ``filled`` says so.
        filled: whether every phrase is made as long as the longest. Networks without a mask learnt
            to read them so; those with one are told where the phrase ends.
        types: input -> what its numbers are.
    """

    longest: int
    pad: int
    filled: bool
    types: Mapping[str, Any]

    @classmethod
    def of(
        cls,
        session: onnxruntime.InferenceSession,
        tokenizer: Any,
        config: Mapping[str, Any],
        path: Path,
    ) -> "TextInputs":
        """Find out from the network, the tokenizer and its configuration.

        Raises:
            InvalidInput: the network wants something that is not known here.
        """
        inputs = {one.name: one for one in session.get_inputs()}
        other = inputs.keys() - {_IDS, _MASK}
        if other or _IDS not in inputs or any(i.type not in _INTEGERS for i in inputs.values()):
            actual = ", ".join(f"{one.name}: {one.type}" for one in inputs.values())
            raise InvalidInput(
                f"{path} takes {actual}: only {_IDS} and {_MASK} of integers are known"
            )
        fixed = inputs[_IDS].shape[-1]
        is_fixed, masked = isinstance(fixed, int), _MASK in inputs
        filled = is_fixed or not masked
        return cls(
            longest=fixed if is_fixed else _longest(tokenizer, config, masked=masked),
            pad=_pad(tokenizer, config) if filled else 0,
            filled=filled,
            types={name: _INTEGERS[one.type] for name, one in inputs.items()},
        )

    def fed(self, ids: Sequence[int]) -> dict[str, NDArray[Any]]:
        """Return what the network is fed for the tokens of one phrase."""
        n_filled = self.longest - len(ids) if self.filled else 0
        row = {
            _IDS: [*ids, *[self.pad] * n_filled],
            _MASK: [1] * len(ids) + [0] * n_filled,
        }
        return {name: np.array([row[name]], of) for name, of in self.types.items()}


def _longest(tokenizer: Any, config: Mapping[str, Any], *, masked: bool) -> int:
    lengths = [
        (tokenizer.truncation or {}).get("max_length"),
        (tokenizer.padding or {}).get("length"),
        config.get("model_max_length"),
    ]
    usable = [one for one in lengths if isinstance(one, int) and 0 < one <= _LONGEST]
    return usable[0] if usable else _LONGEST_WITH_MASK if masked else _LONGEST_WITHOUT


def _pad(tokenizer: Any, config: Mapping[str, Any]) -> int:
    if tokenizer.padding:
        return int(tokenizer.padding["pad_id"])
    configured = config.get("pad_token")
    named = configured.get("content") if isinstance(configured, Mapping) else configured
    for token in (named, *_PADS):
        number = tokenizer.token_to_id(token) if isinstance(token, str) else None
        if number is not None:
            return int(number)
    raise InvalidInput(
        f"which token fills up a phrase is not said: put {TOKENIZER_CONFIG} with its pad_token"
        " beside the tokenizer"
    )
