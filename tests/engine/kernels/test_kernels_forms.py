"""A kernel gives the same, to the last bit, interpreted and compiled."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.matching.weighting import TfName
from engine.indexes.local.index import Index
from engine.indexes.local.rows.unit_vectors import unit_rows
from engine.indexes.local.scan_selection import Kernel
from engine.kernels import compiled
from engine.kernels.best import key_of
from engine.kernels.names import find_names
from engine.kernels.variety import Vectors, vary
from support.corpora import Corpus, corpora


@contextmanager
def form(*, machine_code: bool) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled._Compiler, "is_worth", lambda *_: machine_code)
        yield


def answers(corpus: Corpus, tf: TfName, kernel: Kernel, weights: list[float]) -> list[Any]:
    """Return every number and name that an index gives, built and asked anew."""
    index = Index.from_counts(corpus.rows, corpus.ids, tf=tf, kernel=kernel)
    tags = list(range(len(weights)))
    query = index.query(tags, weights)
    some = np.arange(index.n_videos) % 3 != 0
    own_answers = [
        index.search(tags, weights, k, where) for k in (1, 3, 50) for where in (None, some)
    ]
    scores = index.score_rows(query, np.arange(index.n_videos))
    own = [index.search(*index.counts_of(row), 5) for row in range(index.n_videos)]
    names = index.rows_of([*corpus.ids, "no such video"])
    units = unit_rows(index.forward, np.arange(index.n_videos)).values
    arrays = [units.tobytes(), *(array.tobytes() for array in index._arrays().values())]
    results = [(ids, matched.tobytes()) for ids, matched in [*own_answers, *own]]
    return [*arrays, *results, scores.tobytes(), names.tobytes(), query.units.tobytes()]


@given(
    corpora(),
    st.sampled_from(get_args(TfName)),
    st.sampled_from(["rows", "plain"]),
    st.lists(st.floats(-1, 1), max_size=12),
)
def test_an_index_answers_the_same_in_both_forms(
    corpus: Corpus, tf: TfName, kernel: Kernel, weights: list[float]
) -> None:
    with form(machine_code=False):
        interpreted = answers(corpus, tf, kernel, weights)
    with form(machine_code=True):
        assert answers(corpus, tf, kernel, weights) == interpreted


def test_a_row_of_length_0_has_a_vector_of_zeros() -> None:
    index = Index.from_counts(sp.csr_matrix([[3, 4], [1, 0]]), ["a", "b"])
    forward = index.forward._replace(idf=np.array([0.0, 1.0]))
    for machine_code in (False, True):
        with form(machine_code=machine_code):
            assert unit_rows(forward, np.array([1, 0])).values.tolist() == [0.0, 0.0, 1.0]


def test_many_postings_are_gathered_by_machine_code(monkeypatch: pytest.MonkeyPatch) -> None:
    ones = sp.csr_matrix(np.ones((100, 100), np.int64))
    index = Index.from_counts(ones, [str(number) for number in range(100)])
    compiler = compiled._Compiler()
    monkeypatch.setattr(compiled, "_COMPILER", compiler)
    unit_rows(index.forward, np.arange(100))
    assert not compiler.is_needed
    unit_rows(index.forward, np.arange(100).repeat(14))  # 140,000: a tenth of a second
    assert compiler.is_needed


@given(corpora(), st.integers(1, 3), st.integers(0, 1))
def test_lists_are_varied_the_same_in_both_forms(
    corpus: Corpus, variety: int, n_beyond: int
) -> None:
    index = Index.from_counts(corpus.rows, corpus.ids)
    units = unit_rows(index.forward, np.arange(index.n_videos))
    vectors = Vectors(index.n_videos, units.rows, units.tags, units.values)
    values = 1.0 / np.arange(1, index.n_videos + 1)
    orders = []
    for machine_code in (False, True):
        order = np.full(index.n_videos, -1)
        with form(machine_code=machine_code):
            n_ordered = vary(vectors, values, variety, n_beyond, order)
        orders.append((n_ordered, order.tolist()))
    assert orders[0] == orders[1]


@pytest.mark.parametrize(("n", "form_used"), [(40, "interpreted"), (1_000, "compiled")])
def test_a_long_list_of_one_series_is_varied_by_machine_code(
    n: int, form_used: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    n_tags = 20
    compiler = compiled._Compiler()
    monkeypatch.setattr(compiled, "_COMPILER", compiler)
    vectors = Vectors(
        n,
        np.repeat(np.arange(n), n_tags),
        np.tile(np.arange(n_tags), n),
        np.full(n * n_tags, n_tags**-0.5),
    )
    order = np.zeros(n, np.int64)
    assert vary(vectors, np.linspace(1.0, 0.5, n), 2, 0, order) == n
    assert sorted(order.tolist()) == list(range(n))
    assert compiler.is_needed == (form_used == "compiled")


@given(st.floats(0, 1), st.integers(0, 2**32 - 1))
def test_keys_are_the_same_in_both_forms(score: float, row: int) -> None:
    with form(machine_code=False):
        interpreted = key_of(score, row)
    with form(machine_code=True):
        assert key_of(score, row) == interpreted


def test_much_work_is_compiled_at_once_and_little_when_it_adds_up() -> None:
    few = (np.zeros(compiled._FEW // compiled._STEPS_AN_ELEMENT), 1.5)
    compiler = compiled._Compiler()
    assert not compiler.is_worth(compiled._steps_of_all, few)
    assert compiler.is_worth(compiled._steps_of_all, ((np.zeros(few[0].size + 1),),))
    compiler = compiled._Compiler()
    n_calls = 1
    while not compiler.is_worth(compiled._steps_of_all, few):
        n_calls += 1
    assert n_calls == compiled._IN_ALL // compiled._FEW + 1


@pytest.mark.parametrize(("n_tags", "n_sharing"), [(10, 200), (1_000, 2)])
def test_a_search_counts_what_it_reads_not_what_there_is(n_tags: int, n_sharing: int) -> None:
    counts = sp.csr_matrix(np.eye(n_tags, dtype=np.int64)[np.arange(2_000) % n_tags])
    index = Index.from_counts(counts, [f"{row:04}" for row in range(2_000)], kernel="plain")
    steps: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            compiled._Compiler, "is_worth", lambda _, of, arguments: steps.append(of(*arguments))
        )
        index.search([3], [1.0], 5)
    # The first call weighs the query.
    assert max(steps[1:]) == 2_000 + n_sharing * 2


def test_a_kernel_says_what_its_plain_function_is() -> None:
    assert find_names.__name__ == "_find"
    assert "Fill ``rows``" in (find_names.__doc__ or "")


def test_machine_code_is_kept_for_these_sources_alone(tmp_path: Path) -> None:
    key_of(0.5, 1)
    code: Any = cast(compiled.Kernel, key_of).machine_code
    assert code.py_func.__qualname__ == f"_key_{compiled.digest_of(Path(compiled.__file__).parent)}"
    digests = set()
    for text in ("one", "another"):
        (tmp_path / "kernel.py").write_text(text)
        digests.add(compiled.digest_of(tmp_path))
    assert len(digests) == 2


def test_settings_of_the_compiler_in_the_current_folder_are_not_read(tmp_path: Path) -> None:
    # Such a file could name a folder of compiled code, which would be run.
    (tmp_path / ".numba_config.yaml").write_text(f"cache_dir: {tmp_path}/planted\n")
    n_calls = (
        "import numpy as np, yaml;"
        " from engine.kernels.compiled import use_machine_code;"
        " from engine.kernels.names import find_names; use_machine_code();"
        " none = np.zeros(1, np.int64);"
        " find_names(np.zeros(0, np.uint8), none, np.zeros(0, np.uint8), none, none[:0]);"
        " import numba.core.config as config, sys; config.reload_config();"
        " print(config.CACHE_DIR == '', sys.modules['yaml'] is yaml)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", n_calls],
        cwd=tmp_path,
        env={**os.environ, "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "True True\n", done.stderr
    assert not (tmp_path / "planted").exists()
