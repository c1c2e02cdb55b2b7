"""The specific words, from rules that name classes and objects.

Run: ``python -m models.convert.words``, after ``classes.json`` was made. Writes ``words.json``
beside the card of efficientnet_lite2.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

_RULES: Final = Path(__file__).with_name("words.txt")
_FOLDER: Final = Path(__file__).parents[1]
_CLASSES: Final = _FOLDER / "efficientnet_lite2" / "classes.json"
_OBJECTS: Final = _FOLDER / "nanodet" / "objects.json"
_TARGET: Final = _FOLDER / "efficientnet_lite2" / "words.json"


def build_words(rules: str, classes: list[str], objects: list[str]) -> dict[str, dict[str, Any]]:
    """Return word -> its general words, the numbers of its classes and objects, the least sum.

    Raises:
        ValueError: a name is not in the list, or stands in it twice.
    """
    words: dict[str, dict[str, Any]] = {}
    for line in filter(None, rules.splitlines()):
        if line.startswith("#"):
            continue
        line, _, min_sum = line.partition(" @ ")
        line, _, object_names = line.partition(" + ")
        line, _, members = line.partition(" = ")
        word, _, general = line.partition(" < ")
        word = word.strip()
        if word in words:
            raise ValueError(f"{word} stands in the rules twice")
        words[word] = {
            "general": list(_split(general, ", ")),
            "classes": sorted(_number(name, classes) for name in _split(members, " | ")),
            "objects": sorted(_number(name, objects) for name in _split(object_names, " | ")),
            "least": float(min_sum or 1),
        }
    return words


def _split(text: str, separator: str) -> Iterator[str]:
    return filter(None, (part.strip() for part in text.split(separator)))


def _number(name: str, names: list[str]) -> int:
    if name.startswith("#"):
        return int(name[1:])
    if names.count(name) != 1:
        raise ValueError(f"{name!r} is the name of {names.count(name)} classes or objects")
    return names.index(name)


def main() -> None:
    """Write the file."""
    words = build_words(
        _RULES.read_text(encoding="utf-8"),
        json.loads(_CLASSES.read_text(encoding="utf-8")),
        list(json.loads(_OBJECTS.read_text(encoding="utf-8"))),
    )
    lines = (f"{json.dumps(word)}: {json.dumps(parts)}" for word, parts in words.items())
    _TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    n_specific = sum(bool(parts["classes"] or parts["objects"]) for parts in words.values())
    print(f"{n_specific} specific words, {len(words) - n_specific} general ones with others")


if __name__ == "__main__":
    main()
