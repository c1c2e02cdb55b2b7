"""Pairs that can be fetched by name, when somebody asks for one; nothing here is fetched by itself.

The table pins the commit, the size and the sha256 of every file. They are those that several
public projects pin independently of each other; none of the files was fetched to write them down.
A file that differs is refused, so a wrong entry fails and harms nothing.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from engine.errors import InvalidInput, ReelmatchError
from engine.system.temporary_files import held_folder
from ingest.runner.safe_start import clean_children_environment, inherited_import_path
from ingest.taggers.onnx.folder import (
    IMAGE,
    PREPARATION,
    TEXT,
    TOKENIZER,
    TOKENIZER_CONFIG,
    sha256_of,
)

DEADLINE_SECONDS: Final = 3600.0
_PASSED_ON: Final = ("PATH", "SSL_CERT_DIR", "SSL_CERT_FILE", "TMPDIR")


class PullFailed(ReelmatchError):
    """A pair could not be fetched; says why."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a pair.

    Attributes:
        name: what it is called in the folder of a pair.
        path: what it is called in its repository.
        size: in bytes.
        sha256: in hex.
    """

    name: str
    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ModelPair:
    """A pair with an address.

    Attributes:
        repository: ``owner/name`` at the hub.
        revision: a commit, so that the files behind it cannot change.
        licence: SPDX expression, of the weights.
        about: what it is, for people.
        files: all that it needs.
    """

    repository: str
    revision: str
    licence: str
    about: str
    files: tuple[ModelFile, ...]

    @property
    def size(self) -> int:
        """In bytes, all files together."""
        return sum(file.size for file in self.files)

    def address(self, file: ModelFile, hub: str) -> str:
        """Return where a file is."""
        return f"{hub.rstrip('/')}/{self.repository}/resolve/{self.revision}/{file.path}"


PAIRS: Final[Mapping[str, ModelPair]] = MappingProxyType(
    {
        "clip-vit-base-patch32": ModelPair(
            repository="Xenova/clip-vit-base-patch32",
            revision="d15189d7028b43f1d3e65039190477f6af591c2a",
            licence="MIT",
            about="OpenAI CLIP, ViT-B/32, int8",
            files=(
                ModelFile(
                    IMAGE,
                    "onnx/vision_model_quantized.onnx",
                    89_117_001,
                    "583fd1110a514667812fee7d684952aaf82a99b959760c8d7dca7e0ab9839299",
                ),
                ModelFile(
                    TEXT,
                    "onnx/text_model_quantized.onnx",
                    64_504_507,
                    "73baab855d406190da9faa498cfedf65f15cf309f4cc7385b7b032e6d08e5c3a",
                ),
                ModelFile(
                    TOKENIZER,
                    TOKENIZER,
                    2_224_119,
                    "f7f3b7af117d467b58374797691a6438d3e6b9e9cef800dfd5dced7f697a90cd",
                ),
                ModelFile(
                    TOKENIZER_CONFIG,
                    TOKENIZER_CONFIG,
                    775,
                    "60ba2912bc6344c94bc16bbdec27fa1209409167b6f2fdf3cfe9e65462ea3967",
                ),
                ModelFile(
                    PREPARATION,
                    PREPARATION,
                    520,
                    "6f638fb9401a6d6296feff533ee7efe657b787c49f954f82f5906b36ef2a1b1f",
                ),
            ),
        ),
        "siglip-base-patch16-224": ModelPair(
            repository="Xenova/siglip-base-patch16-224",
            revision="4649052661e53c7000355844105f8a1792088239",
            licence="Apache-2.0",
            about="Google SigLIP, ViT-B/16, int8",
            files=(
                ModelFile(
                    IMAGE,
                    "onnx/vision_model_quantized.onnx",
                    99_499_129,
                    "ef14a954f3d57e1806666432bd9785004c1dc27100aa260eee0cb0f10a5de058",
                ),
                ModelFile(
                    TEXT,
                    "onnx/text_model_quantized.onnx",
                    111_475_220,
                    "ad0329b1f35acc66d8953ff2559ce358da8eb0a7011794cf951523d63a4dbce2",
                ),
                ModelFile(
                    TOKENIZER,
                    TOKENIZER,
                    2_398_744,
                    "4a17c975210be5ab4c36b47d8dae4eefb866dbfb1e676e394aad85dc30a3ae08",
                ),
                ModelFile(
                    TOKENIZER_CONFIG,
                    TOKENIZER_CONFIG,
                    739,
                    "9a38d3c6b5e26fe5dcc607eda95e38d78d30d9291835bb9e8116e8174c1d4ba2",
                ),
                ModelFile(
                    PREPARATION,
                    PREPARATION,
                    368,
                    "21ee046a8a52a65e5f9c177bf840bfb39ea66c9c54cf2760630efd58e0a3ec80",
                ),
            ),
        ),
    }
)
"""Name -> pair."""


@dataclass(frozen=True, slots=True)
class FileDownload:
    """One file for the child to fetch, to a path, if it is what is pinned."""

    address: str
    path: str
    size: int
    sha256: str


def find_pair(name: str) -> ModelPair:
    """Return a pair by its name.

    Raises:
        InvalidInput: there is none; names those there are.
    """
    if name not in PAIRS:
        names = ", ".join(sorted(PAIRS))
        raise InvalidInput(f"no pair {name!r} can be pulled: choose from {names}")
    return PAIRS[name]


def missing_files(pair: ModelPair, folder: Path) -> list[ModelFile]:
    """Return the files that are not there, or are not what is pinned."""
    return [file for file in pair.files if not _is_here(file, folder)]


def pull(
    pair: ModelPair,
    folder: Path,
    *,
    hub: str,
    allowed_networks: Sequence[str] = (),
    on_bytes: Callable[[int], object] = lambda _: None,
) -> list[str]:
    """Fetch what is missing of a pair into a folder; return the names of what came.

    It is fetched in a child process that may connect to public addresses only, over https only
    (save to networks that are allowed by name), and a file takes its name only when its size and
    its sha256 are those that are pinned.

    Args:
        pair: what is wanted.
        folder: made if need be; files that are right already stay.
        hub: the address the repositories are below.
        allowed_networks: as ``AllowedNetwork.parse`` reads them.
        on_bytes: called now and then with the bytes that came since.

    Raises:
        PullFailed: says why; nothing that is wrong is stored.
    """
    missing = missing_files(pair, folder)
    if not missing:
        return []
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Beside the folder, not in it: a pull that fails leaves nothing that looks like a pair.
    with held_folder(folder.parent) as aside:
        downloads = [
            FileDownload(pair.address(file, hub), str(aside / file.name), file.size, file.sha256)
            for file in missing
        ]
        _fetch(downloads, allowed_networks, on_bytes)
        folder.mkdir(exist_ok=True)
        for file in missing:
            (aside / file.name).replace(folder / file.name)
    return [file.name for file in missing]


def _is_here(file: ModelFile, folder: Path) -> bool:
    path = folder / file.name
    return path.is_file() and path.stat().st_size == file.size and sha256_of(path) == file.sha256


def _fetch(
    downloads: Sequence[FileDownload],
    allowed_networks: Sequence[str],
    on_bytes: Callable[[int], object],
) -> None:
    job = {
        "downloads": [asdict(one) for one in downloads],
        "allowed_networks": list(allowed_networks),
        "deadline_seconds": DEADLINE_SECONDS,
    }
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment |= {
        "HOME": "/nonexistent",
        "LANG": "C.UTF-8",
        "PYTHONPATH": inherited_import_path(),
    }
    clean_children_environment(environment)
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "ingest.sources.pulling"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd="/",
        encoding="utf-8",
    ) as process:
        assert process.stdin is not None  # noqa: S101  # both are pipes
        assert process.stdout is not None  # noqa: S101
        try:
            with suppress(BrokenPipeError):
                # Left open: when it ends, so does the child.
                process.stdin.write(json.dumps(job) + "\n")
                process.stdin.flush()
            for line in process.stdout:
                ((kind, value),) = json.loads(line).items()
                if kind == "bytes":
                    on_bytes(value)
                elif kind == "failed":
                    raise PullFailed(value)
                else:
                    return
        finally:
            process.kill()
    raise PullFailed("the fetch ended without an answer, or took longer than an hour: try again")
