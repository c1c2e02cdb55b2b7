"""Compilation of a plain function into a kernel.

Loading the compiler costs more than all that a command asks of a few dozen videos. So a kernel is
the plain function for as long as little is asked of it, and machine code from then on; the answers
are the same to the last bit.
"""

import hashlib
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterable
from functools import cached_property, update_wrapper
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final, TypeVar, cast

import numpy as np

_Function = TypeVar("_Function", bound=Callable[..., object])

_FEW: Final = 524_288
"""The most steps of a call that is not worth the compiler: a tenth of a second."""

_IN_ALL: Final = 8 * _FEW
"""As many steps in all calls together; the compiler would have been loaded meanwhile."""

_STEPS_AN_ELEMENT: Final = 64
"""Steps for each element of all arrays of a call, where a kernel does not tell: it may read them
again and again."""

Steps = Callable[..., int]
"""Returns the number of elements that a call reads, of its arguments."""


def compiled(plain: _Function, *, always: bool = False, steps: Steps | None = None) -> _Function:
    """Return the function as a kernel: compiled to machine code as soon as that is worth it.

    Machine code runs without the interpreter's lock. Compilation happens at the first call per
    combination of array types and is stored on disk. ``NUMBA_DISABLE_JIT=1`` in the environment
    leaves the function as it is, for a debugger.

    Args:
        plain: takes and fills arrays; calls other kernels by their names in its module.
        always: whether it is compiled however little is asked: it counts on integers that wrap.
        steps: of a kernel that reads but a small part of its arrays.
    """
    assert isinstance(plain, FunctionType)  # noqa: S101 # by what Python makes of "def"
    return cast(_Function, Kernel(plain, always=always, steps=steps or _steps_of_all))


def use_machine_code() -> None:
    """Compile from the next call on, however small: for a process that answers again and again."""
    _COMPILER.is_needed = True


class Kernel:
    """A function of arrays, in two forms that give the same; see ``compiled``."""

    def __init__(self, plain: FunctionType, *, always: bool, steps: Steps) -> None:
        update_wrapper(self, plain)
        self._plain = plain
        self._always = always
        self._steps = steps

    def __call__(self, *arguments: Any) -> Any:
        """Run the form that is worth it."""
        if self._always or _COMPILER.is_worth(self._steps, arguments):
            return self.machine_code(*arguments)
        return self.interpreted(*arguments)

    @cached_property
    def interpreted(self) -> FunctionType:
        """The plain function over plain functions."""
        return self._over(lambda kernel: kernel.interpreted)

    @cached_property
    def machine_code(self) -> Callable[..., Any]:
        """The compiled function over compiled functions."""
        function = self._over(lambda kernel: kernel.machine_code)
        # Machine code is kept under this name. Numba sees neither that a kernel which this one
        # calls has changed, nor that a type which an earlier one took is gone.
        function.__qualname__ = f"{function.__qualname__}_{_COMPILER.sources}"
        return cast(Callable[..., Any], _COMPILER.numba.njit(nogil=True, cache=True)(function))

    def _over(self, form: "Callable[[Kernel], object]") -> FunctionType:
        plain = self._plain
        used = _names_in(plain.__code__)
        names = {
            name: form(value) if isinstance(value, Kernel) and name in used else value
            for name, value in plain.__globals__.items()
        }
        function = FunctionType(plain.__code__, names, plain.__name__, plain.__defaults__)
        update_wrapper(function, plain)
        return function


class _Compiler:
    """Numba, from when it is worth its loading."""

    def __init__(self) -> None:
        self.is_needed = False
        self._steps = 0
        self._loading = threading.Lock()

    def is_worth(self, steps_of: Steps, arguments: Iterable[object]) -> bool:
        """Tell whether a call with these arguments, after those before, is worth machine code."""
        if not self.is_needed:
            steps = steps_of(*arguments)
            self._steps += steps
            self.is_needed = steps > _FEW or self._steps > _IN_ALL
        return self.is_needed

    @cached_property
    def sources(self) -> str:
        """Digest of all kernels."""
        return digest_of(Path(__file__).parent)

    @cached_property
    def numba(self) -> ModuleType:
        """The compiler."""
        self.is_needed = True
        with self._loading:
            return _load_numba()


_COMPILER: Final = _Compiler()


def digest_of(folder: Path) -> str:
    """Return a digest of the Python files of a folder, 12 hexadecimal digits."""
    digest = hashlib.sha256()
    for file in sorted(folder.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _names_in(code: CodeType) -> set[str]:
    inner = (_names_in(one) for one in code.co_consts if isinstance(one, CodeType))
    return set(code.co_names).union(*inner)


def _steps_of_all(*arguments: object) -> int:
    return _STEPS_AN_ELEMENT * _elements(arguments)


def _elements(arguments: Iterable[object]) -> int:
    elements = 0
    for argument in arguments:
        if isinstance(argument, np.ndarray):
            elements += argument.size
        elif isinstance(argument, tuple):
            elements += _elements(argument)
    return elements


def _load_numba() -> ModuleType:
    """Import numba without what the current folder says of it.

    It reads settings from a file ``.numba_config.yaml`` there, among them the folder of compiled
    code, which is loaded and run.
    """
    if "numba.core.config" not in sys.modules:
        yaml = sys.modules.get("yaml")
        sys.modules["yaml"] = None  # type: ignore[assignment] # an import of it fails
        try:
            with warnings.catch_warnings():
                # That there is such a file and it cannot be read.
                warnings.filterwarnings("ignore", message="A Numba config file is found")
                import_module("numba.core.config")
        finally:
            del sys.modules["yaml"]
            if yaml is not None:
                sys.modules["yaml"] = yaml
    # It is looked for again at every compilation.
    import_module("numba.core.config")._config_fname = os.devnull  # type: ignore[attr-defined]
    return import_module("numba")
