"""The vectors of tags, kept in a file: a vocabulary is embedded once, not by every process."""

import json
import logging
import os
import threading
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.keywords.embeddings import Embedder
from engine.system.os_errors import expected_trouble

_NAMES: Final = "names"
_VECTORS: Final = "vectors"
_STAMP: Final = "stamp"

log = logging.getLogger(__name__)


class TagVectors:
    """An embedder that asks another one only for texts it has never seen.

    Args:
        embedder: makes the vectors.
        path: the file; made when needed, and made anew when it cannot be read.
        stamp: of the embedder's weights; vectors of others are of no use.
    """

    def __init__(self, embedder: Embedder, path: Path, stamp: str) -> None:
        self._embedder = embedder
        self._path = path
        self._stamp = stamp
        self._stored: dict[str, NDArray[np.float32]] | None = None
        self._changing = threading.Lock()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a vector of length 1 for each text, shape (n_texts, n_dimensions)."""
        with self._changing:
            if self._stored is None:
                self._stored = self._read()
            new = [text for text in dict.fromkeys(texts) if text not in self._stored]
            if new:
                self._stored.update(zip(new, self._embedder.embed(new), strict=True))
                self._write(self._stored)
            return np.array([self._stored[text] for text in texts], np.float32)

    def pieces(self, text: str) -> int:
        """Return how many pieces of a text are read, when it is new."""
        return self._embedder.pieces(text)

    def _read(self) -> dict[str, NDArray[np.float32]]:
        try:
            with self._path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                payload = json.loads(bytes(stored[_NAMES]))
                if payload[_STAMP] == self._stamp:
                    return dict(zip(payload[_NAMES], stored[_VECTORS], strict=True))
        except FileNotFoundError:
            pass
        except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
            log.warning("%s cannot be read (%s): tags are embedded anew", self._path, error)
        return {}

    def _write(self, stored: dict[str, NDArray[np.float32]]) -> None:
        payload = json.dumps({_STAMP: self._stamp, _NAMES: list(stored)}).encode()
        aside = self._path.with_name(f".{self._path.name}-{os.getpid()}")
        try:
            with aside.open("wb") as file:
                vectors = np.array(list(stored.values()))
                np.savez(file, names=np.frombuffer(payload, np.uint8), vectors=vectors)
            aside.replace(self._path)
        except OSError as error:
            aside.unlink(missing_ok=True)
            why = expected_trouble(error, self._path.parent) or error
            log.warning("%s cannot be written (%s): tags are embedded again", self._path, why)
