"""Captions that lie beside a video: ``name.srt``, ``name.en.vtt`` beside ``name.mp4``."""

import os
import stat
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from engine.words.languages import is_code
from ingest.sources.captions.cues import FORMATS, Cue, UnreadableCaptions, read_cues
from ingest.sources.captions.encodings import decoded
from ingest.sources.captions.languages import primary
from ingest.sources.captions.limits import MAX_BYTES

MAX_ENTRIES: Final = 20_000
"""Entries of a folder that are looked through for captions."""

_CODE_LETTERS: Final = 2  # of a language that many speak, in its shortest form
_FORCED: Final = "forced"
_FLAGS: Final = frozenset({_FORCED, "auto", "cc", "default", "full", "sdh"})


@dataclass(frozen=True, slots=True)
class CaptionFile:
    """A file of captions.

    Attributes:
        path: of it.
        language: a code, as its name says it; empty when it does not.
        is_forced: whether it holds only what is said in another language than the rest.
    """

    path: Path
    language: str = ""
    is_forced: bool = False

    def cues(self) -> tuple[list[Cue], bool]:
        """Return its cues, and whether there are more than are taken.

        Raises:
            UnreadableCaptions: it cannot be read, is no file, or holds none.
        """
        content = self._content()
        is_cut = len(content) > MAX_BYTES
        if is_cut:  # in between two lines, not within a letter
            content = content[: content.rfind(b"\n", 0, MAX_BYTES) + 1]
        cues, is_full = read_cues(decoded(content, self.language), self.path.suffix.lower())
        return cues, is_cut or is_full

    def _content(self) -> bytes:
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            with open(os.open(self.path, flags), "rb") as file:  # noqa: PTH123 - of a descriptor
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise UnreadableCaptions("they are no file")
                content = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise UnreadableCaptions(f"cannot be opened: {error.strerror}") from error
        if not content:
            raise UnreadableCaptions("the file is empty (0 bytes)")
        return content


def captions_beside(video: Path) -> list[CaptionFile]:
    """Return the files of captions beside a video, by name.

    Those whose name is the video's without its ending, then perhaps a language's code and words
    such as ``sdh``, then an ending of captions. Links are not followed: who filled the folder may
    not be allowed to read what they lead to.
    """
    try:
        with os.scandir(video.parent) as entries:
            files = [
                file
                for entry in islice(entries, MAX_ENTRIES)
                if entry.name.startswith(video.stem)
                and (file := _caption_file(Path(entry.path), video.stem))
                and entry.is_file(follow_symlinks=False)
            ]
    except OSError:
        return []
    return sorted(files, key=lambda file: file.path.name)


def _caption_file(path: Path, stem: str) -> CaptionFile | None:
    """Return what a name says, None where it is not that of captions of this video."""
    if path.suffix.lower() not in FORMATS:
        return None
    nothing, *parts = path.stem.removeprefix(stem).split(".")
    if nothing:
        return None
    flags = {part.lower() for part in parts} & _FLAGS
    codes = [part.replace("_", "-") for part in parts if part.lower() not in _FLAGS]
    if not all(map(is_code, codes)):
        return None
    # Most words of three letters are some language's code: "new", "old", "fix".
    has_language = bool(codes) and len(primary(codes[0])) == _CODE_LETTERS
    return CaptionFile(path, codes[0] if has_language else "", _FORCED in flags)
