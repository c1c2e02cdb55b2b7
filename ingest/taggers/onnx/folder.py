"""The files of a pair, and what each of them is by its sha256."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from engine.errors import CorruptData, InvalidInput
from ingest.taggers.visual.sessions import session_of
from models.onnx_runtime import onnxruntime

IMAGE: Final = "image.onnx"
TEXT: Final = "text.onnx"
TOKENIZER: Final = "tokenizer.json"
PREPARATION: Final = "preprocessor_config.json"
TOKENIZER_CONFIG: Final = "tokenizer_config.json"
WORDS: Final = "words.txt"
CALIBRATION: Final = "calibration.npz"

NEEDED: Final = (IMAGE, TEXT, TOKENIZER, PREPARATION)

# Large weights may lie beside their graph.
_BESIDE: Final = ("{}_data", "{}.data")
_MAX_JSON_BYTES: Final = 64 << 20
# Best first: what exporters call the vector that the other network's can be compared with.
_EMBEDDINGS: Final = ("image_embeds", "text_embeds", "pooler_output")


@dataclass(frozen=True, slots=True)
class PairFolder:
    """Folder of a pair."""

    path: Path

    @classmethod
    def find(cls, argument: str, home: Path) -> "PairFolder":
        """Return the folder that is meant: a path, or the name of a pulled pair.

        Raises:
            InvalidInput: there is none, or a file is missing.
        """
        if not argument:
            raise InvalidInput(
                "the tagger 'onnx' needs a folder: onnx:FOLDER, or the name of a pulled pair",
                hint="'reelmatch models' lists them",
            )
        candidates = [Path(argument).expanduser(), pulled_path(argument, home)]
        folder = next((path for path in candidates if path is not None and path.is_dir()), None)
        if folder is None:
            raise InvalidInput(
                f"there is no folder {argument!r} and no pulled pair of that name: pull it first",
                hint="'reelmatch models' lists those that can be pulled",
            )
        return cls.of(folder)

    @classmethod
    def of(cls, path: Path) -> "PairFolder":
        """Return a folder, if the files of a pair are in it."""
        missing = [name for name in NEEDED if not (path / name).is_file()]
        if missing:
            raise InvalidInput(
                f"{path} is no CLIP-like pair: {', '.join(missing)} missing;"
                f" it needs {', '.join(NEEDED)}"
            )
        return cls(path.absolute())

    @property
    def name(self) -> str:
        """The folder's name, of characters that a tagger's name may have."""
        return re.sub(r"[^\w.-]+", "-", self.path.name) or "pair"

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    def weights(self) -> list[Path]:
        """Return the files that decide a calibration."""
        names = [*NEEDED, TOKENIZER_CONFIG]
        names += [form.format(name) for name in (IMAGE, TEXT) for form in _BESIDE]
        return [self / name for name in names if (self / name).is_file()]

    def json(self, name: str) -> dict[str, Any]:
        """Read one of the pair's JSON files.

        Raises:
            InvalidInput: it is no JSON object, or unreasonably large.
        """
        path = self / name
        try:
            if path.stat().st_size > _MAX_JSON_BYTES:
                raise ValueError(f"more than {_MAX_JSON_BYTES} bytes")
            payload = json.loads(path.read_text("utf-8"))
            if not isinstance(payload, dict):
                raise ValueError("no object")
        except (OSError, ValueError, RecursionError) as error:
            raise InvalidInput(f"{path} cannot be read: {error}") from error
        return payload

    def session(self, name: str) -> onnxruntime.InferenceSession:
        """Make one of the two networks ready.

        Raises:
            CorruptData: it is no network that can run here.
        """
        try:
            return session_of(self / name)
        except Exception as error:
            first_line = str(error).partition("\n")[0]
            raise CorruptData(f"{self / name} cannot be run: {first_line}") from error


def pulled_path(name: str, home: Path) -> Path | None:
    """Return where a pulled pair lies, None when that can be no name of one."""
    return home / "models" / name if re.fullmatch(r"[\w-][\w.-]*", name) else None


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def embedding_output(session: onnxruntime.InferenceSession, path: Path) -> str:
    """Return the name of the output that holds the vector.

    Raises:
        InvalidInput: it cannot be told.
    """
    outputs: dict[str, Any] = {output.name: output.shape for output in session.get_outputs()}
    for name in _EMBEDDINGS:
        if name in outputs:
            return name
    flat = [name for name, shape in outputs.items() if len(shape) == 2]
    if len(flat) != 1:
        raise InvalidInput(
            f"{path} has the outputs {', '.join(outputs)}: one of them must be"
            f" {', '.join(_EMBEDDINGS)}, or the only one of the shape (n, size)"
        )
    return flat[0]
