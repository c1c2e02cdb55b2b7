"""``reelmatch models``: the taggers that are here, and those that can be fetched or calibrated."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import click

from api.cli.groups import Group
from api.cli.output import json_option, print_json, print_table
from api.cli.progress import counting_bar
from api.settings import Settings, load_settings
from engine.errors import InvalidInput
from ingest.taggers.onnx.calibrating import calibrate, pictures_in, read_labels, words_of
from ingest.taggers.onnx.calibration import Calibration
from ingest.taggers.onnx.folder import CALIBRATION, NEEDED, WORDS, PairFolder
from ingest.taggers.onnx.model_hub import PAIRS, find_pair, missing_files, pull
from ingest.taggers.onnx.tagger import calibration_of
from ingest.taggers.onnx.texts import read_words
from ingest.taggers.visual.tagger import LocalTagger
from models.cards import UnusableWeights, card_names, is_installed, load_card, verify

_MEGABYTE = 1_000_000


@click.group("models", cls=Group, invoke_without_command=True)
@json_option
@click.pass_context
def command(context: click.Context, *, as_json: bool) -> None:
    """List the models that are here, and the pairs that can be fetched.

    A pair is a stronger tagger: a CLIP- or SigLIP-like network over any list of words. 'pull'
    fetches one, 'calibrate' makes it ready, 'reelmatch ingest --tagger onnx:NAME' uses it.
    """
    if context.invoked_subcommand is not None:
        return
    rows = [*_shipped(), *_pairs(load_settings())]
    if as_json:
        print_json({"models": rows})
    else:
        head = ("model", "state", "licence", "megabytes", "about")
        print_table(
            head,
            ((row.model, row.state, row.licence, str(row.megabytes), row.about) for row in rows),
        )


@command.command("pull")
@click.argument("name")
def pull_command(name: str) -> None:
    """Fetch the pair NAME from its hub, into the folder 'models' of REELMATCH_HOME.

    Commit, size and sha256 of each file are pinned; a file that differs is refused. What is here
    already, and right, is not fetched again.
    """
    settings = load_settings()
    pair, folder = find_pair(name), settings.models_path / name
    total = sum(file.size for file in missing_files(pair, folder))
    with counting_bar(name, total, shown=sys.stderr.isatty()) as on_bytes:
        came = pull(
            pair,
            folder,
            hub=settings.models_hub,
            allowed_networks=settings.web_allowed_networks,
            on_bytes=on_bytes,
        )
    click.echo(f"{folder}: {', '.join(came) if came else 'all files are here already'}")
    if not (folder / CALIBRATION).is_file():
        click.echo(
            f"next: 'reelmatch models calibrate {name} FOLDER_OF_PICTURES'"
            " (some hundreds, of all kinds)",
            err=True,
        )


@command.command("calibrate")
@click.argument("pair")
@click.argument("pictures", type=click.Path(path_type=Path))
@click.option(
    "--words",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="What to look for: a tag a line, or 'tag: phrase'. Kept with the pair as words.txt.",
)
@click.option(
    "--labels",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help='What some pictures show: JSON, {"dog-1.jpg": ["dog", "animal"]}.',
)
@json_option
def calibrate_command(
    pair: str, pictures: Path, words: Path | None, labels: Path | None, *, as_json: bool
) -> None:
    """Find what the answers of PAIR (a folder or a pulled name) are worth, on a folder of PICTURES.

    Some hundreds of pictures of all kinds. Without --labels, the tagger that comes along says what
    is on them, where it is sure; words that it does not have need labels.
    """
    folder = PairFolder.find(pair, load_settings().home)
    if words is not None:
        read_words(words)
        (folder / WORDS).write_bytes(words.read_bytes())
    paths = pictures_in(pictures)
    local = LocalTagger.load()
    with counting_bar("pictures", len(paths), shown=sys.stderr.isatty()) as on_picture:
        made = calibrate(
            folder,
            paths,
            words_of(folder),
            teacher=local,
            labels=None if labels is None else read_labels(labels),
            on_picture=on_picture,
        )
    made.save(folder / CALIBRATION)
    _print_calibration(folder, made, as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Model:
    """A model as it is listed: of this package, or a pair of a hub or of the user's own."""

    model: str
    state: str
    licence: str
    megabytes: float
    about: str

    @classmethod
    def of(cls, model: str, state: str, licence: str, size_bytes: int, about: str) -> Self:
        return cls(model, state, licence, round(size_bytes / _MEGABYTE, 1), about)


def _shipped() -> Iterator[_Model]:
    for card in map(load_card, card_names()):
        try:
            verify(card)
            state = "comes along" if card.extra is None else f"extra {card.extra}"
        except UnusableWeights:
            is_left_out = card.extra is not None and not is_installed(card)
            state = "not installed" if is_left_out else "broken"
        yield _Model.of(card.name, state, card.licence, card.size_bytes, card.file)


def _pairs(settings: Settings) -> Iterator[_Model]:
    folders = {path.name for path in settings.models_path.glob("[!.]*") if path.is_dir()}
    for name in sorted(PAIRS.keys() | folders):
        folder, pair = settings.models_path / name, PAIRS.get(name)
        is_here = all((folder / file).is_file() for file in NEEDED)
        state = _calibrated(folder) if is_here else "not pulled"
        if pair is not None:
            yield _Model.of(name, state, pair.licence, pair.size, pair.about)
        elif is_here:
            size = sum(path.stat().st_size for path in PairFolder.of(folder).weights())
            yield _Model.of(name, state, "", size, "a pair of yours")


def _calibrated(folder: Path) -> str:
    try:
        calibration = calibration_of(PairFolder.of(folder))
    except InvalidInput:
        return "not calibrated"
    return f"calibrated, {len(calibration.words)} words"


def _print_calibration(folder: PairFolder, made: Calibration, *, as_json: bool) -> None:
    bins = [
        {"from": low, "to": high, "said": observed, "right": right}
        for low, high, observed, right in made.reliability
    ]
    if as_json:
        print_json(
            {
                "pair": str(folder.path),
                "words": len(made.words),
                "pictures": made.pictures,
                "present": made.known[0],
                "absent": made.known[1],
                "reliability": bins,
            }
        )
        return
    click.echo(
        f"{folder.path}: {len(made.words)} words on {made.pictures} pictures;"
        f" {made.known[0]} known to be there, {made.known[1]} not to be"
    )
    rows = (
        (
            f"{one['from']:.2f} to {one['to']:.2f}",
            str(one["said"]),
            f"{one['right'] / one['said']:.2f}" if one["said"] else "-",
        )
        for one in bins
    )
    print_table(("confidence", "words", "right"), rows)
