"""Phrases become vectors however the network wants to be fed; lists of words say what is wrong."""

import json
from pathlib import Path

import numpy as np
import pytest

from engine.errors import InvalidInput
from ingest.taggers.onnx.folder import PairFolder
from ingest.taggers.onnx.texts import PhraseEncoder, Word, read_words
from support.pairs import COLOURS, vector_of, write_pair

pytest.importorskip("tokenizers", reason="needs: pip install -e '.[clip]'")


def encoder(folder: Path) -> PhraseEncoder:
    return PhraseEncoder.open(PairFolder.of(folder))


@pytest.mark.parametrize("like", ["clip", "siglip"])
def test_a_phrase_is_read_with_a_mask_or_filled_up(tmp_path: Path, like: str) -> None:
    vectors = encoder(write_pair(tmp_path / "pair", like=like)).embed(
        ["a photo of red", "Blue", "yellow of a photo"]
    )
    expected = [vector_of(COLOURS[name]) for name in ("red", "blue", "yellow")]
    assert vectors == pytest.approx(np.stack(expected), abs=1e-5)


def test_what_is_too_long_is_cut_off(tmp_path: Path) -> None:
    (vector,) = encoder(write_pair(tmp_path / "pair", like="siglip")).embed(
        ["red a photo of a photo of a photo of blue"]
    )
    assert vector == pytest.approx(vector_of(COLOURS["red"]), abs=1e-5)


def test_the_token_that_fills_up_is_found_without_a_configuration_or_asked_for(
    tmp_path: Path,
) -> None:
    folder = write_pair(tmp_path / "pair", like="siglip")
    (folder / "tokenizer_config.json").unlink()
    (vector,) = encoder(folder).embed(["a photo of red"])
    assert vector == pytest.approx(vector_of(COLOURS["red"]), abs=1e-5)
    tokenizer = (folder / "tokenizer.json").read_text()
    (folder / "tokenizer.json").write_text(tokenizer.replace("</s>", "<end>"))
    with pytest.raises(InvalidInput, match="which token fills up"):
        encoder(folder)
    (folder / "tokenizer_config.json").write_text(json.dumps({"pad_token": {"content": "<end>"}}))
    (vector,) = encoder(folder).embed(["a photo of red"])
    assert vector == pytest.approx(vector_of(COLOURS["red"]), abs=1e-5)


def test_files_that_are_not_what_they_should_be_are_named(tmp_path: Path) -> None:
    folder = write_pair(tmp_path / "pair")
    (folder / "tokenizer_config.json").write_text("[]")
    with pytest.raises(InvalidInput, match=r"tokenizer_config\.json cannot be read"):
        encoder(folder)
    (folder / "tokenizer.json").write_text("{}")
    with pytest.raises(InvalidInput, match=r"tokenizer\.json cannot be read"):
        encoder(folder)
    whole = write_pair(tmp_path / "other")
    (whole / "text.onnx").write_bytes((whole / "image.onnx").read_bytes())
    with pytest.raises(InvalidInput, match="only input_ids and attention_mask"):
        encoder(whole)


def test_a_list_of_words_has_a_tag_a_line_and_maybe_a_phrase(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("# seen from above\n\nDrone View:  an aerial photo of the ground\n cat \n")
    assert read_words(path) == (
        Word("drone view", "an aerial photo of the ground"),
        Word("cat", "a photo of cat"),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has 0 words"),
        ("# nothing\n", "has 0 words"),
        ("cat\nCat\n", "has the word 'cat' twice"),
        ("cat\n: a phrase\n", "line 2: a tag without a name"),
        ("x" * 101, "line 1: the tag .* has 101 characters"),
        ("a\u202eb\n", "line 1: .*cannot be printed"),
        ("\n".join(f"word {n}" for n in range(5001)), "has 5001 words"),
    ],
)
def test_a_list_of_words_that_cannot_be_used_names_its_line(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "words.txt"
    path.write_text(text)
    with pytest.raises(InvalidInput, match=message):
        read_words(path)
