"""The package for programs: small, and its example in the README runs as it stands."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

import reelmatch
from engine.indexes.local.index import Index
from engine.search.estimator import TagTfidf

ROOT = Path(__file__).parent.parent


def test_it_exports_what_it_says() -> None:
    assert reelmatch.Index is Index
    assert reelmatch.TagTfidf is TagTfidf
    assert re.fullmatch(r"\d+\.\d+\.\d+", reelmatch.__version__)
    assert set(dir(reelmatch)) == {"Index", "TagTfidf", "__version__"}
    with pytest.raises(AttributeError, match="no attribute 'Indexx'"):
        reelmatch.Indexx  # noqa: B018


def test_importing_it_loads_nothing_yet() -> None:
    script = (
        "import sys, reelmatch;"
        " print({'numpy', 'engine.indexes.local.index', 'sklearn'} & set(sys.modules));"
        " from reelmatch import Index; print({'api', 'numba', 'sklearn'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\nset()\n"


def test_the_example_of_the_readme_runs() -> None:
    (example,) = re.findall(r"```python\n(.+?)```", (ROOT / "README.md").read_text(), re.S)
    assert "from reelmatch import Index" in example
    rng = np.random.default_rng(1)
    counts = sp.csr_array(rng.integers(0, 4, (30, 50)))
    names: dict[str, Any] = {"counts": counts, "ids": [f"video {row}" for row in range(30)]}
    exec(example, names)  # noqa: S102 - our own page
    assert len(names["found"]) == len(names["scores"]) == 10
